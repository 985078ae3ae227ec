"""The user's word on clips and on files elsewhere: kept, laid over their records, taken back.

A clip's word stands by its id, a file's by its content: a copy, or a new name, is the same file.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from pathlib import Path

from bridge.inbox.names import where_it_is_now
from bridge.music import MAX_BPM, MIN_BPM, Key, Meter
from daemon.correction import MAX_DOWNBEAT_S, Correction
from daemon.errors import LibraryError
from daemon.library.steps import moved_key
from daemon.library.store import LibraryDatabase
from daemon.record import ClipRecord

#: Bars by which a loop's length may be off whole bars at a corrected tempo.
_WHOLE_BARS = 0.02


class Corrections:
    """The corrections of one library."""

    def __init__(self, database: LibraryDatabase) -> None:
        self._database = database

    def of_clip(self, clip: str) -> Correction:
        """What the user said of a clip; empty where nothing."""
        row = self._database.row("SELECT said FROM corrections WHERE clip = ?", clip)
        return Correction.from_json(json.loads(row["said"])) if row else Correction()

    def of_file(self, path: Path) -> Correction:
        """What the user said of a file: of the clip that it is, or of its content."""
        row = self._database.row("SELECT clip FROM files WHERE path = ?", str(path.absolute()))
        if row is not None and (word := self.of_clip(row["clip"])):
            return word
        return self.of_content(path)

    def of_content(self, path: Path) -> Correction:
        """The same, by its content alone. A file is only hashed where one of its size is known."""
        try:
            size = path.stat().st_size
            query = "SELECT hash, said FROM file_corrections WHERE size = ?"
            rows = {row["hash"]: row["said"] for row in self._database.rows(query, size)}
            said = rows.get(content_hash(path)) if rows else None
        except OSError:
            return Correction()
        return Correction.from_json(json.loads(said)) if said else Correction()

    def correct_clip(self, clip: str, word: Correction, record: ClipRecord) -> None:
        """Set a clip's word (an empty one forgets it), and its row of the search index.

        record: as it was published.
        """
        with self._database.write() as db:
            if word:
                values = (clip, json.dumps(word.to_json()))
                db.execute("INSERT OR REPLACE INTO corrections VALUES (?, ?)", values)
            else:
                db.execute("DELETE FROM corrections WHERE clip = ?", (clip,))
            describe(db, clip, corrected(record, word))
            self._database.marks_file.note(clip=clip, corrected=word.to_json())

    def correct_file(self, path: Path, word: Correction) -> None:
        """Set the word on a file's content; an empty one forgets it.

        LibraryError where the file cannot be read.
        """
        try:
            size, content = path.stat().st_size, content_hash(path)
        except OSError as fault:
            why = fault.strerror or fault
            raise LibraryError(f"{path} cannot be read ({why}); give the path of a file") from None
        with self._database.write() as db:
            if word:
                values = (content, size, json.dumps(word.to_json()))
                db.execute("INSERT OR REPLACE INTO file_corrections VALUES (?, ?, ?)", values)
            else:
                db.execute("DELETE FROM file_corrections WHERE hash = ?", (content,))
            self._database.marks_file.note(file=content, size=size, corrected=word.to_json())


def content_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def corrected(record: ClipRecord, word: Correction) -> ClipRecord:
    """A record with the user's word over what was heard, and that word as `corrected`.

    A loop's bars are counted anew; they are None where it is not whole bars long at its tempo.
    """
    if not word:
        return record
    made: ClipRecord = {**record, "corrected": word.to_json()}
    if word.key is not None:
        made["key"] = word.key
    if word.bpm is not None:
        made["bpm"] = word.bpm
        if record["kind"] == "loop":
            made["bars"] = _bars(record, word.bpm)
    return made


def _bars(record: ClipRecord, bpm: float) -> int | None:
    meter = Meter.parse(record.get("meter") or "4/4")
    bars = (record.get("seconds") or 0.0) * bpm / 60 / meter.quarters_per_bar
    whole = round(bars)
    return whole if whole >= 1 and abs(bars - whole) <= _WHOLE_BARS else None


def describe(db: sqlite3.Connection, clip: str, record: ClipRecord) -> None:
    """Write a record's tempo, key and bars into the search index."""
    try:
        key = Key.parse(str(record["key"])) if record.get("key") else None
    except ValueError:
        key = None
    db.execute(
        "UPDATE clips SET bpm = ?, bars = ?, key = ?, scale = ?, minor = ? WHERE id = ?",
        (
            record.get("bpm"),
            record.get("bars"),
            key.short if key else "",
            key.relative_major_tonic if key else None,
            int(key.is_minor) if key else None,
            clip,
        ),
    )


def apply_stored(db: sqlite3.Connection, record: ClipRecord) -> None:
    """Describe a clip that has just come in by the word that is stored on it, if any."""
    row = db.execute("SELECT said FROM corrections WHERE clip = ?", (record["id"],)).fetchone()
    if row is not None:
        word = Correction.from_json(json.loads(row[0]))
        describe(db, record["id"], corrected(record, word))


def source_of(record: ClipRecord) -> Path | None:
    """The user's file that a clip was fitted or brought in from; None where it is gone or none."""
    named = record.get("brought_from")
    if not named and record.get("engine") == "file":
        named = str((record.get("request") or {}).get("reference") or "")
    if not named:
        return None
    path = Path(where_it_is_now(named))
    return path if path.is_file() else None


def source_word(record: ClipRecord, word: Correction) -> Correction:
    """A word on a fitted clip as one on the file it was fitted from.

    The clip began at `did.from_s` of the file, `did.ratio` times as long, and moved in pitch.
    """
    did = (record.get("report") or {}).get("did") or {}
    request = record.get("request") or {}
    ratio = float(did.get("ratio") or 1.0)
    bpm = round(word.bpm * ratio, 4) if word.bpm is not None else None
    downbeat_s = None
    if word.downbeat_s is not None and (did.get("from_s") is not None or ratio == 1.0):
        begins_s = float(did.get("from_s") or 0.0) + float(request.get("reference_start") or 0.0)
        downbeat_s = round(begins_s + word.downbeat_s / ratio, 6)
    semitones = round(float(did.get("semitones") or 0.0))
    key = moved_key(word.key, -semitones) if word.key and semitones else word.key
    return Correction(
        bpm if bpm is not None and MIN_BPM <= bpm <= MAX_BPM else None,
        downbeat_s if downbeat_s is not None and 0 <= downbeat_s <= MAX_DOWNBEAT_S else None,
        key,
    )
