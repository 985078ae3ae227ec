"""Where the take says the same thing again a number of bars later, and exactly how long after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from daemon.conform.hear.envelopes import Envelopes

#: How many bars later a repetition is looked for.
BARS = (1, 2, 4)


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
        return Repeats(self.beat[keep], self.later[keep], self.seconds[keep], self.weight[keep], self.similarity)


def repeats(env: Envelopes, beats_s: np.ndarray, bar_beats: float, step: float = 0.5, reach_s: float = 0.045) -> Repeats:
    """Local cross-correlation of the onset strength with itself after 1, 2 and 4 bars of `bar_beats` beats.

    `beats_s` are the beat times as believed so far; each window is 1.6 beats long and may move by up to `reach_s`.
    """
    thin = 2
    rate = env.rate / thin
    shape = gaussian_filter1d(env.onset, 0.003 * env.rate, axis=0)[::thin]
    power = (shape**2).sum(axis=1)
    beat_s = float(np.median(np.diff(beats_s)))
    half = int(0.8 * beat_s * rate)
    reach = max(2, int(min(reach_s, 2.4 * reach_s * beat_s) * rate))
    window = np.hanning(2 * half + 1).astype(np.float32)
    rows: list[tuple[float, float, float, float, float]] = []
    similarity: dict[int, float] = {}
    for bars in BARS:
        later = bars * bar_beats
        found = []
        for beat in np.arange(0, len(beats_s) - later - 1, step):
            first_s, second_s = (float(np.interp(at, np.arange(len(beats_s)), beats_s)) for at in (beat, beat + later))
            row = _match(shape, power, window, round(first_s * rate), round(second_s * rate), half, reach)
            if row is not None:
                lag, height, loudness = row
                found.append((beat, later, lag / rate, height, loudness))
        if len(found) >= 2:
            heights, loudness_all = np.array([f[3] for f in found]), np.array([f[4] for f in found])
            similarity[bars] = float((heights * loudness_all).sum() / loudness_all.sum())
            rows += found
    if not rows:
        empty = np.zeros(0)
        return Repeats(empty, empty, empty, empty, similarity)
    beat_at, later_by, seconds, height, loudness = np.array(rows).T
    alike = np.minimum(height, 1) ** 2
    # What resembles itself less is also timed less well, faster than in proportion.
    weight = np.where(height > 0.6, 0.02 * alike / (1.02 - alike), 0) * np.minimum(loudness / (np.median(loudness) + 1e-9), 1)
    return Repeats(beat_at, later_by, seconds, weight, similarity)


def _match(
    shape: np.ndarray, power: np.ndarray, window: np.ndarray, first: int, second: int, half: int, reach: int
) -> tuple[float, float, float] | None:
    """(frames between, likeness 0-1, loudness) of the passage around `first` found again around `second`."""
    if first < half or second + half + reach + 1 > len(shape) or second < half + reach:
        return None
    passage = shape[first - half : first + half + 1] * window[:, None]
    loudness = float((shape[first - half : first + half + 1] * passage).sum())
    if loudness < 1e-3:
        return None
    field = shape[second - half - reach : second + half + reach + 1]
    match = np.zeros(2 * reach + 1)
    for band in range(shape.shape[1]):
        match += np.correlate(field[:, band], passage[:, band], "valid")
    norm = np.correlate(power[second - half - reach : second + half + reach + 1], window, "valid")
    likeness = match / np.sqrt(loudness * norm + 1e-9)
    best = int(np.argmax(likeness))
    if not 0 < best < 2 * reach:
        return float(second - first), 0.0, loudness
    left, middle, right = likeness[best - 1 : best + 2]
    moved = best + 0.5 * (left - right) / (left - 2 * middle + right - 1e-12) - reach
    return second - first + moved, max(float(middle), 0.0), loudness
