"""`sidecrate answer`: a yes or no to what a language model proposes."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from daemon.cli.order import link_to_daemon
from daemon.errors import ServiceError
from daemon.home.places import Places
from daemon.jobs.database import Database
from daemon.jobs.waiting import waiting_text


def answer(
    job: Annotated[str, typer.Argument(help="A job that waits: `sidecrate status` shows it.")],
    word: Annotated[str, typer.Argument(help="yes, no, or show.", metavar="yes|no|show")] = "show",
) -> None:
    """Use what a language model proposes for a job, or not; no goes on with your own words."""
    if word not in ("yes", "no", "show"):
        raise typer.BadParameter(f"{word!r} is none of yes, no, show")
    if word == "show":
        database = Database(Places.find().database, read_only=True)
        try:
            text = waiting_text(database, job)
        finally:
            database.close()
        print(text if text is not None else f"job {job} waits for no answer")
        return
    with link_to_daemon() as client:
        if client is None:
            raise ServiceError(
                "no daemon runs; start it with `sidecrate run`, and answer then", "no_daemon"
            )
        client.ask("/sidecrate/answer", job, word, wait_s=10)
    print(f"job {job} goes on" + (" with your own words" if word == "no" else ""), file=sys.stderr)
