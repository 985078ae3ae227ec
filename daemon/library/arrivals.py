"""Clips that come into the library and leave it."""

from __future__ import annotations

import json
from collections.abc import Iterable

from daemon.jobs.database import Database
from daemon.library.collections import Collections, work_of
from daemon.library.rows import count_of, insert_clip
from daemon.library.store import LibraryDatabase
from daemon.record import ClipRecord, parse_record

#: Each catch-up starts this much before the newest clip known, for clocks are not exact.
_OVERLAP_S = 60.0


class Arrivals:
    """Takes in what was published and drops what was trashed, in one library's file."""

    def __init__(self, database: LibraryDatabase, collections: Collections) -> None:
        self._database = database
        self._collections = collections

    def take_in(self, records: Iterable[ClipRecord]) -> int:
        """Add published clips by their records (with `path`); returns how many were new.

        Known clips are left as they are. A new one goes into the collection that its record names,
        or one beside it where that holds what other work has made.
        """
        collected: dict[tuple[str, str], list[str]] = {}
        count = 0
        with self._database.write() as db:
            for record in records:
                if record["kind"] == "video":
                    # the library is of sounds and notes: none of its ways can open a film
                    continue
                is_new = insert_clip(db, record)
                count += is_new
                if is_new and record.get("collection"):
                    key = (record["collection"], work_of(record["id"], record.get("job")))
                    collected.setdefault(key, []).append(record["id"])
        for (name, work), clips in collected.items():
            self._collections.add(self._collections.name_for(name, work), clips)
        return count

    def catch_up(self, jobs: Database, *, whole: bool = False) -> int:
        """Take in what was published since the last call, and drop what was trashed.

        Both stand in the job table's file. `whole` looks at all that was ever published. Returns
        how many clips were new.
        """
        row = self._database.row("SELECT value FROM marks WHERE name = 'published'")
        since = 0.0 if row is None or whole else row[0] - _OVERLAP_S
        rows = jobs.rows(
            "SELECT id, record, published FROM clips"
            " WHERE state = 'done' AND published >= ? ORDER BY published, k",
            since,
        )
        known = self._known(row["id"] for row in rows)
        new = self.take_in(parse_record(row["record"]) for row in rows if row["id"] not in known)
        if rows:
            self._mark("published", rows[-1]["published"])
        self._forget_trashed(jobs)
        return new

    def _known(self, ids: Iterable[str]) -> set[str]:
        wanted = json.dumps(list(ids))
        return {
            row[0]
            for row in self._database.rows(
                "SELECT id FROM clips WHERE id IN (SELECT value FROM json_each(?))", wanted
            )
        }

    def _forget_trashed(self, jobs: Database) -> None:
        count = count_of(jobs, "SELECT count(*) FROM clips WHERE state = 'trashed'")
        row = self._database.row("SELECT value FROM marks WHERE name = 'trashed'")
        if count == (row[0] if row else 0):
            return
        for trashed in jobs.rows("SELECT id FROM clips WHERE state = 'trashed'"):
            self.forget(trashed["id"])
        self._mark("trashed", count)

    def _mark(self, name: str, value: float) -> None:
        with self._database.write() as db:
            db.execute("INSERT OR REPLACE INTO marks VALUES (?, ?)", (name, value))

    def forget(self, clip: str) -> None:
        """Remove a clip and all marks on it from the library; its file is left alone."""
        row = self._database.row("SELECT seq FROM clips WHERE id = ?", clip)
        if row is None:
            return
        with self._database.write() as db:
            for table in ("clips", "records", "sounds", "sound_boxes", "tags"):
                db.execute(f"DELETE FROM {table} WHERE seq = ?", (row["seq"],))
            db.execute("DELETE FROM words WHERE rowid = ?", (row["seq"],))
            for table in ("files", "collection_clips", "edits", "edit_turns", "corrections"):
                db.execute(f"DELETE FROM {table} WHERE clip = ?", (clip,))
            self._database.marks_file.note(forget=clip)
