"""The second ear: what the net of beats hears in a take, as log odds at any moment.

The first ear compares attacks and repetitions; this one was taught what music sounds like where a
foot taps. It is right to a frame or so, hence it votes only: on the phase, on the bar, and on which
lattice follows the take. The lattice keeps the milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from daemon.hearing.beat_features import FPS
from daemon.hearing.beat_net import activations
from daemon.hearing.beat_path import beats_of

#: Least and most probability that counts: a net is never surer than that.
SUREST = 0.995
#: Log odds where the net hears nothing at all.
NOTHING = float(np.log((1 - SUREST) / SUREST))
#: Share of the beats that are heard worst: a slip shows there first.
WORST = 0.25


@dataclass(frozen=True)
class SecondEar:
    """Log odds of a beat, and of a downbeat, float (frames,), `FPS` frames a second."""

    beat: np.ndarray
    downbeat: np.ndarray

    @cached_property
    def path_s(self) -> np.ndarray:
        """Seconds of the beats that the net hears by itself, whatever their tempo does."""
        return beats_of(1 / (1 + np.exp(-self.beat)))

    def on_beats(self, times_s: np.ndarray) -> float:
        """Mean log odds of a beat at `times_s` (times,)."""
        return _mean(_between_frames(self.beat, times_s))

    def on_downbeats(self, times_s: np.ndarray) -> float:
        """Mean log odds of a downbeat at `times_s` (times,)."""
        return _mean(_between_frames(self.downbeat, times_s))

    def near_beats(self, times_s: np.ndarray) -> tuple[float, float]:
        """Mean log odds of a beat within a frame of `times_s`, of all and of the worst heard."""
        frames = np.round(np.asarray(times_s) * FPS).astype(int)
        frames = frames[(frames > 0) & (frames < len(self.beat) - 1)]
        if not len(frames):
            return NOTHING, NOTHING
        odds = np.sort(np.max([self.beat[frames + k] for k in (-1, 0, 1)], axis=0))
        return float(odds.mean()), float(odds[: max(1, int(len(odds) * WORST))].mean())


def listen(mono: np.ndarray, sample_rate: int) -> SecondEar:
    """What the net hears in `mono`, float (frames,); its times count from the first sample."""
    odds = []
    for chance in activations(mono, sample_rate):
        clipped = np.clip(chance, 1 - SUREST, SUREST)
        odds.append(np.log(clipped / (1 - clipped)))
    return SecondEar(*odds)


def _between_frames(odds: np.ndarray, times_s: np.ndarray) -> np.ndarray:
    place = np.asarray(times_s) * FPS
    place = place[(place >= 0) & (place < len(odds) - 1)]
    low = place.astype(int)
    part = place - low
    return np.asarray(odds[low] * (1 - part) + odds[low + 1] * part)


def _mean(odds: np.ndarray) -> float:
    return float(odds.mean()) if len(odds) else NOTHING
