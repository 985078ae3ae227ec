"""The library: every clip found, marked, collected and edited by its id.

It is light: all of this only touches SQLite.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.text import shorten
from daemon.correction import Correction
from daemon.errors import LibraryError, no_clip
from daemon.library.arrivals import Arrivals
from daemon.library.awaited import AwaitedLayers
from daemon.library.collections import Collections
from daemon.library.corrections import (
    Corrections,
    content_hash,
    corrected,
    source_of,
    source_word,
)
from daemon.library.edit_words import read_words
from daemon.library.edits import Edits
from daemon.library.family import relatives_of
from daemon.library.filters import ONLY_THERE, SORTS, Filters, where
from daemon.library.marks import Marks
from daemon.library.rows import LibraryClip, LibraryRow, count_of, insert_sound, row_of, seq_of
from daemon.library.similar import box_around, nearest
from daemon.library.steps import Step, shape_after
from daemon.library.store import LibraryDatabase
from daemon.record import ClipRecord, parse_record

FACETS = ("kind", "engine", "licence", "genre", "project", "key")
#: Tags of the facets, most used first: more than a page shows.
_MOST_TAGS = 200
_ROW = (
    "c.id, c.name, c.kind, c.engine, c.licence, c.genre, c.project, c.key, c.bpm, c.bars, c.lufs,"
    " c.seconds, c.created, c.favourite, c.rating, c.used, c.missing"
)


@dataclass(frozen=True)
class Page:
    """Rows `offset` to `offset + limit` of a search, and how many there are in all."""

    total: int
    clips: list[LibraryRow]


class Library:
    """One library file. Any process may hold one; each thread needs its own.

    LibraryError code `unknown_clip` where an id is not known.
    """

    def __init__(self, path: Path) -> None:
        self.database = LibraryDatabase(path)
        self.collections = Collections(self.database)
        self.marks = Marks(self.database)
        self.arrivals = Arrivals(self.database, self.collections)
        self.edits = Edits(self.database)
        self.corrections = Corrections(self.database)
        self.awaited = AwaitedLayers(self.database)

    def close(self) -> None:
        self.database.close()

    # -- looking

    def search(self, filters: Filters) -> Page:
        condition, values = where(filters)
        if filters.similar is not None:
            return self._search_similar(filters, condition, values)
        total = self._one(f"SELECT count(*) FROM clips c WHERE {condition}", values)
        rows = self.database.rows(
            f"SELECT c.seq FROM clips c WHERE {condition}"
            f" ORDER BY {SORTS[filters.sort]} LIMIT ? OFFSET ?",
            *values,
            filters.limit,
            filters.offset,
        )
        return Page(total, self._rows([row["seq"] for row in rows]))

    def _search_similar(self, filters: Filters, condition: str, values: list[Any]) -> Page:
        assert filters.similar is not None
        seq = seq_of(self.database, filters.similar)
        row = self.database.row("SELECT kind, features FROM sounds WHERE seq = ?", seq)
        if row is None or not row["features"]:
            why = (
                "it is silent, or cannot be read"
                if row
                else "it is notes alone, or not yet measured"
            )
            raise LibraryError(f"clip {filters.similar} has no sound to compare: {why}", "no_sound")
        total = self._one(
            f"SELECT count(*) FROM clips c WHERE {condition} AND c.kind != 'midi' AND c.seq != ?",
            [*values, seq],
        )

        def around(reach: int) -> list[tuple[int, bytes]]:
            box, edges = box_around(row["features"], reach)
            query = (
                "SELECT c.seq, s.features FROM clips c JOIN sounds s ON s.seq = c.seq"
                f" WHERE {box} AND {condition} AND c.seq != ?"
            )
            return [(one[0], one[1]) for one in self.database.rows(query, *edges, *values, seq)]

        near = nearest(row["features"], around, min(total, filters.offset + filters.limit))[
            filters.offset :
        ]
        clips = self._rows([seq for _, seq in near])
        return Page(
            total,
            [
                {**clip, "distance": round(distance, 4)}
                for clip, (distance, _) in zip(clips, near, strict=True)
            ],
        )

    def _rows(self, seqs: list[int]) -> list[LibraryRow]:
        """Full rows in the order of `seqs`."""
        marks = ",".join("?" * len(seqs))
        rows = self.database.rows(
            f"SELECT c.seq, {_ROW}, f.path, w.prompt, w.tags,"
            " EXISTS (SELECT 1 FROM edit_turns e WHERE e.clip = c.id) AS edited"
            " FROM clips c LEFT JOIN files f ON f.clip = c.id"
            f" LEFT JOIN words w ON w.rowid = c.seq WHERE c.seq IN ({marks})",
            *seqs,
        )
        by_seq = {row["seq"]: row_of(row) for row in rows}
        return [by_seq[seq] for seq in seqs if seq in by_seq]

    def facets(self, filters: Filters) -> dict[str, dict[str, int]]:
        """Counts of a search's clips by kind, engine, licence, genre, project, key and tag; most
        first.
        """
        condition, values = where(filters)
        by_index = condition.replace("+", "") if condition == ONLY_THERE else condition
        counted = {
            name: {
                str(row[0]): int(row[1])
                for row in self.database.rows(
                    f"SELECT c.{name}, count(*) FROM clips c WHERE {by_index} AND c.{name} != ''"
                    " GROUP BY 1 ORDER BY 2 DESC, 1",
                    *values,
                )
            }
            for name in FACETS
        }
        # excluding the few clips whose files are gone is far quicker than looking up all the others
        who = "SELECT seq FROM clips c WHERE " + condition
        narrowed = (
            "NOT IN (SELECT seq FROM clips WHERE missing != 0)"
            if condition == ONLY_THERE
            else f"IN ({who})"
        )
        tags = self.database.rows(
            f"SELECT tag, count(*) FROM tags WHERE seq {narrowed}"
            " GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?",
            *values,
            _MOST_TAGS,
        )
        return counted | {"tag": {str(row[0]): int(row[1]) for row in tags}}

    def get(self, clip: str) -> LibraryClip:
        """A clip's row with `record` (all that its file says), `collections` and `steps`."""
        seq = seq_of(self.database, clip)
        row = self._rows([seq])[0]
        return {
            **row,
            "record": self.record(clip),
            "collections": self.collections.of(clip),
            "steps": self.edits.steps(clip),
        }

    def record(self, clip: str) -> ClipRecord:
        """The clip's record with the user's word laid over it, and the path of its file now."""
        return corrected(self.published_record(clip), self.corrections.of_clip(clip))

    def published_record(self, clip: str) -> ClipRecord:
        """The clip's record as published, with the path at which its file is now."""
        seq = seq_of(self.database, clip)
        row = self.database.row(
            "SELECT record, f.path FROM records JOIN clips c ON c.seq = records.seq"
            " LEFT JOIN files f ON f.clip = c.id WHERE records.seq = ?",
            seq,
        )
        assert row is not None
        return {**parse_record(row["record"]), "path": row["path"]}

    def path(self, clip: str) -> Path:
        """The clip's own file. LibraryError where it is gone."""
        record = self.record(clip)
        path = Path(record["path"])
        if not path.is_file():
            raise LibraryError(
                f"the file of clip {clip} is no longer at {path};"
                " put it back, or remove it from the list",
                "gone",
            )
        return path

    def find(self, what: str) -> str:
        """The id of a clip by id, `last`, path or the beginning of an id."""
        if what in ("", "last"):
            row = self.database.row(
                "SELECT id FROM clips WHERE missing = 0 ORDER BY seq DESC LIMIT 1"
            )
        else:
            row = self.database.row("SELECT id FROM clips WHERE id = ?", what)
            row = row or self.database.row("SELECT clip AS id FROM files WHERE path = ?", what)
            if row is None and len(what) >= 3 and what.isalnum():
                row = self.database.row(
                    "SELECT id FROM clips WHERE id LIKE ? || '%' ORDER BY seq DESC LIMIT 1", what
                )
        if row is None:
            raise LibraryError(no_clip(what), "unknown_clip")
        return str(row["id"])

    def brought_as(self, path: Path) -> str | None:
        """The clip as which a file of this content was brought in before; None for none.

        OSError where the file cannot be read.
        """
        row = self.database.row(
            "SELECT c.id FROM records JOIN clips c ON c.seq = records.seq WHERE c.missing = 0"
            " AND json_extract(record, '$.brought_hash') = ? ORDER BY c.seq DESC LIMIT 1",
            content_hash(path),
        )
        return str(row["id"]) if row else None

    def collection_files(self, name: str) -> list[Path]:
        """The audio files of a collection's clips that are there, in its order."""
        rows = self.database.rows(
            "SELECT f.path FROM collection_clips m JOIN files f ON f.clip = m.clip"
            " WHERE m.collection = ? ORDER BY m.position",
            self.collections.number(name),
        )
        return [
            path for row in rows if (path := Path(row["path"])).suffix != ".mid" and path.is_file()
        ]

    def relatives(self, clip: str) -> dict[str, list[LibraryRow]]:
        """A clip's family: those it was made `of`, that were `made` of it, and its doubles."""
        found = relatives_of(self.database, seq_of(self.database, clip), self.record(clip))
        return {name: self._rows(seqs) for name, seqs in found.items()}

    # -- measuring

    def unmeasured(self, most: int, without: Iterable[str] = ()) -> dict[str, str]:
        """Clip -> path of up to `most` clips without features, newest first, without `without`."""
        rows = self.database.rows(
            "SELECT c.id, f.path FROM clips c JOIN files f ON f.clip = c.id"
            " WHERE c.kind != 'midi' AND c.missing = 0"
            " AND c.seq NOT IN (SELECT seq FROM sounds)"
            " AND c.id NOT IN (SELECT value FROM json_each(?))"
            " ORDER BY c.seq DESC LIMIT ?",
            json.dumps(list(without)),
            most,
        )
        return {row["id"]: row["path"] for row in rows}

    def needs_measuring(self, clip: str) -> bool:
        """Whether a clip has a sound whose features are not stored yet."""
        query = (
            "SELECT 1 FROM clips WHERE id = ? AND kind != 'midi'"
            " AND seq NOT IN (SELECT seq FROM sounds)"
        )
        return self.database.row(query, clip) is not None

    def measured(self, found: Mapping[str, str]) -> None:
        """Store features (clip -> base64), which `similar` compares. Unknown clips are left out."""
        with self.database.write() as db:
            for clip, features in found.items():
                row = db.execute("SELECT seq, kind FROM clips WHERE id = ?", (clip,)).fetchone()
                if (
                    row
                    and not db.execute("SELECT 1 FROM sounds WHERE seq = ?", (row[0],)).fetchone()
                ):
                    insert_sound(db, row[0], row[1], features)

    # -- correcting

    def correct(self, clip: str, word: Correction) -> Correction:
        """Lay the user's word over what was heard of a clip; returns all that was said by now.

        What an earlier word said and this one does not stays. Searches, edits and exports go by
        it; the clip's file is left alone. LibraryError where the first beat lies beyond the clip.
        """
        record = self.published_record(clip)
        now = word.over(self.corrections.of_clip(clip)).within(record.get("seconds"))
        self.corrections.correct_clip(clip, now, record)
        return now

    def correct_source(self, clip: str, word: Correction) -> Path | None:
        """Lay a word on a clip over the file that it was fitted or brought in from, too.

        Returns that file, which the next `fit` hears by it; None where it is gone, or was none.
        """
        record = self.published_record(clip)
        source = source_of(record)
        if source is not None:
            now = source_word(record, word).over(self.corrections.of_content(source))
            self.corrections.correct_file(source, now)
        return source

    def uncorrect(self, clip: str) -> None:
        """Take the user's word on a clip back: what was heard counts again."""
        self.corrections.correct_clip(clip, Correction(), self.published_record(clip))

    def uncorrect_source(self, clip: str) -> None:
        """Take the word on the file back that the clip was fitted or brought in from."""
        if (source := source_of(self.published_record(clip))) is not None:
            self.corrections.correct_file(source, Correction())

    # -- editing in words

    def say(self, clip: str, text: str) -> list[Step]:
        """Change a clip's steps in words ("a bit faster and darker"; "undo"); returns all its steps
        now.

        However many steps a sentence takes, it is one turn: one `undo` reverts it.

        LibraryError code `not_understood` where a part of the sentence is no edit; then nothing
        changes.
        """
        if text.strip().lower() in ("undo", "redo"):
            return (
                self.edits.undo(clip) if text.strip().lower() == "undo" else self.edits.redo(clip)
            )
        steps = self.edits.steps(clip)
        wishes = read_words(text, shape_after(self.record(clip), steps), steps)
        if not wishes:
            raise LibraryError(
                'nothing was said; say it as in "a bit faster" or "add some reverb"',
                "not_understood",
            )
        return self.edits.change(
            clip,
            f"said: {shorten(text, 100)}",
            remove=list(dict.fromkeys(wish.remove for wish in wishes if wish.remove)),
            add=[wish.add for wish in wishes if wish.add],
        )

    def _one(self, query: str, values: list[Any]) -> int:
        return count_of(self.database, query, *values)


def collection_files(library: Path, name: str) -> list[Path]:
    """The audio files of a collection, without holding a library open.

    `library` is the library's file (`Places.library`). LibraryError code `unknown_collection`.
    """
    if not library.exists():
        raise LibraryError(
            f"there is no collection {name!r}; `sidecrate collect` makes one", "unknown_collection"
        )
    opened = Library(library)
    try:
        return opened.collection_files(name)
    finally:
        opened.close()


def said_of(library: Path, path: Path, clip: str = "") -> Correction:
    """The user's word on a file or, where it is one, on the clip; empty where nothing was said.

    `library` is the library's file (`Places.library`), which is not held open.
    """
    if not library.exists():
        return Correction()
    opened = Library(library)
    try:
        word = opened.corrections.of_clip(clip) if clip else Correction()
        return word or opened.corrections.of_file(path)
    finally:
        opened.close()


def believed(library: Path, record: ClipRecord) -> ClipRecord:
    """A clip's record with the user's word over what was heard. library: as for `said_of`."""
    return corrected(record, said_of(library, Path(record["path"]), record["id"]))
