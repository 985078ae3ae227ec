"""People's marks as lines of text beside the library, so that a lost database gets them back.

The clips' own records make the rest of the library anew; favourites, stars, tags, collections, preferences and steps of edits are
only people's. Each change appends one line, so that several programs may write at once; the daemon writes the file anew and short
when it starts, and keeps a copy in the crate, which outlives the state folder too.
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

#: In the crate, where no DAW and no file browser shows it.
COPY = ".sidecrate-marks.jsonl"
_MARKS = ("favourite", "rating", "used", "tags", "steps")


@dataclass
class Marked:
    """All that the lines come to."""

    clips: dict[str, dict[str, Any]] = field(default_factory=dict)
    collections: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    """Name in lower case -> name as written, clips in order."""
    preferences: dict[str, Any] = field(default_factory=dict)

    def hear(self, said: dict[str, Any]) -> None:
        if "clip" in said:
            self.clips.setdefault(said["clip"], {}).update(
                {name: said[name] for name in _MARKS if name in said}
            )
        elif "forget" in said:
            self.clips.pop(said["forget"], None)
            for _, clips in self.collections.values():
                if said["forget"] in clips:
                    clips.remove(said["forget"])
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
            gone, first = set(said.get("remove", ())), list(said.get("order", ()))
            kept = [clip for clip in [*first, *clips, *said.get("add", ())] if clip not in gone]
            self.collections[key] = name, list(dict.fromkeys(kept))


class Journal:
    """The lines of one library."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def note(self, **said: Any) -> None:
        """Append a change, within the transaction that makes it. A disk that is full says so when that is stored."""
        with contextlib.suppress(OSError), self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(said, ensure_ascii=False) + "\n")

    def read(self) -> Marked:
        """What the lines come to; a line that was cut off by a crash is passed over."""
        marked = Marked()
        with (
            contextlib.suppress(FileNotFoundError),
            self.path.open(encoding="utf-8", errors="replace") as file,
        ):
            for line in file:
                with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
                    marked.hear(json.loads(line))
        return marked

    def write(self, marked: Marked) -> None:
        """All of it in as few lines as that takes; whole or not at all. To be called within a transaction, too."""
        said: list[dict[str, Any]] = [
            {"clip": clip, **marks} for clip, marks in marked.clips.items()
        ]
        said += [{"collection": name, "add": clips} for name, clips in marked.collections.values()]
        if marked.preferences:
            said.append({"prefer": marked.preferences})
        write_whole(self.path, "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in said))

    def copy_to(self, crate: Path) -> None:
        """Keep the copy in the crate as new as the lines; whole or not at all."""
        with contextlib.suppress(OSError):
            copy = crate / COPY
            mine = self.path.stat()
            if copy.exists() and copy.stat().st_mtime_ns >= mine.st_mtime_ns:
                return
            with beside(copy) as part:
                shutil.copyfile(self.path, part)
                # the time from before it was read: what was written meanwhile is copied the next time
                os.utime(part, ns=(mine.st_atime_ns, mine.st_mtime_ns))


def journal_of(library: Path) -> Journal:
    """The lines of a library by its file."""
    return Journal(library.with_name(f"{library.stem}.marks.jsonl"))


def fetch_marks(library: Path, crate: Path) -> None:
    """Before a library is opened: where it and its lines are both lost, take those of the crate."""
    journal = journal_of(library)
    if not library.exists() and not journal.path.exists() and (crate / COPY).is_file():
        library.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(crate / COPY, journal.path)


def restore(db: sqlite3.Connection, marked: Marked) -> None:
    """Marks into a new, empty library. Those on clips wait until the clips are found."""
    now = time.time()
    for clip, marks in marked.clips.items():
        db.execute("INSERT OR REPLACE INTO waiting_marks VALUES (?, ?)", (clip, json.dumps(marks)))
        if marks.get("steps"):
            steps = json.dumps(marks["steps"])
            db.execute(
                "INSERT OR REPLACE INTO edits VALUES (?, 1, ?, 'as it was', ?)", (clip, steps, now)
            )
            db.execute("INSERT OR REPLACE INTO edit_turns VALUES (?, 1)", (clip,))
    for name, clips in marked.collections.values():
        db.execute("INSERT OR IGNORE INTO collections (name, created) VALUES (?, ?)", (name, now))
        number = db.execute("SELECT id FROM collections WHERE name = ?", (name,)).fetchone()[0]
        rows = [(number, clip, position) for position, clip in enumerate(clips, 1)]
        db.executemany("INSERT OR IGNORE INTO collection_clips VALUES (?, ?, ?)", rows)
    for name, value in marked.preferences.items():
        db.execute("INSERT OR REPLACE INTO preferences VALUES (?, ?)", (name, json.dumps(value)))


def settle(db: sqlite3.Connection, clip: str, seq: int) -> None:
    """The marks that waited for a clip, now that it is in the library."""
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
    """All marks of a library that was made before it kept lines."""
    marked = Marked()
    rows = db.execute(
        "SELECT id, favourite, rating, used FROM clips WHERE favourite OR rating OR used IS NOT NULL"
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
