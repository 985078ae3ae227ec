"""The table of commands, in the order in which `--help` lists them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from daemon.cli.add import add
from daemon.cli.answer import answer
from daemon.cli.batch import batch
from daemon.cli.clips import clips
from daemon.cli.correct import correct
from daemon.cli.edit import edit
from daemon.cli.export import export
from daemon.cli.fit import fit, look
from daemon.cli.home import doctor, engines, install, open_folder, uninstall
from daemon.cli.make import again, make
from daemon.cli.marks import collect, mark
from daemon.cli.mcp import mcp
from daemon.cli.midi import midi_app
from daemon.cli.models import models
from daemon.cli.one_clip import keep, play, trash
from daemon.cli.paint import paint
from daemon.cli.pair import pair
from daemon.cli.perform import perform
from daemon.cli.plugins import plugins
from daemon.cli.profile import profile_app
from daemon.cli.project import project_app
from daemon.cli.radio import radio
from daemon.cli.ray import ray_app
from daemon.cli.secret import secret_app
from daemon.cli.service import ask, cancel, demo, run, status, tempo
from daemon.cli.sounds import sounds_app
from daemon.cli.spend import spend
from daemon.cli.train import train
from daemon.cli.worker import boxes_app, worker
from daemon.version import __version__

_COMMANDS: tuple[Callable[..., Any], ...] = (
    run, demo, status,
    clips, mark, collect, edit, export, add, perform,
    make, fit, look, again, play, keep, trash, cancel, tempo, ask,
    batch, worker, train, pair, spend, models, radio, paint, plugins, answer, mcp, correct,
    doctor, install, uninstall,
)  # fmt: skip
#: Commands with commands of their own.
_FAMILIES = {
    "midi": midi_app,
    "profile": profile_app,
    "project": project_app,
    "secret": secret_app,
    "sounds": sounds_app,
    "boxes": boxes_app,
    "ray": ray_app,
}

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Clips that are exactly on your project's grid and in its key, beside your DAW.",
    epilog="--home FOLDER, anywhere on the line, "
    "keeps config, inbox, crate and state under one folder (as SIDECRATE_HOME does).",
)


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Say which Sidecrate this is.")
    ] = False,
    licences: Annotated[
        bool, typer.Option("--licences", help="With --version: the licences of what is in it.")
    ] = False,
) -> None:
    """Options before the command."""
    if version or licences:
        print(f"Sidecrate {__version__}")
        if licences:
            from daemon.cli.licences import licences_text

            print(licences_text())
        raise typer.Exit
    if context.invoked_subcommand is None:
        raise typer.BadParameter("no command is given")


for _command in _COMMANDS:
    app.command()(_command)
app.command("open")(open_folder)
app.command()(engines)
for _name, _family in _FAMILIES.items():
    app.add_typer(_family, name=_name)
