"""The crate's folder is the truth: what was moved, renamed, deleted or brought back is noticed, and a lost record made anew."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from daemon.audio.wav_record import read_record
from daemon.crate import PART, Crate
from daemon.errors import AudioError
from daemon.library.catalogue import Library

_STEMS, _KEPT = "Stems", "Kept"
_ID_IN_NAME = re.compile(r"_([2-9b-z]{4,12})$")

Stat = tuple[int, int]
"""Size in bytes and time of the last change in ns."""


@dataclass
class Seen:
    """What lies in the crate: clips' files, and the folders of stems by the name of their clip."""

    files: dict[str, Stat] = field(default_factory=dict)
    stems: dict[str, str] = field(default_factory=dict)
    kept: dict[str, Stat] = field(default_factory=dict)


@dataclass
class Changes:
    """Ids of clips by what became of their files."""

    moved: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    back: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.moved or self.gone or self.back or self.new)


def look_through(library: Library, crate: Crate, ignored: dict[str, Stat] | None = None) -> Changes:
    """Compare the crate's folder with the library, and set the library and the job table's record right. Reads no samples.

    `ignored` remembers from call to call the files that are no clips of their own (copies, the user's own sounds).
    A crate that is not there (a drive that is not plugged in) changes nothing.
    """
    changes, ignored = Changes(), {} if ignored is None else ignored
    if not crate.folder.is_dir():
        return changes
    seen = _walk(crate.folder)
    rows = library.database.rows("SELECT f.*, c.missing FROM files f JOIN clips c ON c.id = f.clip")
    known = {row["path"]: row for row in rows}
    gone = {row["clip"]: row for path, row in known.items() if path not in seen.files and not Path(path).is_file()}
    updates: list[tuple[str, str, Stat]] = []
    fresh: list[dict[str, Any]] = []
    everything = {**seen.files, **(seen.kept if gone else {})}
    for path, stat in everything.items():
        row = known.get(path)
        if row is not None:
            if row["missing"]:
                changes.back.append(row["clip"])
            if row["missing"] or (row["size"], row["mtime_ns"]) != stat:
                updates.append((row["clip"], path, stat))
        elif ignored.get(path) != stat or gone:
            _arrived(library, path, stat, gone, changes, updates, fresh, ignored, seen)
    for clip, row in gone.items():
        if not row["missing"]:
            changes.gone.append(clip)
    _store(library, crate, changes, updates, fresh)
    return changes


def _arrived(
    library: Library, path: str, stat: Stat, gone: dict[str, Any], changes: Changes,
    updates: list[tuple[str, str, Stat]], fresh: list[dict[str, Any]], ignored: dict[str, Stat], seen: Seen,
) -> None:  # fmt: skip
    """A file at a path that is not known: a clip that was moved, a clip whose record is lost, or none of ours."""
    record = _record_in(path)
    named = _ID_IN_NAME.search(Path(path).stem)
    clip = str(record["id"]) if record else named[1] if named else ""
    if clip in gone and Path(gone[clip]["path"]).suffix == Path(path).suffix:
        del gone[clip]
        changes.moved.append(clip)
        updates.append((clip, path, stat))
    elif record and path not in seen.kept and not library.database.row("SELECT 1 FROM clips WHERE id = ?", clip):
        if clip not in changes.new:
            changes.new.append(clip)
            fresh.append(_found_again(record, path, seen))
    else:
        ignored[path] = stat


def _record_in(path: str) -> dict[str, Any] | None:
    """The clip's record inside a WAV; None where there is none, or where it is a stem of another clip."""
    if not path.lower().endswith(".wav"):
        return None
    try:
        record = read_record(path)
    except AudioError:
        return None
    return record if record and "part" not in record and {"id", "kind", "report"} <= set(record) else None


def _found_again(record: dict[str, Any], path: str, seen: Seen) -> dict[str, Any]:
    """A record as it was when the clip was published: with its path, its notes and its stems."""
    stem = Path(path).stem
    midi = next((other for other in seen.files if other.endswith(f"{os.sep}{stem}.mid")), None)
    stems = sorted(str(one) for one in Path(seen.stems[stem]).glob("*.wav")) if stem in seen.stems else []
    return {**record, "path": path, "midi": midi, "stems": stems}


def _store(
    library: Library, crate: Crate, changes: Changes, updates: list[tuple[str, str, Stat]], fresh: list[dict[str, Any]]
) -> None:
    if not (changes or updates):
        return
    fresh.sort(key=lambda record: float(record.get("made") or record.get("created") or 0))
    for record in fresh:
        crate.restore(record)
    library.take_in(fresh)
    with library.database.write() as db:
        for clip, path, stat in updates:
            db.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", (clip, path, *stat))
            db.execute("UPDATE clips SET missing = 0, name = ? WHERE id = ?", (Path(path).stem, clip))
            words = Path(path).stem.replace("_", " ")
            db.execute("UPDATE words SET name = ? WHERE rowid = (SELECT seq FROM clips WHERE id = ?)", (words, clip))
        for clip in changes.gone:
            db.execute("UPDATE clips SET missing = 1 WHERE id = ?", (clip,))
    moved = set(changes.moved)
    for clip, path, _ in updates:
        if clip in moved:
            crate.moved(clip, path)


def _walk(folder: Path) -> Seen:
    seen = Seen()
    for path, stat, kept in _files(str(folder), seen, False):
        (seen.kept if kept else seen.files)[path] = stat
    return seen


def _files(folder: str, seen: Seen, kept: bool) -> Iterator[tuple[str, Stat, bool]]:
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.name.endswith(PART):
            continue
        try:
            if entry.is_dir(follow_symlinks=False):
                if entry.name == _STEMS:
                    seen.stems |= {one.name: one.path for one in os.scandir(entry.path) if one.is_dir()}
                else:
                    yield from _files(entry.path, seen, kept or entry.name == _KEPT)
            elif entry.name.lower().endswith((".wav", ".mid")):
                stat = entry.stat()
                yield entry.path, (stat.st_size, stat.st_mtime_ns), kept
        except OSError:
            continue  # it went while we looked
