"""Each verb of the table as a command: its source, its fields as options, `--json` for results."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from bridge.verbs import NAMED, SOURCE, VERBS, Verb
from daemon.cli.asked import asked_of, names_of
from daemon.cli.options import AsJson, Force, Out, Progress, with_fields
from daemon.cli.order import show_order
from daemon.cli.several import check_one_name, each_of
from daemon.record import ClipRecord
from daemon.verbs.registry import draw_in_verbs


def add_verbs(app: typer.Typer, asked: Sequence[str]) -> None:
    """Add a command for each verb that has none.

    Installed packages are read only where `asked` may name one of their verbs.
    """
    if asked_of(app, asked):
        return
    draw_in_verbs()
    known = names_of(app)
    for verb in VERBS.values():
        if verb.name not in known:
            app.command(verb.name)(_command(verb))


def kit_line(records: Sequence[ClipRecord]) -> str:
    """The command that plays the kit that was just cut or learnt; empty where none was.

    Its name is the collection's, which has a number where an earlier kit has the name.
    """
    kit = [record for record in records if record.get("role") and record.get("collection")]
    if not kit:
        return ""
    from daemon.cli.library import open_library

    with open_library() as library:
        names = library.collections.of(kit[0]["id"])
    # written elsewhere than into the crate, its folder is the kit
    name = names[-1] if names else str(Path(kit[0]["path"]).parent)
    # an instrument that was learnt has one role, and no drums
    role = kit[0]["role"]
    words = f"{role} loop" if role in ("lead", "bass", "chords") else "drum loop"
    return f'play it: sidecrate make "{words}" --kit "{name}"'


def notes_line(records: Sequence[ClipRecord], *, in_crate: bool) -> str:
    """The command that plays notes which came without a sound; empty where there are none."""
    notes = [record for record in records if record["kind"] == "midi"]
    if not notes or len(notes) < len(records):
        return ""
    return (
        f"hear it: sidecrate render {notes[0]['id'] if in_crate else shlex.quote(notes[0]['path'])}"
    )


def _command(verb: Verb) -> Callable[..., None]:
    about = typer.Argument(help=f"{NAMED[verb.works_on].capitalize()}.", metavar="SOURCE...")

    def command(
        sources: Annotated[list[str], about],
        out: Out = None,
        force: Force = False,
        as_json: AsJson = False,
        progress: Progress = False,
        *,
        fields: dict[str, Any],
    ) -> None:
        if verb.beside_needed and len(sources) == 2 and verb.beside not in fields:
            fields = {**fields, verb.beside: sources.pop()}
        check_one_name(out, sources)
        how: dict[str, Any] = {"as_json": as_json, "progress": progress}

        def order(source: str) -> None:
            values = {SOURCE: source, **fields}
            records = show_order(verb.name, values, out=out, force=force, **how)
            line = kit_line(records) or notes_line(records, in_crate=out is None)
            if line and not as_json:
                print(line)

        each_of(sources, order, as_json)

    command.__name__ = verb.name
    command.__doc__ = (
        f"{verb.help.capitalize()}.\n\nFor example: sidecrate {verb.name} {verb.example}"
    )
    # typer resolves annotations by the module's names, and `about` is a local one
    command.__annotations__["sources"] = Annotated[list[str], about]
    return with_fields(verb.name)(command)
