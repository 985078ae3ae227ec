"""A clip written where its user said, instead of into the crate."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from bridge.files.whole import beside, over_or_beside
from daemon.crate.names import PICTURE, ending_of
from daemon.crate.neighbours import stale_neighbours
from daemon.errors import ServiceError
from daemon.record import ClipRecord


def bring_out(record: ClipRecord, folder: Path, asked: Path, force: bool) -> ClipRecord:
    """Write the clip to the user's name, with its notes, picture and stems beside it.

    Notes are never named as a sound, nor a sound as notes: the name gets the ending of what came,
    and that is told. Nothing is written where one of the names is in use.
    """
    kind = ending_of(record["kind"])
    out = asked if asked.suffix.lower() == kind else asked.with_suffix(kind)
    # the user's word to write over a file was for the name that they gave
    force = force and out == asked
    was_there = out.exists()
    pairs = _pairs(folder, out, kind)
    taken = [target for _, target in pairs if os.path.lexists(target) and not force]
    if taken:
        raise ServiceError(
            f"{taken[0]} is there already; {'' if out != asked else '--force writes over it, or '}"
            "choose another --out",
            "out",
        )
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        places = {target: _copy(source, target, force) for source, target in pairs}
    except OSError as error:
        raise ServiceError(
            f"{out} cannot be written ({error.strerror}); choose another --out", "out"
        ) from None
    told = [
        f"{target.name} is open in another program: {place.name} is beside it"
        for target, place in places.items()
        if place != target
    ]
    if out != asked:
        told.append(f"what came is a {kind} file: it is {out.name}, and not {asked.name}")
    if was_there:
        told += stale_neighbours(out, new=tuple(places))
    return _as_written(record, places, told)


def _pairs(folder: Path, out: Path, kind: str) -> list[tuple[Path, Path]]:
    """Each file of a made clip, and where it goes; the clip's own is the first."""
    pairs = [(folder / f"clip{kind}", out)]
    if kind == ".wav" and (folder / "clip.mid").exists():
        pairs.append((folder / "clip.mid", out.with_suffix(".mid")))
    if (folder / PICTURE).exists():
        pairs.append((folder / PICTURE, out.with_suffix(".png")))
    for part in sorted((folder / "stems").glob("*.wav")):
        pairs.append((part, out.with_name(f"{out.stem} - {part.name}")))
    return pairs


def _as_written(record: ClipRecord, places: dict[Path, Path], told: list[str]) -> ClipRecord:
    """The record with the paths of its files, and what is `told` of them."""
    clip, *others = places.values()
    done: ClipRecord = {
        **record,
        "path": str(clip),
        "midi": next((str(path) for path in others if path.suffix == ".mid"), None),
        "stems": [str(path) for path in others if path.suffix == ".wav"],
    }
    if picture := next((str(path) for path in others if path.suffix == ".png"), None):
        done["picture"] = picture
    if told:
        report = done["report"]
        done["report"] = {**report, "said": [*report.get("said", ()), *told]}
    return done


def _copy(source: Path, target: Path, force: bool) -> Path:
    """Copy a file whole or not at all, over an existing one only with `force`; where it is then."""
    try:
        if force:
            with over_or_beside(target) as written:
                shutil.copyfile(source, written.part)
            return written.target
        with beside(target, new=True) as part:
            shutil.copyfile(source, part)
        return target
    except FileExistsError:
        raise ServiceError(
            f"{target} has come to be there meanwhile; choose another --out", "out"
        ) from None
