"""Where the waveform breaks off: what no sound foretells, be it a hard attack or the splice of a loop.

Each block is predicted from the samples before it (linear prediction: Levinson's recursion on the block's autocorrelation); what
is left over is even where a sound goes on, and high for a single sample where something else begins.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import uniform_filter1d

#: Samples from which the next is predicted, samples predicted alike, and how many blocks are worked on at a time.
ORDER, BLOCK, AT_ONCE = 16, 1024, 64
#: Samples over which the usual height of the remainder is taken: around a sample, and from `SKIP` after it on. A noisy attack
#: goes on as high as it began, and is no break; a splice is one sample.
USUAL, AFTER, SKIP = 2001, 200, 4
#: What is added to the remainder (in its own usual heights), so that its log has a floor.
FLOOR = 0.1
#: Which tap of a filter with `ORDER` zeros on either side makes sample j of a row from sample i of it and the row before; and
#: where the products of a lag lie.
_TAPS = 2 * ORDER + np.arange(ORDER)[None, :] - np.arange(2 * ORDER)[:, None]
_LAGS = np.arange(ORDER + 1)[:, None] + np.arange(ORDER)[None, :]
#: Samples looked at together, few enough for the processor to keep them at hand, and how far beyond them is looked.
STRETCH, MARGIN = 1 << 15, USUAL + AFTER + SKIP


def breaks(mono: np.ndarray, sample_rate: int, rate: float, frames: int) -> np.ndarray:
    """Log of the highest remainder in each of `frames` frames at `rate` Hz, over its usual height there; float32 (frames,)."""
    left = _remainder(mono)
    heights = np.empty(len(left), np.float32)
    for at in range(0, len(left), STRETCH):
        first, end = max(0, at - MARGIN), min(len(left), at + STRETCH)
        heights[at:end] = _over_usual(left[first : end + MARGIN])[at - first : end - first]
    begins = np.ceil(np.arange(frames) * sample_rate / rate).astype(int)
    begins = begins[begins < len(left)]
    out = np.zeros(frames, np.float32)
    out[: len(begins)] = np.maximum.reduceat(heights, begins)
    return np.log(np.sqrt(out) + FLOOR)


def _over_usual(left: np.ndarray) -> np.ndarray:
    """The power of the remainder over its usual power, around a sample and after it; (frames,)."""
    power = np.square(left, dtype=float)
    after = np.zeros_like(power)
    after[:-SKIP] = uniform_filter1d(power, AFTER, mode="constant", origin=-(AFTER // 2))[SKIP:]
    # The running sums leave a trifle below zero where silence follows sound; differences of one long sum would lose the silence.
    usual = np.maximum(uniform_filter1d(power, USUAL), after)
    return np.asarray(power / np.maximum(usual, 1e-18))


def _remainder(mono: np.ndarray) -> np.ndarray:
    """What is left of `mono` (frames,) after prediction, float32 (frames,)."""
    blocks = -(-len(mono) // BLOCK)
    around = np.zeros((blocks + 2) * BLOCK, np.float32)
    around[BLOCK : BLOCK + len(mono)] = mono
    views = np.lib.stride_tricks.sliding_window_view(around, 3 * BLOCK)[::BLOCK]
    now = around[BLOCK:-BLOCK].reshape(blocks, -1, ORDER)
    before = around[BLOCK - ORDER : -BLOCK - ORDER].reshape(blocks, -1, ORDER)
    window = np.hanning(3 * BLOCK)
    left = np.empty_like(now)
    some_blocks = [slice(first, first + AT_ONCE) for first in range(0, blocks, AT_ONCE)]
    filters = _levinson(
        np.concatenate([_autocorrelation(views[some] * window) for some in some_blocks])
    )
    for some in some_blocks:
        # A row of ORDER samples is made from itself and the row before it: two products of matrices.
        taps = np.pad(filters[some], ((0, 0), (ORDER, ORDER))).astype(np.float32)[:, _TAPS]
        left[some] = before[some] @ taps[:, :ORDER] + now[some] @ taps[:, ORDER:]
    return left.reshape(-1)[: len(mono)]


def _autocorrelation(blocks: np.ndarray) -> np.ndarray:
    """(blocks, ORDER + 1) of windowed blocks, float64 (blocks, frames); a trifle of white noise makes silence solvable.

    In float32 the errors of a block that hardly moves are larger than that trifle.
    """
    rows = blocks.reshape(len(blocks), -1, ORDER)
    turned = rows.transpose(0, 2, 1)
    # Products of each sample of a row with the row's own and with the next one's; a lag is a diagonal.
    products = np.concatenate([turned @ rows, turned[:, :, :-1] @ rows[:, 1:]], axis=2)
    lags = products[:, np.arange(ORDER), _LAGS].sum(axis=2)
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
