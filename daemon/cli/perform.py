"""`sidecrate perform`: what was written down of the pads, or by a program, becomes a clip."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from daemon.cli.library import open_library, with_versions
from daemon.cli.order import open_crate
from daemon.errors import LibraryError
from daemon.library.performance import read_performance

#: More than the largest performance needs.
_MOST_BYTES = 1 << 20


def perform(
    file: Annotated[
        Path,
        typer.Argument(
            help="A JSON file: bpm, bars and plays (clip, start and end in bars); more under"
            " docs/page.md.",
            metavar="FILE.json",
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="The clip's record as JSON.")] = False,
) -> None:
    """The sum of clips as they were played: each from one bar to another, in one tempo and key."""
    try:
        said = json.loads(file.read_text("utf-8")) if file.stat().st_size <= _MOST_BYTES else None
    except OSError as error:
        why = error.strerror or error
        raise LibraryError(
            f"{file} cannot be read ({why}); name a JSON file of bpm, bars and plays", "bad_request"
        ) from None
    except ValueError as error:
        raise LibraryError(f"{file} cannot be read as JSON: {error}", "bad_request") from None
    if not isinstance(said, dict):
        raise LibraryError(
            f"{file} holds no performance: an object with bpm, bars and plays", "bad_request"
        )
    with open_library() as library:
        plays = said.get("plays")
        if isinstance(plays, list):
            # a person may write the beginning of an id, or last
            for play in plays:
                if isinstance(play, dict) and isinstance(play.get("clip"), str):
                    play["clip"] = library.find(play["clip"])
        played = read_performance(said)
        with open_crate(read_only=False) as crate:
            assert crate is not None
            crate.check()
            record = with_versions(library, lambda versions: versions.perform(played, crate))
    if as_json:
        print(json.dumps(record))
        return
    print(record["path"])
    for note in record["report"].get("warnings") or ():
        print(f"  note: {note}", file=sys.stderr)
