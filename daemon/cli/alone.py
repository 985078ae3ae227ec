"""A language model asked without the daemon, by the command line itself."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from bridge.request import Request
from daemon.brief import Brief
from daemon.briefing.brief_of import check_amended
from daemon.client.follow import Bar, is_wanted
from daemon.errors import EngineError
from daemon.improve.amend import amend, is_shown_first, proposal
from daemon.improve.server import estimate_usd
from daemon.improve.store import end_usd, reserve_usd
from daemon.jobs.database import Database
from daemon.settings.meaning import engine_policy, improve_server

if TYPE_CHECKING:
    from daemon.settings.schema import Config


def improve_alone(
    brief: Brief, request: Request, config: Config, database: Database, bar: Bar
) -> Brief:
    """The Brief as a language model amends it, where one is wanted; what is to be shown first is asked about on the terminal.

    EngineError where words to sing are wanted and none came, or where nobody can be asked.
    """
    own, policy = brief, engine_policy(config)
    for step in brief.wanted_steps:
        bar(0.0, "asking the language model")
        result = _ask(brief, request, step, config, database)
        if step == "lyrics" and "why" in result:
            raise EngineError(
                f"lyrics: auto: no words were written ({result['why']}); write them yourself, or ask again"
            )
        brief = amend(
            brief, request, step, result, lambda tried: check_amended(tried, request, policy)
        )
    if brief is own or not is_shown_first(own, request.values) or not (text := proposal(brief)):
        return brief
    if not sys.stdin.isatty():
        raise EngineError(
            f"this waits for a yes, and nobody can be asked here; say --improve on to use it unseen:\n{text}",
            "waiting",
        )
    if is_wanted(text):
        return brief
    if own.lyrics != brief.lyrics:
        raise EngineError(
            "the lyrics that were proposed were declined; write them yourself, or ask again",
            "cancelled",
        )
    return own.amended(
        improve="off",
        compose="rules",
        said=(*own.said, "what the language model proposed was declined"),
    )


def _ask(
    brief: Brief, request: Request, step: str, config: Config, database: Database
) -> dict[str, Any]:
    from daemon.improve.child import ask_model

    server = improve_server(config)
    estimate, cap = estimate_usd(server, step, len(brief.prompt)), config.spend.per_day_usd
    purchase = reserve_usd(database, "", server["model"], estimate, cap) if estimate else None
    if estimate and purchase is None:
        return {
            "why": f"it would cost up to {estimate:.3f} USD, and the day's {cap:.2f} USD are spent",
            "cost_usd": 0.0,
        }
    task = {
        "step": step,
        "brief": brief.to_json(),
        "request": dict(request.values),
        "server": server,
    }
    result = ask_model(task, lambda *_: None)
    if purchase is not None:
        end_usd(database, purchase, result)
    return result
