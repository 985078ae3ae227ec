"""The slope of a spectrum, and the filter that changes it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

_BANDS_PER_OCTAVE = 3
#: Width of a bell in octaves, as the standard deviation of its curve.
_BELL_OCTAVES = 0.6


def spectral_slope(power: np.ndarray, rate: int, frames: int) -> float:
    """dB per octave of a power spectrum (frames // 2 + 1,).

    Fitted through third-octave means from 100 Hz to 10 kHz.
    """
    centres = 100 * 2 ** (np.arange(0, 20) / _BANDS_PER_OCTAVE + 1 / 6)
    edges = 100 * 2 ** (np.arange(0, 21) / _BANDS_PER_OCTAVE)
    at = np.minimum(np.round(edges * frames / rate).astype(int), len(power) - 1)
    total = np.concatenate([[0.0], np.cumsum(power, dtype=np.float64)])
    mean = (total[at[1:]] - total[at[:-1]]) / np.maximum(1, at[1:] - at[:-1])
    octaves = np.log2(centres)
    heard = mean > mean.max() * 1e-9
    if heard.sum() < 6:
        return -4.7
    return float(np.polyfit(octaves[heard], 10 * np.log10(mean[heard]), 1)[0])


@lru_cache(3)
def tilt(frames: int, rate: int, db_per_octave: float) -> np.ndarray:
    """Real gains (frames // 2 + 1,) that tilt a spectrum around 1 kHz.

    Flat below 100 Hz and above 10 kHz.
    """
    hz = np.clip(np.fft.rfftfreq(frames, 1 / rate), 100, 10000)
    return (10 ** (db_per_octave * np.log2(hz / 1000) / 20)).astype(np.float32)


def _colour_db(
    hz: np.ndarray, low_hz: float, top_hz: float, bells: tuple[tuple[float, float], ...]
) -> np.ndarray:
    """dB of a recording's band and colour at frequencies in Hz."""
    hz = np.maximum(hz, 1.0)
    db = np.zeros(len(hz))
    if low_hz:
        db -= 10 * np.log10(1 + (low_hz / hz) ** 4)
    if top_hz:
        db -= 10 * np.log10(1 + (hz / top_hz) ** 6)
    for centre, gain in bells:
        db += gain * np.exp(-0.5 * (np.log2(hz / centre) / _BELL_OCTAVES) ** 2)
    return np.maximum(db, -90.0)


@lru_cache(3)
def colour(
    frames: int, rate: int, low_hz: float, top_hz: float, bells: tuple[tuple[float, float], ...]
) -> np.ndarray:
    """Real gains (frames // 2 + 1,) of a recording's band: 12 dB an octave under `low_hz` and 18
    over `top_hz`, none where 0, and bells of (Hz, dB).
    """
    hz = np.fft.rfftfreq(frames, 1 / rate)
    return (10 ** (_colour_db(hz, low_hz, top_hz, bells) / 20)).astype(np.float32)


def slope_of_colour(low_hz: float, top_hz: float, bells: tuple[tuple[float, float], ...]) -> float:
    """dB per octave that a colour adds to the slope from 100 Hz to 10 kHz."""
    centres = 100 * 2 ** (np.arange(0, 20) / _BANDS_PER_OCTAVE + 1 / 6)
    return float(np.polyfit(np.log2(centres), _colour_db(centres, low_hz, top_hz, bells), 1)[0])


@lru_cache(3)
def k_weight(frames: int, rate: int) -> np.ndarray:
    """Power gains (frames // 2 + 1,) near BS.1770's K weighting: for balance, not for reports."""
    hz = np.fft.rfftfreq(frames, 1 / rate)
    low = hz**2 / (hz**2 + 38.0**2)
    shelf = 1 + (10**0.4 - 1) * hz**2 / (hz**2 + 1500.0**2)
    return (low**2 * shelf).astype(np.float32)
