"""The lattice of 16ths at a tempo: straight first, then bent where the take drifts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from daemon.hearing import beat_map, repeats
from daemon.hearing.beat_map import BeatMap
from daemon.hearing.envelopes import Envelopes
from daemon.hearing.onsets import Onsets
from daemon.hearing.repeats import Repeats

#: Seconds per beat squared; bend of a steady take's beats: nearly none.
STRAIGHT = 1e-5
#: Seconds per beat squared; bend of a drifting take's beats, at 0.4 s a beat.
BENDING = 1e-3
#: Gain in mean log loss from which a bent map is preferred to a straight one.
DRIFT_GAIN = 0.2
#: Likeness up to which repetitions are also searched for at twice the distance.
ALIKE = 0.8
#: Part of a 16th from which an attack lies between two 16ths.
OFF_16THS = 0.28
#: Repetitions of a unit needed to tell its micro-timing from drift.
UNITS = 1.9


@dataclass(frozen=True)
class Beats:
    """A lattice: `map` gives the time of every beat, `unit_bars` the bars after which it repeats.

    `corner` is the beat at which the tempo steps, if it does.
    """

    map: BeatMap
    again: Repeats
    unit_bars: int
    drifts: bool
    corner: int | None = None

    @property
    def likeness(self) -> float:
        """Likeness (0-1) of the take to itself, after the number of bars where it is highest."""
        return max(0.0, *self.again.similarity.values()) if self.again.similarity else 0.3

    def sixteenths(self, hits: Onsets) -> tuple[np.ndarray, np.ndarray]:
        """The nearest 16th of each of `hits` (hits,), and whether it lies on it (hits,).

        The 16ths are first shifted to where they fit the attacks best.
        """
        place = np.interp(hits.time_s, self.map.beats_s, np.arange(len(self.map.beats_s))) * 4
        centre = np.angle((hits.weight * np.exp(2j * np.pi * place)).sum()) / (2 * np.pi)
        nearest = np.round(place - centre)
        return nearest.astype(int), np.abs(place - centre - nearest) <= OFF_16THS


def comb(env: Envelopes, beat_s: float) -> float:
    """Phase in seconds (0 to a beat) at which the 16ths of this tempo fit the onsets best."""
    flux = gaussian_filter1d(env.flux, 0.008 * env.rate)
    seconds = np.arange(len(flux)) / env.rate
    phase = np.arange(400) / 400
    score = np.zeros(400)
    for times, weight in ((4, 1.0), (2, 0.7), (1, 0.7), (8, 0.3)):
        wave = np.exp(-2j * np.pi * times * seconds / beat_s) @ flux
        score += weight * np.real(wave * np.exp(2j * np.pi * times * phase))
    return float(phase[int(np.argmax(score))] * beat_s)


def find(env: Envelopes, hits: Onsets, bpm: float, bar_beats: float) -> Beats:
    """The lattice of a take at about `bpm`, with `bar_beats` beats a bar.

    It is straight unless bending explains far more.
    """
    beat_s = 60 / bpm
    start = beat_map.straight(comb(env, beat_s), beat_s, env.length_s)
    slots = round(4 * bar_beats)
    bend = BENDING * (beat_s / 0.4) ** 2
    straight = bent = believed = start
    for _ in range(2):
        again = near_or_far(env, believed, bar_beats)
        unit = unit_of(again.similarity)
        bars = (len(believed) - 2) / bar_beats
        if bars >= UNITS * unit:
            micro_slots = slots * unit
        elif bars >= UNITS:
            micro_slots = slots
        else:
            micro_slots = 4
        if len(again):
            again = again.only(
                (again.later % (unit * bar_beats) == 0) | ((unit == 4) & (again.weight > 0.12))
            )
        stiff = beat_map.fit(hits, straight, micro_slots, STRAIGHT, again)
        loose = beat_map.fit(
            hits, bent if bent is not start else stiff.beats_s, micro_slots, bend, again
        )
        gain = stiff.onset_cost - loose.onset_cost
        gain += min(again.weight.sum() / 4, 1) * (stiff.repeat_cost - loose.repeat_cost)
        drifts = gain > DRIFT_GAIN
        straight = stiff.beats_s
        bent = loose.beats_s
        believed = bent if drifts else straight
        if gain < 0.3 * DRIFT_GAIN:
            break
    return Beats(loose if drifts else stiff, again, unit, drifts)


def near_or_far(env: Envelopes, beats_s: np.ndarray, bar_beats: float) -> Repeats:
    """Repetitions near their expected times, or farther away where they are clearly better there.

    They lie farther away where the tempo is a little off.
    """
    near = repeats.repeats(env, beats_s, bar_beats)
    likeness = max(near.similarity.values(), default=1.0)
    if likeness > ALIKE:
        return near
    far = repeats.repeats(env, beats_s, bar_beats, reach_s=2 * 0.045)
    return far if max(far.similarity.values(), default=0.0) > likeness + 0.1 else near


def unit_of(similarity: dict[int, float]) -> int:
    """Bars after which the take repeats: more of them only where it then repeats clearly better."""
    unit = 1
    likeness = similarity.get(1, 0.0)
    for bars in (2, 4):
        longer = similarity.get(bars)
        if longer is None or (bars == 4 and likeness >= 0.85):
            continue
        if 1 - longer**2 < 0.5 * (1 - likeness**2) - 0.01:
            unit = bars
            likeness = longer
    return unit
