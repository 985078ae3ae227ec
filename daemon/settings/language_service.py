"""Where a language model is asked, and what its words cost."""

from __future__ import annotations

import os

from daemon.home.addresses import is_near

#: Where models are asked if the config names no address: as this variable says, else at OpenAI.
URL_VARIABLE, URL = "OPENAI_BASE_URL", "https://api.openai.com/v1"
#: USD for a million tokens (asked, answered), from memory of OpenAI's price list; the config can set others.
PRICES_USD: dict[str, tuple[float, float]] = {
    "gpt-4o": (2.5, 10.0), "gpt-4o-mini": (0.15, 0.6), "gpt-4.1": (2.0, 8.0), "gpt-4.1-mini": (0.4, 1.6),
    "gpt-4.1-nano": (0.1, 0.4), "gpt-5": (1.25, 10.0), "gpt-5-mini": (0.25, 2.0), "gpt-5-nano": (0.05, 0.4),
}  # fmt: skip
#: For a hosted model that nobody gave a price: rather too much, since the day's cap counts it.
DEAR_USD = (5.0, 20.0)


def find_url(configured: str | None) -> str:
    """The address of the models: what OpenAI's own client would take."""
    return configured or os.environ.get(URL_VARIABLE, "").strip() or URL


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
