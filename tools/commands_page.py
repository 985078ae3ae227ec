"""docs/commands.md, made from the commands: `python -m tools.commands_page > docs/commands.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from bridge.verbs import VERBS
from daemon.cli.app import app
from daemon.cli.verbs import add_verbs

if TYPE_CHECKING:
    from typer._click.core import Command, Parameter

_HEADING = """# Commands

This page is made from the commands themselves (`python -m tools.commands_page`); a test holds it to
them. `sidecrate COMMAND --help` says the same.

- Where a daemon runs, `make`, `fit` and `again` hand over to it. Without one they work by themselves.
- A clip is named by the id at the end of its file name (`k3f9`), or `last`.
- `--home FOLDER`, anywhere on the line, keeps config, inbox, crate and state under one folder. The
  variable `SIDECRATE_HOME` does the same.
- `--json` prints one object a line.
- Exit codes: 0 done, 1 failed, 2 bad usage, 130 stopped by Ctrl-C.
"""
#: Of commands that take nearly all of them; the others' few stand in their tables.
_MANY_FIELDS = 30
_FIELDS = "It takes each [field of a request](protocol.md#fields-of-a-request) as an option, as in `--bpm 90`."


def commands_page() -> str:
    """The whole page, as Markdown."""
    add_verbs(app, [])
    commands = sorted(_leaves(typer.main.get_command(app), ""))
    rows = [f"| [`{name}`](#{_anchor(name)}) | {_summary(one)} |" for name, one in commands]
    index = "\n".join(["| command | what it does |", "| --- | --- |", *rows])
    return "\n".join([_HEADING, index, *(_section(name, one) for name, one in commands)])


def _leaves(command: Command, name: str) -> Iterator[tuple[str, Command]]:
    """(name, command) of each command that is no group of others."""
    children = getattr(command, "commands", None)
    if children is None:
        yield name, command
        return
    for word, child in children.items():
        yield from _leaves(child, f"{name} {word}".strip())


def _section(name: str, command: Command) -> str:
    taken = VERBS[name].takes if name in VERBS else {}
    if len(taken) < _MANY_FIELDS:
        taken = {}
    shown = [one for one in command.params if one.name not in taken or _is_argument(one)]
    fields = len(shown) < len(command.params)
    usage = [f"sidecrate {name}", *(_placeholder(one) for one in shown if _is_argument(one))]
    if len(usage) <= len(command.params):
        usage.append("[options]")
    parts = [f"\n## {name}\n", f"{_plain(command.help)}\n", f"```\n{' '.join(usage)}\n```\n"]
    if shown:
        lines = [f"| {_plain(_label(one))} | {_plain(getattr(one, 'help', ''))} |" for one in shown]
        parts.append("\n".join(["| option | what it is |", "| --- | --- |", *lines]) + "\n")
    if fields:
        parts.append(f"{_FIELDS}\n")
    return "\n".join(parts).rstrip("\n")


def _is_argument(one: Parameter) -> bool:
    return one.param_type_name == "argument"


def _placeholder(one: Parameter) -> str:
    """An argument as usage shows it: in brackets where it may be left out."""
    word = (one.metavar or str(one.name)).upper().removesuffix("...")
    word += "..." if one.nargs == -1 else ""
    return word if one.required else f"[{word}]"


def _label(one: Parameter) -> str:
    if _is_argument(one):
        return f"`{_placeholder(one)}`"
    names = ", ".join([*one.opts, *one.secondary_opts])
    flag = bool(getattr(one, "is_flag", False))
    return f"`{names}`" if flag or not one.metavar else f"`{names} {one.metavar}`"


def _summary(command: Command) -> str:
    return _plain((command.help or "").partition("\n\n")[0])


def _plain(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


def _anchor(name: str) -> str:
    return name.replace(" ", "-")


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    print(commands_page())
