"""Loop joints: where a loop that repeats exactly was joined.

A loop cut a little too long or too short keeps its own straight grid from its first beat on. That
grid jumps where the loop begins again, and what still sounds is cut off there. Both betray the
first beat of the unit.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from daemon.hearing.bar import FINE, Bar
from daemon.hearing.beat_map import BeatMap
from daemon.hearing.envelopes import Envelopes

#: Relative errors of a loop's length that are tried.
STRETCHES = np.linspace(-0.015, 0.015, 61)
#: Seconds off the grid at which an attack no longer belongs to it.
OFF_S = 0.010
#: Weight of 16ths between the 8ths: swing moves them.
BETWEEN = 0.4
#: Seconds around a beginning within which an ending is cut off by it.
CUT_S = 0.009
#: Seconds before a beginning searched for the gap that a loop's file had before its first sound.
GAP_S = 0.050
#: Number of signs; the stored judges were trained on exactly these.
SIGNS = 11
#: Log-weight of a break of the waveform. Fitted on `benchmarks.grid --loops`, as is `LEAD`.
BROKEN = 1.0
#: Limits of a break's lead over every other, behind and ahead.
LEAD = (-2.5, 1.0)
#: Seconds around a beginning within which a break belongs to it.
OWN_S = 0.020
#: Seconds after the take's first sound that are ignored: it always breaks the waveform.
BEGUN_S = 0.025


def trust(likeness: float) -> float:
    """Trust (0-1) that a unit is a joined loop, from the `likeness` (0-1) of its repetitions."""
    return float(np.clip((likeness - 0.85) / 0.1, 0, 1))


def signs(bar: Bar, starts: np.ndarray, trust: float) -> np.ndarray:
    """Signs (starts, SIGNS) that the unit was joined at each of `starts`, times `trust` (0-1).

    In this order:
    - misfit of the start's own grid over the best start's, with any length error, in two scales;
    - the same without a length error;
    - lead of its grid over every other start's;
    - endings cut off there, in the low, middle and high bands;
    - endings shortly before, in the low and high bands;
    - depth of a gap there, and its lead over every other.
    """
    length = bar.slots * bar.bars
    rise = gaussian_filter1d(bar.moments[:, :6].sum(axis=1), 1.5, mode="wrap")
    place = np.round(starts * FINE).astype(int) % len(rise)
    weight = rise[place] / (rise[place].max() + 1e-9)
    ahead = (starts[None, :] - starts[:, None]) % length
    misfit = np.stack(
        [_misfit(ahead * (1 - stretch), weight, bar.sixteenth_s) for stretch in STRETCHES]
    )
    best = (misfit + 0.15 * np.abs(STRETCHES[:, None]) / 0.01).min(axis=0)
    flat = misfit[len(STRETCHES) // 2]
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
    """Log-weight (starts,) of the waveform's breaks (`env.breaks`) for a joint at each of `starts`.

    A splice breaks the waveform in every pass of the unit at the same moment. So the mean over all
    passes is compared with the highest one elsewhere in the unit.
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
    """Highest of `values` (moments, n) between two times around each place: (places, n)."""
    moment_s = bar.sixteenth_s / FINE
    span = np.arange(round(from_s / moment_s), round(to_s / moment_s) + 1)
    return values[(place[:, None] + span) % len(values)].max(axis=1)


def _gap(bar: Bar, place: np.ndarray) -> np.ndarray:
    """Drop of the level (in tens of dB, 0-4) just before each place, against a little earlier."""
    level = bar.moments[:, 9:12].sum(axis=1)
    moment_s = bar.sixteenth_s / FINE
    usual = np.median(level) + 1e-12
    just = np.arange(round(-0.025 / moment_s), round(-0.004 / moment_s))
    earlier = np.arange(round(-0.090 / moment_s), round(-0.045 / moment_s))
    floor = level[(place[:, None] + just) % len(level)].min(axis=1) / usual
    before = level[(place[:, None] + earlier) % len(level)].mean(axis=1) / usual
    return np.clip(np.log10(before + 1e-5) - np.log10(floor + 1e-5), 0, 4)


def _misfit(ahead: np.ndarray, weight: np.ndarray, sixteenth_s: float) -> np.ndarray:
    """Weighted sum of the attacks' squared distances from the 16ths after each start (starts,)."""
    nearest = np.round(ahead)
    off = (ahead - nearest) * (sixteenth_s / OFF_S)
    share = weight * np.where(nearest % 2 == 0, 1, BETWEEN)
    return (share * np.minimum(off**2, 1)).sum(axis=1)
