"""Where the 16ths lie at a given tempo."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from daemon.conform.hear.envelopes import Envelopes


def lattice(env: Envelopes, bpm: float) -> np.ndarray:
    """Times (s) of every 16th from before the take to after it: the straight lattice that the onsets fit best."""
    flux = gaussian_filter1d(env.onset.sum(axis=1), 6)
    beat_s = 60 / bpm
    seconds = np.arange(len(flux)) / env.rate
    phase = np.arange(400) / 400
    score = np.zeros(400)
    for times, weight in ((4, 1.0), (2, 0.7), (1, 0.7), (8, 0.3)):
        wave = np.exp(-2j * np.pi * times * seconds / beat_s) @ flux
        score += weight * np.real(wave * np.exp(2j * np.pi * times * phase))
    start = phase[int(np.argmax(score))] * beat_s
    first = int(np.floor(-start / beat_s)) - 1
    last = int(np.ceil((env.length_s - start) / beat_s)) + 1
    return start + np.arange(4 * first, 4 * last + 1) * beat_s / 4
