"""The command that is asked for: of some fifty it alone is built from its function."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import typer
from typer.main import get_command_name
from typer.models import CommandInfo, TyperInfo


def names_of(app: typer.Typer) -> set[str]:
    """What the commands and groups of commands are called."""
    every: list[CommandInfo | TyperInfo] = [*app.registered_commands, *app.registered_groups]
    return {_name_of(one) for one in every}


def asked_of(app: typer.Typer, arguments: Sequence[str]) -> str:
    """The command or group that a command line names; empty where it names none of them.

    No option before a command takes a value.
    """
    word = next((one for one in arguments if not one.startswith("-")), "")
    return word if word in names_of(app) else ""


def with_asked_alone(app: typer.Typer, arguments: Sequence[str]) -> typer.Typer:
    """`app` with the one command that is asked for, or `app` itself where its help is.

    Reading the options of all of them from their types is a quarter of a short command's time.
    """
    asked = asked_of(app, arguments)
    if not asked:
        return app
    alone = copy.copy(app)
    alone.registered_commands = [one for one in app.registered_commands if _name_of(one) == asked]
    alone.registered_groups = [one for one in app.registered_groups if _name_of(one) == asked]
    return alone


def _name_of(one: CommandInfo | TyperInfo) -> str:
    return str(one.name or get_command_name(getattr(one.callback, "__name__", "")))
