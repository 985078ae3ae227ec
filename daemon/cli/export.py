"""`sidecrate export`: a clip or a collection as files for elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from daemon.cli.library import open_library, with_versions
from daemon.cli.options import Force
from daemon.crate.neighbours import absolute_out
from daemon.library.versions import FORMATS


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
