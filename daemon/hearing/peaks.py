"""Where a network's odds say that something begins, and how sure that is."""

from __future__ import annotations

import numpy as np
from scipy import ndimage


def peaks(odds: np.ndarray, apart: int, least: float) -> np.ndarray:
    """Bool, like `odds` (columns, rows): the highest of their neighbours in time."""
    highest = ndimage.maximum_filter1d(odds, 2 * apart + 1, axis=0, mode="constant")
    found = (odds >= highest) & (odds > least)
    # of two equal neighbours the first
    found[1:] &= ~(found[:-1] & (odds[1:] == odds[:-1]))
    return found


def between(odds: np.ndarray, at: int) -> float:
    """The place of a peak between columns, by a parabola."""
    if not 0 < at < len(odds) - 1:
        return float(at)
    before, here, after = (float(x) for x in odds[at - 1 : at + 2])
    bend = before - 2 * here + after
    return at + (0.5 * (before - after) / bend if bend < -1e-9 else 0.0)


def confidence_of(odds: float, even: float) -> float:
    """A network's odds as a confidence: `even` odds, which are right half the time, are 0.5."""
    return float(odds ** (np.log(0.5) / np.log(even)))
