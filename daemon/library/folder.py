"""Reconciles the library with the crate's folder, which is the truth.

What was moved, renamed, deleted or brought back is noticed, and a lost record is read from its
clip.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from stat import S_ISREG
from typing import Any

from bridge.files.whole import PART
from daemon.audio.wav_record import is_clips_own, read_record
from daemon.crate.crate import Crate
from daemon.crate.names import PICTURES
from daemon.errors import AudioError
from daemon.jobs.ids import ID_LETTERS
from daemon.library.library import Library
from daemon.library.search_words import name_words
from daemon.record import ClipRecord, without

#: Paths on the machine that wrote a record: what lies beside its file here is looked for.
_PATHS = ("path", "midi", "stems", "picture")
_STEMS = "Stems"
_KEPT = "Kept"
_ID_IN_NAME = re.compile(rf"_([{ID_LETTERS}]{{4,12}})$")

Stat = tuple[int, int]
"""Size in bytes and time of the last change in ns."""


#: Files compared with the library at once, so that memory stays small in a crate of 100,000 clips.
_BATCH = 500


@dataclass
class Found:
    """A file in the crate that may be a clip.

    kept: it lies under Kept/, where clips have second names.
    """

    path: str
    stat: Stat
    kept: bool


@dataclass
class Changes:
    """Ids of clips by what became of their files."""

    moved: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    back: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.moved or self.gone or self.back or self.new)

    @property
    def words(self) -> str:
        """As a log line has it: "clips moved: 2, new: 1"."""
        counts = {
            "moved": len(self.moved),
            "gone": len(self.gone),
            "back": len(self.back),
            "new": len(self.new),
        }
        return "clips " + ", ".join(f"{name}: {count}" for name, count in counts.items() if count)


def look_through(library: Library, crate: Crate, ignored: dict[str, Stat] | None = None) -> Changes:
    """Compare the crate's folder with the library, and correct the library and the job table's
    record.

    Reads no samples. `ignored` remembers between calls the files that are no clips of their own:
    copies, and the user's own sounds. A crate that is not there, as on an unplugged drive, changes
    nothing.
    """
    changes = Changes()
    ignored = {} if ignored is None else ignored
    if not crate.is_there():
        return changes
    updates: list[tuple[str, str, Stat]] = []
    fresh: list[ClipRecord] = []
    gone = _look_at_known(library, changes, updates)
    beside = _Beside(crate.folder)
    for found in _unknown(library, crate.folder, everything=bool(gone)):
        if ignored.get(found.path) != found.stat or gone:
            _arrived(library, found, gone, changes, updates, fresh, ignored, beside)
    for clip, row in gone.items():
        if not row["missing"]:
            changes.gone.append(clip)
    _store(library, crate, changes, updates, fresh)
    return changes


def copy_marks(library: Library, crate: Crate) -> None:
    """Bring the marks' copy in the crate up to date, where the crate is there.

    A file in an empty mount point would make it look like the crate.
    """
    if crate.is_there():
        library.database.marks_file.copy_to(crate.folder)


def _look_at_known(
    library: Library, changes: Changes, updates: list[tuple[str, str, Stat]]
) -> dict[str, Any]:
    """Rows of clips whose files have left their place, by clip; changed files go into `updates`."""
    gone: dict[str, Any] = {}
    query = (
        "SELECT f.*, c.missing FROM files f JOIN clips c ON c.id = f.clip"
        " WHERE f.clip > ? ORDER BY f.clip LIMIT ?"
    )
    last = ""
    while rows := library.database.rows(query, last, _BATCH):
        last = rows[-1]["clip"]
        for row in rows:
            stat = _stat_of(row["path"])
            if stat is None:
                gone[row["clip"]] = row
                continue
            if row["missing"]:
                changes.back.append(row["clip"])
            if row["missing"] or (row["size"], row["mtime_ns"]) != stat:
                updates.append((row["clip"], row["path"], stat))
    return gone


def _stat_of(path: str) -> Stat | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return (found.st_size, found.st_mtime_ns) if S_ISREG(found.st_mode) else None


def _unknown(library: Library, folder: Path, *, everything: bool) -> Iterator[Found]:
    """Files of no known clip: WAVs; with `everything` also MIDI files and, last, Kept/."""
    kept: list[Found] = []
    wanted = (
        one
        for one in _files(str(folder), False)
        if everything or (not one.kept and _is_wav(one.path))
    )
    while batch := list(islice(wanted, _BATCH)):
        marks = ",".join("?" * len(batch))
        rows = library.database.rows(
            f"SELECT path FROM files WHERE path IN ({marks})", *(one.path for one in batch)
        )
        known = {row["path"] for row in rows}
        unknown = [one for one in batch if one.path not in known]
        kept += [one for one in unknown if one.kept]
        yield from (one for one in unknown if not one.kept)
    yield from kept


def _arrived(
    library: Library, found: Found, gone: dict[str, Any], changes: Changes,
    updates: list[tuple[str, str, Stat]], fresh: list[ClipRecord],
    ignored: dict[str, Stat], beside: _Beside,
) -> None:  # fmt: skip
    """Sort a file at an unknown path: a moved clip, one whose record is lost, or no clip."""
    path = found.path
    record = _record_in(path)
    named = _ID_IN_NAME.search(Path(path).stem)
    clip = named[1] if named else ""
    if record:
        clip = str(record["id"])
    if clip in gone and Path(gone[clip]["path"]).suffix == Path(path).suffix:
        del gone[clip]
        changes.moved.append(clip)
        updates.append((clip, path, found.stat))
    elif (
        record
        and not found.kept
        and not library.database.row("SELECT 1 FROM clips WHERE id = ?", clip)
    ):
        if clip not in changes.new:
            changes.new.append(clip)
            fresh.append({**record, "path": path, **beside.of(path)})
    elif _is_wav(path):
        # only a WAV is worth remembering: other files are ruled out without being opened
        ignored[path] = found.stat


def _is_wav(path: str) -> bool:
    return path.lower().endswith(".wav")


def _record_in(path: str) -> ClipRecord | None:
    """The clip's record inside a WAV, without paths. None where there is none, or in a stem."""
    if not _is_wav(path):
        return None
    try:
        record = read_record(path)
    except AudioError:
        return None
    if record is None or not is_clips_own(record) or not {"id", "kind", "report"} <= set(record):
        return None
    return without(record, *_PATHS)


