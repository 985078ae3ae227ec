"""What an order would cost, before it is sent: nothing is bought above `max_price`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bridge.request import Request
from bridge.verbs import find_verb
from daemon.briefing.brief_of import make_brief, price_usd
from daemon.briefing.named_sounds import Material
from daemon.briefing.repeat import repeat_request
from daemon.errors import EngineError
from daemon.improve.server import estimate_usd
from daemon.jobs.pins import load_pins
from daemon.mcp.house import House
from daemon.settings.meaning import engine_policy, improve_server, prompt_defaults, session_with


def order_price_usd(house: House, verb: str, what: str, request: Request) -> float:
    """The estimate of an order: its engines', and the language model's where one is asked.

    RequestError, PromptError and EngineError say why the order cannot be.
    """
    config = house.config
    amend: dict[str, Any] = {}
    do = verb
    with house.crate(read_only=True) as crate:
        if not find_verb(verb).holds:
            do, request, amend = repeat_request(crate.find(what), request)
        brief = make_brief(
            request,
            session_with(load_pins(house.jobs)),
            prompt_defaults(config),
            # the daemon's own limit on a request still holds when the order is sent
            replace(engine_policy(config), per_request_usd=float("inf")),
            Material(crate, house.places.library),
            do=do,
        ).amended(**amend)
    server = improve_server(config)
    asked = sum(estimate_usd(server, step, len(brief.prompt)) for step in brief.steps_wanted())
    return price_usd(brief) + asked


def check_prices(prices: list[float], max_price: float) -> None:
    """EngineError where the orders together would cost more than `max_price` USD."""
    total_usd = sum(prices)
    # a price that is no number (NaN) allows nothing
    if not total_usd <= max_price:
        raise EngineError(
            f"this would cost about {total_usd:.3f} USD and max_price is {max_price:g}; nothing was"
            f" ordered. Ask the user, then say max_price: {_above(total_usd):g}, or leave out the"
            " paid engine and `improve`",
            "price",
        )


def _above(usd: float) -> float:
    """The next whole cent."""
    return (int(usd * 100) + 1) / 100
