"""Measures that the tests of the embedded musician share. Audio is float32 (frames, 2) at 44.1 kHz."""

from itertools import pairwise

import numpy as np

RATE = 44100


def mono(x):
    return x.mean(axis=1).astype(np.float64)


def power_spectrum(x, size=None):
    """(frequencies in Hz, power) of a windowed mono signal."""
    x = np.asarray(x, float)
    size = size or len(x)
    return np.fft.rfftfreq(size, 1 / RATE), np.abs(np.fft.rfft(x * np.hanning(len(x)), size)) ** 2


def share(x, low_hz, high_hz):
    """Part of the energy between two frequencies (no window: a hit's start counts)."""
    hz, power = np.fft.rfftfreq(len(x), 1 / RATE), np.abs(np.fft.rfft(x)) ** 2
    return power[(hz >= low_hz) & (hz < high_hz)].sum() / power.sum()


def centroid_hz(x):
    hz, power = power_spectrum(x)
    return float((hz * power).sum() / power.sum())


def attack_s(x):
    """Seconds from the start to the first time that the envelope reaches 90 % of its peak."""
    level = np.abs(x)
    return float(np.argmax(level >= 0.9 * level.max()) / RATE)


def time_to_db(x, decibels):
    """Seconds until the envelope (1 ms peaks) stays below `decibels` under its peak."""
    blocks = np.abs(x[: len(x) // 44 * 44]).reshape(-1, 44).max(axis=1)
    above = np.flatnonzero(blocks > blocks.max() * 10 ** (decibels / 20))
    return float((above[-1] + 1) * 44 / RATE)


def cents_off(x, hz, around_cents=80):
    """How many cents the energy near `hz` lies from it on the mean: of a section, the middle of its players."""
    f, power = power_spectrum(x, 1 << 18)
    cents = 1200 * np.log2(np.maximum(f, 1e-3) / hz)
    near = np.abs(cents) < around_cents
    return float((cents[near] * power[near]).sum() / power[near].sum())


def side_below_db(x, hz=120):
    """Energy of the side against the middle below `hz`, in dB."""
    middle, side = x.sum(axis=1) / 2, (x[:, 0] - x[:, 1]) / 2
    f = np.fft.rfftfreq(len(x), 1 / RATE)
    low = f < hz
    m, s = (np.abs(np.fft.rfft(y)) ** 2 for y in (middle, side))
    return float(10 * np.log10((s[low].sum() + 1e-20) / (m[low].sum() + 1e-20)))


def slope_db_per_octave(x):
    """Straight line through third-octave means of the power spectrum from 100 Hz to 10 kHz."""
    f = np.fft.rfftfreq(len(x), 1 / RATE)
    power = (np.abs(np.fft.rfft(x, axis=0)) ** 2).sum(axis=1)
    edges = 100 * 2 ** (np.arange(21) / 3)
    means = [10 * np.log10(power[(f >= lo) & (f < hi)].mean()) for lo, hi in pairwise(edges)]
    return float(np.polyfit(np.arange(20) / 3, means, 1)[0])
