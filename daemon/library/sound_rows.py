"""The library's sounds as a map needs them: features, and a few words of each clip."""

from __future__ import annotations

import json
import sqlite3
from typing import TypedDict

from daemon.jobs.database import Database
from daemon.library.filters import Filters, where


class SoundRow(TypedDict):
    """A clip as a map shows it."""

    id: str
    kind: str
    title: str
    key: str
    bpm: float | None
    part: str
    """Its part, where it is one; `mixed` of a clip of several."""


def sound_features(library: Database, most: int) -> dict[str, bytes]:
    """Clip -> features of its sound, of the newest `most` that have some."""
    rows = library.rows(
        "SELECT c.id, s.features FROM sounds s JOIN clips c ON c.seq = s.seq"
        " WHERE c.missing = 0 AND length(s.features) > 0 ORDER BY s.seq DESC LIMIT ?",
        most,
    )
    return {row["id"]: row["features"] for row in rows}


def sound_rows(library: Database, filters: Filters, most: int) -> list[SoundRow]:
    """The newest `most` clips of a search that have a measured sound."""
    condition, values = where(filters)
    rows = library.rows(
        "SELECT c.id, c.kind, c.name, c.key, c.bpm, w.prompt,"
        " coalesce(json_extract(r.record, '$.role'), json_extract(r.record, '$.part'), '')"
        " AS part, json_extract(r.record, '$.parts') AS parts"
        " FROM clips c JOIN sounds s ON s.seq = c.seq JOIN records r ON r.seq = c.seq"
        f" LEFT JOIN words w ON w.rowid = c.seq WHERE {condition} AND length(s.features) > 0"
        " ORDER BY c.seq DESC LIMIT ?",
        *values,
        most,
    )
    return [_sound_row(row) for row in rows]


def _sound_row(row: sqlite3.Row) -> SoundRow:
    parts = json.loads(row["parts"] or "[]")
    # clips of older versions have their parts as one text
    parts = parts.split(", ") if isinstance(parts, str) else parts
    part = row["part"] or (parts[0] if len(parts) == 1 else "mixed" if parts else "")
    return {
        "id": row["id"], "kind": row["kind"], "title": row["prompt"] or row["name"],
        "key": row["key"], "bpm": row["bpm"], "part": part,
    }  # fmt: skip
