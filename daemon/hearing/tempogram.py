"""The tempogram: how strongly a take's onsets pulse, and repeat, at every tempo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.fft as sfft
from scipy.ndimage import gaussian_filter1d, uniform_filter1d

from daemon.hearing.envelopes import Envelopes

#: bpm; the slowest and the fastest quarter that is looked for: more than two octaves.
SLOWEST_BPM = 48.0
FASTEST_BPM = 215.0
#: Log ratio of neighbouring tempi: 0.07 %, a tenth of what a lattice of 20 s can still follow.
STEP = 0.0007
#: Pulses measured, in pulses a beat.
PULSES = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
#: Lags measured, in beats.
BEATS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0)
#: Lags measured, in bars.
BARS = (0.25, 0.5, 1.0, 2.0, 4.0)
#: Weights of the pulses in `Tempogram.strength`.
PULSE_WEIGHTS = {0.5: 0.3, 1.0: 1.0, 2.0: 1.0, 3.0: 0.2, 4.0: 0.8}
#: Weights of the bars in `Tempogram.repetition`.
BAR_WEIGHTS = {1.0: 1.0, 2.0: 0.8, 4.0: 0.5, 0.5: 0.3, 0.25: 0.3}
#: Frames of the envelopes that make one here: a tempo needs no finer ones.
THIN = 4
#: Share of the whole power that two compared parts have at least.
LEAST_POWER = 0.01
#: Seconds; lags that leave less than this to compare say nothing.
LEAST_S = 1.5


@dataclass(frozen=True)
class Tempogram:
    """Pulse and repetition at each of `bpm` (tempi,).

    `pulses` (pulses a beat -> (tempi,)) are magnitudes of the onsets' spectrum, over the highest
    at one pulse a beat. `beats` and `bars` (lag -> (tempi,)) are autocorrelations, -1 to 1.
    """

    bpm: np.ndarray
    pulses: dict[float, np.ndarray]
    beats: dict[float, np.ndarray]
    bars: dict[float, np.ndarray]

    @cached_property
    def strength(self) -> np.ndarray:
        """Pulse at the beat and its divisions, 0 to 1 (tempi,)."""
        total = sum(weight * self.pulses[times] for times, weight in PULSE_WEIGHTS.items())
        return np.asarray(total / (np.max(total) + 1e-9))

    @cached_property
    def repeated(self) -> np.ndarray:
        """Weighted sum of the repetitions after bars and their parts (tempi,)."""
        return np.asarray(sum(weight * self.bars[lag] for lag, weight in BAR_WEIGHTS.items()))

    @cached_property
    def repetition(self) -> np.ndarray:
        """The same over its highest: 1 at most (tempi,)."""
        return np.asarray(self.repeated / max(float(self.repeated.max()), 1e-9))

    @cached_property
    def score(self) -> np.ndarray:
        """Pulse and repetition together (tempi,): its peaks are tempi and their relatives."""
        return self.strength + self.repetition

    def peaks(self, count: int, only_repetition: bool = False) -> list[int]:
        """Indices of the `count` highest peaks of the score, or of the repetition alone."""
        curve = self.repetition if only_repetition else self.score
        at = np.flatnonzero((curve >= np.roll(curve, 1)) & (curve >= np.roll(curve, -1)))
        at = at[curve[at] > 0]
        return [int(peak) for peak in at[np.argsort(-curve[at])][:count]]

    def near(self, bpm: float, reach: int) -> int:
        """Index of the highest score within `reach` steps of `bpm`."""
        middle = int(np.argmin(np.abs(self.bpm - bpm)))
        low = max(0, middle - reach)
        return low + int(np.argmax(self.score[low : middle + reach + 1]))


def tempogram(env: Envelopes, quarters_per_bar: float) -> Tempogram:
    """The tempogram of a take with so many quarters a bar."""
    bpm = np.exp(np.arange(np.log(SLOWEST_BPM), np.log(FASTEST_BPM), STEP))
    return Tempogram(
        bpm,
        _pulses(env.flux, env.rate, bpm),
        *_repetitions(env, bpm, (BEATS, [bars * quarters_per_bar for bars in BARS])),
    )


def _pulses(flux: np.ndarray, rate: float, bpm: np.ndarray) -> dict[float, np.ndarray]:
    flux = gaussian_filter1d(flux - uniform_filter1d(flux, int(rate)), 4)[::THIN]
    fast = rate / THIN
    window = np.hanning(len(flux) + 2)[1:-1] ** 0.5
    n = sfft.next_fast_len(max(1 << 16, 2 * len(flux)))
    spectrum = np.abs(sfft.rfft(flux * window, n))
    hz = np.arange(len(spectrum)) * fast / n
    found = {times: np.interp(bpm / 60 * times, hz, spectrum) for times in PULSES}
    highest = float(found[1.0].max()) + 1e-9
    return {times: values / highest for times, values in found.items()}


def _repetitions(
    env: Envelopes, bpm: np.ndarray, lags: tuple[Sequence[float], Sequence[float]]
) -> tuple[dict[float, np.ndarray], dict[float, np.ndarray]]:
    """Autocorrelation of the onsets at both kinds of `lags` (in beats), for each of `bpm`."""
    fast = env.rate / THIN
    shape = gaussian_filter1d(env.onset, 12, axis=0)[::THIN]
    shape = shape - uniform_filter1d(shape, int(fast), axis=0)
    n = len(shape)
    size = sfft.next_fast_len(2 * n)
    match = sfft.irfft((np.abs(sfft.rfft(shape, size, axis=0)) ** 2).sum(axis=1), size)[:n]
    power = np.concatenate([[0], np.cumsum((shape**2).sum(axis=1))])

    def after(beats: float) -> np.ndarray:
        lag = beats * 60 / bpm * fast
        inside = lag < n - LEAST_S * fast
        lag = np.clip(lag, 0, max(0, n - 2))
        whole = lag.astype(int)
        value = match[whole] + (match[whole + 1] - match[whole]) * (lag - whole)
        norm = np.sqrt(power[n - whole] * (power[n] - power[whole]))
        # Beside one loud hit the rest is only rounding errors.
        norm = np.maximum(norm, LEAST_POWER * power[n] + 1e-9)
        return np.asarray(np.where(inside, np.clip(value / norm, -1, 1), 0))

    of_beats, of_bars = lags
    return (
        {lag: after(lag) for lag in of_beats},
        {bars: after(beats) for bars, beats in zip(BARS, of_bars, strict=True)},
    )
