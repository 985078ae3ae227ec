"""Waves without aliases: sines, sums of partials, and single cycles through a low-pass."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy.fft

#: Lowest cutoff of the wave tables.
_BANK_LOW_HZ = 60.0
#: Cutoff steps of the wave tables; between two of them a sweep is interpolated.
_BANK_STEPS_PER_OCTAVE = 4
#: No partial lies above it.
TOP_HZ = 19000.0


def sine(hz: np.ndarray | float, n: int, rate: int, phase: float = 0.0) -> np.ndarray:
    """A sine, float32 (n,), whose frequency in Hz may move; `phase` in turns."""
    if np.ndim(hz) == 0:
        turns = np.arange(n) * (float(hz) / rate) + phase
    else:
        turns = np.cumsum(np.asarray(hz, dtype=np.float64)) / rate + (
            phase - float(np.asarray(hz)[0]) / rate
        )
    return np.sin(((2 * np.pi) * _part_of_turn(turns)).astype(np.float32))


def turns_of(hz: float, n: int, rate: int) -> np.ndarray:
    """Phase in turns of a wave of `hz` at each of n frames: float64 (n,), from 0 to 1."""
    return _part_of_turn(np.arange(n) * (hz / rate))


def _part_of_turn(turns: np.ndarray) -> np.ndarray:
    """`turns % 1` to the last bit, in a thirtieth of the time."""
    return turns - np.floor(turns)


def partials(
    hz: np.ndarray, levels: np.ndarray, to_60db_s: np.ndarray, phases: np.ndarray, n: int, rate: int
) -> np.ndarray:
    """Sum of decaying sines, float32 (n,); one frequency, level, decay and phase in turns each.

    Time is cut into blocks. A partial's value is its state at the block times a rotation within
    the block, so all partials are one matrix product.
    """
    block = 64
    pole = -6.9078 / np.maximum(to_60db_s, 1e-4) / rate + 2j * np.pi * hz / rate
    starts = np.arange(-(-n // block)) * block
    states = (
        np.exp(starts[:, None] * pole[None, :])
        * (levels * np.exp(2j * np.pi * (phases - 0.25)))[None, :]
    )
    turns = np.exp(np.arange(block)[None, :] * pole[:, None])
    real = states.real.astype(np.float32) @ turns.real.astype(np.float32)
    real -= states.imag.astype(np.float32) @ turns.imag.astype(np.float32)
    return real.ravel()[:n]


def harmonics(shape: str, count: int) -> np.ndarray:
    """Levels of the first `count` harmonics of a wave: saw, square, triangle or pulse."""
    k = np.arange(1, count + 1)
    if shape == "saw":
        return 1 / k
    if shape == "square":
        return np.where(k % 2, 1 / k, 0)
    if shape == "triangle":
        return np.where(k % 2, 1 / k**2, 0)
    if shape == "pulse":
        # A quarter of the cycle is high.
        return np.sin(np.pi * k * 0.25) / k
    raise ValueError(shape)


@lru_cache(72)
def _tables(
    shape: str, hz: float, rate: int, first: int, last: int, resonance: float
) -> np.ndarray:
    """Single cycles of a low-passed wave, one row a cutoff step: (rows, size + 1).

    The rows go from step `first` to `last`. Each harmonic is weighted by the filter's gain at its
    own frequency. So the sweep of a filter is a walk down the rows, and no harmonic aliases.
    """
    count = max(1, int(min(TOP_HZ, 0.45 * rate) / hz))
    # Reading between a table's points leaves images of about sqrt(count^3 / 3) / size^2 of the
    # wave: under -96 dB here.
    size = int(np.clip(1 << int(np.ceil(np.log2((count**3 / 3) ** 0.25 / 0.004))), 1024, 16384))
    k = np.arange(1, count + 1)
    cutoffs = _BANK_LOW_HZ * 2 ** (np.arange(first, last + 1) / _BANK_STEPS_PER_OCTAVE)
    w = (k * hz)[None, :] / cutoffs[:, None]
    # Two two-pole stages: the first resonates, the second is flat (24 dB an octave). Without
    # their phase: a filter that sweeps would bend the pitch.
    gain = 1 / np.abs((1 - w * w + 1j * w / resonance) * (1 - w * w + 1j * w / 0.8))
    spectrum = np.zeros((len(cutoffs), size // 2 + 1), np.complex64)
    spectrum[:, 1 : count + 1] = -0.5j * size * gain * harmonics(shape, count)[None, :] * 0.6
    cycle = scipy.fft.irfft(spectrum, size, axis=1).astype(np.float32, copy=False)
    return np.concatenate([cycle, cycle[:, :1]], axis=1)


def wave(
    shape: str,
    hz: float,
    n: int,
    rate: int,
    cutoff_hz: np.ndarray | float = 30000.0,
    resonance: float = 0.8,
    phase: float = 0.0,
    bend: np.ndarray | None = None,
) -> np.ndarray:
    """A saw, square, triangle or pulse through a resonant low-pass. float32 (n,).

    The cutoff may move. `bend` (n,) multiplies the frequency (glides, vibrato); `phase` in turns.
    No partial lies above 19 kHz or 0.45 of the rate.
    """
    top = hz * (float(bend.max()) if bend is not None else 1.0)
    steps = (
        np.log2(np.maximum(cutoff_hz, _BANK_LOW_HZ * 1.01) / _BANK_LOW_HZ) * _BANK_STEPS_PER_OCTAVE
    )
    steps = np.minimum(steps, _BANK_STEPS_PER_OCTAVE * 9)
    first, last = int(np.min(steps)), int(np.max(steps)) + 1
    table = _tables(shape, round(top, 3), rate, first, last, round(resonance, 2))
    size = table.shape[1] - 1
    turns = (
        np.arange(n) * (hz / rate)
        if bend is None
        else np.cumsum(bend, dtype=np.float64) * (hz / rate)
    )
    place = _part_of_turn(turns + phase) * size
    index = place.astype(np.intp)
    between = (place - index).astype(np.float32)
    before = 1 - between
    if np.ndim(steps) == 0:
        mix = float(steps) - first
        row = table[0] * np.float32(1 - mix) + table[1] * np.float32(mix)
        # `clip` changes nothing here; it saves NumPy a check of every index.
        return row.take(index, mode="clip") * before + row.take(index + 1, mode="clip") * between
    row = np.asarray(steps).astype(np.intp) - first
    blend = (steps - first - row).astype(np.float32)
    flat, stride = table.ravel(), size + 1
    at = row * stride + index
    low = flat.take(at, mode="clip") * before + flat.take(at + 1, mode="clip") * between
    at += stride
    high = flat.take(at, mode="clip") * before + flat.take(at + 1, mode="clip") * between
    return low + (high - low) * blend
