"""`sidecrate edit`: a clip changed step by step."""

from __future__ import annotations

import json
import os
import sys
from typing import Annotated

import typer

from daemon.children.blas_threads import one_thread
from daemon.cli.library import Clip, open_library, with_versions
from daemon.cli.options import AsJson
from daemon.cli.order import open_crate, order_records
from daemon.errors import LibraryError
from daemon.library.instrument import instrument_request, layer_step
from daemon.library.library import Library
from daemon.library.steps import STEPS, Step, check_step
from daemon.library.versions import Versions
from daemon.record import ClipRecord


def edit(
    clip: Clip = "last",
    step: Annotated[
        list[str] | None,
        typer.Argument(
            help='Words ("a bit faster and darker"), '
            "or a step and its settings (reverb amount=0.4).",
        ),
    ] = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Back to what it was before the last change.")
    ] = False,
    redo: Annotated[bool, typer.Option("--redo", help="Forward again.")] = False,
    remove: Annotated[
        str | None, typer.Option(help="Take out a step by its id.", metavar="STEP")
    ] = None,
    change: Annotated[
        str | None,
        typer.Option(
            "--set",
            help="Other settings for a step by its id (amount=0.4), in its place.",
            metavar="STEP",
        ),
    ] = None,
    instrument: Annotated[
        str | None,
        typer.Option(
            "--add",
            help='Have an instrument play along, as in "strings", and put it on top.',
            metavar="WHAT",
        ),
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Take out all steps.")] = False,
    steps: Annotated[
        bool, typer.Option("--steps", help="List the steps that there are, and their settings.")
    ] = False,
    publish: Annotated[
        bool, typer.Option("--publish", help="Put the result into the crate, as a clip of its own.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Change a clip, step by step, and never the original: the result is a version beside it."""
    if steps:
        print("\n".join(_step_line(name) for name in STEPS))
        return
    with open_library() as library:
        found = library.find(clip)
        with library.edits.only_if_rendered(found):
            if undo or redo:
                now = library.edits.undo(found) if undo else library.edits.redo(found)
            elif clear:
                now = library.edits.clear(found)
            elif remove:
                now = library.edits.remove(found, remove)
            else:
                now = _changed(library, found, instrument, change, step or [])
            record = with_versions(library, lambda versions: _rendered(versions, found, publish))
    if as_json:
        print(json.dumps({**record, "steps": now}))
        return
    print(record["path"])
    for one in now:
        print(f"  {one['id']}  {step_text(one)}", file=sys.stderr)
    if instrument is not None and clip == "last":
        print(
            f"  note: what was added is a clip too, and `last` now; this one is {found}",
            file=sys.stderr,
        )
    for warning in record["report"].get("warnings", []):
        print(f"  note: {warning}", file=sys.stderr)


async def _rendered(versions: Versions, clip: str, publish: bool) -> ClipRecord:
    if not publish:
        return await versions.render(clip)
    with open_crate(read_only=False) as crate:
        assert crate is not None
        return await versions.publish(clip, crate)


def _changed(
    library: Library, clip: str, instrument: str | None, change: str | None, words: list[str]
) -> list[Step]:
    """The clip's steps after what was said of it: an instrument to add, or a step in words."""
    if instrument is not None:
        return library.edits.add(clip, layer_step(_played_along(library, clip, instrument)))
    if change:
        return library.edits.set(clip, change, _settings(words))
    if not words:
        return library.edits.steps(clip)
    step = _named_step(words)
    return library.edits.add(clip, step) if step else library.say(clip, " ".join(words))


def _played_along(library: Library, clip: str, what: str) -> str:
    """The id of a new loop in the crate that plays along with a clip."""
    one_thread(os.environ)
    (record,) = order_records("make", instrument_request(library.record(clip), what), out=None)
    with open_crate(read_only=True) as crate:
        assert crate is not None
        library.arrivals.catch_up(crate.database)
    return str(record["id"])


def _settings(words: list[str]) -> dict[str, str]:
    if not words or not all("=" in word for word in words):
        raise LibraryError(
            "--set takes settings as in amount=0.4; `sidecrate edit --steps` lists them",
            "bad_request",
        )
    return dict(word.split("=", 1) for word in words)


def _named_step(words: list[str]) -> Step | None:
    """`reverb amount=0.4`, `tempo 100`, `mute drums`; None where it reads as plain words."""
    name = words[0].lower()
    values = words[1:]
    if len(words) == 1:
        name, *values = words[0].split()
        name = name.lower()
    if name not in STEPS:
        return None
    if all("=" in word for word in values):
        return check_step({"do": name, **dict(word.split("=", 1) for word in values)})
    needed = [one.name for one in STEPS[name].settings if one.default is None]
    if len(values) != len(needed):
        return None
    try:
        return check_step({"do": name, **dict(zip(needed, values, strict=True))})
    except LibraryError:
        # plain words may begin with `key` and `fade` too
        if name in ("key", "fade"):
            return None
        raise


def _step_line(name: str) -> str:
    kind = STEPS[name]
    settings = "; ".join(
        f"{one.name} {one.range}" + ("" if one.default is None else f", else {one.default}")
        for one in kind.settings
    )
    return f"{name}: {kind.about}" + (f"\n  {settings}" if settings else "")


def step_text(step: Step) -> str:
    """A step for people: `reverb amount 0.25, size_s 1.8`."""
    settings = ", ".join(
        f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in step.items()
        if name not in ("id", "do") and value != ""
    )
    return f"{step['do']} {settings}".strip()
