"""`sidecrate add`: files brought into the crate as they are."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from bridge.errors import SidecrateError
from bridge.request import check_fields, kind_word
from daemon.cli.library import open_library, with_versions
from daemon.cli.options import AsJson
from daemon.cli.order import open_crate
from daemon.cli.several import each_of
from daemon.crate.crate import Crate
from daemon.library.library import Library
from daemon.library.versions import Versions
from daemon.record import ClipRecord


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
    again: Annotated[
        bool, typer.Option("--again", help="Add a file once more that is in the crate already.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring sounds or MIDI files into the crate as they are, to be used as any clip.

    `fit` puts one on the grid instead. One that cannot be read keeps none of the others back.
    """
    from daemon.cli.show import clip_json

    values = _checked_values({"kind": kind, "bpm": bpm, "key": key, "meter": meter})
    values |= {"license": licence, "tags": tag}
    with open_library() as library, open_crate(read_only=False) as crate:
        assert crate is not None
        crate.check()
        brought = with_versions(
            library, lambda studio: _brought(studio, library, file, crate, values, again=again)
        )

        def show(path: Path) -> None:
            outcome = brought[path]
            if isinstance(outcome, SidecrateError):
                raise outcome
            record, is_new = outcome
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
            if not is_new:
                note = f"it is in the crate already, as {record['id']}: --again adds it once more"
                print(f"  note: {note}", file=sys.stderr)
                return
            report = record["report"]
            for note in (*report.get("said", ()), *report.get("warnings", ())):
                print(f"  note: {note}", file=sys.stderr)

        each_of(file, show, as_json)


async def _brought(
    versions: Versions,
    library: Library,
    files: list[Path],
    crate: Crate,
    values: dict[str, Any],
    *,
    again: bool,
) -> dict[Path, tuple[ClipRecord, bool] | SidecrateError]:
    """Each file's clip, and whether it is new, or why it could not be brought in.

    The same content is not brought in twice unasked. One that fails keeps none of the others back.
    """
    given = {name: value for name, value in values.items() if value}
    brought: dict[Path, tuple[ClipRecord, bool] | SidecrateError] = {}
    for file in files:
        path = file.expanduser()
        try:
            clip = library.brought_as(path) if path.is_file() and not again else None
            brought[file] = (
                (await versions.bring(path, crate, given), True)
                if clip is None
                else brought.get(file, (library.record(clip), False))
            )
        except SidecrateError as fault:
            brought[file] = fault
    return brought


def _checked_values(values: dict[str, Any]) -> dict[str, Any]:
    return dict(
        check_fields((name, str(value)) for name, value in values.items() if value is not None)
    )
