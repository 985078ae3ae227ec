"""Modes: decaying sines, the sound of anything that is struck or plucked, as one matrix product."""

from __future__ import annotations

import numpy as np

#: Frames of a block; within it a mode's rotation is the same for every block.
_BLOCK = 64
#: The same in `ringing`, up to a length in frames and past it: long sounds need fewer states.
_SHORT_BLOCK, _LONG_BLOCK, _LONG = 128, 256, 1 << 15
#: Amplitude under which a mode is silent; smaller numbers would only be slow to multiply.
_SILENT = 1e-9


def modes(
    hz: np.ndarray,
    levels: np.ndarray,
    to_60db_s: np.ndarray,
    phases: np.ndarray,
    n: int,
    rate: int,
) -> np.ndarray:
    """Sum of decaying sines, float32 (n,): frequency, level, decay, and phase in turns of each.

    Levels may have a row a channel, (channels, modes); then the sum is (n, channels). Modes above
    0.45 of the rate are left out. Modal synthesis after J.-M. Adrien (1991).
    """
    keep = (hz < 0.45 * rate) & (hz > 0)
    hz, to_60db_s, phases = hz[keep], to_60db_s[keep], phases[keep]
    levels = np.atleast_2d(levels)[:, keep]
    pole = -6.9078 / np.maximum(to_60db_s, 1e-4) / rate + 2j * np.pi * hz / rate
    count = -(-n // _BLOCK)
    steps = np.empty((count, len(hz)), np.complex128)
    steps[0] = np.exp(2j * np.pi * (phases - 0.25))
    steps[1:] = np.exp(_BLOCK * pole)
    states = np.multiply.accumulate(steps, axis=0)
    states[np.abs(states) < _SILENT] = 0
    turns = np.exp(np.arange(_BLOCK)[None, :] * pole[:, None])
    cosines, sines = turns.real.astype(np.float32), turns.imag.astype(np.float32)
    real, imag = states.real.astype(np.float32), states.imag.astype(np.float32)
    sides = [
        ((real * row) @ cosines - (imag * row) @ sines).ravel()[:n]
        for row in levels.astype(np.float32)
    ]
    return sides[0] if len(sides) == 1 else np.stack(sides, axis=1)


def ringing(
    hz: np.ndarray,
    levels: np.ndarray,
    to_60db_s: np.ndarray,
    phases: np.ndarray,
    n: int,
    rate: int,
) -> np.ndarray:
    """`modes` to 120 dB in two thirds of the time: longer blocks, and one product a side."""
    block = _LONG_BLOCK if n > _LONG else _SHORT_BLOCK
    keep = (hz < 0.45 * rate) & (hz > 0)
    hz, to_60db_s, phases = hz[keep], to_60db_s[keep], phases[keep]
    rows = np.atleast_2d(levels)[:, keep].astype(np.float32)
    pole = -6.9078 / np.maximum(to_60db_s, 1e-4) / rate + 2j * np.pi * hz / rate
    states = _powers(np.exp(2j * np.pi * (phases - 0.25)), np.exp(block * pole), -(-n // block))
    power = states.real**2 + states.imag**2
    states[power < _SILENT**2] = 0
    turns = _powers(np.ones(len(hz), np.complex128), np.exp(pole), block)
    both = np.concatenate([states.real, states.imag], axis=1).astype(np.float32)
    wheel = np.concatenate([turns.real, -turns.imag], axis=1).astype(np.float32).T
    out = np.empty((len(both) * block, len(rows)), np.float32)
    for side, row in enumerate(rows):
        out[:, side] = ((both * np.tile(row, 2)) @ wheel).ravel()
    return out[:n, 0] if len(rows) == 1 else out[:n]


def _powers(first: np.ndarray, factor: np.ndarray, count: int) -> np.ndarray:
    """`first` times each power of `factor` from 0, complex128 (count, modes)."""
    steps = np.empty((count, len(first)), np.complex128)
    steps[0] = first
    steps[1:] = factor
    return np.multiply.accumulate(steps, axis=0)


def panned(levels: np.ndarray, pans: np.ndarray) -> np.ndarray:
    """Levels (2, modes) of left and right; pans from -1 to 1. No gain is below 0: mono-safe."""
    return np.stack([levels * np.minimum(1, 1 - pans), levels * np.minimum(1, 1 + pans)])
