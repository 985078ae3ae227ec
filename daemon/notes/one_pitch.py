"""The pitch of one voice over time, and the bends of its notes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage

from daemon.hearing.log_spectra import FRAME_S, RATE
from daemon.hearing.one_voice import HOP_S, follow
from daemon.notes.heard_notes import HeardNote

#: s of a piece of a long sound: bounds the memory.
_PIECE_S = 60.0
#: The logarithm of how likely a voice sets in or ends at a point: synthesizers' notes last 40 ms.
_CHANGE = -2.0
#: s over which a pitch is smoothed.
_STEADY_S = 0.025
#: s between two points of a bend, and the semitones by which it must differ to be written.
_BEND_EVERY_S, _LEAST_BEND = 0.023, 0.08
#: Semitones from a note's own pitch that are still its bend.
_MOST_BEND = 2.0


@dataclass(frozen=True)
class Curve:
    """A point each `hop_s` s: `pitch` in MIDI notes with fractions, NaN without a voice; `odds` 0-1
    of one."""

    pitch: np.ndarray
    odds: np.ndarray
    hop_s: float = FRAME_S


def curve_of(mono: np.ndarray) -> Curve:
    """The curve of float32 (frames,) at 22050 Hz, a point each `HOP_S`; see `follow`."""
    points = int(len(mono) / RATE / HOP_S) + 1
    pitch, odds = np.empty(points), np.empty(points)
    step = round(_PIECE_S / HOP_S)
    for first in range(0, points, step):
        own = slice(first, min(points, first + step))
        start = round(first * HOP_S * RATE)
        line = follow(mono[start : start + round((step + 1) * HOP_S * RATE)], RATE, _CHANGE)
        at = np.minimum(np.arange(own.stop - first), len(line.hz) - 1)
        pitch[own], odds[own] = 69 + 12 * np.log2(line.hz[at] / 440), line.odds[at]
    return Curve(pitch, odds, HOP_S)


def steadied(curve: Curve, line: np.ndarray) -> np.ndarray:
    """A pitch by the points of a curve without what is but a moment's; NaN stays."""
    out, size = line.copy(), max(1, round(_STEADY_S / curve.hop_s) | 1)
    edges = np.flatnonzero(np.diff(np.isfinite(line).astype(int), prepend=0, append=0))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        out[first:last] = ndimage.median_filter(line[first:last], size, mode="nearest")
    return out


def with_bends(notes: list[HeardNote], curve: Curve) -> list[HeardNote]:
    """The notes with the curve's way around their pitch; a pitch wheel at rest between them."""
    pitch = steadied(curve, curve.pitch)
    every, out = max(1, round(_BEND_EVERY_S / curve.hop_s)), []
    for note in notes:
        first, last = round(note.start_s / curve.hop_s), round(note.end_s / curve.hop_s)
        bends: list[tuple[float, float]] = []
        for at in range(first, min(last, len(pitch)), every):
            away = float(pitch[at]) - note.pitch
            if not np.isfinite(away) or abs(away) > _MOST_BEND:
                continue
            if not bends or abs(away - bends[-1][1]) > _LEAST_BEND:
                bends.append((max(note.start_s, at * curve.hop_s), round(away, 3)))
        out.append(replace(note, bends=tuple(bends)))
    return out
