"""Where the waveform breaks off: what no sound foretells, be it a hard attack or the splice of a loop.

Each block is predicted from the samples before it (linear prediction: Levinson's recursion on the block's autocorrelation); what
is left over is even where a sound goes on, and high for a single sample where something else begins.
"""

from __future__ import annotations

import numpy as np
import scipy.fft as sfft
from scipy.ndimage import uniform_filter1d

#: Samples from which the next is predicted, samples predicted alike, and how many blocks are worked on at a time.
ORDER, BLOCK, AT_ONCE = 16, 1024, 256
#: Samples over which the usual height of the remainder is taken: around a sample, and from `SKIP` after it on. A noisy attack
#: goes on as high as it began, and is no break; a splice is one sample.
USUAL, AFTER, SKIP = 2001, 200, 4
#: What is added to the remainder (in its own usual heights), so that its log has a floor.
FLOOR = 0.1

#: Samples of a long take looked at together, and how far beyond them is looked: whole in float64 it would fill the memory.
STRETCH, MARGIN = 1 << 18, USUAL + AFTER + SKIP


def breaks(mono: np.ndarray, sample_rate: int, rate: float, frames: int) -> np.ndarray:
    """Log of the highest remainder in each of `frames` frames at `rate` Hz, over its usual height there; float32 (frames,)."""
    left = np.abs(_remainder(mono))
    heights = np.empty(len(left), np.float32)
    for at in range(0, len(left), STRETCH):
        first, end = max(0, at - MARGIN), min(len(left), at + STRETCH)
        heights[at:end] = _over_usual(left[first : end + MARGIN])[at - first : end - first]
    begins = np.ceil(np.arange(frames) * sample_rate / rate).astype(int)
    begins = begins[begins < len(left)]
    out = np.zeros(frames, np.float32)
    out[: len(begins)] = np.maximum.reduceat(heights, begins)
    return np.log(out + FLOOR)


def _over_usual(left: np.ndarray) -> np.ndarray:
    """The remainder over its usual height, around a sample and after it; (frames,)."""
    power = left.astype(float) ** 2
    after = np.zeros_like(power)
    after[:-SKIP] = uniform_filter1d(power, AFTER, mode="constant", origin=-(AFTER // 2))[SKIP:]
    # The running sums leave a trifle below zero where silence follows sound.
    usual = np.maximum(np.maximum(uniform_filter1d(power, USUAL), after), 1e-18)
    return np.asarray(left / np.sqrt(usual))


def _remainder(mono: np.ndarray) -> np.ndarray:
    """What is left of `mono` (frames,) after prediction, float32 (frames,)."""
    blocks = -(-len(mono) // BLOCK)
    around = np.zeros((blocks + 2) * BLOCK, np.float32)
    around[BLOCK : BLOCK + len(mono)] = mono
    views = np.lib.stride_tricks.sliding_window_view(around, 3 * BLOCK)[::BLOCK]
    before = np.lib.stride_tricks.sliding_window_view(around[BLOCK - ORDER :], BLOCK + ORDER)[::BLOCK]
    window = np.hanning(3 * BLOCK).astype(np.float32)
    left = np.zeros((blocks, BLOCK), np.float32)
    for first in range(0, blocks, AT_ONCE):
        some = slice(first, min(first + AT_ONCE, blocks))
        filters = _levinson(_autocorrelation(views[some] * window)).astype(np.float32)
        for back in range(ORDER + 1):
            left[some] += filters[:, back : back + 1] * before[some, ORDER - back : ORDER - back + BLOCK]
    return left.ravel()[: len(mono)]


def _autocorrelation(blocks: np.ndarray) -> np.ndarray:
    """(blocks, ORDER + 1) of windowed blocks (blocks, frames), a trifle of white noise added so that silence can be solved."""
    size = sfft.next_fast_len(blocks.shape[1] + ORDER, real=True)
    power = np.abs(sfft.rfft(blocks, size, axis=1)) ** 2
    lags = sfft.irfft(power, size, axis=1)[:, : ORDER + 1].astype(float)
    lags[:, 0] += 1e-6 * lags[:, 0] + 1e-9
    return lags


def _levinson(lags: np.ndarray) -> np.ndarray:
    """Prediction-error filters (blocks, ORDER + 1) of autocorrelations (blocks, ORDER + 1)."""
    filters = np.zeros_like(lags)
    filters[:, 0] = 1
    error = lags[:, 0].copy()
    for order in range(1, lags.shape[1]):
        reflected = -(filters[:, :order] * lags[:, order:0:-1]).sum(axis=1) / error
        known = filters[:, 1:order] + reflected[:, None] * filters[:, order - 1 : 0 : -1]
        filters[:, 1:order], filters[:, order] = known, reflected
        error = np.maximum(error * (1 - reflected**2), 1e-12 * lags[:, 0])
    return filters
