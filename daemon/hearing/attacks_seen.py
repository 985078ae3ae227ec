"""What can be seen of each attack of a sound: what it adds, how that falls, and what it is like.

A drum adds noise that falls by itself, or a low tone that falls in pitch; it is alike each time.
The attack of a note is followed by partials that stay where they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import scipy.fft
from scipy import ndimage

from daemon.audio.windows import hann

#: Hz and frames of the analysis: 86 columns a second.
RATE = 22050
HOP = 256
#: Frames of the windows that are quick in time, and of those that are sharp in pitch; frames
#: between the beginning of a sharp window and the attack, of what was before and of what follows.
_QUICK, _SHARP = 512, 2048
_BEFORE, _AFTER, _LATER = -2200, -100, 1500
#: Bands: Hz of the lowest edge, and so many up to half the rate.
_LOWEST_HZ, BANDS = 45.0, 24
#: Bands in which a sharp spectrum's fine lines are looked at, in Hz.
_LINES_HZ = (90, 250, 500, 1000, 2000, 4000, 6000, 8000, 10500)
LINES = len(_LINES_HZ) - 1
#: Columns before an attack whose mean it rises from, those of its peak, and those of its fall.
_RISES_FROM, _PEAK, _FALLS_AT = (-6, -2), (0, 3), (5, 9, 17)
#: Rows that a fall is told in: every other band.
_FALLS_EVERY = 2
#: dB under the loudest that are silence, and by which a quiet band's noise is hidden.
_RANGE_DB = 70.0
#: dB in the mean of the bands by which an attack rises at the least, columns between two, and the
#: most that are looked at: those that rise most.
_LEAST_RISE_DB, _APART, MOST = 1.5, 4, 320
#: Hz under which a falling tone is followed, and s after an attack at which it is.
_LOW_HZ, _LOW_AT_S = 220.0, (0.008, 0.02, 0.04, 0.07, 0.11)
#: dB under the loudest from which a band is heard.
_HEARD_DB = 45.0
#: Columns of silence before a sound.
_BEGINS = 8
#: Share of its rise at which an attack sets in.
_SETS_IN = 0.25
#: s before an attack and in all that are looked at for that, and s of a mean.
_LOW_AROUND_S, _LOW_MEAN_S = (0.06, 0.24), 0.012
#: Attacks that each is compared with.
_ALIKE = 96
#: Numbers of each attack.
SEEN = BANDS * 4 + BANDS // _FALLS_EVERY * len(_FALLS_AT) + LINES * 6 + len(_LOW_AT_S) * 2 + 9


@dataclass(frozen=True)
class Attacks:
    """The attacks of a sound: `at_s` (attacks,) in s, and what is seen of each, float32
    (attacks, SEEN), about -1 to 1."""

    at_s: np.ndarray
    seen: np.ndarray


def attacks_of(mono: np.ndarray) -> Attacks:
    """The attacks of float32 (frames,) at `RATE`."""
    levels = _levels(mono)
    rise = np.maximum(_rise(levels), 0).mean(axis=1)
    columns = _peaks(rise)
    if not len(columns):
        return Attacks(np.empty(0), np.empty((0, SEEN), np.float32))
    padded = np.pad(levels, ((8, 24), (0, 0)), constant_values=-_RANGE_DB)
    at = columns[:, None] + 8
    before = padded[at + np.arange(*_RISES_FROM)].mean(axis=1)
    peak = padded[at + np.arange(*_PEAK)].max(axis=1)
    falls = [(padded[at[:, 0] + n] - peak)[:, ::_FALLS_EVERY] for n in _FALLS_AT]
    loudest = np.broadcast_to(np.percentile(levels, 98, axis=0), peak.shape)
    usual = np.broadcast_to(levels.mean(axis=0), peak.shape)
    sharp = _Sharp(mono, columns)
    seen = np.concatenate(
        [
            (peak - before) / 30, peak / 50 + 0.7, loudest / 50 + 0.7, usual / 50 + 0.7,
            *(fall / 30 for fall in falls), sharp.lines(), _low_tone(mono, columns),
            _alike(peak, before, sharp.after), _crowd(columns, rise),
        ],
        axis=1,
    )  # fmt: skip
    return Attacks(columns * HOP / RATE, np.clip(seen, -4, 4).astype(np.float32))


def _levels(mono: np.ndarray) -> np.ndarray:
    """dB under the loudest, float32 (columns, BANDS); column n is centred on frame n * HOP."""
    columns = len(mono) // HOP + 1
    padded = np.pad(mono, (_QUICK // 2, _QUICK // 2 + HOP)).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _QUICK)[::HOP][:columns]
    window = hann(_QUICK)
    bins = np.arange(_QUICK // 2 + 1) * RATE / _QUICK
    weights = _bands(bins)
    power = np.concatenate(
        [
            np.abs(scipy.fft.rfft(frames[first : first + 1024] * window, axis=1)) ** 2 @ weights
            for first in range(0, columns, 1024)
        ]
    )
    loudest = float(np.percentile(power.max(axis=1), 99)) + 1e-10
    return np.asarray(10 * np.log10(power / loudest + 10 ** (-_RANGE_DB / 10)), np.float32)


def _bands(bins: np.ndarray) -> np.ndarray:
    """float32 (bins, BANDS): triangles, as wide as their distance, no narrower than two bins."""
    edges = _LOWEST_HZ * (RATE / 2 / _LOWEST_HZ) ** (np.arange(BANDS + 2) / (BANDS + 1))
    wide = np.maximum(np.diff(edges)[:BANDS], 1.5 * (bins[1] - bins[0]))
    return np.maximum(0, 1 - np.abs(bins[:, None] - edges[1:-1]) / wide).astype(np.float32)


def _rise(levels: np.ndarray) -> np.ndarray:
    """dB by which each band's next moments are louder than those before, (columns, BANDS)."""
    after = ndimage.maximum_filter1d(levels, 3, axis=0, origin=-1, mode="nearest")
    before = ndimage.uniform_filter1d(levels, 4, axis=0, mode="nearest")
    return after - np.concatenate([np.repeat(before[:1], 4, axis=0), before[:-4]])[: len(levels)]


