"""Clips made without the daemon, in the process that asks for them, and a language model asked."""

from __future__ import annotations

import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bridge.request import Request
from daemon.brief import Brief
from daemon.briefing.brief_of import check_amended
from daemon.children.inside import find_function
from daemon.cli.out import bring_out
from daemon.client.follow import Bar, is_wanted
from daemon.clip.results import made_clips
from daemon.crate.crate import Crate
from daemon.crate.neighbours import OutPlace
from daemon.errors import EngineError
from daemon.improve.amend import amend, is_shown_first, proposal
from daemon.improve.server import estimate_usd
from daemon.jobs.database import Database
from daemon.record import ClipRecord
from daemon.settings.meaning import engine_policy, improve_server
from daemon.spending.ledger import end_usd, reserve_usd
from daemon.verbs.registry import daemon_verb

if TYPE_CHECKING:
    from daemon.settings.schema import Config


def improve_alone(
    brief: Brief, request: Request, config: Config, database: Database, bar: Bar
) -> Brief:
    """The Brief as a language model amends it, where the request wants that.

    A proposal that must be shown first is confirmed on the terminal. EngineError where wanted
    lyrics were not written, or where a confirmation has no terminal.
    """
    own = brief
    policy = engine_policy(config)
    for step in brief.steps_wanted():
        bar(0.0, "asking the language model")
        result = _ask(brief, request, step, config, database)
        if step == "lyrics" and "why" in result:
            why = f"no words were written ({result['why']})"
            raise EngineError(f"lyrics: auto: {why}; write them yourself, or ask again")
        brief = amend(
            brief, request, step, result, lambda tried: check_amended(tried, request, policy)
        )
    if brief is own or not is_shown_first(own, request.values):
        return brief
    text = proposal(brief)
    if not text:
        return brief
    if not sys.stdin.isatty():
        why = "this waits for a yes, and nobody can be asked here"
        raise EngineError(f"{why}; say --improve on to use it unseen:\n{text}", "waiting")
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
    estimate = estimate_usd(server, step, len(brief.prompt))
    cap = config.spend.per_day_usd
    purchase = reserve_usd(database, "", server["model"], estimate, cap) if estimate else None
    if estimate and purchase is None:
        why = f"it would cost up to {estimate:.3f} USD, and the day's {cap:.2f} USD are spent"
        return {"why": why, "cost_usd": 0.0}
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


def make_alone(
    brief: Brief,
    request: Request,
    crate: Crate | None,
    out: OutPlace | None,
    bar: Bar,
    note_names: str,
    *,
    force: bool = False,
) -> Iterator[ClipRecord]:
    """Make a brief's clips in this process, and yield their records.

    With `out` the files are written there, else into the crate. Errors as
    from `daemon.clip.make.make_clip`; ServiceError where a file would be overwritten without
    `force`.
    """
    from daemon.engines.registry import engine_info

    verb = daemon_verb(brief.do)
    of = brief.clip_count
    brought = 0
    kits: dict[str, OutPlace] = {}
    for k in range(of):
        clip = crate.reserve() if crate and out is None else secrets.token_hex(3)
        engine = engine_info(brief.clip_engine(k)).for_child() if brief.do == "make" else {}
        with tempfile.TemporaryDirectory(prefix="sidecrate-") as folder:
            task = {
                "brief": brief.for_clip(k).to_json(),
                "request": dict(request.values),
                "job": "",
                "clip": clip,
                "k": k,
                "created": time.time(),
                "folder": folder,
                "note_names": note_names,
                "work": verb.work,
                **engine,
            }

            def tell(value: float, stage: str, words: str, k: int = k) -> None:
                bar((k + value) / of, f"{stage} {words}")

            for one in made_clips(find_function(verb.function)(task, tell), Path(folder)):
                brought += 1
                if out is not None:
                    place = out
                    if kit := one.record.get("collection"):
                        place = kits[kit] = kits.get(kit) or out.for_kit(str(kit))
                    yield bring_out(one.record, one.folder, place.file(one.record, brought), force)
                elif crate is not None:
                    record = crate.publish(one.record, one.folder)
                    crate.record_alone(record)
                    yield record
                else:
                    yield one.record
