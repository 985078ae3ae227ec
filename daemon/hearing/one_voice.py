"""The pitch of one voice over time, after probabilistic YIN.

YIN (de Cheveigné and Kawahara 2002) measures how unlike a sound is to itself some time later. Many
thresholds are tried at once, and each period gets the share of those that choose it (Mauch and
Dixon 2014). The likeliest path through these periods, and through rests, is the line.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy.fft
import soxr

#: Hz; rate of the analysis.
_RATE = 22050
#: Frames that are compared, and the shortest and longest period: 29 Hz to 1.8 kHz.
_COMPARED, _SHORTEST, _LONGEST = 768, 12, 760
#: Frames between what is compared, most often: its middle lies half of them later.
_USUAL = 300
#: Seconds between two points of the line.
HOP_S = 0.005
#: Thresholds, and how likely each is: around a fifth, Beta(2, 7). Of the musician's leads and
#: basses 92 % are then followed within 50 cents, with the paper's Beta(2, 18) 82 %.
_THRESHOLDS = np.arange(0.01, 1.0, 0.01)
_PRIOR = _THRESHOLDS * (1 - _THRESHOLDS) ** 6
_PRIOR = _PRIOR / _PRIOR.sum()
#: Share of an unlikely period where no threshold chose one: the path may still hold on to it.
_LEAST_SHARE = 0.01
#: Periods that are kept at each point.
_MOST_PERIODS = 6
#: Up to here the period is measured over several of its rounds, in frames: that is finer.
_ROUNDS = 400
#: Logarithms: of each semitone of a step, of the largest step, of a voice's beginning or end as
#: sung and bowed notes have them.
_SEMITONE, _LEAP, CHANGE = -1.2, -6.0, -4.0
#: dB under the loudest moment where it is silent.
_SILENT_DB = -50.0
#: Points worked on at once: bounds the memory.
_AT_ONCE = 512


@dataclass(frozen=True)
class Line:
    """A voice's pitch, a point every `HOP_S`: point n lies at n * HOP_S."""

    hz: np.ndarray
    """float64 (points,); NaN where there is no voice."""
    odds: np.ndarray
    """How sure it is of a pitch, 0-1, float64 (points,)."""


def follow(mono: np.ndarray, sample_rate: int, change: float = CHANGE) -> Line:
    """The line of float (frames,). `change`: the logarithm of how likely a voice sets in or ends
    at a point; the nearer to 0, the shorter the notes that are followed."""
    slow = soxr.resample(mono.astype(np.float32), sample_rate, _RATE, quality="HQ")
    points = math.floor(len(mono) / sample_rate / HOP_S) + 1
    size = _COMPARED + _LONGEST
    before = (_COMPARED + _USUAL) // 2
    padded = np.pad(slow, (before, size + 1))
    starts = np.minimum(np.round(np.arange(points) * HOP_S * _RATE).astype(int), len(slow))
    found: list[_Periods] = []
    power = np.zeros(points)
    view = np.lib.stride_tricks.sliding_window_view(padded, size)
    for first in range(0, points, _AT_ONCE):
        frames = view[starts[first : first + _AT_ONCE]].astype(np.float64)
        power[first : first + len(frames)] = (frames[:, :_COMPARED] ** 2).mean(axis=1)
        found += [_periods(row) for row in _differences(frames)]
    loud = power > max(1e-12, float(power.max())) * 10 ** (_SILENT_DB / 10)
    return _path(found, loud, change)


def _differences(frames: np.ndarray) -> np.ndarray:
    """The cumulative mean normalised difference of each lag: (points, lags)."""
    size = scipy.fft.next_fast_len(frames.shape[1] + _COMPARED, real=True)
    head = scipy.fft.rfft(frames[:, :_COMPARED], size, axis=1)
    alike = scipy.fft.irfft(scipy.fft.rfft(frames, size, axis=1) * head.conj(), size, axis=1)
    alike = alike[:, :_LONGEST]
    total = np.cumsum(np.pad(frames**2, ((0, 0), (1, 0))), axis=1)
    energy = total[:, _COMPARED : _COMPARED + _LONGEST] - total[:, :_LONGEST]
    unlike = np.maximum(energy[:, :1] + energy - 2 * alike, 0)
    mean = np.cumsum(unlike[:, 1:], axis=1) / np.arange(1, _LONGEST)
    return np.pad(unlike[:, 1:] / (mean + 1e-12), ((0, 0), (1, 0)), constant_values=1.0)


