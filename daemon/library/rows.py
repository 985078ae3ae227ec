"""Clips as rows of the library: what a row shows, and how a record becomes one."""

from __future__ import annotations

import base64
import json
import sqlite3
import time
from pathlib import Path
from typing import Any, TypedDict, cast

from bridge.music import Key
from daemon.crate.names import clip_name
from daemon.errors import LibraryError, no_clip
from daemon.jobs.database import Database
from daemon.library.corrections import apply_stored
from daemon.library.marks_file import settle
from daemon.library.search_words import name_words
from daemon.library.similar import box_of
from daemon.library.steps import Step
from daemon.record import ClipRecord


class LibraryRow(TypedDict, total=False):
    """A clip as a search finds it. `distance` only where it was asked which are `similar`."""

    id: str
    name: str
    kind: str
    engine: str
    licence: str
    genre: str
    project: str
    key: str
    bpm: float | None
    bars: int | None
    lufs: float | None
    seconds: float | None
    created: float
    favourite: bool
    rating: int
    used: float | None
    missing: bool
    path: str | None
    prompt: str
    tags: list[str]
    edited: bool
    distance: float


class LibraryClip(LibraryRow, total=False):
    """A row with all that is known of its clip."""

    record: ClipRecord
    collections: list[str]
    steps: list[Step]


def row_of(row: sqlite3.Row) -> LibraryRow:
    plain: dict[str, Any] = {name: row[name] for name in dict(row) if name != "seq"}
    plain["tags"] = [tag for tag in (row["tags"] or "").split(", ") if tag]
    for name in ("favourite", "missing", "edited"):
        plain[name] = bool(row[name])
    return cast(LibraryRow, plain)


def seq_of(database: Database, clip: str) -> int:
    """The number of a clip's rows. LibraryError code `unknown_clip`."""
    row = database.row("SELECT seq FROM clips WHERE id = ?", clip)
    if row is None:
        raise LibraryError(no_clip(clip), "unknown_clip")
    return int(row["seq"])


def count_of(database: Database, query: str, *values: Any) -> int:
    """The one number that a query counts; 0 where it finds no row."""
    row = database.row(query, *values)
    return int(row[0]) if row else 0


def insert_clip(db: sqlite3.Connection, record: ClipRecord) -> int:
    """Insert a clip by its record. Returns 0 where it is known."""
    if db.execute("SELECT 1 FROM clips WHERE id = ?", (record["id"],)).fetchone():
        return 0
    try:
        key = Key.parse(str(record["key"])) if record.get("key") else None
    except ValueError:
        key = None
    after = (record.get("report") or {}).get("after") or {}
    lufs = after.get("lufs")
    path = str(record["path"])
    cursor = db.execute(
        "INSERT INTO clips (id, kind, engine, licence, genre, project, key, scale, minor, bpm,"
        " bars, lufs, seconds, created, name) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            record["id"], record["kind"], record.get("engine") or "", record.get("license") or "",
            record.get("genre") or "", record.get("project") or "", key.short if key else "",
            key.relative_major_tonic if key else None, int(key.is_minor) if key else None,
            record.get("bpm"), record.get("bars"), lufs, record.get("seconds"),
            float(record.get("made") or record.get("created") or time.time()),
            Path(path).stem or clip_name(record),
        ),
    )  # fmt: skip
    seq = cursor.lastrowid
    tags = list(dict.fromkeys(str(tag).replace(",", " ") for tag in record.get("tags") or ()))
    prompt = str(record.get("prompt") or "")
    words = (seq, name_words(path, prompt), prompt, ", ".join(tags))
    db.execute("INSERT INTO words (rowid, name, prompt, tags) VALUES (?, ?, ?, ?)", words)
    db.executemany("INSERT OR IGNORE INTO tags VALUES (?, ?)", [(tag, seq) for tag in tags])
    db.execute("INSERT INTO records VALUES (?, ?)", (seq, json.dumps(record)))
    stat = stat_of(path)
    db.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", (record["id"], path, *stat))
    if packed := record.get("features"):
        insert_sound(db, int(seq or 0), record["kind"], packed)
    settle(db, str(record["id"]), int(seq or 0))
    apply_stored(db, record)
    return 1


def insert_sound(db: sqlite3.Connection, seq: int, kind: str, features: str) -> None:
    """Store a sound; empty features mean that there is nothing to compare."""
    sound = base64.b64decode(features)
    db.execute("INSERT INTO sounds VALUES (?, ?, ?)", (seq, kind, sound))
    if sound:
        db.execute(
            "INSERT INTO sound_boxes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (seq, *box_of(sound)),
        )


def stat_of(path: str) -> tuple[int | None, int | None]:
    try:
        found = Path(path).stat()
    except OSError:
        return None, None
    return found.st_size, found.st_mtime_ns
