"""Repetitions: where the take repeats a number of bars later, and exactly how long after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.fft as sfft

from daemon.hearing.envelopes import Envelopes

#: Lags in bars at which repetitions are searched for.
BARS = (1, 2, 4)
#: Decimation of the envelopes: each frame is then 2 ms, and a parabola times the lag between them.
THIN = 2
#: Onset strength (squared) below which a passage is silence.
LEAST_LOUDNESS = 1e-3


@dataclass(frozen=True)
class Repeats:
    """Measured repetitions, one a row: from `beat` to `beat + later` (beats) it takes `seconds`.

    `weight` (0-1) is the trust in a row; `similarity` the mean likeness (0-1) by lag in bars.
    """

    beat: np.ndarray
    later: np.ndarray
    seconds: np.ndarray
    weight: np.ndarray
    similarity: dict[int, float]

    def __len__(self) -> int:
        return len(self.beat)

    def only(self, keep: np.ndarray) -> Repeats:
        return Repeats(
            self.beat[keep],
            self.later[keep],
            self.seconds[keep],
            self.weight[keep],
            self.similarity,
        )


def repeats(
    env: Envelopes, beats_s: np.ndarray, bar_beats: float, step: float = 0.5, reach_s: float = 0.045
) -> Repeats:
    """Local cross-correlation of the onset strength with itself, 1, 2 and 4 bars later.

    `beats_s` are the estimated beat times, `bar_beats` of them to a bar. Each window is 1.6 beats
    long and may move by up to `reach_s`. Windows begin `step` beats apart.
    """
    rate = env.rate / THIN
    shape = env.soft_onset[::THIN]
    beat_s = float(np.median(np.diff(beats_s)))
    half = int(0.8 * beat_s * rate)
    reach = max(2, int(min(reach_s, 2.4 * reach_s * beat_s) * rate))
    place = np.arange(len(beats_s))
    all_beats = [np.arange(0, len(beats_s) - bars * bar_beats - 1, step) for bars in BARS]
    beat = np.concatenate(all_beats)
    bars = np.repeat(BARS, [len(beats) for beats in all_beats])
    first, second = (
        np.round(np.interp(at, place, beats_s) * rate).astype(int)
        for at in (beat, beat + bars * bar_beats)
    )
    inside = (first >= half) & (second >= half + reach) & (second + half + reach + 1 <= len(shape))
    lag, height, loudness = _matches(shape, first[inside], second[inside], half, reach)
    loud = loudness >= LEAST_LOUDNESS
    beat = beat[inside][loud]
    bars = bars[inside][loud]
    lag = lag[loud]
    height = height[loud]
    loudness = loudness[loud]
    similarity: dict[int, float] = {}
    for count in BARS:
        own = bars == count
        if own.sum() >= 2:
            similarity[count] = float((height[own] * loudness[own]).sum() / loudness[own].sum())
    known = np.isin(bars, list(similarity))
    if not known.any():
        empty = np.zeros(0)
        return Repeats(empty, empty, empty, empty, similarity)
    beat = beat[known]
    later = bars[known] * bar_beats
    seconds = lag[known] / rate
    height = height[known]
    loudness = loudness[known]
    alike = np.minimum(height, 1) ** 2
    # A less exact repetition is also timed less exactly, more than in proportion.
    weight = np.where(height > 0.6, 0.02 * alike / (1.02 - alike), 0) * np.minimum(
        loudness / (np.median(loudness) + 1e-9), 1
    )
    return Repeats(beat, later, seconds, weight, similarity)


def _matches(
    shape: np.ndarray, first: np.ndarray, second: np.ndarray, half: int, reach: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lag in frames, likeness (0-1) and loudness, each (pairs,), by cross-correlation.

    The passage around each of `first` is searched for around each of `second`, `reach` frames
    either way.
    """
    if not len(first):
        return np.zeros(0), np.zeros(0), np.zeros(0)
    length = 2 * half + 1
    size = sfft.next_fast_len(length + 2 * reach, real=True)
    window = np.hanning(length).astype(np.float32)
    power = np.einsum("ij,ij->i", shape, shape)
    # The same moments recur after one, two and four bars: each is transformed once.
    passages, of_first = np.unique(first, return_inverse=True)
    fields, of_second = np.unique(second, return_inverse=True)
    around = passages[:, None] + np.arange(-half, half + 1)
    loudness = (power[around] @ window)[of_first].astype(float)
    passage = np.conj(sfft.rfft(shape[around] * window[:, None], size, axis=1))
    around = fields[:, None] + np.arange(-half - reach, half + reach + 1)
    field = sfft.rfft(shape[around], size, axis=1)
    norm = sfft.irfft(
        sfft.rfft(power[around], size, axis=1) * np.conj(sfft.rfft(window, size)), size, axis=1
    )
    # Silence beside a loud hit holds only rounding errors of the transform. The floor keeps them
    # from counting as likeness.
    norm = np.maximum(norm[:, : 2 * reach + 1], 1e-5 * power[around].sum(axis=1, keepdims=True))[
        of_second
    ]
    both = np.empty((len(first), field.shape[1]), np.complex64)
    for row, (a, b) in enumerate(zip(of_first, of_second, strict=True)):
        np.einsum("ij,ij->i", passage[a], field[b], out=both[row])
    match = sfft.irfft(both, size, axis=1)[:, : 2 * reach + 1]
    likeness = (match / np.sqrt(loudness[:, None] * norm + 1e-9)).astype(float)
    best = np.argmax(likeness, axis=1)
    found = (best > 0) & (best < 2 * reach)
    at = np.clip(best, 1, 2 * reach - 1)[:, None] + np.arange(-1, 2)
    left, middle, right = np.take_along_axis(likeness, at, axis=1).T
    moved = best + 0.5 * (left - right) / (left - 2 * middle + right - 1e-12) - reach
    return (
        second - first + np.where(found, moved, 0),
        np.where(found, np.maximum(middle, 0), 0),
        loudness,
    )
