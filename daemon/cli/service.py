"""Commands to the daemon itself: started, shown, told what to end and which tempo to keep."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Annotated

import typer

from bridge.request import FIELDS
from daemon.children.blas_threads import one_thread
from daemon.cli.options import AsJson
from daemon.cli.order import link_to_daemon, order_records
from daemon.home.places import HOME_VARIABLE, Places


def run(quiet: Annotated[bool, typer.Option(help="Say only what is wrong.")] = False) -> None:
    """Run the daemon in the foreground, until Ctrl-C."""
    from daemon.cli.web import ask_for_page
    from daemon.home.heap import share_one_heap
    from daemon.home.log import set_up_log
    from daemon.service.service import Service
    from daemon.settings.load import load_config
    from daemon.settings.schema import use

    share_one_heap()
    places = Places.find()
    config = load_config(places.config_file)
    if not quiet:
        config = ask_for_page(places, config)
    use(config)
    set_up_log(places, level=config.log.level, megabytes=config.log.megabytes, verbose=not quiet)
    service = Service(places, config)

    def ready(service: Service) -> None:
        if not quiet:
            print(service.banner(), file=sys.stderr)

    asyncio.run(service.run(ready))


def demo(
    keep: Annotated[bool, typer.Option(help="Leave the daemon running at the end.")] = False,
) -> None:
    """A first clip through every door, with a daemon and a folder of its own."""
    from daemon.cli.demo import run_demo

    raise typer.Exit(run_demo(Places.find() if os.environ.get(HOME_VARIABLE) else None, keep=keep))


def status(as_json: AsJson = False) -> None:
    """What the daemon is doing, what it knows of your project, and its newest jobs."""
    from daemon.cli.status import status_json, status_text

    print(status_json(Places.find()) if as_json else status_text(Places.find()))


def cancel(what: Annotated[str, typer.Argument(help="A job, or all.")] = "all") -> None:
    """End jobs that have not ended."""
    with link_to_daemon() as client:
        if client is None:
            print("no daemon runs, so there is nothing to cancel", file=sys.stderr)
            return
        jobs = client.ask("/sidecrate/cancel", what).values["jobs"]
    print("cancelled: " + (", ".join(jobs) or "nothing was under way"), file=sys.stderr)


def tempo(
    bpm: Annotated[
        str | None, typer.Argument(help="A tempo to pin; 0 follows the session again.")
    ] = None,
) -> None:
    """Show the tempo that holds now, or pin one."""
    from daemon.cli.status import session_line, set_pin

    places = Places.find()
    if bpm is not None:
        value = None if bpm.strip() in ("0", "0.0") else float(str(FIELDS["bpm"].check(bpm)))
        with link_to_daemon() as client:
            if client:
                client.ask("/sidecrate/tempo", value or 0)
            else:
                set_pin(places, "bpm", value)
    print(session_line(places))


def ask() -> None:
    """A prompt line that stays open: type, hear of it, type again."""
    from daemon.cli.ask import converse

    one_thread(os.environ)
    with link_to_daemon() as client:
        converse(
            Places.find(), client, alone=lambda verb, values: order_records(verb, values, out=None)
        )
