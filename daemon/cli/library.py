"""The commands of the library: find clips, mark, collect, edit, export, and bring files in."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar, cast

import typer

from bridge.request import kind_word
from daemon.children.blas_threads import one_thread
from daemon.cli.order import open_crate, order_records
from daemon.crate.crate import Crate
from daemon.crate.neighbours import absolute_out
from daemon.errors import CrateError, LibraryError
from daemon.home.places import Places
from daemon.library.filters import SORTS, Filters
from daemon.library.folder import look_through
from daemon.library.instrument import instrument_request, layer_step
from daemon.library.library import Library
from daemon.library.marks_file import fetch_marks
from daemon.library.rows import LibraryRow
from daemon.library.steps import STEPS, Step, check_step
from daemon.library.versions import FORMATS, Versions
from daemon.record import ClipRecord, CrateRecord, ListedRecord

T = TypeVar("T")
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]
Force = Annotated[bool, typer.Option("--force", help="Write over a file that is there.")]
Many = Annotated[
    list[str] | None, typer.Option(help="Only of this; may be given more than once.", metavar="X")
]
Clip = Annotated[str, typer.Argument(help="A clip, or last.")]


def add_commands(app: typer.Typer) -> None:
    """The library's commands, beside the others."""
    for command in (clips, mark, collect, edit, export, add):
        app.command()(command)


@contextmanager
def open_library() -> Iterator[Library]:
    """The library of this home, brought up to date with the crate.

    A lost library is rebuilt from the crate's folder.
    """
    places = Places.find()
    lost = not (places.library.exists() and places.database.exists())
    with open_crate(read_only=not lost) as crate:
        if crate is not None:
            fetch_marks(places.library, crate.folder)
        library = Library(places.library)
        try:
            if crate is not None:
                library.catch_up(crate.database)
                if lost:
                    look_through(library, crate)
            yield library
        finally:
            if crate is not None:
                library.database.marks_file.copy_to(crate.folder)
            library.close()


def with_versions(library: Library, work: Callable[[Versions], Awaitable[T]]) -> T:
    """Something rendered or exported, by a child process of this command's own."""
    from daemon.settings.load import load_config

    async def run() -> T:
        places = Places.find()
        config = load_config(places.config_file)
        versions = Versions(
            library,
            places.versions,
            plugin_folders=config.plugins.folders,
            stretcher=config.audio.stretcher,
        )
        try:
            return await work(versions)
        finally:
            await versions.end()

    return asyncio.run(run())