class _Beside:
    """What lies in the crate beside clips whose record is lost; searched on first use."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, path: str) -> ClipRecord:
        """`midi`, `stems` and `picture` as they were when the clip was published."""
        stem = Path(path).stem
        stems = self._stems.get(stem)
        found: ClipRecord = {
            "midi": self._notes.get(stem),
            "stems": sorted(str(one) for one in Path(stems).glob("*.wav")) if stems else [],
        }
        if picture := self._pictures.get(stem):
            found["picture"] = picture
        return found

    @cached_property
    def _notes(self) -> dict[str, str]:
        found = [
            one for one in _files(str(self._folder), False) if not (one.kept or _is_wav(one.path))
        ]
        return {Path(one.path).stem: one.path for one in reversed(found)}

    @cached_property
    def _stems(self) -> dict[str, str]:
        return {one.name: one.path for one in self._inside(_STEMS) if one.is_dir()}

    @cached_property
    def _pictures(self) -> dict[str, str]:
        return {
            Path(one.name).stem: one.path
            for one in self._inside(PICTURES)
            if one.name.endswith(".png")
        }

    def _inside(self, name: str) -> Iterator[os.DirEntry[str]]:
        """What lies in each folder of that name: a layout may have one for each project."""
        for where, inner, _ in os.walk(self._folder):
            if name in inner:
                yield from _entries(os.path.join(where, name))


def _store(
    library: Library,
    crate: Crate,
    changes: Changes,
    updates: list[tuple[str, str, Stat]],
    fresh: list[ClipRecord],
) -> None:
    if not (changes or updates):
        return
    fresh.sort(key=lambda record: float(record.get("made") or record.get("created") or 0))
    for record in fresh:
        crate.restore(record)
    library.arrivals.take_in(fresh)
    with library.database.write() as db:
        for clip, path, stat in updates:
            db.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", (clip, path, *stat))
            db.execute(
                "UPDATE clips SET missing = 0, name = ? WHERE id = ?", (Path(path).stem, clip)
            )
            row = db.execute(
                "SELECT rowid, prompt FROM words WHERE rowid ="
                " (SELECT seq FROM clips WHERE id = ?)",
                (clip,),
            ).fetchone()
            if row is not None:
                words = name_words(path, str(row["prompt"]))
                db.execute("UPDATE words SET name = ? WHERE rowid = ?", (words, row["rowid"]))
        for clip in changes.gone:
            db.execute("UPDATE clips SET missing = 1 WHERE id = ?", (clip,))
    moved = set(changes.moved)
    for clip, path, _ in updates:
        if clip in moved:
            crate.moved(clip, path)


def _files(folder: str, kept: bool) -> Iterator[Found]:
    """WAVs and MIDI files below a folder, without stems, hidden files and files being written."""
    for entry in _entries(folder):
        if entry.name.startswith(".") or entry.name.endswith(PART):
            continue
        try:
            if entry.is_dir(follow_symlinks=False):
                if entry.name != _STEMS:
                    yield from _files(entry.path, kept or entry.name == _KEPT)
            elif entry.name.lower().endswith((".wav", ".mid")):
                stat = entry.stat()
                yield Found(entry.path, (stat.st_size, stat.st_mtime_ns), kept)
        except OSError:
            continue  # it went while we looked


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except OSError:
        return
