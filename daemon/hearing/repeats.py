"""Where the take says the same thing again a number of bars later, and exactly how long after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.fft as sfft

from daemon.hearing.envelopes import Envelopes

#: How many bars later a repetition is looked for.
BARS = (1, 2, 4)
#: Frames of the envelopes of which one is looked at, and the onset strength (squared) below which a passage is silence.
THIN, LEAST_LOUDNESS = 2, 1e-3


@dataclass(frozen=True)
class Repeats:
    """Rows of measured repetitions: from beat `beat` to `beat + later` took `seconds`, trusted by `weight` (0-1)."""

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
    """Local cross-correlation of the onset strength with itself after 1, 2 and 4 bars of `bar_beats` beats.

    `beats_s` are the beat times as believed so far; each window is 1.6 beats long and may move by up to `reach_s`.
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
    beat, bars, lag, height, loudness = (
        beat[inside][loud],
        bars[inside][loud],
        lag[loud],
        height[loud],
        loudness[loud],
    )
    similarity: dict[int, float] = {}
    for count in BARS:
        own = bars == count
        if own.sum() >= 2:
            similarity[count] = float((height[own] * loudness[own]).sum() / loudness[own].sum())
    told = np.isin(bars, list(similarity))
    if not told.any():
        empty = np.zeros(0)
        return Repeats(empty, empty, empty, empty, similarity)
    beat, later, seconds = beat[told], bars[told] * bar_beats, lag[told] / rate
    height, loudness = height[told], loudness[told]
    alike = np.minimum(height, 1) ** 2
    # What resembles itself less is also timed less well, faster than in proportion.
    weight = np.where(height > 0.6, 0.02 * alike / (1.02 - alike), 0) * np.minimum(
        loudness / (np.median(loudness) + 1e-9), 1
    )
    return Repeats(beat, later, seconds, weight, similarity)


def _matches(
    shape: np.ndarray, first: np.ndarray, second: np.ndarray, half: int, reach: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(frames between, likeness 0-1, loudness) of the passages around each of `first`, found again around each of `second`."""
    if not len(first):
        return np.zeros(0), np.zeros(0), np.zeros(0)
    length = 2 * half + 1
    size = sfft.next_fast_len(length + 2 * reach, real=True)
    window = np.hanning(length).astype(np.float32)
    power = np.einsum("ij,ij->i", shape, shape)
    # The same moments are met after one, two and four bars: each is transformed once.
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
    # A window over silence beside a loud hit holds only the transform's own errors: no likeness is read from those.
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
