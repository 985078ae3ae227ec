"""A clip's notes as the page draws them. Runs in a child process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from daemon.children.inside import Tell
from daemon.engines.embedded.notes import TICKS_PER_QUARTER
from daemon.pieces.midi import read_midi
from daemon.pieces.play import drum_voice


def notes_of(task: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """{path} -> {bars, quarters_per_bar, parts}; a part is {name, drums, names, notes}.

    A note is [start, length, pitch, velocity]: quarters from the start, MIDI's number, 1 to 127.
    `names` has the sound of each number that drums strike.
    ConformError where the file cannot be read.
    """
    piece = read_midi(Path(task["path"]))
    quarter = TICKS_PER_QUARTER
    return {
        "bars": piece.bars,
        "quarters_per_bar": piece.bar_ticks / quarter,
        "parts": [
            {
                "name": part.name,
                "drums": part.is_drums,
                "names": {
                    str(note.pitch): drum_voice(note.pitch)
                    for note in (part.notes if part.is_drums else ())
                },
                "notes": [
                    [
                        round(note.start / quarter, 4),
                        round(note.length / quarter, 4),
                        note.pitch,
                        note.velocity,
                    ]
                    for note in part.notes
                ],
            }
            for part in piece.parts
        ],
    }