def clips(
    number: Annotated[
        int, typer.Option("--number", "-n", help="How many.", min=1, max=100000)
    ] = 20,
    search: Annotated[
        str,
        typer.Option(help="Words in name, prompt or tags; beginnings suffice.", metavar="WORDS"),
    ] = "",
    bpm: Annotated[
        str | None, typer.Option(help="A tempo, or a range as in 120-130.", metavar="X")
    ] = None,
    key: Annotated[str | None, typer.Option(help="A key, as in Am or 8A.", metavar="X")] = None,
    compatible: Annotated[
        bool,
        typer.Option(
            "--compatible", help="With --key: its neighbours on the circle of fifths too."
        ),
    ] = False,
    kind: Many = None,
    engine: Many = None,
    licence: Many = None,
    genre: Many = None,
    tag: Many = None,
    project: Many = None,
    favourite: Annotated[bool, typer.Option("--favourite", help="Only favourites.")] = False,
    rating: Annotated[int, typer.Option(help="At least so many stars.", min=0, max=5)] = 0,
    used: Annotated[
        bool | None, typer.Option("--used/--unused", help="In a project already, or not yet.")
    ] = None,
    collection: Annotated[
        str | None, typer.Option(help="Only those of a collection.", metavar="NAME")
    ] = None,
    days: Annotated[
        float | None, typer.Option(help="Made in the last so many days.", min=0, metavar="X")
    ] = None,
    lufs: Annotated[
        str | None, typer.Option(help="Loudness as a range, as in -16..-12.", metavar="X")
    ] = None,
    similar: Annotated[
        str | None, typer.Option(help="Nearest in sound to this clip first.", metavar="CLIP")
    ] = None,
    sort: Annotated[str, typer.Option(help=f"By {', '.join(SORTS)}.", metavar="X")] = "newest",
    missing: Annotated[
        bool, typer.Option("--missing", help="Clips whose file is gone, too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """The clips in the crate: the newest, or those that the options ask for.

    Films are listed by --kind video alone; --search finds them by words and by their clip.
    """
    from daemon.cli.show import clip_json, clip_lines

    if kind == ["video"]:
        _show_videos(number, search, as_json)
        return
    with open_library() as library, open_crate(read_only=True) as crate:
        alike = None if similar is None else library.find(similar)
        if alike is not None and library.needs_measuring(alike):
            with_versions(library, lambda versions: versions.measure(alike))
        since = None if days is None else time.time() - days * 86400
        filters = Filters(
            text=search,
            kind=tuple(one.replace("one-shot", "oneshot") for one in kind or ()),
            engine=tuple(engine or ()),
            licence=tuple(licence or ()),
            genre=tuple(genre or ()),
            tag=tuple(tag or ()),
            project=tuple(project or ()),
            key=key,
            compatible=compatible,
            bpm=_range(bpm, "bpm"),
            lufs=_range(lufs, "lufs"),
            created=(since, None),
            favourite=True if favourite else None,
            rating=rating,
            used=used,
            collection=collection,
            missing=missing,
            sort=sort,
            similar=alike,
        )
        total, rows = _pages(library, filters, number)
        for row in rows:
            record = _listed(library.record(row["id"]), row, _kept(crate, row["id"]))
            if as_json:
                print(json.dumps(json.loads(clip_json(record))))
            else:
                print(clip_lines(record) + _marks_line(row))
    if not rows and not as_json:
        print(
            "no clip is like that" if total == 0 and _narrows(filters) else _NO_CLIP,
            file=sys.stderr,
        )
    elif total > len(rows) and not as_json:
        print(f"{len(rows)} of {total}; -n shows more", file=sys.stderr)
    if search and not as_json and (films := len(_films(search))):
        print(f"films like that: {films}; --kind video shows them", file=sys.stderr)


def _show_videos(number: int, search: str, as_json: bool) -> None:
    """The films in the crate: the library is of sounds and notes, and has none of them."""
    from daemon.cli.show import clip_json, clip_lines

    found = _films(search)
    for record in found[:number]:
        print(clip_json(record) if as_json else clip_lines(record))
    if as_json:
        return
    if len(found) > number:
        print(f"{number} of {len(found)}; -n shows more", file=sys.stderr)
    elif not found and search:
        print("no film is like that", file=sys.stderr)
    elif not found:
        print("no film yet; `sidecrate video last` makes one", file=sys.stderr)


def _films(search: str) -> list[CrateRecord]:
    from daemon.library.films import is_found_by

    with open_crate(read_only=True) as crate:
        return [one for one in crate.videos(-1) if is_found_by(one, search)] if crate else []


_NO_CLIP = "the crate has no clip yet; `sidecrate make PROMPT` makes one"
#: The user's marks of a clip, as the library keeps them.
_MARKS: Final = ("favourite", "rating", "used", "tags", "missing", "edited")
#: Clips read from the library at once.
_PAGE: Final = 1000


def _narrows(filters: Filters) -> bool:
    return filters != Filters(sort=filters.sort)


def _pages(library: Library, filters: Filters, number: int) -> tuple[int, list[LibraryRow]]:
    from dataclasses import replace

    rows: list[LibraryRow] = []
    total = 0
    while len(rows) < number:
        limit = min(_PAGE, number - len(rows))
        page = library.search(replace(filters, offset=len(rows), limit=limit))
        total = page.total
        rows += page.clips
        if not page.clips:
            break
    return total, rows


def _kept(crate: Crate | None, clip: str) -> str | None:
    """The clip's path under Kept/, from the job table; None without one."""
    if crate is not None:
        with suppress(CrateError):
            return crate.find(clip)["kept"]
    return None


def _listed(record: ClipRecord, row: LibraryRow, kept: str | None) -> ListedRecord:
    listed = cast(ListedRecord, {**record, **{name: row[name] for name in _MARKS}})
    if "distance" in row:
        listed["distance"] = row["distance"]
    listed["kept"] = kept
    return listed


def _marks_line(row: LibraryRow) -> str:
    marks = ["favourite"] if row["favourite"] else []
    if row["rating"]:
        marks.append("*" * row["rating"])
    marks += [name for name in ("used", "edited") if row[name]]
    if row["missing"]:
        marks.append("file is gone")
    if row["tags"]:
        marks.append(f"tags {', '.join(row['tags'])}")
    return f"\n  {' · '.join(marks)}" if marks else ""


def _range(text: str | None, name: str) -> tuple[float | None, float | None]:
    """`120`, `120-130`, `120..130`, `120-`, `-16..-12`."""
    if text is None:
        return None, None
    low, parted, high = text.partition("..")
    if not parted and "-" in text[1:]:
        cut = text.index("-", 1)
        low = text[:cut]
        parted = "-"
        high = text[cut + 1 :]
    try:
        ends = (float(low) if low.strip() else None, float(high) if high.strip() else None)
    except ValueError:
        raise typer.BadParameter(
            f"--{name} {text!r} is no range; write it as 120, 120-130 or -16..-12"
        ) from None
    return ends if parted else (ends[0], ends[0])


def mark(
    clip: Clip = "last",
    favourite: Annotated[
        bool | None,
        typer.Option("--favourite/--no-favourite", help="Among the favourites, or not."),
    ] = None,
    rating: Annotated[int | None, typer.Option(help="Stars, 0 to 5.", min=0, max=5)] = None,
    used: Annotated[
        bool | None, typer.Option("--used/--unused", help="In a project, or not.")
    ] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Add a tag.", metavar="X")] = None,
    untag: Annotated[list[str] | None, typer.Option(help="Take a tag away.", metavar="X")] = None,
) -> None:
    """Mark a clip: favourite, stars, used, tags."""
    with open_library() as library:
        found = library.find(clip)
        if favourite is not None:
            library.favourite(found, favourite)
        if rating is not None:
            library.rate(found, rating)
        if used is not None:
            library.mark_used(found, used)
        if tag or untag:
            library.tag(found, tag or (), untag or ())
        row = library.get(found)
    print(found + (_marks_line(row) or "\n  no marks"), file=sys.stderr)


def collect(
    name: Annotated[str | None, typer.Argument(help="The collection; none lists them all.")] = None,
    clip: Annotated[list[str] | None, typer.Argument(help="Clips to put into it.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take these clips out of it.")] = False,
    rename: Annotated[
        str | None, typer.Option(help="Give it another name.", metavar="NAME")
    ] = None,
    delete: Annotated[
        bool, typer.Option("--delete", help="Let the collection go; its clips stay.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Collections: list them, show one, put clips into one (which makes it), or take them out."""
    with open_library() as library:
        if name is None:
            for one in library.collections.all():
                print(json.dumps(one) if as_json else f"{one['name']} ({one['clips']})")
            return
        if delete:
            library.collections.delete(name)
            return
        if rename is not None:
            library.collections.rename(name, rename)
            name = rename
        found = [library.find(one) for one in clip or ()]
        if remove:
            library.collections.remove(name, found)
        elif found:
            library.collections.add(name, found)
        for inside in library.collections.clips(name):
            record = library.record(inside)
            print(json.dumps(record) if as_json else f"{inside}  {record['path']}")


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
        before = library.edits.turns(found)
        if undo or redo:
            now = library.edits.undo(found) if undo else library.edits.redo(found)
        elif clear or remove:
            now = library.edits.clear(found) if clear else library.edits.remove(found, str(remove))
        elif instrument is not None:
            now = library.edits.add(found, layer_step(_played_along(library, found, instrument)))
        elif change:
            now = library.edits.set(found, change, _settings(step or []))
        elif step:
            named = _named_step(step)
            now = library.edits.add(found, named) if named else library.say(found, " ".join(step))
        else:
            now = library.edits.steps(found)
        try:
            record = with_versions(library, lambda versions: _rendered(versions, found, publish))
        except Exception:
            # a step that cannot be rendered must not stay in the list
            if step or instrument:
                library.edits.back_to(found, before["undo"])
            raise
    if as_json:
        print(json.dumps({**record, "steps": now}))
        return
    print(record["path"])
    for one in now:
        print(f"  {one['id']}  {step_text(one)}", file=sys.stderr)
    for warning in record["report"].get("warnings", []):
        print(f"  note: {warning}", file=sys.stderr)


async def _rendered(versions: Versions, clip: str, publish: bool) -> ClipRecord:
    if not publish:
        return await versions.render(clip)
    with open_crate(read_only=False) as crate:
        assert crate is not None
        return await versions.publish(clip, crate)


def _played_along(library: Library, clip: str, what: str) -> str:
    """The id of a new loop in the crate that plays along with a clip."""
    one_thread(os.environ)
    (record,) = order_records("make", instrument_request(library.record(clip), what), out=None)
    with open_crate(read_only=True) as crate:
        assert crate is not None
        library.catch_up(crate.database)
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


def export(
    what: Annotated[str, typer.Argument(help="A clip, last, or a collection's name.")] = "last",
    out: Annotated[
        str | None,
        typer.Option(
            "--out", help="A file, or a folder; one that ends in / is made.", metavar="PATH"
        ),
    ] = None,
    as_: Annotated[
        str, typer.Option("--as", help=f"{', '.join(FORMATS)}.", metavar="FORMAT")
    ] = "wav24",
    force: Force = False,
) -> None:
    """A clip with its edits as a file for elsewhere, or a collection as a sample pack (a zip)."""
    target = absolute_out(out) if out else str(Path.cwd())
    with open_library() as library:
        names = {str(one["name"]).lower() for one in library.collections.all()}
        if what.strip().lower() in names:
            made = with_versions(
                library, lambda versions: versions.pack(what, as_, target, force=force)
            )
        else:
            found = library.find(what)
            made = with_versions(
                library, lambda versions: versions.export(found, as_, target, force=force)
            )
    print(made.path)
    for note in made.said:
        print(f"  note: {note}", file=sys.stderr)


def add(
    file: Annotated[list[Path], typer.Argument(help="Audio or MIDI files.")],
    kind: Annotated[
        str | None,
        typer.Option(help="loop, one-shot, track, sfx or vocal; else it is heard.", metavar="X"),
    ] = None,
    bpm: Annotated[
        float | None,
        typer.Option(help="Its tempo; else it is heard.", min=40, max=300, metavar="X"),
    ] = None,
    key: Annotated[str | None, typer.Option(help="Its key; else it is heard.", metavar="X")] = None,
    meter: Annotated[str | None, typer.Option(help="Its time signature.", metavar="X")] = None,
    licence: Annotated[
        str | None, typer.Option(help="Its licence, as in CC-BY-4.0.", metavar="X")
    ] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Add a tag.", metavar="X")] = None,
    as_json: AsJson = False,
) -> None:
    """Bring sounds or MIDI files into the crate as they are, to be used as any clip.

    `fit` puts one on the grid instead.
    """
    from daemon.cli.show import clip_json

    values = _checked_values({"kind": kind, "bpm": bpm, "key": key, "meter": meter})
    values |= {"license": licence, "tags": tag}
    with open_library() as library, open_crate(read_only=False) as crate:
        assert crate is not None
        crate.check()
        for record in with_versions(library, lambda studio: _brought(studio, file, crate, values)):
            heard = [
                f"{record['bpm']:g} bpm" if record["bpm"] else "",
                record["key"] or "",
                kind_word(record["kind"]),
            ]
            print(
                clip_json(record)
                if as_json
                else f"{record['path']}\n  {' · '.join(one for one in heard if one)}"
            )
            report = record["report"]
            for note in (*report.get("said", ()), *report.get("warnings", ())):
                print(f"  note: {note}", file=sys.stderr)


async def _brought(
    versions: Versions, files: list[Path], crate: Crate, values: dict[str, Any]
) -> list[ClipRecord]:
    given = {name: value for name, value in values.items() if value}
    return [await versions.bring(file.expanduser(), crate, given) for file in files]


def _checked_values(values: dict[str, Any]) -> dict[str, Any]:
    from bridge.request import check_fields

    return dict(
        check_fields((name, str(value)) for name, value in values.items() if value is not None)
    )
