"""Teach an engine from a folder, export it, bring it in from another machine, forget it."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.files.whole import write_whole
from daemon.audio.wav_record import read_record
from daemon.engines.mine.loops import Loop
from daemon.engines.mine.model import LEAST_LEARNT, Model, load_model, read_head, save_model
from daemon.engines.mine.store import (
    PREFIX,
    about_file,
    adapter_file,
    check_name,
    mine_folder,
    model_file,
    preview_file,
)
from daemon.errors import EngineError
from daemon.home.places import Places
from daemon.home.room import check_space
from daemon.training.data_set import DataSet, files_of, gather, roles_of
from daemon.training.enough import check_enough, check_may_be_enough
from daemon.training.found import Found
from daemon.verbs.tell import Tell

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
    check_free(name, places, model_file)
    notes = mine_folder(places) / f".reading-{name}"
    files = files_of(folder) if isinstance(folder, Path) else folder
    check_may_be_enough([*files, *(made or ())])
    data = gather(files, notes, lambda share, words: tell(0.8 * share, words), made)
    check_enough(data)
    tell(0.8, "learning the roles")
    roles = roles_of(data.taken)
    used = [*(one for one in data.taken if one.role in roles), *data.loops]
    about = {
        **about_of(data, used, folder, licence),
        "roles": {role: len(space.sounds) for role, space in roles.items()},
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


def about_of(
    data: DataSet, used: Sequence[Found], folder: Path | Sequence[Path], licence: str
) -> dict[str, Any]:
    """What stands in an engine's record: its sounds, their hashes, licences and the statement."""
    stated = _licences(used)
    others = sorted(set(stated) - {_OWN, licence, "CC0-1.0"})
    return {
        "licence": "; ".join([licence or _OWN, *others]),
        "commercial": all(_may_be_sold(one) for one in (licence or _OWN, *others)),
        "hash": data.digest,
        "sounds": sum(not one.is_loop for one in used),
        "roles": dict(data.counts()),
        "loops": len(data.loops),
        "loops_s": round(data.loops_s, 1),
        "parts": sorted({one.role for one in data.loops}),
        "files": [{"name": one.path.name, "sha256": one.digest, "role": one.role} for one in used],
        "licences": stated,
        "yours": not licence,
        "made": sum(one.made for one in used),
        "folder": folder.name if isinstance(folder, Path) else "",
    }


def check_free(name: str, places: Places, file: Callable[[str, Path], Path]) -> None:
    """EngineError where an engine of the other kind has the name already.

    One of the same kind is taught anew; its file is replaced when the new one is whole.
    """
    own = file(name, mine_folder(places))
    other = model_file(name, mine_folder(places))
    other = adapter_file(name, mine_folder(places)) if own == other else other
    if other.exists():
        raise EngineError(
            f"{PREFIX}{name} is there already and of another kind; give another --name, or forget"
            " it first",
            "bad_request",
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
        target = target / f"{PREFIX}{path.name}"
    if target.exists():
        raise EngineError(f"{target} is there already; name another file", "bad_request")
    write_whole(target, path.read_bytes(), new=True)
    return target


def bring_in(file: Path, name: str, places: Places) -> str:
    """Take in an engine of another machine. EngineError where the file is none."""
    if file.suffix == ".safetensors":
        return _bring_in_adapter(file, name, places)
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


def _bring_in_adapter(file: Path, name: str, places: Places) -> str:
    from daemon.engines.local.adapters import read_adapter_head
    from daemon.engines.registry import engine_info
    from daemon.training.registering import register

    head = read_adapter_head(file)
    name = check_name(name or file.stem)
    path = adapter_file(name, mine_folder(places))
    check_free(name, places, adapter_file)
    if path.exists():
        raise EngineError(
            f"{PREFIX}{name} is there already; give another --name, or forget it first",
            "bad_request",
        )
    base = engine_info(str(head["base"]))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, file.read_bytes())
    register(name, base, [(path, 1.0)], head, places)
    return f"{PREFIX}{name}"


def forget(name: str, places: Places) -> None:
    """Remove an engine; clips that it made stay. EngineError where there is none."""
    about = about_file(model_file(name, mine_folder(places)))
    # a blend is its small file alone
    path = model_file(name, mine_folder(places)) if _is_blend(about) else _there(name, places)
    about.unlink(missing_ok=True)
    path.unlink(missing_ok=True)
    preview_file(path).unlink(missing_ok=True)


def _is_blend(about: Path) -> bool:
    try:
        return len(json.loads(about.read_text(encoding="utf-8")).get("adapters", ())) > 1
    except (OSError, ValueError, AttributeError):
        return False


def model_of(name: str, places: Places) -> Model:
    """EngineError where there is none, or it is an adapter."""
    path = _there(name, places)
    if path.suffix != ".npz":
        raise EngineError(
            f"{PREFIX}{path.stem} is an adapter of a large model, which is judged by ear alone",
            "bad_request",
        )
    return load_model(path)


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
        path = adapter_file(name, mine_folder(places))
    if not path.is_file():
        raise EngineError(
            f"there is no engine {PREFIX}{check_name(name)}; `sidecrate train` lists yours",
            "unknown_engine",
        )
    return path
