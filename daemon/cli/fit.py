"""`sidecrate fit` and `look`: files put on the grid, or heard without one."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from bridge.request import check_fields
from daemon.children.blas_threads import one_thread
from daemon.cli.options import AsJson, Force, Out, Progress, with_fields
from daemon.cli.order import show_order
from daemon.cli.several import check_one_name, each_of
from daemon.conform.picture_file import check_picture
from daemon.errors import LibraryError
from daemon.home.places import Places
from daemon.library.library import said_of

Picture = Annotated[
    Path | None,
    typer.Option("--picture", help="Draw what was heard and done as a PNG.", metavar="FILE.png"),
]


def _check_picture(picture: Path | None, files: list[Path]) -> None:
    """Refuse, before any work, what cannot be drawn there."""
    if picture is None:
        return
    if len(files) > 1:
        raise typer.BadParameter(f"--picture is one picture, and there are {len(files)} files")
    check_picture(picture)


@with_fields("fit")
def fit(
    files: Annotated[list[Path], typer.Argument(help="Audio files.", metavar="FILE...")],
    out: Out = None,
    force: Force = False,
    picture: Picture = None,
    strict: Annotated[
        bool,
        typer.Option(help="Refuse a file without a clear beat instead of writing the best answer."),
    ] = False,
    as_json: AsJson = False,
    progress: Progress = False,
    *,
    fields: dict[str, Any],
) -> None:
    """Put audio files exactly on the grid."""
    check_one_name(out, files)
    _check_picture(picture, files)

    def order(file: Path) -> None:
        values = {"reference": str(file.expanduser().absolute()), **fields}
        for record in show_order(
            "fit",
            values,
            out=out,
            force=force,
            as_json=as_json,
            strict=strict,
            alone=bool(picture) or strict,
            progress=progress,
        ):
            if picture:
                from daemon.conform.picture import draw_clip

                draw_clip(file, record, picture)
                print(picture, file=sys.stderr)

    each_of(files, order, as_json)


def look(
    files: Annotated[
        list[Path], typer.Argument(help="Audio files, clips, or last.", metavar="FILE...")
    ],
    bpm: Annotated[
        str | None, typer.Option(help="The tempo that they should have.", metavar="X")
    ] = None,
    meter: Annotated[str | None, typer.Option(help="Their time signature.", metavar="X")] = None,
    picture: Picture = None,
    as_json: AsJson = False,
) -> None:
    """Hear files: tempo, beats, bars, key, loudness. Nothing is written but the picture.

    Each is a block of its own, or with --json a line. One that cannot be read keeps none of the
    others from being heard.
    """
    _check_picture(picture, files)
    one_thread(os.environ)
    values = check_fields(
        (name, value) for name, value in (("bpm", bpm), ("meter", meter)) if value is not None
    )
    shown = 0

    def show(file: Path) -> None:
        nonlocal shown
        if shown and not as_json:
            print()
        shown += 1
        if len(files) > 1 and not as_json:
            print(file)
        _look_at(_sound_of(file), values, picture, as_json)

    each_of(files, show, as_json)


def _sound_of(named: Path) -> Path:
    """The file itself, or that of the clip which is so called.

    A name of neither is returned as it is. LibraryError for a clip of notes alone.
    """
    if named.exists() or len(named.parts) != 1 or named.suffix:
        return named
    # imported only here: a file needs no library
    from daemon.cli.library import open_library

    with open_library() as library:
        try:
            record = library.record(library.find(str(named)))
        except LibraryError as error:
            if error.code != "unknown_clip" or str(named) == "last":
                raise
            return named
    if record["kind"] == "midi":
        raise LibraryError(
            f"clip {record['id']} is notes alone: there is no sound to hear; `sidecrate render"
            f" {record['id']}` makes one",
            "no_audio",
        )
    return Path(record["path"])


def _look_at(file: Path, values: dict[str, Any], picture: Path | None, as_json: bool) -> None:
    """One file's block of `look`."""
    from daemon.conform.look import look as hear_file

    asked_bpm = float(str(values["bpm"])) if "bpm" in values else None
    said = said_of(Places.find().library, file.expanduser())
    found = hear_file(file, asked_bpm, str(values.get("meter", "4/4")), said)
    if picture:
        from daemon.conform.picture import draw_look

        draw_look(file, found, picture)
    if as_json:
        print(json.dumps(found))
    else:
        from daemon.cli.show import look_lines

        print(look_lines(found))
