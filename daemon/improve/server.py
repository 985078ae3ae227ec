"""Which language model is asked, where, and what its words cost: plain data for the child that asks it."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

KEY = "OPENAI_API_KEY"
#: USD for a million tokens (asked, answered), from memory of OpenAI's price list; the config can set others.
PRICES_USD: dict[str, tuple[float, float]] = {
    "gpt-4o": (2.5, 10.0), "gpt-4o-mini": (0.15, 0.6), "gpt-4.1": (2.0, 8.0), "gpt-4.1-mini": (0.4, 1.6),
    "gpt-4.1-nano": (0.1, 0.4), "gpt-5": (1.25, 10.0), "gpt-5-mini": (0.25, 2.0), "gpt-5-nano": (0.05, 0.4),
}  # fmt: skip
#: For a hosted model that nobody gave a price: rather too much, since the day's cap counts it.
DEAR_USD = (5.0, 20.0)
#: Tokens by step: those of our question, and the most that may be answered.
TOKENS = {"improve": (1200, 1000), "lyrics": (600, 1200), "compose": (2600, 4000)}
_TOKENS_PER_LETTER = 0.4


def is_this_machine(base_url: str) -> bool:
    return urlsplit(base_url).hostname in ("127.0.0.1", "localhost", "::1")


def is_near(base_url: str) -> bool:
    """Whether a server stands on this machine or in its own network: what it answers costs nothing."""
    host = urlsplit(base_url).hostname or ""
    try:
        return is_this_machine(base_url) or ipaddress.ip_address(host).is_private
    except ValueError:
        return host.endswith(".local") or "." not in host


def may_have_key(base_url: str) -> bool:
    """Whether a key may be sent: never in the clear over a network."""
    return urlsplit(base_url).scheme == "https" or is_this_machine(base_url)


def price_usd(
    base_url: str, model: str, configured: tuple[float, float] | None
) -> tuple[float, float]:
    """USD for a million tokens, asked and answered."""
    if configured is not None:
        return configured
    if is_near(base_url):
        return (0.0, 0.0)
    plain = model.rpartition("/")[2]
    names = sorted((name for name in PRICES_USD if plain.startswith(name)), key=len)
    return PRICES_USD[names[-1]] if names else DEAR_USD


def cost_usd(price: tuple[float, float], tokens_in: float, tokens_out: float) -> float:
    return round((price[0] * tokens_in + price[1] * tokens_out) / 1e6, 6)


def estimate_usd(server: Mapping[str, Any], step: str, letters: int) -> float:
    """The most that one question costs, for a request of so many letters."""
    asked, answered = TOKENS[step]
    return cost_usd(tuple(server["price"]), asked + _TOKENS_PER_LETTER * letters, answered)
