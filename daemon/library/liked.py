"""What a user kept, starred and used, and what was thrown away: the examples of a taste."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TypedDict

from daemon.jobs.database import Database
from daemon.library.store import LibraryDatabase

#: Stars from which a sound is liked, and to which it is not.
_LIKED_STARS, _DISLIKED_STARS = 4, 2


class Marked(TypedDict):
    """A clip that its user judged: `path` is empty where the file is gone."""

    id: str
    job: str
    kind: str
    engine: str
    features: bytes
    path: str
    role: str
    """Its first part: of a one-shot its role."""
    liked: bool


def marked_clips(jobs: Database, library: LibraryDatabase) -> list[Marked]:
    """Every clip that was kept, marked or thrown away, the newest first.

    Liked is what was kept, is a favourite, has four stars or more or went into a project; not
    liked what lies in the bin or has one or two stars.
    """
    marks = {
        row["id"]: (
            bool(row["favourite"]) or row["rating"] >= _LIKED_STARS or row["used"] is not None,
            0 < row["rating"] <= _DISLIKED_STARS,
        )
        for row in library.rows("SELECT id, favourite, rating, used FROM clips")
    }
    rows = jobs.rows(
        "SELECT id, job, state, kept, path, record FROM clips"
        " WHERE state IN ('done', 'trashed') ORDER BY created DESC"
    )
    found: list[Marked] = []
    for row in rows:
        liked, disliked = marks.get(row["id"], (False, False))
        liked = liked or bool(row["kept"])
        disliked = disliked or row["state"] == "trashed"
        if liked == disliked:
            continue
        record = json.loads(row["record"])
        found.append(
            {
                "id": row["id"], "job": str(row["job"] or row["id"]),
                "kind": str(record.get("kind", "")), "engine": str(record.get("engine", "")),
                "features": features_of(record),
                "path": "" if row["state"] == "trashed" else str(row["kept"] or row["path"]),
                "role": str(next(iter(record.get("parts") or ()), "")),
                "liked": liked,
            }
        )  # fmt: skip
    return found


def features_of(record: object) -> bytes:
    """The features of a record's sound; empty where it has none."""
    try:
        text = record.get("features") if isinstance(record, dict) else None
        return base64.b64decode(text or "", validate=True)
    except (binascii.Error, ValueError, TypeError):
        return b""
