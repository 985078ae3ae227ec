"""Breaks of the waveform by linear prediction: hard attacks, and the splices of loops.

Each block is predicted from the samples before it, by Levinson's recursion on its autocorrelation.
The residual is even where a sound goes on. It is high for a single sample where another begins.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import uniform_filter1d

#: Order of the prediction: samples from which the next one is predicted.
ORDER = 16
#: Samples that share one prediction filter.
BLOCK = 1024
#: Samples around a sample whose mean power counts as usual.
USUAL = 2001
#: Samples after a sample whose mean power counts too: a noisy attack goes on as high as it began.
AFTER = 200
#: Samples between a sample and the `AFTER` ones: a splice is one sample, and must not hide itself.
SKIP = 4
#: Added to the residual (in units of its usual height), so that its log has a floor.
FLOOR = 0.1
#: Index of the filter tap from sample i, of a row and the row before, to sample j of the row. The
#: filter is padded with `ORDER` zeros on either side.
_TAPS = 2 * ORDER + np.arange(ORDER)[None, :] - np.arange(2 * ORDER)[:, None]
#: Index of the products that belong to each lag.
_LAGS = np.arange(ORDER + 1)[:, None] + np.arange(ORDER)[None, :]
#: Samples worked on at a time: bounds the memory for a long take.
STRETCH = 1 << 16
#: Samples needed beyond a stretch on either side for its usual heights.
MARGIN = USUAL + AFTER + SKIP


def breaks(mono: np.ndarray, sample_rate: int, rate: float, frames: int) -> np.ndarray:
    """Log of the highest residual in each of `frames` frames at `rate` Hz, float32 (frames,).

    The residual is relative to its usual height there.
    """
    heights = np.empty(len(mono), np.float32)
    for at in range(0, len(mono), STRETCH):
        first = max(0, at - MARGIN)
        end = min(len(mono), at + STRETCH)
        left = _remainder(mono, first, min(len(mono), end + MARGIN))
        heights[at:end] = _over_usual(left)[at - first : end - first]
    begins = np.ceil(np.arange(frames) * sample_rate / rate).astype(int)
    begins = begins[begins < len(mono)]
    out = np.zeros(frames, np.float32)
    out[: len(begins)] = np.maximum.reduceat(heights, begins)
    return np.log(np.sqrt(out) + FLOOR)


def _over_usual(left: np.ndarray) -> np.ndarray:
    """Power of the residual over its usual power, around each sample and after it (frames,)."""
    power = np.square(left, dtype=float)
    after = np.zeros_like(power)
    after[:-SKIP] = uniform_filter1d(power, AFTER, mode="constant", origin=-(AFTER // 2))[SKIP:]
    # Running sums round to slightly below zero where silence follows sound: hence the floor.
    # Differences of one long cumulative sum would lose quiet passages altogether.
    usual = np.maximum(uniform_filter1d(power, USUAL), after)
    return np.asarray(power / np.maximum(usual, 1e-18))


def _remainder(mono: np.ndarray, first: int, end: int) -> np.ndarray:
    """Residual of `mono` (frames,) after prediction, from `first` to `end`, float32.

    Only the blocks there and those beside them are worked on: the residual of a whole long take,
    and what is needed to make it, would fill several times its memory.
    """
    low, high = first // BLOCK, -(-end // BLOCK)
    around = np.zeros((high - low + 2) * BLOCK, np.float32)
    known = mono[max(0, (low - 1) * BLOCK) : (high + 1) * BLOCK]
    at = max(0, (1 - low) * BLOCK)
    around[at : at + len(known)] = known
    views = np.lib.stride_tricks.sliding_window_view(around, 3 * BLOCK)[::BLOCK]
    now = around[BLOCK:-BLOCK].reshape(high - low, -1, ORDER)
    before = around[BLOCK - ORDER : -BLOCK - ORDER].reshape(high - low, -1, ORDER)
    filters = _levinson(_autocorrelation(views * np.hanning(3 * BLOCK)))
    # Two matrix products filter a row of ORDER samples: from the row, and the one before.
    taps = np.pad(filters, ((0, 0), (ORDER, ORDER))).astype(np.float32)[:, _TAPS]
    left = before @ taps[:, :ORDER] + now @ taps[:, ORDER:]
    return np.asarray(left.reshape(-1)[first - low * BLOCK : end - low * BLOCK])


def _autocorrelation(blocks: np.ndarray) -> np.ndarray:
    """Autocorrelation (blocks, ORDER + 1) of windowed blocks, float64 (blocks, frames).

    A little white noise on the diagonal makes silence solvable. In float32 the rounding errors of a
    nearly constant block would exceed that noise.
    """
    rows = blocks.reshape(len(blocks), -1, ORDER)
    turned = rows.transpose(0, 2, 1)
    # Each row times itself and times the next row; a lag is a diagonal of those products.
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
        filters[:, 1:order] = known
        filters[:, order] = reflected
        error = np.maximum(error * (1 - reflected**2), 1e-12 * lags[:, 0])
    return filters
