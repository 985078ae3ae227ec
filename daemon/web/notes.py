"""A clip's notes as the page draws and changes them. Runs in a child process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from daemon.engines.embedded.notes import TICKS_PER_QUARTER
from daemon.errors import LibraryError
from daemon.pieces.changes import (
    Change,
    changed,
    changes_between,
    read_changes,
    write_changes,
)
from daemon.pieces.midi import read_midi
from daemon.pieces.piece import Note, Part, Piece
from daemon.pieces.play import drum_voice
from daemon.verbs.tell import TellStage

#: Decimals of a quarter that tell one tick from the next.
_DECIMALS = 4
#: What a drum part may strike beside what it does: a plain kit, by its General MIDI numbers.
_KIT = (36, 38, 39, 37, 42, 46, 49, 51, 45, 47, 50, 54, 70)


def notes_of(task: dict[str, Any], tell: TellStage) -> dict[str, Any]:
    """{path, changes} -> {bars, quarters_per_bar, parts}; a part is {name, drums, names, notes}.

    A note is [start, length, pitch, velocity]: quarters from the start, MIDI's number, 1 to 127.
    `names` has the sound of each number that drums strike, and of those of a plain kit. `changes`
    are those of the clip's step, empty where it has none.
    ConformError where the file cannot be read.
    """
    piece = _now(task)
    return {
        "bars": piece.bars,
        "quarters_per_bar": piece.bar_ticks / TICKS_PER_QUARTER,
        "parts": [_part(part) for part in piece.parts],
    }


def change_notes(task: dict[str, Any], tell: TellStage) -> dict[str, Any]:
    """{path, changes, said} -> {changes}: the text of what differs from the notes as made by now.

    `said` are the changes to the notes as they stand: [{part, gone: [[start, pitch]], new: [[start,
    length, pitch, velocity]]}], in quarters. LibraryError names what cannot be.
    """
    piece = _now(task)
    after = changed(piece, [_change(row) for row in task["said"]])
    if not after.notes:
        raise LibraryError("no note is left; a clip of notes needs one at least", "bad_request")
    text = write_changes(changes_between(read_midi(Path(task["path"])), after))
    read_changes(text or "[]")
    return {"changes": text}


def _now(task: dict[str, Any]) -> Piece:
    """The clip's notes as its step has changed them."""
    piece = read_midi(Path(task["path"]))
    return changed(piece, read_changes(task["changes"])) if task["changes"] else piece


def _part(part: Part) -> dict[str, Any]:
    names = _drum_names({note.pitch for note in part.notes}) if part.is_drums else {}
    return {
        "name": part.name,
        "drums": part.is_drums,
        "names": names,
        "notes": [
            [_quarters(note.start), _quarters(note.length), note.pitch, note.velocity]
            for note in part.notes
        ],
    }


def _drum_names(struck: set[int]) -> dict[str, str]:
    """The sound of each number that is struck, and of a plain kit's other sounds."""
    names = {str(pitch): drum_voice(pitch) for pitch in sorted(struck)}
    for pitch in _KIT:
        if drum_voice(pitch) not in names.values():
            names[str(pitch)] = drum_voice(pitch)
    return names


def _change(row: dict[str, Any]) -> Change:
    gone = tuple((_ticks(start), int(pitch)) for start, pitch in row["gone"])
    new = tuple(
        Note(_ticks(start), int(pitch), max(1, _ticks(length)), int(velocity))
        for start, length, pitch, velocity in row["new"]
    )
    return Change(row["part"], gone, new)


def _quarters(ticks: int) -> float:
    return round(ticks / TICKS_PER_QUARTER, _DECIMALS)


def _ticks(quarters: float) -> int:
    return round(quarters * TICKS_PER_QUARTER)
