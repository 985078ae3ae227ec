"""Each verb of the table as a command: its source, its fields as options, `--json` for results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from bridge.verbs import NAMED, SOURCE, VERBS, Verb
from daemon.cli.options import AsJson, Force, Out, Progress, with_fields
from daemon.cli.order import show_order
from daemon.verbs.registry import draw_in_verbs


def add_verbs(app: typer.Typer, asked: Sequence[str]) -> None:
    """Add a command for each verb that has none.

    Installed packages are read only where `asked` may name one of their verbs.
    """
    known = {
        str(one.name or getattr(one.callback, "__name__", "")) for one in app.registered_commands
    }
    known |= {str(one.name) for one in app.registered_groups}
    word = next((one for one in asked if not one.startswith("-")), "")
    if word in known:
        return
    draw_in_verbs()
    for verb in VERBS.values():
        if verb.name not in known:
            app.command(verb.name)(_command(verb))


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
        if out is not None and len(sources) > 1:
            raise typer.BadParameter(
                f"--out {out} is one name, and there are {len(sources)} sources"
            )
        for source in sources:
            values = {SOURCE: source, **fields}
            how: dict[str, Any] = {"as_json": as_json, "progress": progress}
            show_order(verb.name, values, out=out, force=force, **how)

    command.__name__ = verb.name
    command.__doc__ = (
        f"{verb.help.capitalize()}.\n\nFor example: sidecrate {verb.name} {verb.example}"
    )
    # typer resolves annotations by the module's names, and `about` is a local one
    command.__annotations__["sources"] = Annotated[list[str], about]
    return with_fields(verb.name)(command)
