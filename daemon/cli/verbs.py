"""Each verb of the table as a command: its source, its fields as options, `--json` for results."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from bridge.verbs import NAMED, SOURCE, VERBS, Verb
from daemon.cli.options import AsJson, Force, Out, with_fields
from daemon.cli.order import check_out, show_order
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
            app.command(verb.name)(_command(verb, leave_out=(verb.holds, "id", "target")))


def _command(verb: Verb, *, leave_out: Collection[str]) -> Callable[..., None]:
    about = typer.Argument(help=f"{NAMED[verb.works_on].capitalize()}.", metavar="SOURCE...")

    def command(
        sources: Annotated[list[str], about],
        out: Out = None,
        force: Force = False,
        as_json: AsJson = False,
        *,
        fields: dict[str, Any],
    ) -> None:
        check_out(out, force)
        if out is not None and len(sources) > 1:
            raise typer.BadParameter(
                f"--out {out} is one name, and there are {len(sources)} sources"
            )
        values = {
            name: _there(value) if name in verb.paths else value for name, value in fields.items()
        }
        for source in sources:
            named = source if verb.works_on == "words" else _there(source)
            show_order(verb.name, {SOURCE: named, **values}, out=out, as_json=as_json)

    command.__name__ = verb.name
    command.__doc__ = (
        f"{verb.help.capitalize()}.\n\nFor example: sidecrate {verb.name} {verb.example}"
    )
    # typer resolves annotations by the module's names, and `about` is a local one
    command.__annotations__["sources"] = Annotated[list[str], about]
    return with_fields(verb.name, leave_out=leave_out)(command)


def _there(name: str) -> str:
    """A path made absolute, since the daemon's folder is another; a clip's name as it is."""
    path = Path(name).expanduser()
    return str(path.absolute()) if path.exists() else name
