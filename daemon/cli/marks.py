"""`sidecrate mark` and `collect`: what a user thinks of clips, and the sets they belong to."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from daemon.cli.library import Clip, open_library
from daemon.cli.options import AsJson
from daemon.library.rows import LibraryRow


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
            library.marks.favourite(found, favourite)
        if rating is not None:
            library.marks.rate(found, rating)
        if used is not None:
            library.marks.use(found, used)
        if tag or untag:
            library.marks.tag(found, tag or (), untag or ())
        row = library.get(found)
    print(found + (marks_line(row) or "\n  no marks"), file=sys.stderr)


def collect(
    name: Annotated[str | None, typer.Argument(help="The collection; none lists them all.")] = None,
    clip: Annotated[list[str] | None, typer.Argument(help="Clips to put into it.")] = None,
    first: Annotated[
        bool, typer.Option("--first", help="Put these clips before its others, in this order.")
    ] = False,
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
            if first:
                library.collections.arrange(name, found)
        for inside in library.collections.clips(name):
            record = library.record(inside)
            print(json.dumps(record) if as_json else f"{inside}  {record['path']}")


def marks_line(row: LibraryRow) -> str:
    """The user's marks of a clip for people, a line of its own; empty without any."""
    marks = marks_of(row)
    return f"\n  {' · '.join(marks)}" if marks else ""


def marks_of(row: LibraryRow) -> list[str]:
    """The user's marks of a clip for people, in words."""
    marks = ["favourite"] if row["favourite"] else []
    if row["rating"]:
        marks.append("*" * row["rating"])
    marks += [name for name in ("used", "edited") if row[name]]
    if row["missing"]:
        marks.append("file is gone")
    if row["tags"]:
        marks.append(f"tags {', '.join(row['tags'])}")
    return marks
