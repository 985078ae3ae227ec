"""Named lists of clips, in an order of their own; a clip may be in many."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from itertools import count
from typing import Any

from daemon.errors import LibraryError, no_clip
from daemon.library.store import LibraryDatabase

#: Characters of a name; a number that makes one more of it has room in it.
_NAME, _NAME_FOR_ONE_MORE = 80, 76


class Collections:
    """All collections of a library. Names are unique, case ignored.

    LibraryError code `unknown_collection` where a name is not known.
    """

    def __init__(self, database: LibraryDatabase) -> None:
        self._database = database

    def all(self) -> list[dict[str, Any]]:
        """[{name, clips, created}], by name; `clips` counts."""
        rows = self._database.rows(
            "SELECT name, created,"
            " (SELECT count(*) FROM collection_clips WHERE collection = id) AS clips"
            " FROM collections ORDER BY name COLLATE NOCASE"
        )
        return [dict(row) for row in rows]

    def clips(self, name: str) -> list[str]:
        """The clips' ids, in the collection's order."""
        rows = self._database.rows(
            "SELECT clip FROM collection_clips WHERE collection = ? ORDER BY position",
            self.number(name),
        )
        return [str(row["clip"]) for row in rows]

    def of(self, clip: str) -> list[str]:
        """Names of the collections that a clip is in."""
        rows = self._database.rows(
            "SELECT name FROM collections JOIN collection_clips ON collection = id"
            " WHERE clip = ? ORDER BY name COLLATE NOCASE",
            clip,
        )
        return [str(row["name"]) for row in rows]

    def name_for(self, name: str, work: str) -> str:
        """The name under which a work's clips are collected: `name`, or `name 2`, `name 3`...

        One that is free, or holds a clip of the work already: a kit that is cut twice is two kits.
        `work` is one of `work_of`.
        """
        name = name.strip()[:_NAME_FOR_ONE_MORE]
        for number in count(1):
            one = name if number == 1 else f"{name} {number}"
            held = self._database.rows(
                "SELECT clip, json_extract(r.record, '$.job') AS job FROM collections"
                " JOIN collection_clips ON collection = collections.id"
                " JOIN clips c ON c.id = clip JOIN records r ON r.seq = c.seq"
                " WHERE collections.name = ?",
                one,
            )
            if not held or any(work_of(row["clip"], row["job"]) == work for row in held):
                return one
        raise AssertionError("unreachable")

    def create(self, name: str) -> None:
        """Make an empty collection. An existing one is left as it is."""
        with self._database.write() as db:
            _create(db, name)
            self._database.marks_file.note(collection=name.strip())

    def add(self, name: str, clips: Iterable[str]) -> int:
        """Append clips to a collection, made if need be. Returns how many were not in it."""
        with self._database.write() as db:
            number = _create(db, name)
            last = db.execute(
                "SELECT coalesce(max(position), 0) FROM collection_clips WHERE collection = ?",
                (number,),
            ).fetchone()[0]
            new = 0
            added = list(clips)
            for clip in added:
                if not db.execute("SELECT 1 FROM clips WHERE id = ?", (clip,)).fetchone():
                    raise LibraryError(no_clip(clip), "unknown_clip")
                new += db.execute(
                    "INSERT OR IGNORE INTO collection_clips VALUES (?, ?, ?)",
                    (number, clip, last + new + 1),
                ).rowcount
            self._database.marks_file.note(collection=name.strip(), add=added)
        return new

    def remove(self, name: str, clips: Iterable[str]) -> int:
        """Remove clips from a collection; the clips stay. Returns how many were in it."""
        number = self.number(name)
        gone = list(clips)
        with self._database.write() as db:
            self._database.marks_file.note(collection=name.strip(), remove=gone)
            return sum(
                db.execute(
                    "DELETE FROM collection_clips WHERE collection = ? AND clip = ?", (number, clip)
                ).rowcount
                for clip in gone
            )

    def arrange(self, name: str, clips: Iterable[str]) -> None:
        """Put clips of a collection first, in this order; its others follow in their old order.

        LibraryError code `unknown_clip` for one that is not in it.
        """
        number, inside, first = self.number(name), self.clips(name), list(dict.fromkeys(clips))
        if strangers := [clip for clip in first if clip not in inside]:
            text = f"clip {strangers[0]} is not in {name!r}; put it into the collection first"
            raise LibraryError(text, "unknown_clip")
        order = [*first, *(clip for clip in inside if clip not in first)]
        with self._database.write() as db:
            for position, clip in enumerate(order, 1):
                db.execute(
                    "UPDATE collection_clips SET position = ? WHERE collection = ? AND clip = ?",
                    (position, number, clip),
                )
            self._database.marks_file.note(collection=name.strip(), order=order)

    def rename(self, name: str, new_name: str) -> None:
        number = self.number(name)
        try:
            with self._database.write() as db:
                db.execute(
                    "UPDATE collections SET name = ? WHERE id = ?", (_checked(new_name), number)
                )
                self._database.marks_file.note(collection=name.strip(), rename=_checked(new_name))
        except sqlite3.IntegrityError:
            raise LibraryError(
                f"there is a collection {new_name!r} already; take another name", "bad_request"
            ) from None

    def delete(self, name: str) -> None:
        """Delete a collection; its clips stay."""
        number = self.number(name)
        with self._database.write() as db:
            db.execute("DELETE FROM collections WHERE id = ?", (number,))
            self._database.marks_file.note(collection=name.strip(), delete=True)

    def number(self, name: str) -> int:
        """The collection's row."""
        row = self._database.row("SELECT id FROM collections WHERE name = ?", name.strip())
        if row is None:
            raise LibraryError(
                f"there is no collection {name!r}; `sidecrate collect` lists them",
                "unknown_collection",
            )
        return int(row["id"])


def work_of(clip: str, job: str | None) -> str:
    """The work that a clip came of: its job, or without a daemon the first of its clips."""
    return job or clip.partition("e")[0]


def _create(db: sqlite3.Connection, name: str) -> int:
    db.execute(
        "INSERT OR IGNORE INTO collections (name, created) VALUES (?, ?)",
        (_checked(name), time.time()),
    )
    return int(
        db.execute("SELECT id FROM collections WHERE name = ?", (name.strip(),)).fetchone()[0]
    )


def _checked(name: str) -> str:
    if not 1 <= len(name.strip()) <= _NAME or not name.isprintable():
        raise LibraryError(
            f"a collection's name has 1 to {_NAME} characters, not {name!r:.100}", "bad_request"
        )
    return name.strip()
