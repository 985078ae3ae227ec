"""Sections of many players on one note."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy.fft

from daemon.audio.filters import Filter, response_of
from daemon.audio.random_stream import rng
from daemon.audio.waves import TOP_HZ, harmonics

#: Share of a cycle between two takes of it: none of a few lies near another.
_GOLDEN = 0.618


@lru_cache(24)
def _ensemble(
    shape: str, hz: float, rate: int, spread_cents: float, cutoff_hz: float, take: int
) -> np.ndarray:
    """About 3 s of a section on one note, which loops without a seam: float32 (frames, 2)."""
    size = _cycle_length(rate)
    amplitude = _bands(shape, hz, rate, spread_cents, cutoff_hz)
    spectrum = amplitude.astype(np.float32)[:, None] * _phases(len(amplitude), shape, hz, take)
    cycle = scipy.fft.irfft(spectrum.astype(np.complex64, copy=False), size, axis=0)
    cycle /= np.sqrt((cycle**2).mean())
    cycle *= np.float32(0.2)
    return cycle.astype(np.float32, copy=False)


@lru_cache(24)
def _formed_ensemble(
    shape: str,
    hz: float,
    rate: int,
    spread_cents: float,
    cutoff_hz: float,
    filters: tuple[Filter, ...],
    cross: float,
) -> np.ndarray:
    """The same through filters, for they are factors on its spectrum; each side hears the other."""
    size = _cycle_length(rate)
    amplitude = _bands(shape, hz, rate, spread_cents, cutoff_hz)
    amplitude *= 0.2 * size / np.sqrt(2 * (amplitude**2).sum())
    formed = amplitude.astype(np.float32) * response_of(filters, size, rate)
    sides = _phases(len(amplitude), shape, hz, 0).T * formed
    if cross:
        sides = sides + np.float32(cross) * sides[::-1]
    cycle = np.ascontiguousarray(scipy.fft.irfft(sides, size, axis=1).T)
    cycle.flags.writeable = False
    return cycle


def _cycle_length(rate: int) -> int:
    return int(1 << round(np.log2(3 * rate)))


def _bands(shape: str, hz: float, rate: int, spread_cents: float, cutoff_hz: float) -> np.ndarray:
    """Amplitudes of a section's spectrum: each harmonic a band of frequencies."""
    size = _cycle_length(rate)
    count = max(1, int(min(TOP_HZ, 0.45 * rate) / hz))
    amplitude = np.zeros(size // 2 + 1)
    bin_hz = rate / size
    weights = harmonics(shape, count) / np.sqrt(1 + (np.arange(1, count + 1) * hz / cutoff_hz) ** 4)
    for k, weight in enumerate(weights, 1):
        if weight < 1e-4:
            continue
        wide = max(k * hz * (2 ** (spread_cents / 1200) - 1) / bin_hz, 0.7)
        centre = k * hz / bin_hz
        low = max(1, int(centre - 4 * wide))
        high = min(len(amplitude) - 1, int(centre + 4 * wide) + 2)
        amplitude[low:high] += (
            weight / np.sqrt(wide) * np.exp(-0.5 * ((np.arange(low, high) - centre) / wide) ** 2)
        )
    return amplitude


@lru_cache(12)
def _phases(n: int, shape: str, hz: float, take: int) -> np.ndarray:
    """Unit vectors at random angles, complex64 (n, 2); notes of one pitch share them."""
    turns = rng("ensemble", shape, hz, take).uniform(0, 2 * np.pi, (n, 2)).astype(np.float32)
    return np.cos(turns) + 1j * np.sin(turns)


def ensemble(
    shape: str,
    hz: float,
    n: int,
    rate: int,
    spread_cents: float = 12.0,
    cutoff_hz: float = 8000.0,
    take: int = 0,
) -> np.ndarray:
    """A section of many players on one note, wide in stereo: float32 (n, 2).

    Each harmonic is a band of frequencies with random phases (P. Nasca's PADsynth). It replaces
    any number of detuned oscillators.
    """
    cycle = _ensemble(shape, round(hz, 3), rate, round(spread_cents, 1), round(cutoff_hz, -1), take)
    if n <= len(cycle):
        return cycle[:n].copy()
    return np.tile(cycle, (-(-n // len(cycle)), 1))[:n]


def formed_ensemble(
    shape: str,
    hz: float,
    n: int,
    rate: int,
    spread_cents: float,
    cutoff_hz: float,
    take: int,
    filters: tuple[Filter, ...],
    cross: float = 0.0,
) -> np.ndarray:
    """`ensemble` through filters at no cost, float32 (n, 2), perhaps read-only.

    `cross` is how much of the other side each has.

    Takes are stretches of one sound, which is noise: no two are alike.
    """
    cycle = _formed_ensemble(
        shape, round(hz, 3), rate, round(spread_cents, 1), round(cutoff_hz, -1), filters, cross
    )
    return stretch(cycle, take, n)


def stretch(cycle: np.ndarray, take: int, n: int) -> np.ndarray:
    """n frames of a cycle (frames,) or (frames, channels), from a place of this take on."""
    at = round(take * _GOLDEN * len(cycle)) % len(cycle)
    begun = cycle[at : at + n]
    if len(begun) == n:
        return begun
    again = -(-(n - len(begun)) // len(cycle))
    return np.concatenate([begun, *[cycle] * again])[:n]
