"""Which 16th begins the bar."""

from __future__ import annotations

import numpy as np

from bridge.music import Meter
from daemon.conform.hear.envelopes import Envelopes


def belief(env: Envelopes, sixteenths_s: np.ndarray, meter: Meter) -> np.ndarray:
    """For each 16th of the first bar of the lattice, the belief that it is the downbeat (sums to 1)."""
    bar = meter.sixteenths_per_bar
    accents = np.zeros((bar, env.onset.shape[1]))
    inside = (sixteenths_s > -0.01) & (sixteenths_s < env.length_s - 0.05)
    slots = np.flatnonzero(inside)
    reach = int(0.02 * env.rate)
    at = np.clip(np.round(sixteenths_s[slots] * env.rate).astype(int), 0, len(env.onset) - 1)
    window = np.clip(at[:, None] + np.arange(-reach, reach), 0, len(env.onset) - 1)
    heights = env.onset[window].max(axis=1)
    for slot in range(bar):
        mine = slots % bar == slot
        if mine.any():
            accents[slot] = heights[mine].mean(axis=0)
    accents /= accents.max() + 1e-9
    beat = 4 if meter.denominator == 4 else 2
    score = np.array([_reading(np.roll(accents, -slot, axis=0), beat) for slot in range(bar)])
    start = env.sounds_from_s
    if start > 0.06:
        away = np.abs(sixteenths_s - start)
        score[int(np.argmin(away)) % bar] += 4.0
    score = np.exp(score - score.max())
    return score / score.sum()


def _reading(accents: np.ndarray, beat: int) -> float:
    """How much a bar that begins at row 0 sounds like one: low on one, a backbeat, beats over the rest."""
    beats, odd = accents[::beat], accents[1::2]
    back = accents[beat :: 2 * beat]
    low = accents[:, :2].mean(axis=1)
    return float(
        3 * low[0]
        + 4 * (beats.mean() - odd.mean())
        + 2 * (beats.mean() - accents[beat // 2 :: beat].mean())
        + 3 * (back[:, 2:].mean() - accents[0 :: 2 * beat, 2:].mean())
    )
