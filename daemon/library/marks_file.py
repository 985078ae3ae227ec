"""People's marks as lines of text beside the library, from which a lost database is restored.

The rest of the library comes from the clips' own records. Favourites, stars, tags, collections,
preferences, steps of edits and corrections stand nowhere else.

Each change appends one line, so that several programs may write at once. The daemon rewrites the
file short when it starts, and keeps a copy in the crate, which outlives the state folder.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bridge.files.whole import beside, write_whole
from daemon.record import parse_record

#: The copy's name in the crate; DAWs and file browsers hide it.
COPY = ".sidecrate-marks.jsonl"
_MARKS = ("favourite", "rating", "used", "tags", "steps", "corrected")


@dataclass
class Marked:
    """The state that the lines add up to."""

    clips: dict[str, dict[str, Any]] = field(default_factory=dict)
    collections: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    """Name in lower case -> name as written, clips in order."""
    preferences: dict[str, Any] = field(default_factory=dict)
    files: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    """Hash of a file's content -> its size, and the user's word on it."""

    def apply(self, said: dict[str, Any]) -> None:
        """Apply one line."""
        if "clip" in said:
            self.clips.setdefault(said["clip"], {}).update(
                {name: said[name] for name in _MARKS if name in said}
            )
        elif "forget" in said:
            self.clips.pop(said["forget"], None)
            for _, clips in self.collections.values():
                if said["forget"] in clips:
                    clips.remove(said["forget"])
        elif "file" in said:
            self.files[said["file"]] = int(said["size"]), dict(said["corrected"])
        elif "prefer" in said:
            self.preferences.update(said["prefer"])
        elif "collection" in said:
            self._collection(said)

    def _collection(self, said: dict[str, Any]) -> None:
        key = said["collection"].lower()
        name, clips = self.collections.get(key, (said["collection"], []))
        if said.get("delete"):
            self.collections.pop(key, None)
        elif "rename" in said:
            self.collections.pop(key, None)
            self.collections[said["rename"].lower()] = said["rename"], clips
        else:
            gone = set(said.get("remove", ()))
            first = list(said.get("order", ()))
            kept = [clip for clip in [*first, *clips, *said.get("add", ())] if clip not in gone]
            self.collections[key] = name, list(dict.fromkeys(kept))


class MarksFile:
    """The file with the lines of one library."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def note(self, **said: Any) -> None:
        """Append a change, within the transaction that makes it.

        A full disk is no error here: the transaction itself reports it.
        """
        line = json.dumps(said, ensure_ascii=False).encode() + b"\n"
        with contextlib.suppress(OSError), self.path.open("ab+") as file:
            if file.tell() and file.seek(-1, os.SEEK_END) and file.read(1) != b"\n":
                # a crash or a full disk cut the line before off; this one must not go with it
                line = b"\n" + line
            file.write(line)

    def read(self) -> Marked:
        """The state that the lines add up to; a line cut off by a crash is skipped."""
        marked = Marked()
        with (
            contextlib.suppress(FileNotFoundError),
            self.path.open(encoding="utf-8", errors="replace") as file,
        ):
            for line in file:
                with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
                    marked.apply(json.loads(line))
        return marked

    def write(self, marked: Marked) -> None:
        """Rewrite the file in as few lines as possible; whole or not at all.

        May run in a transaction.
        """
        said: list[dict[str, Any]] = [
            {"clip": clip, **marks} for clip, marks in marked.clips.items()
        ]
        said += [{"collection": name, "add": clips} for name, clips in marked.collections.values()]
        said += [
            {"file": content, "size": size, "corrected": word}
            for content, (size, word) in marked.files.items()
            if word
        ]
        if marked.preferences:
            said.append({"prefer": marked.preferences})
        write_whole(self.path, "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in said))

    def copy_to(self, crate: Path) -> None:
        """Bring the crate's copy up to date; whole or not at all."""
        with contextlib.suppress(OSError):
            copy = crate / COPY
            mine = self.path.stat()
            if copy.exists() and copy.stat().st_mtime_ns >= mine.st_mtime_ns:
                return
            with beside(copy) as part:
                shutil.copyfile(self.path, part)
                # the time from before the read: what is written meanwhile goes with the next copy
                os.utime(part, ns=(mine.st_atime_ns, mine.st_mtime_ns))


def marks_file_of(library: Path) -> MarksFile:
    """The marks file of a library's file."""
    return MarksFile(library.with_name(f"{library.stem}.marks.jsonl"))


def fetch_marks(library: Path, crate: Path) -> None:
    """Restore the crate's copy, if the library and its marks file are both lost.

    Runs before the library is opened.
    """
    marks_file = marks_file_of(library)
    if not library.exists() and not marks_file.path.exists() and (crate / COPY).is_file():
        library.parent.mkdir(parents=True, exist_ok=True)
        # half of it would take the place of the whole one in the crate
        with beside(marks_file.path) as part:
            shutil.copy2(crate / COPY, part)


def restore(db: sqlite3.Connection, marked: Marked) -> None:
    """Write marks into a new, empty library. Marks on clips wait until the clips are found."""
    now = time.time()
    for clip, marks in marked.clips.items():
        db.execute("INSERT OR REPLACE INTO waiting_marks VALUES (?, ?)", (clip, json.dumps(marks)))
        if marks.get("steps"):
            steps = json.dumps(marks["steps"])
            db.execute(
                "INSERT OR REPLACE INTO edits VALUES (?, 1, ?, 'as it was', ?)", (clip, steps, now)
            )
            db.execute("INSERT OR REPLACE INTO edit_turns VALUES (?, 1)", (clip,))
        if marks.get("corrected"):
            word = json.dumps(marks["corrected"])
            db.execute("INSERT OR REPLACE INTO corrections VALUES (?, ?)", (clip, word))
    for name, clips in marked.collections.values():
        db.execute("INSERT OR IGNORE INTO collections (name, created) VALUES (?, ?)", (name, now))
        number = db.execute("SELECT id FROM collections WHERE name = ?", (name,)).fetchone()[0]
        rows = [(number, clip, position) for position, clip in enumerate(clips, 1)]
        db.executemany("INSERT OR IGNORE INTO collection_clips VALUES (?, ?, ?)", rows)
    for content, (size, said) in marked.files.items():
        if said:
            values = (content, size, json.dumps(said))
            db.execute("INSERT OR REPLACE INTO file_corrections VALUES (?, ?, ?)", values)
    for name, value in marked.preferences.items():
        db.execute("INSERT OR REPLACE INTO preferences VALUES (?, ?)", (name, json.dumps(value)))


def settle(db: sqlite3.Connection, clip: str, seq: int) -> None:
    """Apply the marks that waited for a clip, now that it is in the library."""
    row = db.execute("SELECT said FROM waiting_marks WHERE clip = ?", (clip,)).fetchone()
    if row is None:
        return
    marks = json.loads(row[0])
    values = (
        int(marks.get("favourite") or 0),
        int(marks.get("rating") or 0),
        marks.get("used"),
        seq,
    )
    db.execute("UPDATE clips SET favourite = ?, rating = ?, used = ? WHERE seq = ?", values)
    if "tags" in marks:
        db.execute("DELETE FROM tags WHERE seq = ?", (seq,))
        db.executemany(
            "INSERT OR IGNORE INTO tags VALUES (?, ?)", [(tag, seq) for tag in marks["tags"]]
        )
        db.execute(
            "UPDATE words SET tags = ? WHERE rowid = ?", (", ".join(sorted(marks["tags"])), seq)
        )
    db.execute("DELETE FROM waiting_marks WHERE clip = ?", (clip,))


def marked_in(db: sqlite3.Connection) -> Marked:
    """All marks of a library older than the marks file."""
    marked = Marked()
    rows = db.execute(
        "SELECT id, favourite, rating, used FROM clips"
        " WHERE favourite OR rating OR used IS NOT NULL"
    ).fetchall()
    for clip, favourite, rating, used in rows:
        marked.clips[clip] = {"favourite": favourite, "rating": rating, "used": used}
    tags: dict[str, list[str]] = {}
    for clip, tag in db.execute(
        "SELECT id, tag FROM tags JOIN clips USING (seq) ORDER BY tag"
    ).fetchall():
        tags.setdefault(clip, []).append(tag)
    for clip, record in db.execute(
        "SELECT id, record FROM records JOIN clips USING (seq)"
    ).fetchall():
        if set(tags.get(clip, ())) != {
            str(tag).replace(",", " ") for tag in parse_record(record).get("tags") or ()
        }:
            marked.clips.setdefault(clip, {})["tags"] = tags.get(clip, [])
    for clip, steps in db.execute(
        "SELECT clip, steps FROM edits JOIN edit_turns USING (clip, turn)"
    ).fetchall():
        marked.clips.setdefault(clip, {})["steps"] = json.loads(steps)
    for number, name in db.execute("SELECT id, name FROM collections").fetchall():
        inside = "SELECT clip FROM collection_clips WHERE collection = ? ORDER BY position"
        marked.collections[name.lower()] = (
            name,
            [row[0] for row in db.execute(inside, (number,)).fetchall()],
        )
    return marked
