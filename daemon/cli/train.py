"""`sidecrate train`: an engine of one's own, from a folder of one-shots."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from daemon.cli.options import AsJson
from daemon.home.places import Places


def train(
    folder: Annotated[
        Path | None, typer.Argument(help="Your one-shots; subfolders too. None: list your engines.")
    ] = None,
    name: Annotated[str, typer.Option("--name", help="It is then mine-NAME.")] = "",
    licence: Annotated[
        str,
        typer.Option("--licence", help="Of the sounds, where they are not yours, as in CC-BY-4.0."),
    ] = "",
    yes: Annotated[
        bool, typer.Option("--yes", help="The sounds may be used for this; do not ask.")
    ] = False,
    report: Annotated[
        str, typer.Option("--report", help="Judge an engine: how near, how new.", metavar="NAME")
    ] = "",
    export: Annotated[
        str,
        typer.Option(
            "--export", help="Write an engine to the file or folder given.", metavar="NAME"
        ),
    ] = "",
    bring: Annotated[
        Path | None, typer.Option("--import", help="Take in an engine's file.", metavar="FILE")
    ] = None,
    forget: Annotated[str, typer.Option("--forget", help="Remove an engine.", metavar="NAME")] = "",
    as_json: AsJson = False,
) -> None:
    """Teach an engine from your own one-shots; it makes new ones like them, as mine-NAME.

    Nothing leaves this machine, and your files stay as they are. Stopped, it goes on where it was.
    """
    from daemon.children.inside import lower_priority
    from daemon.training import train as teaching

    places = Places.find()
    if report:
        lower_priority()
        _report(report, places, as_json)
    elif export:
        print(teaching.export(export, folder or Path.cwd(), places))
    elif bring is not None:
        print(teaching.bring_in(bring, name, places))
    elif forget:
        teaching.forget(forget, places)
        print(f"{forget} is forgotten; clips that it made stay", file=sys.stderr)
    elif folder is None:
        _list(places, as_json)
    else:
        lower_priority()
        _teach(folder, name, licence, yes, places, as_json)


def _teach(folder: Path, name: str, licence: str, yes: bool, places: Places, as_json: bool) -> None:
    from daemon.client.follow import progress_bar
    from daemon.errors import EngineError
    from daemon.training.train import teach

    if not name:
        raise EngineError(
            "--name is missing: what shall it be called, as in my-kicks?", "bad_request"
        )
    if not yes and not licence:
        asked = "Are the sounds yours, or free to be used like this?"
        if not sys.stdin.isatty() or not typer.confirm(asked):
            raise EngineError(
                f"{asked} Then say --yes, or name their --licence; it stands with every clip",
                "bad_request",
            )
    with progress_bar(as_json) as bar:
        done = teach(folder.expanduser(), name, places, licence, bar)
    if as_json:
        print(
            json.dumps({"engine": done.engine, "file": str(done.file), "report": list(done.lines)})
        )
        return
    for line in done.lines:
        print(line)
    print(f'{done.engine} is ready: sidecrate make "kick" --engine {done.engine} --count 10')


def _report(name: str, places: Places, as_json: bool) -> None:
    from daemon.training.report import LEAST_JUDGED, judge_role
    from daemon.training.train import model_of

    for role in model_of(name, places).roles.values():
        if len(role.sounds) < LEAST_JUDGED:
            if not as_json:
                print(f"{role.name}: {len(role.sounds)} sounds; {LEAST_JUDGED} can be judged")
            continue
        judged = judge_role(role.name, list(role.sounds))
        for line in [json.dumps(judged.to_json())] if as_json else judged.lines():
            print(line)


def _list(places: Places, as_json: bool) -> None:
    from daemon.training.train import taught

    found = taught(places)
    for one in found:
        about = f"{one['sounds']} sounds: {', '.join(one['roles'])}; {one['licence']}"
        print(json.dumps(one) if as_json else f"{one['engine']}  {about}")
    if not found and not as_json:
        print("you have taught none: sidecrate train FOLDER --name my-kicks", file=sys.stderr)
