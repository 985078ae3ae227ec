"""Shared by commands: a client of the daemon, the crate, and clips ordered by either."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bridge.verbs import SOURCE, find_verb
from daemon.children.blas_threads import one_thread
from daemon.cli.show import clip_json, clip_lines
from daemon.client.connection import DaemonClient
from daemon.crate.crate import Crate
from daemon.crate.neighbours import OutPlace
from daemon.errors import NO_CLIP_YET, CrateError, EngineError, ServiceError
from daemon.home.places import Places
from daemon.jobs.database import Database
from daemon.record import ClipRecord

if TYPE_CHECKING:
    from daemon.client.follow import Follower


@contextmanager
def link_to_daemon() -> Iterator[DaemonClient | None]:
    """A client of this home's running daemon, or None."""
    client = DaemonClient.to(Places.find())
    try:
        yield client
    finally:
        if client:
            client.close()


@contextmanager
def open_crate(*, read_only: bool) -> Iterator[Crate | None]:
    """The crate of this home; None where it is only to be read and nothing was made yet."""
    from daemon.settings.load import load_config
    from daemon.settings.meaning import make_crate

    places = Places.find()
    if read_only and not places.database.exists():
        yield None
        return
    config = load_config(places.config_file)
    database = Database(places.database, read_only=read_only)
    try:
        yield make_crate(config, places, database)
    finally:
        database.close()


def order_records(
    verb: str, raw: dict[str, Any], *, out: Path | str | None, force: bool = False,
    quiet: bool = False, strict: bool = False, alone: bool = False,
    amend: dict[str, Any] | None = None, progress: bool = False,
) -> Iterator[ClipRecord]:  # fmt: skip
    """Clips' records as they are done: by the daemon where one runs and they go into the crate,
    else made here.

    raw: fields by name, unchecked. Paths among them may be relative to the working folder.
    force: write over files that have the names that `out` gives the clip, its notes and its stems.
    progress: tell each step of the way as a line of JSON.
    """
    from daemon.cli.alone import make_alone
    from daemon.client.follow import Follower, progress_bar

    place = None if out is None else check_out(OutPlace.of(out), force, verb)
    row = find_verb(verb)
    _, request = row.read(raw.items())
    request = request.with_paths(row.paths, absolute)
    with link_to_daemon() as link, progress_bar(quiet, as_lines=progress) as bar:
        if link and out is None and not alone and not amend:
            follower = Follower(link, Places.find(), bar)
            yield from cancelling(follower, follower.order(verb, request.to_send()))
            return
        from daemon.briefing.brief_of import make_brief
        from daemon.briefing.named_sounds import Material
        from daemon.cli.alone import improve_alone
        from daemon.engines.registry import place_of
        from daemon.jobs.pins import load_pins
        from daemon.settings.load import load_config
        from daemon.settings.meaning import (
            engine_policy,
            make_crate,
            prompt_defaults,
            session_with,
        )
        from daemon.settings.schema import use

        places = Places.find()
        config = load_config(places.config_file)
        use(config)
        database = Database(places.database)
        try:
            crate = make_crate(config, places, database)
            if out is None:
                crate.check()
            session = session_with(load_pins(database))
            material = Material(crate, places.library)
            # a box does a verb for the daemon alone
            policy = replace(engine_policy(config), box_verbs={})
            brief = make_brief(request, session, prompt_defaults(config), policy, material, do=verb)
            if hosted := [name for name in brief.engines if place_of(name) == "hosted"]:
                # a purchase must outlive this command, and only the daemon's job table does
                text = f"engine {hosted[0]!r} needs the daemon, and puts its clips into the crate"
                raise EngineError(
                    f"{text}; start it with `sidecrate run`, and leave out --out", "no_daemon"
                )
            brief = brief.amended(strict=strict or verb == "make", **(amend or {}))
            brief = improve_alone(brief, request, config, database, bar)
            records: list[ClipRecord] = []
            for record in make_alone(
                brief, request, crate, place, bar, config.defaults.note_names, force=force
            ):
                records.append(record)
                yield record
            if brief.then == "audition" and brief.kind != "midi":
                from daemon.audition.once import play_file

                play_file(Path(records[0]["path"]), 2 if brief.kind == "loop" else 1)
        finally:
            database.close()