def _peaks(rise: np.ndarray) -> np.ndarray:
    """Columns of the attacks, in time, at most `MOST`."""
    highest = ndimage.maximum_filter1d(rise, 2 * _APART + 1, mode="constant")
    found = np.flatnonzero((rise >= highest) & (rise > _LEAST_RISE_DB))
    found = found[np.diff(found, prepend=-_APART) > 1]
    if len(found) > MOST:
        found = np.sort(found[np.argsort(-rise[found])[:MOST]])
    return found


class _Sharp:
    """Spectra that are sharp in pitch, before and after each attack."""

    def __init__(self, mono: np.ndarray, columns: np.ndarray) -> None:
        edge = _SHARP + max(-_BEFORE, _LATER)
        padded = np.pad(mono, (edge, edge)).astype(np.float32)
        view = np.lib.stride_tricks.sliding_window_view(padded, _SHARP)
        window = hann(_SHARP)
        starts = columns * HOP + edge
        self.before, self.after, self.later = (
            (np.abs(scipy.fft.rfft(view[starts + late] * window, axis=1)) ** 2).astype(np.float32)
            for late in (_BEFORE, _AFTER, _LATER)
        )

    def lines(self) -> np.ndarray:
        """(attacks, LINES * 6): by band, how flat what follows, what is added and what is later;
        how like what follows is to what is later and to what was before, line by line; how much
        is added."""
        added = np.maximum(self.after - self.before, 0)
        floor = 1e-7 * float(max(self.after.max(initial=0), 1e-12))
        bins = np.round(np.array(_LINES_HZ) * _SHARP / RATE).astype(int)
        out = []
        for low, high in pairwise(bins):
            own = [one[:, low:high] + floor for one in (self.before, self.after, self.later, added)]
            before, after, later, more = own
            out += [_flatness(after), _flatness(more), _flatness(later)]
            out += [_likeness(after, later), _likeness(after, before)]
            out.append(np.sqrt(more.mean(axis=1) / after.mean(axis=1)))
        return np.stack(out, axis=1)


def _flatness(power: np.ndarray) -> np.ndarray:
    """(rows,): the geometric mean to the mean, in tens of dB: noise has -0.25, a tone far less."""
    return np.log10(power).mean(axis=1) - np.log10(power.mean(axis=1))


