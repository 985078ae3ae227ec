"""The address of the language model, and what its tokens cost."""

from __future__ import annotations

import os

from daemon.home.addresses import is_near

#: The environment's address, where the config names none.
URL_VARIABLE = "OPENAI_BASE_URL"
#: The address where neither names one.
URL = "https://api.openai.com/v1"
#: USD for a million tokens (input, output), from memory of OpenAI's price list. The config can set
#: others.
PRICES_USD: dict[str, tuple[float, float]] = {
    "gpt-4o": (2.5, 10.0), "gpt-4o-mini": (0.15, 0.6), "gpt-4.1": (2.0, 8.0),
    "gpt-4.1-mini": (0.4, 1.6), "gpt-4.1-nano": (0.1, 0.4), "gpt-5": (1.25, 10.0),
    "gpt-5-mini": (0.25, 2.0), "gpt-5-nano": (0.05, 0.4),
}  # fmt: skip
#: Price of a hosted model without a known one: rather too high, since it counts against the cap.
DEAR_USD = (5.0, 20.0)


def find_url(configured: str | None) -> str:
    """The models' base URL, as OpenAI's own client resolves it."""
    return configured or os.environ.get(URL_VARIABLE, "").strip() or URL


def price_usd(
    base_url: str, model: str, configured: tuple[float, float] | None
) -> tuple[float, float]:
    """USD for a million tokens (input, output)."""
    if configured is not None:
        return configured
    if is_near(base_url):
        return (0.0, 0.0)
    plain = model.rpartition("/")[2]
    names = sorted((name for name in PRICES_USD if plain.startswith(name)), key=len)
    return PRICES_USD[names[-1]] if names else DEAR_USD


def cost_usd(price: tuple[float, float], tokens_in: float, tokens_out: float) -> float:
    return round((price[0] * tokens_in + price[1] * tokens_out) / 1e6, 6)
