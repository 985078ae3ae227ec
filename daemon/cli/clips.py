"""`sidecrate clips`: the newest clips, or those that options ask for."""

from __future__ import annotations

import shutil
import sys
import time
from contextlib import suppress
from dataclasses import replace
from typing import Annotated, Final, cast

import typer

from daemon.cli.clip_table import table
from daemon.cli.library import open_library, with_versions
from daemon.cli.marks import marks_line
from daemon.cli.options import AsJson
from daemon.cli.order import open_crate
from daemon.crate.crate import Crate
from daemon.errors import NO_CLIP_YET, CrateError
from daemon.library.filters import SORTS, Filters
from daemon.library.library import Library
from daemon.library.rows import LibraryRow
from daemon.record import ClipRecord, CrateRecord, ListedRecord

Many = Annotated[
    list[str] | None, typer.Option(help="Only of this; may be given more than once.", metavar="X")
]

#: The user's marks of a clip, as the library keeps them.
_MARKS: Final = ("favourite", "rating", "used", "tags", "missing", "edited")
#: Clips read from the library at once.
_PAGE: Final = 1000


def clips(
    clip: Annotated[
        list[str] | None, typer.Argument(help="Clips to show in full, by id or as last.")
    ] = None,
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

    A terminal gets a line a clip; `clips ID` shows one in full, and so does a pipe all of them.
    Films are listed by --kind video alone; --search finds them by words and by their clip.
    """
    if clip:
        _show_named(clip, as_json)
        return
    if kind == ["video"]:
        _show_videos(number, search, as_json)
        return
    with open_library() as library, open_crate(read_only=True) as crate:
        alike = None if similar is None else library.find(similar)
        if alike is not None and library.needs_measuring(alike):
            with_versions(library, lambda versions: versions.measure(alike))
        if collection is not None:
            # one that is not there is told, and not searched in
            library.collections.clips(collection)
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
        in_full = as_json or not sys.stdout.isatty()
        if rows and not in_full:
            print("\n".join(table(rows, shutil.get_terminal_size().columns)))
        for row in rows if in_full else ():
            _show(library, crate, row, as_json)
    if not rows and not as_json:
        print(
            "no clip is like that" if total == 0 and _narrows(filters) else NO_CLIP_YET,
            file=sys.stderr,
        )
    elif total > len(rows) and not as_json:
        print(f"{len(rows)} of {total}; -n shows more", file=sys.stderr)
    if search and not as_json and (films := len(_films(search))):
        print(f"films like that: {films}; --kind video shows them", file=sys.stderr)


def _show_named(clips: list[str], as_json: bool) -> None:
    """Clips in full, each by its id, its path or as `last`."""
    with open_library() as library, open_crate(read_only=True) as crate:
        for named in clips:
            _show(library, crate, library.get(library.find(named)), as_json)


def _show(library: Library, crate: Crate | None, row: LibraryRow, as_json: bool) -> None:
    """A clip in full."""
    from daemon.cli.show import clip_json, clip_lines

    record = _listed(library.record(row["id"]), row, _kept(crate, row["id"]))
    print(clip_json(record) if as_json else clip_lines(record) + marks_line(row))


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


def _narrows(filters: Filters) -> bool:
    return filters != Filters(sort=filters.sort)


def _pages(library: Library, filters: Filters, number: int) -> tuple[int, list[LibraryRow]]:
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
    if ends[0] is not None and ends[1] is not None and ends[0] > ends[1]:
        raise typer.BadParameter(f"--{name} {text!r} ends below its beginning: nothing is in it")
    return ends if parted else (ends[0], ends[0])
