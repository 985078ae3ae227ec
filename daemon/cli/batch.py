"""`sidecrate batch`: a file of requests, queued as one job."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daemon.cli.options import AsJson
from daemon.errors import ServiceError
from daemon.home.places import Places

if TYPE_CHECKING:
    from bridge.request import Request
    from daemon.brief import Brief
    from daemon.client.follow import Bar


def batch(
    file: Annotated[
        Path, typer.Argument(help="CSV with the fields' names in its first line, or JSON lines.")
    ],
    again: Annotated[
        bool, typer.Option("--again", help="Make all of it once more, though it is known.")
    ] = False,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Wait for the clips, or for the queue alone.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Make what a file asks for: a row is a request, and all rows are one job.

    Every fault is told with its line before anything is queued. The job goes on without this
    command; the same file again only tells how it goes.
    """
    from daemon.cli.order import link_to_daemon, show_clips
    from daemon.client.follow import Follower, progress_bar
    from daemon.jobs.batch_file import own_text, write_batch

    places = Places.find()
    key = _key_of(file)
    once = f"batch {key}" if not again else f"batch {key} {_another()}"
    with link_to_daemon() as link, progress_bar(as_json) as bar:
        if link is None:
            text = "a batch needs the daemon, which goes on when this command ends"
            raise ServiceError(f"{text}; start it with `sidecrate run`", "no_daemon")
        rows = _settled(file, places, bar)
        name = write_batch(places.batches, file.name, once, [own_text(*row) for row in rows])
        engines = Counter(brief.engines[0] for _, brief in rows)
        told = ", ".join(f"{count:,} by {engine}" for engine, count in engines.items())
        if not as_json:
            clips = "clip" if len(rows) == 1 else "clips"
            print(f"{len(rows):,} {clips}, free of cost: {told}", file=sys.stderr)
        follower = Follower(link, places, bar, label=hashlib.sha256(once.encode()).hexdigest()[:16])
        records = follower.order_batch(name)
        if not wait:
            follower.until_accepted()
            print(f"job {follower.job}: `sidecrate status {follower.job}` tells how it goes")
            return
        try:
            show_clips(records, as_json)
        except KeyboardInterrupt:
            how = f"it goes on; `sidecrate cancel {follower.job}` ends it"
            print(f"job {follower.job}: {how}", file=sys.stderr)


def _settled(file: Path, places: Places, bar: Bar) -> list[tuple[Request, Brief]]:
    """Each clip's request and Brief, settled here: the daemon has better things to do."""
    from daemon.briefing.batch_rows import read_batch_rows, settle_rows
    from daemon.briefing.brief_of import make_brief
    from daemon.briefing.named_sounds import Material
    from daemon.jobs.database import Database
    from daemon.jobs.pins import load_pins
    from daemon.settings.load import load_config
    from daemon.settings.meaning import (
        engine_policy,
        make_crate,
        prompt_defaults,
        session_with,
    )
    from daemon.settings.schema import use

    read = read_batch_rows(file)
    config = load_config(places.config_file)
    use(config)
    with contextlib.closing(Database(places.database)) as database:
        session = session_with(load_pins(database))
        material = Material(make_crate(config, places, database), places.library)
        defaults, policy = prompt_defaults(config), engine_policy(config)
        return settle_rows(
            read, lambda request: make_brief(request, session, defaults, policy, material), bar
        )


def _key_of(file: Path) -> str:
    """The same file at the same place is the same batch."""
    try:
        said = str(file.absolute()).encode("utf-8", "replace") + file.read_bytes()
    except OSError as error:
        raise ServiceError(
            f"{file} cannot be read ({error.strerror}); name a .csv, .tsv or .jsonl file",
            "bad_request",
        ) from None
    return hashlib.sha256(said).hexdigest()


def _another() -> str:
    return secrets.token_hex(4)