def _likeness(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(rows,): the correlation of two bands' levels: lines that stay are alike, noise is not."""
    return _correlation(np.log(a), np.log(b))


def _correlation(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    a = a - a.mean(axis=1, keepdims=True)
    b = b - b.mean(axis=1, keepdims=True)
    size = np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    return (a * b).sum(axis=1) / (size + 1e-9)


def _low_tone(mono: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """(attacks, 2 x times): the pitch under 220 Hz after each attack, in octaves above 50 Hz, and
    its level beside the loudest."""
    before, length = (round(seconds * RATE) for seconds in _LOW_AROUND_S)
    padded = np.pad(mono, (before, length)).astype(np.float32)
    rows = np.lib.stride_tricks.sliding_window_view(padded, length)[columns * HOP]
    # only here, as it takes half a second to load
    from scipy import signal

    low = signal.sosfiltfilt(signal.butter(2, _LOW_HZ, fs=RATE, output="sos"), rows, axis=1)
    whole = signal.hilbert(low, axis=1)
    turn = np.angle(whole[:, 1:] * whole[:, :-1].conj())
    power = np.abs(whole[:, 1:]) ** 2
    size = round(_LOW_MEAN_S * RATE)
    mean = np.maximum(ndimage.uniform_filter1d(power, size, axis=1), 0)
    hz = ndimage.uniform_filter1d(turn * power, size, axis=1) / (mean + 1e-12) * RATE / 2 / np.pi
    at = before + np.round(np.array(_LOW_AT_S) * RATE).astype(int)
    loud = np.sqrt(mean[:, at])
    octaves = np.log2(np.clip(hz[:, at], 20, 400) / 50)
    return np.concatenate([octaves, loud / (loud.max(initial=0) + 1e-9)], axis=1)


def _alike(peak: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """(attacks, 6): how like each attack is to its likest and to the usual others: by what it
    adds in the bands, by its fine lines below 2 kHz, and by those above."""
    others = np.unique(np.linspace(0, len(peak) - 1, min(len(peak), _ALIKE)).astype(int))
    split = round(2000 * _SHARP / RATE)
    log = np.log(after + 1e-7 * after.max(initial=1e-12))
    # of the fine lines without their slope: what stands out of the neighbourhood
    lines = log - ndimage.uniform_filter1d(log, 25, axis=1)
    out = []
    for rows in (peak - before, lines[:, 4:split], lines[:, split:]):
        rows = rows - rows.mean(axis=1, keepdims=True)
        rows = rows / (np.sqrt((rows**2).sum(axis=1, keepdims=True)) + 1e-9)
        like = rows @ rows[others].T
        like[others, np.arange(len(others))] = -1
        if len(others) < 2:
            out += [np.zeros(len(rows)), np.zeros(len(rows))]
            continue
        best = np.sort(like, axis=1)[:, -3:]
        out += [best.mean(axis=1), np.median(like, axis=1)]
    return np.stack(out, axis=1)


def _crowd(columns: np.ndarray, rise: np.ndarray) -> np.ndarray:
    """(attacks, 3): how far the attacks before and after are, and how much of a rise it is."""
    gaps = np.diff(columns, prepend=columns[0] - 86, append=columns[-1] + 86)
    near = np.log2(np.clip(gaps, 4, 86) / 20)
    return np.stack([near[:-1], near[1:], rise[columns] / 15], axis=1)


@dataclass(frozen=True)
class Risen:
    """Where a sound grows louder at once: s, and dB in the mean of its bands, (attacks,) each."""

    at_s: np.ndarray
    db: np.ndarray


def risen_of(mono: np.ndarray) -> Risen:
    """The rises of float32 (frames,) at `RATE`, each where it sets in: soft ones rise for long."""
    # before its first frame there was silence
    levels = np.pad(_levels(mono), ((_BEGINS, 0), (0, 0)), constant_values=-_RANGE_DB)
    rises = np.maximum(_rise(levels), 0)
    # bands that hardly sound tell nothing: a low bass has few others
    loud = np.maximum(np.percentile(levels, 98, axis=0) + _HEARD_DB, 0)
    rise = rises @ (loud / (loud.sum() + 1e-9)).astype(np.float32)
    columns = _peaks(rise)
    begins = np.array([_sets_in(levels, rises[column], column) for column in columns], float)
    return Risen(np.maximum(begins - _BEGINS, 0) * HOP / RATE, rise[columns])


def _sets_in(levels: np.ndarray, rises: np.ndarray, column: int) -> int:
    """The column, at most 8 before, from which the bands that rise are louder than before."""
    first = max(0, column - 8)
    way = levels[first : column + 3] @ (rises / (rises.sum() + 1e-9))
    low, high = way[: max(1, column - first)].min(), way.max()
    return first + int(np.flatnonzero(way <= low + _SETS_IN * (high - low))[-1]) + 1