def cancelling(follower: Follower, records: Iterator[ClipRecord]) -> Iterator[ClipRecord]:
    """Yield the records; Ctrl-C cancels the job as well as the wait.

    So does a program that no longer reads what is told.
    """
    try:
        yield from records
    except (KeyboardInterrupt, BrokenPipeError):
        follower.cancel()
        raise


def about_clip(verb: str, clip: str, client: DaemonClient | None = None) -> str:
    """`keep` or `trash` a clip (or last), by the daemon where one runs; returns the clip's path."""
    with nullcontext(client) if client else link_to_daemon() as daemon:
        if daemon:
            return str(daemon.ask(f"/sidecrate/{verb}", clip, wait_s=10).values["path"])
    with open_crate(read_only=False) as crate:
        assert crate is not None
        return str(crate.keep(clip) if verb == "keep" else crate.trash(clip)["path"])


def again_records(
    what: str, raw: dict[str, Any], *, out: Path | str | None = None, force: bool = False,
    quiet: bool = False, progress: bool = False,
) -> Iterator[ClipRecord]:  # fmt: skip
    """The records of a clip that is made once more, with what `raw` changes; as `order_records`."""
    from daemon.briefing.repeat import repeat_request
    from daemon.client.follow import Follower, progress_bar

    row = find_verb("again")
    _, changes = row.read(raw.items())
    changes = changes.with_paths(row.paths, absolute)
    if out is None:
        with link_to_daemon() as link, progress_bar(quiet, as_lines=progress) as bar:
            if link:
                follower = Follower(link, Places.find(), bar)
                asked = {SOURCE: what, **changes.to_send()}
                yield from cancelling(follower, follower.order("again", asked))
                return
    with open_crate(read_only=True) as crate:
        if crate is None:
            raise CrateError(NO_CLIP_YET, "unknown_clip")
        do, request, amend = repeat_request(crate.find(what), changes)
    how: dict[str, Any] = {"quiet": quiet, "progress": progress, "amend": amend}
    yield from order_records(do, request.to_send(), out=out, force=force, **how)


def absolute(name: str) -> str:
    """A path as the daemon can read it, whose working folder is another; a clip's name as it is."""
    path = Path(name).expanduser()
    return str(path.absolute()) if path.exists() else name


def check_out(place: OutPlace, force: bool, verb: str = "make") -> OutPlace:
    """The place; ServiceError where clips cannot be written there, before any work is done."""
    out = place.path
    if place.is_folder:
        return place
    allowed = (".mp4",) if verb == "video" else (".wav", ".mid")
    if out.suffix.lower() not in allowed:
        of_notes = "" if verb == "video" else " (or .mid for kind midi)"
        text = (
            f"--out {out} is not a name that ends in {allowed[0]}{of_notes};"
            " for a folder end it in /"
        )
        raise ServiceError(text, "bad_request")
    if out.exists() and not force:
        text = f"--out {out} is there already; --force writes over it"
        raise ServiceError(text, "bad_request")
    return place


def show_order(verb: str, values: dict[str, Any], *, as_json: bool, **how: Any) -> list[ClipRecord]:
    """Order clips, and print each as it is done; their records."""
    one_thread(os.environ)
    return show_clips(order_records(verb, values, quiet=as_json, **how), as_json)


def show_clips(records: Iterable[ClipRecord], as_json: bool) -> list[ClipRecord]:
    """Print each clip as it is done; returns their records."""
    shown = []
    for record in records:
        print(clip_json(record) if as_json else clip_lines(record), flush=True)
        shown.append(record)
    return shown
