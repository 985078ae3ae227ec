"""The filters of a search, and their SQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bridge.key_names import named_key
from bridge.request import KINDS
from daemon.errors import LibraryError
from daemon.library.search_words import words_query

SORTS = {
    "newest": "c.seq DESC",
    "oldest": "c.seq",
    "name": "c.name COLLATE NOCASE, c.seq DESC",
    "bpm": "c.bpm IS NULL, c.bpm, c.seq DESC",
    "key": "c.scale IS NULL, c.scale, c.minor, c.seq DESC",
    "rating": "c.rating DESC, c.seq DESC",
    "loudness": "c.lufs IS NULL, c.lufs DESC, c.seq DESC",
    "length": "c.seconds IS NULL, c.seconds, c.seq DESC",
}
#: Page size limit: rows of one answer.
MOST_ROWS = 1000
#: The plus keeps SQLite off the index on `missing`, which hardly narrows anything.
ONLY_THERE = "+c.missing = 0"


@dataclass(frozen=True)
class Filters:
    """A search. None or empty does not narrow it; several values of one field are alternatives.

    text        words, of which the beginnings suffice; all must stand in name, prompt or tags
    key         as people write it
    compatible  also the key's neighbours on the circle of fifths and its relative
    bpm, lufs, seconds, created
                (least, most), either may be None; created in seconds since 1970
    used        True: in a project already; False: not yet
    similar     a clip's id: nearest in sound first
    missing     also clips whose file is gone
    sort        one of SORTS
    """

    text: str = ""
    kind: tuple[str, ...] = ()
    engine: tuple[str, ...] = ()
    licence: tuple[str, ...] = ()
    genre: tuple[str, ...] = ()
    project: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    key: str | None = None
    compatible: bool = False
    bpm: tuple[float | None, float | None] = (None, None)
    lufs: tuple[float | None, float | None] = (None, None)
    seconds: tuple[float | None, float | None] = (None, None)
    created: tuple[float | None, float | None] = (None, None)
    favourite: bool | None = None
    rating: int = 0
    used: bool | None = None
    collection: str | None = None
    similar: str | None = None
    missing: bool = False
    sort: str = "newest"
    offset: int = 0
    limit: int = 50

    def __post_init__(self) -> None:
        if strange := set(self.kind) - {*KINDS, "video"}:
            raise LibraryError(
                f"{', '.join(sorted(strange))} is no kind of clip; there are {', '.join(KINDS)}",
                "bad_request",
            )
        if self.sort not in SORTS:
            raise LibraryError(
                f"clips cannot be sorted by {self.sort!r}; it takes {', '.join(SORTS)}",
                "bad_request",
            )
        if not 0 <= self.limit <= MOST_ROWS or self.offset < 0:
            raise LibraryError(
                f"limit takes 0 to {MOST_ROWS} and offset 0 or more,"
                f" not {self.limit} and {self.offset}",
                "bad_request",
            )


def where(filters: Filters) -> tuple[str, list[Any]]:
    """The condition on `clips c` and its values."""
    parts = list[str]()
    values = list[Any]()
    for condition, given in _conditions(filters):
        parts.append(condition)
        values += given
    return " AND ".join(parts) or "1", values


def _conditions(filters: Filters) -> Iterator[tuple[str, list[Any]]]:
    if not filters.missing:
        yield ONLY_THERE, []
    if match := words_query(filters.text):
        yield "c.seq IN (SELECT rowid FROM words WHERE words MATCH ?)", [match]
    for name in ("kind", "engine", "licence", "genre", "project"):
        if chosen := getattr(filters, name):
            yield f"c.{name} IN ({','.join('?' * len(chosen))})", list(chosen)
    for tag in filters.tag:
        yield "c.seq IN (SELECT seq FROM tags WHERE tag = ?)", [tag]
    if filters.key:
        yield key_condition(filters.key, compatible=filters.compatible)
    for name in ("bpm", "lufs", "seconds", "created"):
        low, high = getattr(filters, name)
        if low is not None:
            yield f"c.{name} >= ?", [low]
        if high is not None:
            yield f"c.{name} <= ?", [high]
    if filters.favourite is not None:
        yield "c.favourite = ?", [int(filters.favourite)]
    if filters.rating:
        yield "c.rating >= ?", [filters.rating]
    if filters.used is not None:
        yield f"c.used IS {'NOT ' if filters.used else ''}NULL", []
    if filters.collection is not None:
        yield (
            "c.id IN (SELECT clip FROM collection_clips"
            " JOIN collections ON collections.id = collection WHERE name = ?)",
            [filters.collection],
        )


def key_condition(text: str, *, compatible: bool) -> tuple[str, list[Any]]:
    """Clips in a key. `compatible` takes the four keys that a DJ calls so.

    These are the key itself, its relative, and a fifth up and down in its mode.
    """
    try:
        key = named_key(text)
    except ValueError:
        raise LibraryError(
            f"{text!r} is not a key; write it as Am, F# minor, Gb or 8A", "bad_request"
        ) from None
    scale = key.relative_major_tonic
    if not compatible:
        return "c.scale = ? AND c.minor = ?", [scale, int(key.is_minor)]
    fifths = [(scale + 7) % 12, (scale + 5) % 12]
    return "(c.scale = ? OR (c.scale IN (?, ?) AND c.minor = ?))", [
        scale,
        *fifths,
        int(key.is_minor),
    ]
