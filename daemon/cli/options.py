"""The table of request fields as options of a command."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from bridge.request import Field
from bridge.verbs import VERBS, Verb

#: `allowed` of a field that is a switch.
_SWITCH = "on or off"
#: Of the request's fields that a verb takes, those that change nothing there.
_MEANS_NOTHING = {"fit": ("prompt", "count", "engine"), "again": ("count",)}

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]
Progress = Annotated[
    bool, typer.Option("--progress", help="With --json: a line for each step of the way too.")
]
Out = Annotated[
    str | None,
    typer.Option(
        "--out",
        help="Write here instead of into the crate: a file, or a folder (that ends in /).",
        metavar="PATH",
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Write over a file that is there.")]


def offered_fields(verb: Verb) -> list[Field]:
    """The fields that a command, or a function of Python, has beside what the verb works on.

    `id` and `target` are for senders that hear their answer later.
    """
    hidden = {verb.holds, "id", "target", *_MEANS_NOTHING.get(verb.name, ())}
    return [row for row in verb.takes.values() if row.name not in hidden]


def with_fields(verb: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command one option for each field that a verb takes.

    The command gets those that were used, unchecked, as `fields`.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = [
            p
            for p in inspect.signature(command, eval_str=True).parameters.values()
            if p.name != "fields"
        ]
        rows = offered_fields(VERBS[verb])

        def run(**given: Any) -> None:
            fields = {row.name: given.pop(row.python_name) for row in rows}
            command(
                **given, fields={name: value for name, value in fields.items() if value is not None}
            )

        options = [_option(row) for row in rows]
        run.__signature__ = inspect.Signature([*own, *options])  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in (*own, *options)}
        run.__name__ = command.__name__
        run.__doc__ = command.__doc__
        return run

    return decorate


def _option(row: Field) -> inspect.Parameter:
    flag, help, default = "--" + row.name.replace("_", "-"), row.help, row.default
    if row.allowed == _SWITCH:
        kind: Any = Annotated[
            bool | None, typer.Option(f"{flag}/--no-{flag[2:]}", help=help, show_default=default)
        ]
    else:
        kind = Annotated[
            str | None,
            typer.Option(
                flag,
                help=f"{help} Takes {row.allowed}.",
                show_default=default,
                metavar="X",
                rich_help_panel="Fields",
            ),
        ]
    return inspect.Parameter(
        row.python_name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind
    )
