"""The crate: names, folders and atomic publish of clips, and the table of their records."""

from __future__ import annotations

import contextlib
import errno
import filecmp
import json
import os
import re
import shutil
import sqlite3
import sys
import time
from pathlib import Path

from bridge.files.mounts import is_unmounted
from bridge.files.whole import PART, beside, part_beside, sweep_parts
from daemon.crate.names import (
    KIND_FOLDERS,
    PICTURE,
    PICTURES,
    Letters,
    clip_name_within,
    ending_of,
    slug,
    stem_name,
)
from daemon.errors import CrateError, no_clip
from daemon.home.mounts import known_mount, note_mount
from daemon.home.room import check_space
from daemon.jobs.database import Database
from daemon.jobs.ids import new_clip_id
from daemon.record import ClipRecord, CrateRecord, parse_record

#: The longest path that every program of Windows takes is 259 characters; others take 1,000.
MOST_PATH = 259 if sys.platform == "win32" else 1000
#: A stem's path is longer than its clip's by its own name, and so is a DAW's file beside a clip.
_STEM_CHARACTERS = 24
#: Errors of network drives and others that flush no folder.
_NO_FLUSH = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})


class Crate:
    """The folder that the DAW's browser shows.

    Sidecrate never deletes, moves or overwrites anything in it by itself.
    """

    def __init__(
        self,
        folder: Path,
        layout: str,
        database: Database,
        letters: Letters = "plain",
        most_path: int = MOST_PATH,
    ) -> None:
        """letters: of the files' names. most_path: characters of a clip's whole path."""
        self.folder = folder
        self._layout = layout
        self._database = database
        self._letters = letters
        self._most_path = most_path
        self._was_there = False
        """Whether this program has seen the folder."""
        self._mount = ""

    @property
    def database(self) -> Database:
        """The database with the table of clips."""
        return self._database

    def check(self) -> None:
        """CrateError when the crate is away, cannot be written, or its disk is nearly full."""
        self._make_folder()
        if not self._mount:
            self._mount = note_mount(self._state, self.folder)
        probe = part_beside(self.folder / "probe")
        try:
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise CrateError(
                f"the crate {self.folder} cannot be written ({error.strerror}); make it writable or"
                " set crate.folder",
                "disk",
            ) from None
        check_space(self.folder)

    def away(self) -> str:
        """Why the crate is not where it was, in words; empty where it is, or never was.

        An empty mount point is no crate: what is written there is hidden once the drive is back.
        """
        if is_unmounted(self.folder, self._known_mount()):
            return (
                f"the crate {self.folder} is away: nothing is mounted at {self._known_mount()};"
                " mount its drive, and work goes on"
            )
        if not self.folder.is_dir() and (self._was_there or self._held_clips()):
            return (
                f"the crate {self.folder} is gone: put it back or plug its drive in, and work goes"
                " on; to begin an empty one, make that folder, or set crate.folder"
            )
        return ""

    def is_there(self) -> bool:
        """Whether the folder is there, and is no mount point whose drive is away."""
        return self.folder.is_dir() and not is_unmounted(self.folder, self._known_mount())

    def _make_folder(self) -> None:
        """Make the crate where there never was one. CrateError where it is away."""
        if why := self.away():
            raise CrateError(why, "disk")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CrateError(
                f"the crate {self.folder} cannot be made ({error.strerror}); make it writable or"
                " set crate.folder",
                "disk",
            ) from None
        self._was_there = True

    @property
    def _state(self) -> Path:
        return self._database.path.parent

    def _known_mount(self) -> str:
        return self._mount or known_mount(self._state, self.folder)

    def _held_clips(self) -> bool:
        inside = f"{self.folder}{os.sep}"
        query = "SELECT 1 FROM clips WHERE state = 'done' AND substr(path, 1, ?) = ? LIMIT 1"
        # Clips are published on another thread, and a connection belongs to one thread.
        with contextlib.closing(Database(self._database.path, read_only=True)) as own:
            return bool(own.rows(query, len(inside), inside))

    def place(self, record: ClipRecord) -> Path:
        """Where a clip goes: its folder by kind and layout, and its own name."""
        ending = ending_of(record["kind"])
        folder = self._folder(record, KIND_FOLDERS[record["kind"]])
        room = self._most_path - len(str(folder)) - len(ending) - _STEM_CHARACTERS
        return folder / (clip_name_within(record, self._letters, room) + ending)

    def _folder(self, record: ClipRecord, kind: str) -> Path:
        date = time.strftime("%Y-%m-%d", time.localtime(record.get("created", 0)))
        project = slug(record.get("project") or "no project", letters=self._letters)
        words = {"kind": kind, "project": project, "date": date}
        relative = self._layout.format(**words, genre=slug(record.get("genre") or "no genre"))
        return self.folder.joinpath(*[part for part in relative.split("/") if part])

    def publish(self, record: ClipRecord, source: Path) -> ClipRecord:
        """Copy a finished clip from `source` (clip.wav or clip.mid, clip.png, stems/) to the crate.

        The WAV comes last, so that a DAW that sees it finds its notes and stems too. Existing files
        are left alone. Returns the record with its paths.
        """
        target = self.place(record)
        stem = target.stem
        stems: list[str] = []
        done: ClipRecord = {**record, "path": str(target), "midi": None, "stems": stems}
        pairs: list[tuple[Path, Path]] = []
        midi = source / "clip.mid"
        if record["kind"] != "midi" and midi.exists():
            pairs.append((midi, self._folder(record, "MIDI") / f"{stem}.mid"))
            done["midi"] = str(pairs[-1][1])
        if (source / PICTURE).exists():
            pairs.append((source / PICTURE, self._folder(record, PICTURES) / f"{stem}.png"))
            done["picture"] = str(pairs[-1][1])
        for part in sorted((source / "stems").glob("*.wav")):
            place = self._folder(record, "Stems") / stem / stem_name(stem, part.stem)
            pairs.append((part, place))
            stems.append(str(pairs[-1][1]))
        brought: list[Path] = []
        self._make_folder()
        try:
            for one, place in [*pairs, (source / f"clip{target.suffix}", target)]:
                if not place.exists():
                    _bring(one, place)
                    brought.append(place)
        except CrateError:
            # Notes and stems without their clip would be half a clip.
            for place in brought:
                # a DAW may hold it open; the reason to tell is the first one
                with contextlib.suppress(OSError):
                    place.unlink(missing_ok=True)
            raise
        return done

    def sweep(self) -> int:
        """Remove the half-written files of a crash, not of a running program; returns how many."""
        found = list(self.folder.rglob(f"*{PART}")) if self.folder.is_dir() else []
        return sweep_parts(path for path in found if path.is_file())

    # -- the table of clips

    def record_alone(self, record: ClipRecord) -> None:
        """Enter a clip that was published without a job."""
        with self._database.write() as db:
            now = time.time()
            db.execute(
                "INSERT INTO clips (id, job, state, path, record, created, published)"
                " VALUES (?, NULL, 'done', ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
                " state = 'done', path = excluded.path, record = excluded.record,"
                " published = excluded.published",
                (record["id"], record["path"], json.dumps(record), now, now),
            )

    def restore(self, record: ClipRecord) -> None:
        """Enter a clip that is in the crate but not in the table, by its own file's record."""
        made = float(record.get("made") or record.get("created") or time.time())
        with self._database.write() as db:
            db.execute(
                "INSERT OR IGNORE INTO clips (id, job, state, path, record, created, published)"
                " VALUES (?, NULL, 'done', ?, ?, ?, ?)",
                (record["id"], record["path"], json.dumps(record), made, made),
            )

    def moved(self, clip: str, path: str) -> None:
        """Enter the new path of a clip whose file the user has moved or renamed."""
        with self._database.write() as db:
            row = db.execute("SELECT record FROM clips WHERE id = ?", (clip,)).fetchone()
            if row is not None:
                record = json.dumps({**parse_record(row["record"]), "path": path})
                db.execute(
                    "UPDATE clips SET path = ?, record = ? WHERE id = ?", (path, record, clip)
                )

    def reserve(self) -> str:
        """An id for a clip without a job."""
        with self._database.write() as db:
            clip = new_clip_id(db)
            db.execute(
                "INSERT INTO clips (id, job, state, created) VALUES (?, NULL, 'alone', ?)",
                (clip, time.time()),
            )
        return clip

    def clips(self, most: int = 50) -> list[CrateRecord]:
        """Records of the newest clips, newest first, without videos: no verb works on one."""
        rows = self._database.rows(
            "SELECT * FROM clips WHERE state = 'done'"
            " AND coalesce(json_extract(record, '$.kind'), '') != 'video'"
            " ORDER BY published DESC, k DESC LIMIT ?",
            most,
        )
        return [_found(row) for row in rows]

    def videos(self, most: int = 50) -> list[CrateRecord]:
        """Records of the newest videos, newest first; of all for -1."""
        rows = self._database.rows(
            "SELECT * FROM clips WHERE state = 'done' AND json_extract(record, '$.kind') = 'video'"
            " ORDER BY published DESC, k DESC LIMIT ?",
            most,
        )
        return [_found(row) for row in rows]

    def find(self, what: str) -> CrateRecord:
        """The record of a clip by id, `last`, a path or the beginning of an id.

        CrateError when there is none.
        """
        if what in ("", "last"):
            found = self.clips(1)
            if not found:
                raise CrateError(no_clip(what), "unknown_clip")
            return found[0]
        beginning = what if re.fullmatch(r"[a-z0-9]{3,}", what) else "\0"
        rows = self._database.rows(
            "SELECT * FROM clips WHERE state = 'done' AND (id = ? OR path = ? OR id LIKE ? || '%')"
            " ORDER BY id != ?, published DESC LIMIT 1",
            what,
            what,
            beginning,
            what,
        )
        if not rows:
            raise CrateError(no_clip(what), "unknown_clip")
        return _found(rows[0])

    def keep(self, what: str) -> Path:
        """A second name of a clip under Kept/: a hard link, or a copy where the volume has none.

        Where another file has the name there, it is `kick-2.wav`.
        """
        record = self.find(what)
        path = Path(record["path"])
        target = _kept_place(self.folder / "Kept", path, record["kept"])
        if not target.exists():
            if not path.exists():
                raise CrateError(
                    f"{path} is no longer there, so it cannot be kept; put it back first", "gone"
                )
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                os.link(path, target)
            except OSError:
                _bring(path, target)
        with self._database.write() as db:
            db.execute("UPDATE clips SET kept = ? WHERE id = ?", (str(target), record["id"]))
        return target

    def trash(self, what: str) -> CrateRecord:
        """Move a clip and all that is beside it to the system's bin. Copies under Kept/ stay."""
        from send2trash import send2trash

        record = self.find(what)
        beside = [record.get("midi"), record.get("picture"), *record.get("stems", [])]
        paths = [record["path"], *beside]
        for path in paths:
            if path and os.path.exists(path):
                try:
                    send2trash(path)
                except OSError as error:
                    raise CrateError(
                        f"{path} could not be put into the bin ({error}); delete it by hand"
                    ) from None
        for folder in {Path(path).parent for path in record.get("stems", [])}:
            with contextlib.suppress(OSError):
                folder.rmdir()
        with self._database.write() as db:
            db.execute("UPDATE clips SET state = 'trashed' WHERE id = ?", (record["id"],))
        return record


