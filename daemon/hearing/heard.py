"""The grid of a take: the map between bars and seconds, with confidence and evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bridge.music import Meter
from daemon.hearing.beat_features import FPS
from daemon.hearing.envelopes import BEFORE_S


@dataclass(frozen=True)
class Alternative:
    """Another reading of the same take; `share` is its probability (0-1)."""

    bpm: float
    downbeat_s: float
    share: float


@dataclass(frozen=True)
class Heard:
    """The grid of a take: a map between musical position and time, and how reliable it is.

    Position counts quarter notes. It is 0 at the first downbeat at or after the first sound, and
    every multiple of `meter.quarters_per_bar` is a downbeat. Negative ones lie in a pickup, or in a
    bar begun in its middle.

    `knots_q` (quarters, one per pulse of the meter's denominator) and `knots_s` (seconds) are the
    map. It follows drift and tempo steps, not the micro-timing of single hits. It may reach a
    little beyond the take, so that whole bars can be cut.

    bpm           mean tempo in quarters per minute, in the octave of the requested tempo
    confidence    0-1: probability that tempo and octave are right, and the beats within 30 ms
    downbeat_confidence   0-1: probability that the bars are right too; never above `confidence`
    periodic      False where nothing repeats (drone, texture, a lone hit): the map is then the
                  requested grid from the first sound
    steady        every beat lies within 15 ms of evenly spaced ones; the map may follow the rest
    drift         standard deviation of the local tempo over the mean tempo (0.01 is 1 %)
    octave        the music's own tempo over `bpm`: 1, 2 or 0.5. At 0.5 only every other downbeat
                  begins a bar of the music; position 0 does (see `phrase_quarters`)
    repeats_bars  bars of its own after which the take repeats (0: unknown)
    similarity    0-1: how exactly it then repeats
    reason        why no beat was found, where `periodic` is False
    tempo_step    where the tempo steps, in words; empty where it does not
    chances       (frames,), 0-1: that a beat is there, by the second ear; `beat_features.FPS` a
                  second, the first `envelopes.BEFORE_S` before the take. Empty where it is unknown
    """

    meter: Meter
    bpm: float
    confidence: float
    downbeat_confidence: float
    knots_q: np.ndarray
    knots_s: np.ndarray
    sounds_from_s: float
    sounds_to_s: float
    periodic: bool = True
    steady: bool = True
    drift: float = 0.0
    octave: float = 1.0
    repeats_bars: int = 0
    similarity: float = 0.0
    reason: str = ""
    tempo_step: str = ""
    evidence: tuple[str, ...] = ()
    chances: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32), repr=False)
    alternatives: tuple[Alternative, ...] = field(default=())

    def grounds(self) -> dict[str, Any]:
        """The evidence in words and the alternatives, as a report holds them."""
        others = [
            {"bpm": other.bpm, "downbeat_s": other.downbeat_s, "share": other.share}
            for other in self.alternatives
        ]
        return {"evidence": list(self.evidence), "alternatives": others}

    @property
    def phrase_quarters(self) -> float:
        """Quarters between downbeats of the music's own bars.

        Cuts at its multiples, counted from 0, are safest.
        """
        return self.meter.quarters_per_bar * max(1.0, 1.0 / self.octave)

    def time_of(self, quarters: float | np.ndarray) -> np.ndarray:
        """Seconds of positions in quarters (any shape); extrapolated beyond the map's ends."""
        return _along(np.asarray(quarters, float), self.knots_q, self.knots_s)

    def position_of(self, seconds: float | np.ndarray) -> np.ndarray:
        """Positions in quarters of seconds (any shape); extrapolated beyond the map's ends."""
        return _along(np.asarray(seconds, float), self.knots_s, self.knots_q)

    @property
    def beats_s(self) -> np.ndarray:
        """Seconds of the quarter notes inside the sounding part, counted from position 0."""
        first = np.ceil(self.knots_q[0])
        last = np.floor(self.knots_q[-1])
        beats = self.time_of(np.arange(first, last + 1))
        return beats[self._inside(beats)]

    @property
    def downbeats_s(self) -> np.ndarray:
        """Seconds of the downbeats inside the sounding part."""
        bar = self.meter.quarters_per_bar
        first = np.ceil(self.knots_q[0] / bar)
        last = np.floor(self.knots_q[-1] / bar)
        downbeats = self.time_of(np.arange(first, last + 1) * bar)
        return downbeats[self._inside(downbeats)]

    def clearness(self, times_s: np.ndarray) -> np.ndarray:
        """How clearly a beat is heard (0-1) within a frame of `times_s` (times,); 0 if unknown."""
        if not len(self.chances):
            return np.zeros(len(times_s))
        at = np.round((np.asarray(times_s) + BEFORE_S) * FPS).astype(int)
        near = np.clip(at[:, None] + np.arange(-1, 2), 0, len(self.chances) - 1)
        return np.asarray(self.chances[near].max(axis=1))

    def _inside(self, times_s: np.ndarray) -> np.ndarray:
        return (times_s > self.sounds_from_s - 0.06) & (times_s < self.sounds_to_s)


def _along(x: np.ndarray, knots_x: np.ndarray, knots_y: np.ndarray) -> np.ndarray:
    y = np.interp(x, knots_x, knots_y)
    head = (knots_y[1] - knots_y[0]) / (knots_x[1] - knots_x[0])
    tail = (knots_y[-1] - knots_y[-2]) / (knots_x[-1] - knots_x[-2])
    y = np.where(x < knots_x[0], knots_y[0] + (x - knots_x[0]) * head, y)
    return np.where(x > knots_x[-1], knots_y[-1] + (x - knots_x[-1]) * tail, y)
