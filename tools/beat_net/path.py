"""Bars from beats and the activation of downbeats, for judging the net by itself."""

from __future__ import annotations

import numpy as np

from daemon.hearing.beat_features import FPS


def downbeats_of(beats_s: np.ndarray, downbeat: np.ndarray) -> np.ndarray:
    """Of the beats those on which bars of one meter begin best: every second to seventh beat."""
    if len(beats_s) < 4:
        return beats_s[:0]
    at = np.clip(np.round(beats_s * FPS).astype(int), 0, len(downbeat) - 1)
    level = np.maximum.reduce([downbeat[np.clip(at + k, 0, len(downbeat) - 1)] for k in (-1, 0, 1)])
    gain = np.log(np.clip(level, 1e-3, 1 - 1e-3)) - np.log1p(-np.clip(level, 1e-3, 1 - 1e-3))
    best = (-np.inf, 4, 0)
    for per_bar in (4, 3, 2, 5, 6, 7):
        for start in range(min(per_bar, len(beats_s))):
            on = np.zeros(len(beats_s), bool)
            on[start::per_bar] = True
            likely = np.where(on, -np.logaddexp(0, -gain), -np.logaddexp(0, gain))
            score = float(likely.sum()) - (0.0 if per_bar == 4 else 2.0)
            best = max(best, (score, per_bar, start))
    return beats_s[best[2] :: best[1]]
