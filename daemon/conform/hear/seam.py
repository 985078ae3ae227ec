"""Where a loop that repeats exactly was joined.

A loop cut a little too long or too short keeps its own straight grid from its first beat on, and that grid jumps back where
the loop begins again; what still sounded is cut off there. Both betray the first beat of the unit.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from daemon.conform.hear.bar import FINE, Bar

#: Relative errors of a loop's length that are tried.
STRETCHES = np.linspace(-0.015, 0.015, 61)
#: s; distance from the grid at which an attack counts as half off it, and as no part of it.
OFF_S = 0.010
#: How much 16ths between the 8ths count: swing moves them.
BETWEEN = 0.4
#: s around a beginning in which an ending belongs to it.
CUT_S = 0.009
SIGNS = 7


def trust(likeness: float) -> float:
    """How far a unit that resembles its repetition by `likeness` (0-1) is believed to be a joined loop, 0-1."""
    return float(np.clip((likeness - 0.85) / 0.1, 0, 1))


def signs(bar: Bar, starts: np.ndarray, trust: float) -> np.ndarray:
    """Signs (starts, SIGNS) that the unit was joined at each of `starts`, times `trust` (0-1: how exactly it repeats).

    How much worse than the best start its own grid fits with any length error, in two scales; the same without length error;
    lead over every other start; endings cut off in the low, middle and high bands.
    """
    length = bar.slots * bar.bars
    rise = gaussian_filter1d(bar.moments[:, :6].sum(axis=1), 1.5, mode="wrap")
    place = np.round(starts * FINE).astype(int) % len(rise)
    weight = rise[place] / (rise[place].max() + 1e-9)
    ahead = (starts[None, :] - starts[:, None]) % length
    misfit = np.stack([_misfit(ahead * (1 - stretch), weight, bar.sixteenth_s) for stretch in STRETCHES])
    best, flat = (misfit + 0.15 * np.abs(STRETCHES[:, None]) / 0.01).min(axis=0), misfit[len(STRETCHES) // 2]
    behind = best - best.min()
    total = weight.sum() + 1e-9
    others = np.sort(best)[1] if len(best) > 1 else best[0] + 1
    reach = max(1, int(CUT_S / bar.sixteenth_s * FINE))
    cut = maximum_filter1d(bar.moments[:, 13:], 2 * reach + 1, axis=0, mode="wrap")[place]
    cut = np.minimum(cut.reshape(len(starts), 3, 2).mean(axis=2), 1.5)
    found = [
        np.minimum(behind, 2),
        np.minimum(behind / total * 20, 2),
        np.minimum((flat - flat.min()) / total * 20, 2),
        np.clip(np.where(behind > 0, 0, others - best), 0, 1),
    ]
    return np.column_stack([*found, cut]) * trust


def _misfit(ahead: np.ndarray, weight: np.ndarray, sixteenth_s: float) -> np.ndarray:
    """How far, in all, the attacks lie from 16ths counted from each start (starts,)."""
    nearest = np.round(ahead)
    off = (ahead - nearest) * (sixteenth_s / OFF_S)
    share = weight * np.where(nearest % 2 == 0, 1, BETWEEN)
    return (share * np.minimum(off**2, 1)).sum(axis=1)
