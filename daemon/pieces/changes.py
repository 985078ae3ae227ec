"""Changes to a piece's notes by hand: those that go and come, part by part, as a line of text.

The text is what an edit step holds, so that a clip's own notes stay as they were made. It is JSON
in ticks (960 a quarter): [["drums", [[240, 36]], [[480, 240, 38, 100]]]]: the part, those that go
as (start, pitch), those that come as (start, length, pitch, velocity).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from daemon.errors import LibraryError
from daemon.pieces.piece import Note, Part, Piece

#: Characters of the longest text: some 1,500 notes.
MOST_CHARACTERS = 40_000
#: A stroke that a MIDI file has joined with another begins at most so many ticks away.
_JOINED = 2
_FORM = 'changes of notes, as in [["drums", [[240, 36]], [[480, 240, 38, 100]]]]'


@dataclass(frozen=True)
class Change:
    """What changes in one part."""

    part: str
    gone: tuple[tuple[int, int], ...]
    """(start, pitch) of those that go."""
    new: tuple[Note, ...]

    def is_gone(self, start: int, pitch: int) -> bool:
        return any(abs(start - at) < _JOINED and pitch == its for at, its in self.gone)

    def keep(self, notes: Iterable[Note]) -> list[Note]:
        return [note for note in notes if not self.is_gone(note.start, note.pitch)]


def read_changes(text: str) -> tuple[Change, ...]:
    """The changes of a text. LibraryError code `bad_request` names what is wrong with it."""
    if len(text) > MOST_CHARACTERS:
        raise LibraryError(
            f"the changes of notes take {len(text):,} characters, and at most {MOST_CHARACTERS:,}"
            " are kept; export the notes, and change them in your DAW",
            "bad_request",
        )
    try:
        rows = json.loads(text)
        return tuple(
            Change(
                str(name),
                tuple((_whole(start, 0), _whole(pitch, 0, 127)) for start, pitch in gone),
                tuple(_note(*row) for row in new),
            )
            for name, gone, new in rows
        )
    except (ValueError, TypeError) as error:
        raise LibraryError(f"these are no {_FORM} ({error})", "bad_request") from None


def write_changes(changes: Iterable[Change]) -> str:
    """The text of changes; empty where nothing changes."""
    rows: list[Any] = [
        [
            change.part,
            [list(one) for one in change.gone],
            [[note.start, note.length, note.pitch, note.velocity] for note in change.new],
        ]
        for change in changes
        if change.gone or change.new
    ]
    return json.dumps(rows, separators=(",", ":")) if rows else ""


def changes_between(before: Piece, after: Piece) -> tuple[Change, ...]:
    """What was changed from one piece to another of the same parts."""
    found = []
    for old, now in zip(before.parts, after.parts, strict=True):
        had, has = set(old.notes), set(now.notes)
        gone = tuple((note.start, note.pitch) for note in old.notes if note not in has)
        # what goes is known by its place alone, so what stays there comes anew
        places = set(gone)
        new = tuple(n for n in now.notes if n not in had or (n.start, n.pitch) in places)
        found.append(Change(old.name, gone, new))
    return tuple(found)


def changed(piece: Piece, changes: Iterable[Change]) -> Piece:
    """The piece with the changes. LibraryError where it has no such part, or no room for a note."""
    for change in changes:
        if change.part not in {part.name for part in piece.parts}:
            there = ", ".join(part.name for part in piece.parts)
            raise LibraryError(
                f"{piece.name} has no part {change.part!r}; it has {there}", "bad_request"
            )
        late = [note.start for note in change.new if note.start >= piece.ticks]
        if late:
            raise LibraryError(
                f"a note begins at tick {late[0]}; {piece.name} has {piece.ticks}"
                f" ({piece.bars} bars)",
                "bad_request",
            )

        def of(part: Part, change: Change = change) -> Part:
            if part.name != change.part:
                return part
            return part.with_notes([*change.keep(part.notes), *change.new])

        piece = piece.each_part(of)
    return piece


def _note(start: Any, length: Any, pitch: Any, velocity: Any) -> Note:
    return Note(
        _whole(start, 0), _whole(pitch, 0, 127), _whole(length, 1), _whole(velocity, 1, 127)
    )


def _whole(value: Any, low: int, high: int = 2**31) -> int:
    number = round(float(value))
    if not low <= number <= high:
        raise ValueError(f"{value!r} lies outside {low} to {high}")
    return number
