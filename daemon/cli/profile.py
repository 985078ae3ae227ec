"""`sidecrate profile`: people who share this machine, each with their own library on the page."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from daemon.errors import LibraryError
from daemon.home.places import Places
from daemon.web.profiles import Profiles

profile_app = typer.Typer(
    no_args_is_help=True,
    help="People who share this machine, each with marks of their own on the page.",
)
Name = Annotated[str, typer.Argument(help="The person's name.")]


def _password() -> str:
    """The password: asked for twice at a terminal, else the first line of stdin."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")


@profile_app.command("add")
def add(name: Name) -> None:
    """A new profile; its password is asked for.

    The first takes over all marks, collections and edits made so far.
    """
    made = Profiles(Places.find()).add(name, _password())
    print(f"{made.name} logs in on the page now: `sidecrate open --page`")


@profile_app.command("list")
def list_all() -> None:
    """Whose profiles there are."""
    for one in Profiles(Places.find()).all():
        print(one.name)


@profile_app.command("password")
def password(name: Name) -> None:
    """Another password; that profile's open pages are closed by it."""
    profiles = Profiles(Places.find())
    profiles.set_password(profiles.find(name), _password())


@profile_app.command("remove")
def remove(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Without asking once more.")] = False,
) -> None:
    """Take a profile away with its marks, collections and edits; the clips stay."""
    profiles = Profiles(Places.find())
    found = profiles.find(name)
    if not yes and not (
        sys.stdin.isatty()
        and typer.confirm(f"{found.name}'s favourites, collections and edits go too. Go on?")
    ):
        raise LibraryError(f"{found.name} stays; --yes removes without asking", "bad_request")
    profiles.remove(found)
