"""`sidecrate train`: an engine of one's own, from a folder of one-shots and loops."""

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
        Path | None,
        typer.Argument(
            help="Your one-shots and loops, as a folder with its subfolders or a collection."
            " None: list your engines."
        ),
    ] = None,
    name: Annotated[str, typer.Option("--name", help="It is then mine-NAME.")] = "",
    licence: Annotated[
        str,
        typer.Option("--licence", help="Of the sounds, where they are not yours, as in CC-BY-4.0."),
    ] = "",
    yes: Annotated[
        bool, typer.Option("--yes", help="The sounds may be used for this; do not ask.")
    ] = False,
    onto: Annotated[
        str,
        typer.Option(
            "--onto",
            help="Tune this local model instead, as local-musicgen-small, by an adapter (LoRA).",
            metavar="ENGINE",
        ),
    ] = "",
    steps: Annotated[
        int, typer.Option("--steps", help="Steps of --onto.", metavar="N", min=1, max=1_000_000)
    ] = 1000,
    blend: Annotated[
        str,
        typer.Option(
            "--blend",
            help="An engine of several adapters, each with its strength: one:0.7,other:0.4.",
            metavar="NAMES",
        ),
    ] = "",
    with_kept: Annotated[
        bool,
        typer.Option("--with-kept", help="Also what the engine made and you kept; few of it."),
    ] = False,
    taste: Annotated[
        bool, typer.Option("--taste", help="How well your taste is known, by which --best chooses.")
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
    """Teach an engine from your own sounds; it makes new ones like them, as mine-NAME.

    Nothing leaves this machine, and your files stay as they are. Stopped, it goes on where it was.
    """
    from daemon.children.inside import lower_priority
    from daemon.training import train as teaching

    places = Places.find()
    if taste:
        _taste(as_json)
    elif report:
        lower_priority()
        _report(report, places, as_json)
    elif export:
        print(teaching.export(export, folder or Path.cwd(), places))
    elif bring is not None:
        _use_config(places)
        print(teaching.bring_in(bring, name, places))
    elif forget:
        teaching.forget(forget, places)
        print(f"{forget} is forgotten; clips that it made stay", file=sys.stderr)
    elif blend:
        print(_blend(blend, name, places))
    elif folder is None:
        _list(places, as_json)
    else:
        lower_priority()
        made = _kept(name) if with_kept else {}
        tuning = (onto, steps) if onto else None
        _teach(_sounds_of(folder), name, licence, yes, places, as_json, made, tuning)


def _blend(words: str, name: str, places: Places) -> str:
    from daemon.errors import EngineError

    parts = []
    for word in words.split(","):
        part, _, strength = word.strip().partition(":")
        try:
            parts.append((part, float(strength or 1.0)))
        except ValueError:
            parts.append((part, -1.0))
        if not 0 <= parts[-1][1] <= 1:
            raise EngineError(
                f"--blend {word.strip()!r}: give names with strengths from 0 to 1, as in"
                " one:0.7,other:0.4",
                "bad_request",
            )
    if not name:
        raise EngineError("--name is missing: what shall the blend be called?", "bad_request")
    _use_config(places)
    from daemon.training.tuning import blend

    return blend(parts, name, places)


def _use_config(places: Places) -> None:
    """Have the config's own models as engines."""
    from daemon.settings.load import load_config
    from daemon.settings.schema import use

    use(load_config(places.config_file))


def _sounds_of(named: Path) -> Path | list[Path]:
    """A folder, or the files of the collection of that name."""
    folder = named.expanduser()
    if folder.exists():
        return folder
    from daemon.errors import EngineError, LibraryError
    from daemon.library.library import collection_files

    try:
        files = collection_files(Places.find().library, str(named))
    except LibraryError:
        files = []
    if not files:
        raise EngineError(
            f"there is no folder {named}, and no collection of that name with sounds in it;"
            " `sidecrate collect` lists yours",
            "bad_request",
        )
    return [Path(file) for file in files]


def _kept(name: str) -> dict[Path, str]:
    """What the engine has made and its user kept, with its role."""
    from daemon.cli.library import open_library
    from daemon.cli.order import open_crate
    from daemon.engines.mine.store import PREFIX, check_name
    from daemon.library.liked import marked_clips

    with open_library() as library, open_crate(read_only=True) as crate:
        marked = marked_clips(crate.database, library.database) if crate else []
    return {
        Path(one["path"]): one["role"]
        for one in marked
        if one["liked"] and one["kind"] == "oneshot" and one["path"]
        and one["engine"] == f"{PREFIX}{check_name(name)}" and Path(one["path"]).is_file()
    }  # fmt: skip


def _taste(as_json: bool) -> None:
    from daemon.cli.best import kinds_word, taste_of, taste_words

    for kind in ("oneshot", "loop", "sfx", "track"):
        known = taste_of(kind)
        if as_json:
            skill = None if known is None else {"skill": known.skill, "error": known.error}
            used = known is not None and known.is_used
            print(json.dumps({"kind": kind, **(skill or {"skill": None}), "used": used}))
        else:
            print(f"{kinds_word(kind)}: {taste_words(kind, known)}")


def _teach(
    folder: Path | list[Path], name: str, licence: str, yes: bool, places: Places, as_json: bool,
    made: dict[Path, str], tuning: tuple[str, int] | None = None,
) -> None:  # fmt: skip
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
        if tuning:
            _use_config(places)
            from daemon.training.lora import Plan
            from daemon.training.tuning import teach_onto

            plan = Plan(steps=tuning[1])
            done = teach_onto(folder, name, tuning[0], places, licence, plan, bar)
        else:
            done = teach(folder, name, places, licence, bar, made)
    if as_json:
        print(
            json.dumps({"engine": done.engine, "file": str(done.file), "report": list(done.lines)})
        )
        return
    for line in done.lines:
        print(line)
    wanted = done.example
    print(f"{done.engine} is ready: sidecrate make {wanted} --engine {done.engine} --count 10")


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
        loops = f"{one['loops']} loops: {', '.join(one['parts'])}" if one.get("loops") else ""
        sounds = f"{one['sounds']} sounds: {', '.join(one['roles'])}" if one["roles"] else ""
        about = "; ".join(filter(None, (sounds, loops, one["licence"])))
        print(json.dumps(one) if as_json else f"{one['engine']}  {about}")
    if not found and not as_json:
        print("you have taught none: sidecrate train FOLDER --name my-kicks", file=sys.stderr)
