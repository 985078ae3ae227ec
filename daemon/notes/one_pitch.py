"""The pitch of one voice over time: probabilistic YIN (de Cheveigné and Kawahara 2002, Mauch and
Dixon 2014).

YIN finds how alike a sound is to itself some time later. Many thresholds are tried at once; each
period gets the share of the thresholds that choose it. A Viterbi path then holds on to a pitch.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy import fft, ndimage, stats

from daemon.notes.heard_notes import HeardNote
from daemon.notes.log_spectra import FRAME_S, HOP, RATE

#: Frames that are compared, and the longest and shortest period, in frames: 27 Hz to 1.7 kHz.
_COMPARED, _LONGEST, _SHORTEST = 1024, 816, 13
#: Thresholds, and how likely each is before anything is heard: around a third. A tenth, as in the
#: paper, loses a voice in noise 10 dB below it.
_THRESHOLDS = np.arange(0.01, 1.0, 0.01)
_PRIOR = stats.beta(2, 4).pdf(_THRESHOLDS)
_PRIOR = _PRIOR / _PRIOR.sum()
#: Bins a semitone, from MIDI note 21 up.
_PER_SEMITONE = 5
_LOWEST, _BINS = 21.0, 72 * _PER_SEMITONE
#: Bins by which the pitch moves at most from column to column, and the odds that a voice begins or
#: ends there.
_MOST_STEP, _CHANGES = 10, 0.01
#: Peak under which a column is silent.
_SILENT = 1e-3
#: Columns that are worked on at once, and those of a piece of a long sound: a minute.
_BLOCK, _PIECE = 512, 5168
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
    """The curve of float32 (frames,) at 22050 Hz, a column each HOP frames."""
    columns = len(mono) // HOP + 1
    length = _COMPARED + _LONGEST
    padded = np.pad(mono, (length // 2, length + HOP)).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(padded, length)[::HOP][:columns]
    pieces = [_piece(frames[first : first + _PIECE]) for first in range(0, columns, _PIECE)]
    return Curve(*(np.concatenate(one) for one in zip(*pieces, strict=True)))


def _piece(frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """pitch and odds, (columns,) each, of (columns, frames)."""
    observed = np.zeros((2, len(frames), _BINS), np.float32)
    for first in range(0, len(frames), _BLOCK):
        some = frames[first : first + _BLOCK].astype(np.float64)
        for n, difference in enumerate(_differences(some)):
            if np.abs(some[n]).max() > _SILENT:
                _observe(difference, observed[:, first + n])
    return _held(*observed)


def _differences(frames: np.ndarray) -> np.ndarray:
    """(columns, _LONGEST): the cumulative mean normalised difference of each lag."""
    size = fft.next_fast_len(frames.shape[1] + _COMPARED)
    head = fft.rfft(frames[:, :_COMPARED], size, axis=1)
    alike = fft.irfft(fft.rfft(frames, size, axis=1) * head.conj(), size, axis=1)[:, :_LONGEST]
    total = np.cumsum(np.pad(frames**2, ((0, 0), (1, 0))), axis=1)
    energy = total[:, _COMPARED : _COMPARED + _LONGEST] - total[:, :_LONGEST]
    difference = np.maximum(energy[:, :1] + energy - 2 * alike, 0)
    lags = np.arange(1, _LONGEST)
    mean = np.cumsum(difference[:, 1:], axis=1) / lags
    return np.pad(difference[:, 1:] / (mean + 1e-12), ((0, 0), (1, 0)), constant_values=1.0)


def _observe(difference: np.ndarray, into: np.ndarray) -> None:
    """Add each period's probability, and that times its pitch, to its pitch's bin."""
    inner = difference[1:-1]
    dips = np.flatnonzero((inner < difference[:-2]) & (inner <= difference[2:])) + 1
    dips = dips[dips >= _SHORTEST]
    if not len(dips):
        return
    depth = difference[dips]
    # each threshold chooses the first dip below it
    below = depth[None, :] < _THRESHOLDS[:, None]
    chosen = np.where(below.any(axis=1), below.argmax(axis=1), -1)
    weights = np.bincount(chosen[chosen >= 0], _PRIOR[chosen >= 0], len(dips))
    before, here, after = difference[dips - 1], depth, difference[dips + 1]
    bend = before - 2 * here + after
    lag = dips + np.where(bend > 1e-12, 0.5 * (before - after) / np.maximum(bend, 1e-12), 0)
    pitch = 69 + 12 * np.log2(RATE / lag / 440)
    bins = np.round((pitch - _LOWEST) * _PER_SEMITONE).astype(int)
    inside = (bins >= 0) & (bins < _BINS) & (weights > 0)
    np.add.at(into[0], bins[inside], weights[inside])
    np.add.at(into[1], bins[inside], (weights * pitch)[inside])


def _held(observed: np.ndarray, pitches: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The likeliest path through pitches and silence."""
    columns = len(observed)
    voiced = np.minimum(observed.sum(axis=1), 1.0)
    steps = np.arange(-_MOST_STEP, _MOST_STEP + 1)
    weights = np.log(_MOST_STEP + 1.0 - np.abs(steps)) - np.log((_MOST_STEP + 1.0) ** 2)
    stays, changes = np.log(1 - _CHANGES), np.log(_CHANGES)
    tones = np.log(observed + 1e-8)
    rests = np.log((1 - voiced) + 1e-8)
    from_bin = np.zeros((columns, _BINS), np.int16)
    from_rest = np.zeros((columns, _BINS), bool)
    rest_from = np.full(columns, -1, np.int16)
    best, rest = tones[0] + changes, rests[0]
    for n in range(1, columns):
        around = np.lib.stride_tricks.sliding_window_view(
            np.pad(best, _MOST_STEP, constant_values=-1e9), len(steps)
        )
        moved = around + weights
        step = moved.argmax(axis=1)
        held = moved[np.arange(_BINS), step] + stays
        # a voice may begin at any pitch
        begun = rest + changes - np.log(_BINS)
        from_rest[n] = begun > held
        from_bin[n] = np.arange(_BINS) + steps[step]
        ends_at = int(best.argmax())
        ended = float(best[ends_at]) + changes
        rest_from[n] = ends_at if ended > rest + stays else -1
        best, rest = np.maximum(held, begun) + tones[n], max(ended, rest + stays) + rests[n]
    pitch = np.full(columns, np.nan)
    state = int(best.argmax()) if best.max() > rest else -1
    for n in range(columns - 1, -1, -1):
        if state < 0:
            state = int(rest_from[n])
            continue
        near = slice(max(0, state - 2), state + 3)
        weight = float(observed[n, near].sum())
        heard = float(pitches[n, near].sum()) / weight if weight > 0 else None
        pitch[n] = _LOWEST + state / _PER_SEMITONE if heard is None else heard
        state = -1 if from_rest[n, state] else int(from_bin[n, state])
    return pitch, voiced


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
