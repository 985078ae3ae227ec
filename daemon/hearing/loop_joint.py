"""Where a loop that repeats exactly was joined.

A loop cut a little too long or too short keeps its own straight grid from its first beat on, and that grid jumps back where
the loop begins again; what still sounded is cut off there. Both betray the first beat of the unit.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from daemon.hearing.bar import FINE, Bar
from daemon.hearing.beat_map import BeatMap
from daemon.hearing.envelopes import Envelopes

#: Relative errors of a loop's length that are tried.
STRETCHES = np.linspace(-0.015, 0.015, 61)
#: s; distance from the grid at which an attack counts as half off it, and as no part of it.
OFF_S = 0.010
#: How much 16ths between the 8ths count: swing moves them.
BETWEEN = 0.4
#: s around a beginning in which an ending belongs to it, and before it, where a loop's file had a gap before its first sound.
CUT_S, GAP_S = 0.009, 0.050
SIGNS = 11
#: How much (log) a break of the waveform speaks for a joint, and how far its lead over every other counts, behind and ahead.
BROKEN, LEAD = 1.0, (-2.5, 1.0)
#: s around a beginning in which another break is its own, and after the take's first sound, in which there is always one.
OWN_S, BEGUN_S = 0.020, 0.025


def trust(likeness: float) -> float:
    """How far a unit that resembles its repetition by `likeness` (0-1) is believed to be a joined loop, 0-1."""
    return float(np.clip((likeness - 0.85) / 0.1, 0, 1))


def signs(bar: Bar, starts: np.ndarray, trust: float) -> np.ndarray:
    """Signs (starts, SIGNS) that the unit was joined at each of `starts`, times `trust` (0-1: how exactly it repeats).

    How much worse than the best start its own grid fits with any length error, in two scales; the same without length error;
    lead over every other start; endings cut off there in the low, middle and high bands; endings shortly before in the low and
    high bands; depth of a gap there, and its lead over every other.
    """
    length = bar.slots * bar.bars
    rise = gaussian_filter1d(bar.moments[:, :6].sum(axis=1), 1.5, mode="wrap")
    place = np.round(starts * FINE).astype(int) % len(rise)
    weight = rise[place] / (rise[place].max() + 1e-9)
    ahead = (starts[None, :] - starts[:, None]) % length
    misfit = np.stack(
        [_misfit(ahead * (1 - stretch), weight, bar.sixteenth_s) for stretch in STRETCHES]
    )
    best, flat = (
        (misfit + 0.15 * np.abs(STRETCHES[:, None]) / 0.01).min(axis=0),
        misfit[len(STRETCHES) // 2],
    )
    behind = best - best.min()
    total = weight.sum() + 1e-9
    others = np.sort(best)[1] if len(best) > 1 else best[0] + 1
    ends = bar.moments[:, 13:]
    cut = np.minimum(
        _highest(ends, bar, place, -CUT_S, CUT_S).reshape(len(starts), 3, 2).mean(axis=2), 1.5
    )
    before = np.minimum(
        _highest(ends, bar, place, -GAP_S, -CUT_S).reshape(len(starts), 2, 3).mean(axis=2), 1.5
    )
    gap = _gap(bar, place)
    found = [
        np.minimum(behind, 2),
        np.minimum(behind / total * 20, 2),
        np.minimum((flat - flat.min()) / total * 20, 2),
        np.clip(np.where(behind > 0, 0, others - best), 0, 1),
    ]
    ahead_of_all = gap - np.max(np.where(np.eye(len(gap), dtype=bool), 0, gap[None, :]), axis=1)
    return np.column_stack([*found, cut, before, gap / 2, np.clip(ahead_of_all, -1, 1)]) * trust


def broken(
    env: Envelopes, lattice: BeatMap, bar: Bar, starts: np.ndarray, trust: float
) -> np.ndarray:
    """Log of how much the breaks of the waveform (`env.breaks`) at each of `starts` speak for a joint there (starts,).

    A splice breaks the waveform in every pass of the unit at the same moment: the mean over all passes counts, against the
    highest anywhere else in the unit.
    """
    unit = bar.slots * bar.bars
    turns = int(np.ceil((len(lattice.beats_s) - 1) * 4 / unit))
    seconds = lattice.seconds(np.arange(turns * unit * FINE) / FINE)
    inside = ((seconds > env.sounds_from_s + BEGUN_S) & (seconds < env.sounds_to_s - 0.03)).reshape(
        turns, -1
    )
    height = np.interp(
        seconds * env.rate, np.arange(len(env.breaks)), maximum_filter1d(env.breaks, 3)
    ).reshape(turns, -1)
    lowest = float(env.breaks.min())
    mean = np.where(inside, height, 0).sum(axis=0) / np.maximum(inside.sum(axis=0), 1)
    mean = np.where(inside.any(axis=0), mean, lowest)
    place = np.round(starts * FINE).astype(int) % len(mean)
    own = _highest(mean[:, None], bar, place, -GAP_S, CUT_S / 3)[:, 0]
    reach = round(OWN_S / bar.sixteenth_s * FINE)
    span = bar.slots * FINE
    away = np.abs((np.arange(len(mean))[None, :] - place[:, None] + span / 2) % span - span / 2)
    others = np.where(away > reach, mean[None, :], lowest).max(axis=1)
    return BROKEN * trust * np.clip(own - others, *LEAD)


def _highest(
    values: np.ndarray, bar: Bar, place: np.ndarray, from_s: float, to_s: float
) -> np.ndarray:
    """Highest of `values` (moments, n) between two times around each place (places, n)."""
    moment_s = bar.sixteenth_s / FINE
    span = np.arange(round(from_s / moment_s), round(to_s / moment_s) + 1)
    return values[(place[:, None] + span) % len(values)].max(axis=1)


def _gap(bar: Bar, place: np.ndarray) -> np.ndarray:
    """How far (in tens of dB, 0-4) the level sinks just before each place, against a little earlier."""
    level = bar.moments[:, 9:12].sum(axis=1)
    moment_s = bar.sixteenth_s / FINE
    usual = np.median(level) + 1e-12
    just = np.arange(round(-0.025 / moment_s), round(-0.004 / moment_s))
    earlier = np.arange(round(-0.090 / moment_s), round(-0.045 / moment_s))
    floor = level[(place[:, None] + just) % len(level)].min(axis=1) / usual
    before = level[(place[:, None] + earlier) % len(level)].mean(axis=1) / usual
    return np.clip(np.log10(before + 1e-5) - np.log10(floor + 1e-5), 0, 4)


def _misfit(ahead: np.ndarray, weight: np.ndarray, sixteenth_s: float) -> np.ndarray:
    """How far, in all, the attacks lie from 16ths counted from each start (starts,)."""
    nearest = np.round(ahead)
    off = (ahead - nearest) * (sixteenth_s / OFF_S)
    share = weight * np.where(nearest % 2 == 0, 1, BETWEEN)
    return (share * np.minimum(off**2, 1)).sum(axis=1)