#: Of one point: pitches in semitones of MIDI, their shares, frames over which each was measured.
_Periods = tuple[np.ndarray, np.ndarray, np.ndarray]
_NONE: _Periods = (np.empty(0), np.empty(0), np.empty(0))


def _periods(unlike: np.ndarray) -> _Periods:
    inner = unlike[1:-1]
    dips = np.flatnonzero((inner < unlike[:-2]) & (inner <= unlike[2:])) + 1
    dips = dips[(dips >= _SHORTEST) & (unlike[dips] < 1)]
    if not len(dips):
        return _NONE
    # each threshold chooses the first dip below it: the running minimum steps down there
    depth = np.minimum.accumulate(unlike[dips])
    chosen = np.searchsorted(-depth, -_THRESHOLDS)
    some = chosen < len(dips)
    shares = np.bincount(chosen[some], _PRIOR[some], len(dips))
    shares = np.maximum(shares, _LEAST_SHARE * (1 - np.minimum(1, unlike[dips])))
    best = np.argsort(-shares)[:_MOST_PERIODS]
    lags, over = np.array([_fine(unlike, int(lag)) for lag in dips[best]]).T
    return 69 + 12 * np.log2(_RATE / lags / 440), shares[best], over


def _fine(unlike: np.ndarray, lag: int) -> tuple[float, float]:
    """(a period between frames, the frames over which it was measured).

    That is over several rounds, each finer by what the one before found.
    """
    found = _bottom(unlike, lag)
    over = found
    rounds = max(1, _ROUNDS // lag)
    n = 2
    while n <= rounds:
        near = round(found * n)
        if near + 2 >= len(unlike):
            break
        around = unlike[near - 1 : near + 2]
        at = near - 1 + int(np.argmin(around))
        if unlike[at] > unlike[lag] + 0.1:
            break
        over = _bottom(unlike, at)
        found = over / n
        n *= 2
    return found, over


def _bottom(unlike: np.ndarray, lag: int) -> float:
    left, middle, right = unlike[lag - 1 : lag + 2]
    bend = left - 2 * middle + right
    return lag + (float(np.clip(0.5 * (left - right) / bend, -0.5, 0.5)) if bend > 1e-12 else 0.0)


def _path(found: list[_Periods], loud: np.ndarray, change: float) -> Line:
    """The likeliest path, by Viterbi; the last state of each point is a rest."""
    points = len(found)
    held: list[tuple[np.ndarray, np.ndarray]] = []
    came: list[np.ndarray] = []
    before, score = np.empty(0), np.array([0.0])
    odds = np.zeros(points)
    for n, periods in enumerate(found):
        pitches, shares, over = periods if loud[n] else _NONE
        odds[n] = min(1.0, float(shares.sum()))
        apart = np.abs(pitches[None, :] - before[:, None])
        steps = np.empty((len(before) + 1, len(pitches) + 1))
        steps[:-1, :-1] = np.maximum(_SEMITONE * apart, _LEAP)
        steps[-1, :] = change
        steps[:, -1] = change
        steps[-1, -1] = 0.0
        all_ways = score[:, None] + steps
        came.append(all_ways.argmax(axis=0))
        heard = np.log(np.append(shares, max(0.02, 1 - odds[n])) + 1e-4)
        score = all_ways.max(axis=0) + heard
        held.append((pitches, over))
        before = pitches
    hz, late_s = np.full(points, np.nan), np.zeros(points)
    state = int(score.argmax())
    for n in range(points - 1, -1, -1):
        pitches, over = held[n]
        if state < len(pitches):
            hz[n] = 440 * 2 ** ((pitches[state] - 69) / 12)
            late_s[n] = (over[state] - _USUAL) / 2 / _RATE
        state = int(came[n][state])
    return Line(_in_time(hz, late_s), odds)


def _in_time(hz: np.ndarray, late_s: np.ndarray) -> np.ndarray:
    """Each point's own pitch: what was compared lies later for long periods than for short ones."""
    made = hz.copy()
    edges = np.flatnonzero(np.diff(np.isfinite(hz).astype(int), prepend=0, append=0))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        at = np.arange(first, last)
        made[at] = np.interp(at, at + late_s[at] / HOP_S, hz[at])
    return made
