"""Tunes that belong to nobody, written down here from memory of the songs themselves.

All were sung or printed before 1890. One note is a degree of the major scale (1-7), with `'` an
octave up, `,` an octave down, `#` or `b` before it; its length in eighths stands behind it, 2 where
none does. `0` is a rest, `|` is for the eye.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bridge.music import MODES, Key, Meter
from daemon.engines.embedded.notes import STEP
from daemon.pieces.piece import Note, Part, Piece

#: Name, meter, key, notes.
_TUNES: tuple[tuple[str, str, str, str], ...] = (
    ("twinkle", "4/4", "C",
     "1 1 5 5 | 6 6 5:4 | 4 4 3 3 | 2 2 1:4 | 5 5 4 4 | 3 3 2:4 | 5 5 4 4 | 3 3 2:4 |"
     "1 1 5 5 | 6 6 5:4 | 4 4 3 3 | 2 2 1:4"),
    ("ode to joy", "4/4", "D",
     "3 3 4 5 | 5 4 3 2 | 1 1 2 3 | 3:3 2:1 2:4 | 3 3 4 5 | 5 4 3 2 | 1 1 2 3 | 2:3 1:1 1:4 |"
     "2 2 3 1 | 2 3:1 4:1 3 1 | 2 3:1 4:1 3 2 | 1 2 5,:4 | 3 3 4 5 | 5 4 3 2 | 1 1 2 3 |"
     "2:3 1:1 1:4"),
    ("frere jacques", "4/4", "F",
     "1 2 3 1 | 1 2 3 1 | 3 4 5:4 | 3 4 5:4 | 5:1 6:1 5:1 4:1 3 1 | 5:1 6:1 5:1 4:1 3 1 |"
     "1 5, 1:4 | 1 5, 1:4"),
    ("london bridge", "4/4", "F",
     "5:3 6:1 5 4 | 3 4 5:4 | 2 3 4:4 | 3 4 5:4 | 5:3 6:1 5 4 | 3 4 5:4 | 2:4 5:4 | 3 1:6"),
    ("mary had a lamb", "4/4", "G",
     "3 2 1 2 | 3 3 3:4 | 2 2 2:4 | 3 5 5:4 | 3 2 1 2 | 3 3 3 3 | 2 2 3 2 | 1:8"),
    ("au clair de la lune", "4/4", "C",
     "1 1 1 2 | 3:4 2:4 | 1 3 2 2 | 1:8 | 1 1 1 2 | 3:4 2:4 | 1 3 2 2 | 1:8 |"
     "2 2 2 2 | 6,:4 6,:4 | 2 1 7, 6, | 5,:8 | 1 1 1 2 | 3:4 2:4 | 1 3 2 2 | 1:8"),
    ("jingle bells", "4/4", "G",
     "3 3 3:4 | 3 3 3:4 | 3 5 1:3 2:1 | 3:8 | 4 4 4:3 4:1 | 4 3 3 3:1 3:1 | 3 2 2 3 | 2:4 5:4 |"
     "3 3 3:4 | 3 3 3:4 | 3 5 1:3 2:1 | 3:8 | 4 4 4:3 4:1 | 4 3 3 3:1 3:1 | 5 5 4 2 | 1:8"),
    ("row your boat", "6/8", "C",
     "1:3 1:3 | 1:2 2:1 3:3 | 3:2 2:1 3:2 4:1 | 5:6 | 1':1 1':1 1':1 5:1 5:1 5:1 |"
     "3:1 3:1 3:1 1:1 1:1 1:1 | 5:2 4:1 3:2 2:1 | 1:6"),
    ("amazing grace", "3/4", "G",
     "0:4 5,:2 | 1:4 3:1 1:1 | 3:4 2:2 | 1:4 6,:2 | 5,:4 5,:2 | 1:4 3:1 1:1 | 3:4 2:2 | 5:6 |"
     "0:4 3:2 | 5:3 3:1 5:1 3:1 | 1:4 5,:2 | 6,:3 1:1 1:1 6,:1 | 5,:4 5,:2 | 1:4 3:1 1:1 |"
     "3:4 2:2 | 1:6"),
    ("auld lang syne", "4/4", "F",
     "0:6 5, | 1:3 1:1 1 3 | 2:3 1:1 2 3 | 1:3 1:1 3 5 | 6:6 6 | 5:3 3:1 3 1 | 2:3 1:1 2 3 |"
     "1:3 6,:1 6, 5, | 1:6 6 | 5:3 3:1 3 1 | 2:3 1:1 2 6 | 5:3 3:1 3 5 | 6:6 1' |"
     "5:3 3:1 3 1 | 2:3 1:1 2 3 | 1:3 6,:1 6, 5, | 1:8"),
    ("yankee doodle", "4/4", "G",
     "1 1 2 3 | 1 3 2 5, | 1 1 2 3 | 1:4 7,:4 | 1 1 2 3 | 4 3 2 1 | 7, 5, 6, 7, | 1:4 1:4 |"
     "6,:3 7,:1 6, 5, | 6, 7, 1:4 | 5,:3 6,:1 5, 4, | 3,:4 5,:4 | 6,:3 7,:1 6, 5, |"
     "6, 7, 1 6, | 5, 1 7, 2 | 1:4 1:4"),
    ("silent night", "6/8", "Bb",
     "5:3 6:1 5:2 | 3:6 | 5:3 6:1 5:2 | 3:6 | 2':4 2':2 | 7:6 | 1':4 1':2 | 5:6 |"
     "6:4 6:2 | 1':3 7:1 6:2 | 5:3 6:1 5:2 | 3:6 | 6:4 6:2 | 1':3 7:1 6:2 | 5:3 6:1 5:2 | 3:6"),
    ("when the saints", "4/4", "C",
     "0 1 3 4 | 5:8 | 0 1 3 4 | 5:8 | 0 1 3 4 | 5:4 3:4 | 1:4 3:4 | 2:8 |"
     "3 3 2 1:2 | 1:4 3:4 | 5 5 5:2 4:2 | 4:4 3 4 | 5:4 3:4 | 1:4 2:4 | 1:8 | 0:8"),
    ("old hundredth", "4/4", "G",
     "0:6 1 | 1 7, 6, 5, | 1 2 3 3 | 3 3 2 1 | 4 3 2 1 | 2 3 2 1 | 6, 7, 1 5 | 3 1 2 4 | 3 2 1:4"),
)  # fmt: skip
_NOTE = re.compile(r"([#b]?)([0-7])([',]*)(?::(\d+))?")
#: MIDI note near which the first degree lies.
_MIDDLE = 62


def old_tunes() -> list[Piece]:
    """Each tune as a piece of one line."""
    return [_piece(*row) for row in _TUNES]


def _piece(name: str, meter: str, key: str, text: str) -> Piece:
    tonic = Key.parse(key).tonic
    home = _MIDDLE + (tonic - _MIDDLE + 6) % 12 - 6
    at, notes = 0, []
    for sign, degree, octaves, eighths in _NOTE.findall(text.replace("|", " ")):
        length = 2 * STEP * int(eighths or 2)
        if degree != "0":
            pitch = home + MODES["major"][int(degree) - 1] + {"#": 1, "b": -1}.get(sign, 0)
            pitch += 12 * (octaves.count("'") - octaves.count(","))
            notes.append(Note(at, pitch, round(length * 0.95), 90))
        at += length
    own = Meter.parse(meter)
    piece = Piece(name, (Part("lead", tuple(notes)),), 100.0, own, Key.parse(key))
    return replace(piece, bars=-(-at // piece.bar_ticks))
