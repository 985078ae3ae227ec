"""What a user marks on clips: favourite, rating, used, tags; and what the owner prefers."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from typing import Any

from daemon.errors import LibraryError
from daemon.library.rows import seq_of
from daemon.library.store import LibraryDatabase


class Marks:
    """The marks in a library's file; each is noted beside it, so that a new library has it again.

    LibraryError code `unknown_clip` where an id is not known.
    """

    def __init__(self, database: LibraryDatabase) -> None:
        self._database = database

    def favourite(self, clip: str, on: bool = True) -> None:
        self._set(clip, "favourite", int(on))

    def rate(self, clip: str, rating: int) -> None:
        """0 (none) to 5."""
        if not 0 <= rating <= 5:
            raise LibraryError(f"a rating is 0 to 5, not {rating}", "bad_request")
        self._set(clip, "rating", rating)

    def use(self, clip: str, on: bool = True) -> None:
        """Mark that a clip went into a project, or that it did not."""
        self._set(clip, "used", time.time() if on else None)

    def tag(self, clip: str, add: Iterable[str] = (), remove: Iterable[str] = ()) -> list[str]:
        """Change a clip's tags; returns the tags it has now."""
        seq = seq_of(self._database, clip)
        with self._database.write() as db:
            for tag in remove:
                db.execute("DELETE FROM tags WHERE tag = ? AND seq = ?", (tag.strip(), seq))
            for tag in add:
                if not 1 <= len(tag.strip()) <= 60 or "," in tag:
                    raise LibraryError(
                        f"a tag has 1 to 60 characters and no comma, not {tag!r:.80}", "bad_request"
                    )
                db.execute("INSERT OR IGNORE INTO tags VALUES (?, ?)", (tag.strip(), seq))
            tags = [
                str(row[0])
                for row in db.execute("SELECT tag FROM tags WHERE seq = ? ORDER BY tag", (seq,))
            ]
            db.execute("UPDATE words SET tags = ? WHERE rowid = ?", (", ".join(tags), seq))
            self._database.marks_file.note(clip=clip, tags=tags)
        return tags

    def preferences(self) -> dict[str, Any]:
        """The preferences of this library's owner, as `prefer` stored them."""
        return {
            row["name"]: json.loads(row["value"])
            for row in self._database.rows("SELECT * FROM preferences")
        }

    def prefer(self, values: Mapping[str, Any]) -> None:
        """Set preferences; others stay."""
        with self._database.write() as db:
            for name, value in values.items():
                db.execute(
                    "INSERT OR REPLACE INTO preferences VALUES (?, ?)", (name, json.dumps(value))
                )
            self._database.marks_file.note(prefer=dict(values))

    def _set(self, clip: str, column: str, value: Any) -> None:
        seq = seq_of(self._database, clip)
        with self._database.write() as db:
            db.execute(f"UPDATE clips SET {column} = ? WHERE seq = ?", (value, seq))
            self._database.marks_file.note(clip=clip, **{column: value})
