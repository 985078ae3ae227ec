"""The lattice of 16ths at a tempo: first straight, then bent where the take drifts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from daemon.conform.hear import repeats, timemap
from daemon.conform.hear.envelopes import Envelopes
from daemon.conform.hear.onsets import Onsets
from daemon.conform.hear.repeats import Repeats
from daemon.conform.hear.timemap import TimeMap

#: s per beat squared; how far a steady take's beats bend, and those of one that drifts at 0.4 s a beat.
STRAIGHT, BENDING = 1e-5, 1e-3
#: Gain in mean log loss from which a bent map is believed.
DRIFT_GAIN = 0.35
#: What a take's signs of a pulse must exceed: noise, held sounds and scattered hits stay below.
PULSE = 0.3
#: Bars of a repetition unit that must fit into the take before micro-timing is told from drift by it.
UNITS = 1.9


@dataclass(frozen=True)
class Beats:
    """A lattice: `map` gives the time of every beat, `unit_bars` after how many bars the take repeats itself."""

    map: TimeMap
    again: Repeats
    unit_bars: int
    drifts: bool
    gain: float

    @property
    def likeness(self) -> float:
        """How much the take resembles itself after the number of bars at which it does so most, 0-1."""
        return max(0.0, *self.again.similarity.values()) if self.again.similarity else 0.3

    def pulse(self, attack: float) -> float:
        """Above 0: there is a beat, by likeness after whole bars, by attacks that lie on a lattice, and by their steepness."""
        return 2 * (self.likeness - 0.7) + (2.2 - self.map.onset_cost) + 2 * (min(attack, 0.8) - 0.3) - PULSE

    @property
    def merit(self) -> float:
        """How much a take that repeats itself so well on this lattice speaks for its tempo."""
        return -0.3 * float(np.log(1.02 - min(self.likeness, 1.0) ** 2))


def comb(env: Envelopes, beat_s: float) -> float:
    """Seconds (0 to a beat) from which the 16ths of this tempo fit the onsets best."""
    flux = gaussian_filter1d(env.onset.sum(axis=1), 0.008 * env.rate)
    seconds = np.arange(len(flux)) / env.rate
    phase = np.arange(400) / 400
    score = np.zeros(400)
    for times, weight in ((4, 1.0), (2, 0.7), (1, 0.7), (8, 0.3)):
        wave = np.exp(-2j * np.pi * times * seconds / beat_s) @ flux
        score += weight * np.real(wave * np.exp(2j * np.pi * times * phase))
    return float(phase[int(np.argmax(score))] * beat_s)


def find(env: Envelopes, hits: Onsets, bpm: float, bar_beats: float) -> Beats:
    """The lattice of a take at about `bpm`, whose bars hold `bar_beats` beats: straight, unless bending explains far more."""
    beat_s = 60 / bpm
    start = timemap.straight(comb(env, beat_s), beat_s, env.length_s)
    straight = bent = None
    believed = start
    for turn in range(2):
        again = repeats.repeats(env, believed, bar_beats)
        unit = _unit(again.similarity)
        slots = round(4 * bar_beats)
        if (len(believed) - 2) / (unit * bar_beats) >= UNITS:
            slots *= unit
        if len(again):
            again = again.only((again.later % (unit * bar_beats) == 0) | ((unit == 4) & (again.weight > 0.12)))
        straight = timemap.fit(hits, start if straight is None else straight.beats_s, slots, STRAIGHT, again)
        bend = BENDING * (beat_s / 0.4) ** 2
        bent = timemap.fit(hits, straight.beats_s if bent is None else bent.beats_s, slots, bend, again)
        gain = straight.onset_cost - bent.onset_cost
        gain += min(again.weight.sum() / 4, 1) * (straight.repeat_cost - bent.repeat_cost)
        drifts = gain > DRIFT_GAIN
        believed = bent.beats_s if drifts else straight.beats_s
        if gain < 0.3 * DRIFT_GAIN:
            break
    return Beats(bent if drifts else straight, again, unit, drifts, gain)


def _unit(similarity: dict[int, float]) -> int:
    """After how many bars the take repeats itself: more only where it then repeats itself clearly better."""
    unit, likeness = 1, similarity.get(1, 0.0)
    for bars in (2, 4):
        longer = similarity.get(bars)
        if longer is None or (bars == 4 and likeness >= 0.85):
            continue
        if 1 - longer**2 < 0.5 * (1 - likeness**2) - 0.01:
            unit, likeness = bars, longer
    return unit
