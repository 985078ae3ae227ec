"""Teach an engine from a folder, export it, bring it in from another machine, forget it."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.files.whole import write_whole
from daemon.audio.wav_record import read_record
from daemon.engines.mine.loops import Loop
from daemon.engines.mine.model import LEAST_LEARNT, Model, load_model, read_head, save_model
from daemon.engines.mine.store import PREFIX, about_file, check_name, mine_folder, model_file
from daemon.errors import EngineError
from daemon.home.places import Places
from daemon.home.room import check_space
from daemon.training.data_set import Tell, check_enough, files_of, gather, roles_of
from daemon.training.found import Found

#: The licence of sounds that are their user's.
_OWN = "your own sounds"


@dataclass(frozen=True)
class Taught:
    """An engine that was made. lines: what was taken, left out and learnt, for people."""

    engine: str
    file: Path
    lines: tuple[str, ...]
    example: str
    """A prompt that it can make."""


def teach(
    folder: Path | Sequence[Path],
    name: str,
    places: Places,
    licence: str,
    tell: Tell,
    made: Mapping[Path, str] | None = None,
) -> Taught:
    """Teach `mine-NAME`. Killed, it goes on from what it has read; sources stay as they are.

    folder: or the files of a collection. made: kept sounds of the engine, by path, with their
    roles.

    EngineError where the folder has too few sounds, with why each was left out.
    """
    name = check_name(name)
    check_space(mine_folder(places))
    notes = mine_folder(places) / f".reading-{name}"
    files = files_of(folder) if isinstance(folder, Path) else folder
    data = gather(files, notes, lambda share, words: tell(0.8 * share, words), made)
    check_enough(data)
    tell(0.8, "learning the roles")
    roles = roles_of(data.taken)
    used = [*(one for one in data.taken if one.role in roles), *data.loops]
    stated = _licences(used)
    others = sorted(set(stated) - {_OWN, licence, "CC0-1.0"})
    about = {
        "licence": "; ".join([licence or _OWN, *others]),
        "commercial": all(_may_be_sold(one) for one in (licence or _OWN, *others)),
        "hash": data.digest,
        "sounds": sum(not one.is_loop for one in used),
        "roles": {role: len(space.sounds) for role, space in roles.items()},
        "loops": len(data.loops),
        "loops_s": round(data.loops_s, 1),
        "parts": sorted({one.role for one in data.loops}),
        "files": [{"name": one.path.name, "sha256": one.digest, "role": one.role} for one in used],
        "licences": stated,
        "yours": not licence,
        "made": sum(one.made for one in used),
        "folder": folder.name if isinstance(folder, Path) else "",
    }
    path = model_file(name, mine_folder(places))
    loops = tuple(one.sound for one in data.loops if isinstance(one.sound, Loop))
    _put(Model(name, roles, about, loops), path)
    shutil.rmtree(notes, ignore_errors=True)
    tell(1.0, "done")
    alone = sorted(set(data.counts()) - set(roles))
    few = sorted(role for role, space in roles.items() if not space.is_learnt)
    return Taught(
        f"{PREFIX}{name}",
        path,
        (
            *data.lines(),
            *([f"only one sound each is {', '.join(alone)}: not used"] if alone else []),
            *(
                [f"fewer than {LEAST_LEARNT} are {', '.join(few)}: mixed of two, not learnt"]
                if few
                else []
            ),
        ),
        f'"{next(iter(roles))}"' if roles else '"loop" --kind loop',
    )


def _may_be_sold(licence: str) -> bool:
    return licence == _OWN or licence.upper().startswith(("CC0", "CC-BY-4", "CC-BY-SA-4", "MIT"))


def _licences(found: Sequence[Found]) -> dict[str, int]:
    """How many of the sounds state which licence in their own records."""
    stated = Counter(
        str((read_record(one.path) or {}).get("license") or "")
        for one in found
        if one.path.suffix.lower() == ".wav"
    )
    return {name: count for name, count in stated.items() if name}


def _put(model: Model, path: Path) -> None:
    """The model first, and then the file by which the daemon knows it."""
    save_model(model, path)
    small = {key: value for key, value in model.about.items() if key != "files"}
    write_whole(about_file(path), json.dumps({**small, "roles": list(model.roles)}))


def export(name: str, target: Path, places: Places) -> Path:
    """Copy an engine's file to take it elsewhere. EngineError where there is none."""
    path = _there(name, places)
    if target.is_dir():
        target = target / f"{PREFIX}{path.stem}.npz"
    if target.exists():
        raise EngineError(f"{target} is there already; name another file", "bad_request")
    write_whole(target, path.read_bytes(), new=True)
    return target


def bring_in(file: Path, name: str, places: Places) -> str:
    """Take in an engine of another machine. EngineError where the file is none."""
    head = read_head(file)
    name = check_name(name or str(head["name"]))
    path = model_file(name, mine_folder(places))
    if path.exists():
        raise EngineError(
            f"{PREFIX}{name} is there already; give another --name, or forget it first",
            "bad_request",
        )
    # read whole, so that a damaged one is refused here and not at the first clip
    model = load_model(file)
    _put(Model(name, model.roles, model.about, model.loops), path)
    return f"{PREFIX}{name}"


def forget(name: str, places: Places) -> None:
    """Remove an engine; clips that it made stay. EngineError where there is none."""
    path = _there(name, places)
    about_file(path).unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def model_of(name: str, places: Places) -> Model:
    """EngineError where there is none."""
    return load_model(_there(name, places))


def taught(places: Places) -> list[dict[str, Any]]:
    """What is known of each engine, by name."""
    found = []
    for path in sorted(mine_folder(places).glob("*.json")):
        try:
            found.append({"engine": f"{PREFIX}{path.stem}", **json.loads(path.read_text())})
        except (OSError, ValueError, TypeError):
            continue
    return found


def _there(name: str, places: Places) -> Path:
    path = model_file(name, mine_folder(places))
    if not path.is_file():
        raise EngineError(
            f"there is no engine {PREFIX}{check_name(name)}; `sidecrate train` lists yours",
            "unknown_engine",
        )
    return path
