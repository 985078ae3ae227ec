"""Tempo estimation: candidates in the octave of the requested tempo."""

from __future__ import annotations

import numpy as np
import scipy.fft as sfft
from scipy.ndimage import gaussian_filter1d, uniform_filter1d

from daemon.hearing.envelopes import Envelopes

#: bpm; centre of the broad prior where no tempo is requested.
USUAL_BPM = 112.0
#: Log ratio up to which two candidates are the same tempo.
SAME = 0.006


def candidates(
    env: Envelopes, asked_bpm: float | None, quarters_per_bar: float, count: int = 4
) -> list[tuple[float, float]]:
    """The likeliest tempi as (quarters a minute, score), best first.

    The score adds the pulse at the beat and its divisions to the repetition after whole and part
    bars. Distance from the requested tempo lowers it a little.
    """
    bpm = _range(asked_bpm)
    flux = env.flux
    if not flux.any():
        return []
    repetition = _repetition(env, bpm, quarters_per_bar)
    score = _pulse(flux, env.rate, bpm) + repetition
    if asked_bpm is None:
        score += 0.25 * np.exp(-0.5 * (np.log2(bpm / USUAL_BPM) / 0.45) ** 2)
    else:
        score -= 0.02 * np.abs(np.log(bpm / asked_bpm) / 0.03)
    # Drift smears the pulse but not the repetitions: their best peaks are candidates too.
    found: list[int] = []
    for peak in [*_peaks(score, count), *_peaks(repetition, 2)]:
        if all(abs(float(np.log(bpm[peak] / bpm[other]))) > SAME for other in found):
            found.append(peak)
    return sorted(
        ((float(bpm[peak]), float(score[peak])) for peak in found), key=lambda pair: -pair[1]
    )


def _peaks(score: np.ndarray, count: int) -> list[int]:
    peaks = np.flatnonzero(
        (score >= np.roll(score, 1)) & (score >= np.roll(score, -1)) & (score > 0)
    )
    return [int(p) for p in peaks[np.argsort(-score[peaks])][:count]]


def _range(asked_bpm: float | None) -> np.ndarray:
    low = 55.0 if asked_bpm is None else asked_bpm * 0.78
    high = 185.0 if asked_bpm is None else asked_bpm * 1.26
    return np.exp(np.arange(np.log(low), np.log(high), 0.0007))


def _pulse(flux: np.ndarray, rate: float, bpm: np.ndarray) -> np.ndarray:
    """Strength (0-1) of the onsets' pulse at the quarter and its divisions, for each of `bpm`."""
    step = 4
    flux = gaussian_filter1d(flux - uniform_filter1d(flux, int(rate)), 4)[::step]
    fast = rate / step
    window = np.hanning(len(flux) + 2)[1:-1] ** 0.5
    n = sfft.next_fast_len(max(1 << 16, 2 * len(flux)))
    spectrum = np.abs(sfft.rfft(flux * window, n))
    hz = np.arange(len(spectrum)) * fast / n
    strength = sum(
        weight * np.interp(bpm / 60 * times, hz, spectrum)
        for times, weight in ((0.5, 0.3), (1, 1.0), (2, 1.0), (3, 0.2), (4, 0.8))
    )
    return strength / (strength.max() + 1e-9)


def _repetition(env: Envelopes, bpm: np.ndarray, quarters_per_bar: float) -> np.ndarray:
    """Autocorrelation (0-1) of the onsets at whole and part bars, for each of `bpm`."""
    step = 4
    fast = env.rate / step
    shape = gaussian_filter1d(env.onset, 12, axis=0)[::step]
    shape = shape - uniform_filter1d(shape, int(fast), axis=0)
    n = len(shape)
    size = sfft.next_fast_len(2 * n)
    match = sfft.irfft((np.abs(sfft.rfft(shape, size, axis=0)) ** 2).sum(axis=1), size)[:n]
    power = np.concatenate([[0], np.cumsum((shape**2).sum(axis=1))])
    found = np.zeros_like(bpm)
    for bars, weight in ((1, 1.0), (2, 0.8), (4, 0.5), (0.5, 0.3), (0.25, 0.3)):
        lag = bars * quarters_per_bar * 60 / bpm * fast
        inside = lag < n - 1.5 * fast
        lag = np.minimum(lag, n - 2)
        whole = lag.astype(int)
        value = match[whole] + (match[whole + 1] - match[whole]) * (lag - whole)
        norm = np.sqrt(power[n - whole] * (power[n] - power[whole])) + 1e-9
        found += np.where(inside, weight * value / norm, 0)
    return found / (found.max() + 1e-9) if found.max() > 0 else np.zeros_like(found)