def _found(row: sqlite3.Row) -> CrateRecord:
    return {**parse_record(row["record"]), "kept": row["kept"] or None}


def notes_of(record: ClipRecord) -> str | None:
    """The path of a clip's MIDI file, if it has one."""
    path = record["path"] if record["kind"] == "midi" else record.get("midi")
    return str(path) if path else None


def _kept_place(folder: Path, path: Path, known: str | None) -> Path:
    """The place of a clip's second name, there already or free; `known`: where it was put before.

    Files of the user's that he has given the same name in two folders do not stand for each other.
    """
    if known and os.path.exists(known):
        return Path(known)
    target, number = folder / path.name, 1
    while target.exists() and path.exists() and not filecmp.cmp(path, target, shallow=False):
        number += 1
        target = folder / f"{path.stem}-{number}{path.suffix}"
    return target


def _bring(source: Path, target: Path) -> Path:
    """Copy a file atomically, on the target's own volume, and never over another."""
    if target.exists():
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with beside(target) as part, source.open("rb") as reader, part.open("xb") as writer:
            shutil.copyfileobj(reader, writer, 1 << 20)
        _sync_folder(target.parent)
    except OSError as error:
        raise CrateError(
            f"{target} could not be written ({error.strerror}); free space or make the crate"
            " writable"
        ) from None
    return target


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        except OSError as error:
            if error.errno not in _NO_FLUSH:
                raise
        finally:
            os.close(handle)
