"""The commands under `sidecrate secret`."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from daemon.home.keys import NAMES, find_secret, forget_secret, keep_secret

secret_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Tokens and keys of hosted services, in the system's keyring.",
)

Name = Annotated[str, typer.Argument(help="As in REPLICATE_API_TOKEN.")]


@secret_app.command("set")
def set_secret(name: Name) -> None:
    """Ask for a secret without showing it and put it into the system's keyring."""
    _known(name)
    value = _asked(name) if sys.stdin.isatty() else sys.stdin.readline()
    if not value.strip():
        raise typer.BadParameter("nothing was given")
    keep_secret(name, value.strip())
    print(
        f"{name} is kept in the system's keyring; a running daemon knows it within a minute",
        file=sys.stderr,
    )


@secret_app.command("forget")
def forget(name: Name) -> None:
    """Take a secret out of the system's keyring."""
    _known(name)
    forget_secret(name)


@secret_app.command("list")
def list_secrets() -> None:
    """Which secrets are there, and where; never what they are."""
    for name, what in NAMES.items():
        where = "not set"
        if os.environ.get(name, "").strip():
            where = "in the environment"
        elif find_secret(name):
            where = "in the keyring"
        print(f"{name:<20} {where:<19} for {what}")


def _asked(name: str) -> str:
    return str(typer.prompt(f"{name}, for {NAMES[name]}", hide_input=True, err=True))


def _known(name: str) -> None:
    if name not in NAMES:
        raise typer.BadParameter(f"{name!r} is none of {', '.join(NAMES)}")
