"""Chorales by J. S. Bach from the corpus that comes with music21, where that is installed.

pip install music21
"""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from typing import Any

from bridge.music import Meter
from daemon.engines.embedded.notes import TICKS_PER_QUARTER
from daemon.pieces.piece import Note, Part, Piece

_FEWEST_BARS = 8
_VELOCITY = 90


def chorales(count: int) -> list[Piece]:
    """The four voices of `count` chorales, spread evenly over those that can be read.

    Empty without music21. Chorales of one meter and of 8 bars or more count.
    """
    if find_spec("music21") is None:
        return []
    from music21 import corpus

    paths = sorted(str(path) for path in corpus.getComposer("bach"))
    every = max(1, len(paths) // max(1, count))
    read = (_piece(corpus.parse(path), path) for path in paths[::every][:count])
    return [piece for piece in read if piece is not None]


def _piece(score: Any, path: str) -> Piece | None:
    voices = list(score.parts)
    meters = {one.ratioString for one in score.recurse().getElementsByClass("TimeSignature")}
    if len(voices) != 4 or len(meters) != 1:
        return None
    meter = Meter.parse(meters.pop())
    # what is before the first whole bar stands at the end of one
    (first, *_) = voices[0].getElementsByClass("Measure")
    ahead = meter.quarters_per_bar - first.duration.quarterLength
    parts = [
        Part(name, tuple(_notes(voice, ahead)))
        for name, voice in zip(("soprano", "alto", "tenor", "bass"), voices, strict=True)
    ]
    piece = Piece(path.rsplit("/", 1)[-1], tuple(parts), 80.0, meter)
    bars = -(-max((note.end for note in piece.notes), default=0) // piece.bar_ticks)
    return replace(piece, bars=bars) if bars >= _FEWEST_BARS else None


def _notes(voice: Any, ahead: float) -> list[Note]:
    """A voice's notes; tied ones are one."""
    return [
        Note(
            round((one.offset + ahead) * TICKS_PER_QUARTER),
            one.pitch.midi,
            max(1, round(one.quarterLength * TICKS_PER_QUARTER * 0.95)),
            _VELOCITY,
        )
        for one in voice.flatten().stripTies().notes
        if one.isNote and one.quarterLength
    ]
