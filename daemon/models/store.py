"""Where a model lies, and whether it is whole: each of its files is held to its SHA-256.

A folder has the files and `model.json` with their hashes, written last. The hash of a published
file is the table's, or the one that its user stated when it came; that of a file made here is the
one that it had when it was made.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

from daemon.errors import ModelError
from daemon.home.places import Places
from daemon.models.table import Model, find_model

ABOUT = "model.json"
_BLOCK_BYTES = 1 << 20


def folder_of(model: Model) -> Path:
    """A folder of its own in `models` of the state folder."""
    return Places.find().state / "models" / model.name


def is_here(name: str) -> bool:
    """Whether a model's files are there; a cheap look, which reads none of them."""
    model = find_model(name)
    folder = folder_of(model)
    return (folder / ABOUT).is_file() and all((folder / one).is_file() for one in model.kept)


def files_of(name: str) -> tuple[Path, ...]:
    """The files of a model, in the table's order, each held to its hash.

    ModelError where one is missing, cut short or another.
    """
    model = find_model(name)
    folder = folder_of(model)
    if not is_here(name):
        raise ModelError(f"the model {name} is not here: {how_to_get(model)}", "no_model")
    hashes = _hashes(model, folder)
    for kept in model.kept:
        path = folder / kept
        if sha256_of(path) != hashes.get(kept):
            raise ModelError(
                f"{path} is cut short or not the file that was brought: {how_to_get(model)}",
                "no_model",
            )
    return tuple(folder / kept for kept in model.kept)


def how_to_get(model: Model) -> str:
    stated = " --sha256 HASH" if model.needs_hash else ""
    return (
        f"bring it with `sidecrate models get {model.name}{stated}`"
        f" ({model.size_mb} MB, {model.licence})"
    )


def _hashes(model: Model, folder: Path) -> dict[str, str]:
    published = {file.name: file.sha256 for file in model.files}
    if not model.made and not model.needs_hash:
        return published
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        return {name: str(about["sha256"][name]) for name in model.kept}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def sha256_of(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            found.update(block)
    return found.hexdigest()


def put_in_place(model: Model, ready: Path) -> Path:
    """Give a folder with all of a model's files its final place, instead of an older one.

    `ready` lies on the same drive. OSError where it cannot be put there.
    """
    about = {
        "name": model.name,
        "licence": model.licence,
        "source": model.source.__dict__,
        "sha256": {name: sha256_of(ready / name) for name in model.kept},
    }
    (ready / ABOUT).write_text(json.dumps(about, indent=1), encoding="utf-8")
    folder = folder_of(model)
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.exists():
        # what its user laid beside it stays
        for one in folder.rglob("*"):
            place = ready / one.relative_to(folder)
            if one.is_file() and not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(one, place)
        old = ready.with_name(ready.name + ".old")
        os.replace(folder, old)
    os.replace(ready, folder)
    return folder
