"""Which language model is asked, where, and what its words cost: plain data for the child that asks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from daemon.settings.language_service import cost_usd

KEY = "OPENAI_API_KEY"
#: Tokens by step: those of our question, and the most that may be answered.
TOKENS = {"improve": (1200, 1000), "lyrics": (600, 1200), "compose": (2600, 4000)}
_TOKENS_PER_LETTER = 0.4


def estimate_usd(server: Mapping[str, Any], step: str, letters: int) -> float:
    """The most that one question costs, for a request of so many letters."""
    asked, answered = TOKENS[step]
    return cost_usd(tuple(server["price"]), asked + _TOKENS_PER_LETTER * letters, answered)
