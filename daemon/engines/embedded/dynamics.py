"""Levels over time of a part's dry bus: ducking under kicks, compression, rounded peaks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.fft

from daemon.audio.filters import fast_length
from daemon.audio.stereo import wide

#: A compressor's blocks, its fast and slow level, its most (as a power) and the range of its gain.
_GLUE_BLOCK_S, _FAST_S, _SLOW_S, _GLUE_MOST, _GLUE_RANGE = 0.003, 0.03, 0.5, 0.65, (0.35, 2.0)
#: Blocks that it looks ahead.
_AHEAD = 3


def ducking(
    kicks: Sequence[int], frames: int, rate: int, depth: float, length_s: float
) -> np.ndarray:
    """Sidechain gain (frames,): drops by `depth` at each kick, recovers in `length_s`; circular."""
    gain = np.ones(frames, np.float32)
    before = round(0.004 * rate)
    n = round(length_s * rate)
    back = np.linspace(0, 1, n, dtype=np.float32)
    curve = 1 - depth * np.concatenate(
        [np.linspace(0, 1, before, dtype=np.float32), (1 - back) ** 1.6]
    )
    for kick in kicks:
        index = np.arange(kick - before, kick + n) % frames
        gain[index] = np.minimum(gain[index], curve)
    return gain


def glued(bus: np.ndarray, rate: int, amount: float, goes_round: bool) -> np.ndarray:
    """A bus (frames, 2) whose fast changes of level are evened out by `amount` 0-1.

    The level over some hundredths of a second is drawn to that over a second, so a phrase's own
    dynamics stay. It looks ahead by a few milliseconds, as limiters do. A loop's levels go round,
    so its seam stays whole.
    """
    block = round(_GLUE_BLOCK_S * rate)
    whole = len(bus) // block
    blocks = bus[: whole * block].reshape(whole, -1)
    power = np.einsum("ij,ij->i", blocks, blocks).astype(np.float64)
    rest = bus[whole * block :]
    if len(rest):
        # as loud as a whole block would be
        power = np.append(power, float(np.vdot(rest, rest)) * block / len(rest))
    count = len(power)
    around = count if goes_round else 0
    fast = _looking_back(power, _FAST_S / _GLUE_BLOCK_S, around)
    slow = _looking_back(power, _SLOW_S / _GLUE_BLOCK_S, around)
    slow = (slow + _looking_back(power[::-1], _SLOW_S / _GLUE_BLOCK_S, around)[::-1]) / 2
    ahead = np.concatenate([fast[_AHEAD:], fast[:_AHEAD] if goes_round else fast[-1:]])
    fast = ahead[np.minimum(np.arange(count), len(ahead) - 1)]
    least = 1e-3 * slow.max(initial=0.0) + 1e-12
    gain = ((fast + least) / (slow + least)) ** (-0.5 * _GLUE_MOST * amount)
    gain = np.clip(gain, *_GLUE_RANGE).astype(np.float32)
    steps = np.diff(gain, append=gain[:1] if goes_round else gain[-1:])
    curve = gain[:, None] + steps[:, None] * np.linspace(0, 1, block, False, dtype=np.float32)
    return bus * wide(curve.ravel()[: len(bus)])


def _looking_back(power: np.ndarray, blocks: float, around: int) -> np.ndarray:
    """The mean of what was, weighted over some `blocks`; round a circle of `around`, if any."""
    size = around or fast_length(2 * len(power))
    kernel = np.exp(-np.arange(size) / blocks)
    kernel /= kernel.sum()
    spectrum = scipy.fft.rfft(power, size) * scipy.fft.rfft(kernel)
    return np.maximum(scipy.fft.irfft(spectrum, size)[: len(power)], 0.0)


def soft_clipped(bus: np.ndarray, amount: float) -> np.ndarray:
    """A bus through a soft clipper (tanh): peaks are rounded, quiet passages hardly change."""
    peak = max(float(bus.max(initial=0.0)), -float(bus.min(initial=0.0)))
    if peak < 1e-6:
        return bus
    ceiling = np.float32(peak / (1.0 + 2.2 * amount))
    return np.tanh(bus / ceiling) * ceiling
