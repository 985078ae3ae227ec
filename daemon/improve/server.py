"""The language model's key, and an estimate of its costs: plain data for the child."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from daemon.settings.language_service import cost_usd

#: The environment's variable for the key.
KEY = "OPENAI_API_KEY"
#: Tokens by step: those of our question, and the limit of the answer.
TOKENS = {"improve": (1200, 1000), "lyrics": (600, 1200), "compose": (2600, 4000)}
#: Estimate for the user's own words; English takes about 0.25.
_TOKENS_PER_LETTER = 0.4


def estimate_usd(server: Mapping[str, Any], step: str, letters: int) -> float:
    """The highest cost of one question, for a request of `letters` letters."""
    asked, answered = TOKENS[step]
    return cost_usd(tuple(server["price"]), asked + _TOKENS_PER_LETTER * letters, answered)
