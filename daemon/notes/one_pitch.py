"""What the pitch of one voice says of its notes: those without an attack, and their bends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy import ndimage

from daemon.hearing.one_voice import HOP_S, follow
from daemon.notes.heard_notes import HeardNote
from daemon.notes.log_spectra import FRAME_S, HOP, RATE

#: MIDI note under which no voice is written down.
_LOWEST = 21.0
#: Columns of a piece of a long sound, a minute: bounds the memory.
_PIECE = 5168
#: Columns between two points of a bend, and the semitones by which it must differ to be written.
_BEND_EVERY, _LEAST_BEND = 2, 0.08
#: Columns over which a sung pitch is smoothed, and those of the shortest sung note: a tenth of a s.
_STEADY, _LEAST_COLUMNS = 7, 9
#: Confidence from which a network's note is known, that of a sung one as a share of its odds, and
#: its velocity: a curve tells no loudness.
_KNOWN, _SUNG, _SUNG_VELOCITY = 0.3, 0.75, 80
#: Semitones from a note's own pitch that are still its bend.
_MOST_BEND = 2.0


@dataclass(frozen=True)
class Curve:
    """By column: `pitch` in MIDI notes with fractions, NaN without a voice; `odds` 0-1 of one."""

    pitch: np.ndarray
    odds: np.ndarray


def curve_of(mono: np.ndarray) -> Curve:
    """The curve of float32 (frames,) at 22050 Hz, a column each HOP frames; see `follow`."""
    columns = len(mono) // HOP + 1
    pitch, odds = np.empty(columns), np.empty(columns)
    for first in range(0, columns, _PIECE):
        own = slice(first, min(columns, first + _PIECE))
        line = follow(mono[first * HOP : (first + _PIECE) * HOP], RATE)
        at = np.round(np.arange(own.stop - first) * FRAME_S / HOP_S).astype(int)
        at = np.minimum(at, len(line.hz) - 1)
        pitch[own], odds[own] = 69 + 12 * np.log2(line.hz[at] / 440), line.odds[at]
    return Curve(pitch, odds)


def sung_notes(curve: Curve, heard: list[HeardNote]) -> list[HeardNote]:
    """Notes of the curve where none was heard: what begins too softly for an attack, as voices do.

    `heard` are the notes of a network, whose word goes first.
    """
    steps = np.round(ndimage.median_filter(np.nan_to_num(curve.pitch, nan=0.0), _STEADY))
    edges = np.flatnonzero(np.diff(steps, prepend=-1.0, append=-1.0))
    found = []
    for first, end in pairwise(edges):
        if steps[first] < _LOWEST or end - first < _LEAST_COLUMNS:
            continue
        start_s, end_s = first * FRAME_S, end * FRAME_S
        known = sum(
            max(0.0, min(note.end_s, end_s) - max(note.start_s, start_s))
            for note in heard
            if note.confidence > _KNOWN
        )
        if known < 0.5 * (end_s - start_s):
            sure = _SUNG * float(np.mean(curve.odds[first:end]))
            found.append(HeardNote(start_s, end_s, int(steps[first]), _SUNG_VELOCITY, sure))
    return found


def with_bends(notes: list[HeardNote], curve: Curve) -> list[HeardNote]:
    """The notes with the curve's way around their pitch; a pitch wheel at rest between them."""
    out = []
    for note in notes:
        first, last = round(note.start_s / FRAME_S), round(note.end_s / FRAME_S)
        bends: list[tuple[float, float]] = []
        for at in range(first, min(last, len(curve.pitch)), _BEND_EVERY):
            away = float(curve.pitch[at]) - note.pitch
            if not np.isfinite(away) or abs(away) > _MOST_BEND:
                continue
            if not bends or abs(away - bends[-1][1]) > _LEAST_BEND:
                bends.append((max(note.start_s, at * FRAME_S), round(away, 3)))
        out.append(replace(note, bends=tuple(bends)))
    return out
