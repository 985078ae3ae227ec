"""The lattice of 16ths at a tempo.

It is straight first, then bent where the take drifts. A long take, or one whose tempo changes, is
tracked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import gaussian_filter1d

from daemon.hearing import beat_map, repeats, tempo_steps
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
#: Least sum of the signs of a pulse: noise, held sounds and scattered hits stay below.
PULSE = 0.3
#: Seconds; longer takes are tracked window by window.
LONG_S = 40.0
#: Seconds; length of a tracking window. The next begins half a window later.
WINDOW_S = 24.0
#: Percentile of the windows' costs that counts for a long take: a third may rest their drums.
WORSE = 67
#: Seconds; first part of a take whose tempo sways far: within it the tempo is nearly constant.
FIRST_S = 6.0
#: Beats fitted together while a take is tracked.
AHEAD_BEATS = 8
#: Seconds per beat squared; bend allowed to those beats, at 0.4 s a beat.
LOOSE = 3e-3
#: Cost of bars that differ, in onset cost for each unit of mean likeness that is missing.
UNLIKE_COST = 2.0
#: Gain from which a tracked window replaces the old tempo: held chords alone mislead tracking.
TRACKED_GAIN = 0.1
#: Seconds; standard deviation of a long take's beats from a line up to which it is steady.
STEADY_S = 0.004
#: Likeness up to which repetitions are also searched for at twice the distance.
ALIKE = 0.8
#: Unevenness of a lattice from which its tempo may step or sway far.
LOST = 0.6

# When a changing tempo replaces the lattice that lost the take.

#: Most of the lost lattice's onset cost that may remain.
FOUND = 0.5
#: Loss of likeness between the bars that is allowed.
LESS_ALIKE = 0.05
#: Onset cost of one step over that of a tracked tempo up to which the plainer one, the step, wins.
PLAINER = 1.3

# The same for a take with much sound off any lattice, such as a held chord's edges. Set on made-up
# tempo steps under held chords.

#: Most of the lost lattice's onset cost that may remain.
CLEARER = 0.85
#: Most unevenness that may remain.
EVEN = 0.4
#: Least likeness between the bars.
LIKE_BARS = 0.7
#: Least gain in likeness.
MORE_ALIKE = 0.06

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

    def between(self, hits: Onsets) -> float:
        """Share (0-1) of the attacks' weight between the 16ths: high where the music is faster.

        The 16ths are first shifted to where they fit the attacks best.
        """
        place = np.interp(hits.time_s, self.map.beats_s, np.arange(len(self.map.beats_s))) * 4
        centre = np.angle((hits.weight * np.exp(2j * np.pi * place)).sum()) / (2 * np.pi)
        away = np.abs(place - centre - np.round(place - centre))
        return float((hits.weight * (away > 0.28)).sum() / (hits.weight.sum() + 1e-9))

    def pulse(self, attack: float) -> float:
        """Evidence of a beat; below 0 there is none.

        It sums likeness after whole bars, attacks on the lattice, and the attacks' steepness.
        """
        return (
            2 * (self.likeness - 0.7)
            + (2.2 - self.map.onset_cost)
            + 2 * (min(attack, 0.8) - 0.3)
            - PULSE
        )

    @property
    def merit(self) -> float:
        """Score of the tempo: the better the take repeats on this lattice, the higher."""
        return -0.3 * float(np.log(1.02 - min(self.likeness, 1.0) ** 2))


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

    It is straight unless bending explains far more. Long takes are tracked.
    """
    if env.length_s > LONG_S:
        return _follow(env, hits, bpm, bar_beats)
    return _find(env, hits, bpm, bar_beats)


def _follow(env: Envelopes, hits: Onsets, bpm: float, bar_beats: float) -> Beats:
    """The lattice of a long take, tracked by windows: each starts from the beats of the last."""
    start_s = env.sounds_from_s
    first = _find(
        env.between(start_s, start_s + WINDOW_S),
        hits.between(start_s, start_s + WINDOW_S),
        bpm,
        bar_beats,
    )
    all_s = start_s + first.map.beats_s
    slots = round(4 * bar_beats) * first.unit_bars
    maps = [first.map]
    alike = [first.again.similarity]
    while start_s + WINDOW_S < env.sounds_to_s:
        start_s += WINDOW_S / 2
        end_s = start_s + WINDOW_S
        low = max(0, int(np.searchsorted(all_s, start_s)) - 1)
        all_s = all_s[all_s < start_s + 0.4 * WINDOW_S]
        window = env.between(start_s, end_s)
        local = hits.between(start_s, end_s)
        beat_s = float(np.median(np.diff(all_s[-8:])))
        straight_on = all_s[-1] + beat_s * np.arange(
            1, int(np.ceil((end_s - all_s[-1]) / beat_s)) + 2
        )
        ways = (np.concatenate([all_s, straight_on]), _ahead(hits, all_s, end_s))
        steady, tracked = (
            _fit_window(window, local, way[low:] - start_s, bar_beats, slots) for way in ways
        )
        # Where the drums rest, tracking follows whatever still sounds, and goes wrong.
        best = int(_disagreement(*tracked) < _disagreement(*steady) - TRACKED_GAIN)
        all_s = ways[best]
        fitted, again = (steady, tracked)[best]
        maps.append(fitted)
        alike.append(again.similarity)
        refitted = fitted.beats_s + start_s
        fixed = all_s[all_s < start_s + 0.15 * WINDOW_S]
        all_s = np.concatenate([fixed, refitted[len(fixed) - low :]])
    return _together(first, all_s, maps, alike)


def _together(
    first: Beats, beats_s: np.ndarray, maps: list[BeatMap], alike: list[dict[int, float]]
) -> Beats:
    """The lattice of a long take.

    It is made from all beats, the windows' maps, and the likeness of the bars in each window.
    """
    place = np.arange(len(beats_s))
    bent = float(np.std(beats_s - np.polyval(np.polyfit(place, beats_s, 1), place)))
    if bent <= STEADY_S:
        return Beats(replace(first.map, beats_s=beats_s), first.again, first.unit_bars, False)
    onset_cost, uneven = (
        float(np.percentile([getattr(each, cost) for each in maps], WORSE))
        for cost in ("onset_cost", "uneven")
    )
    similarity = {
        bars: float(np.percentile([each[bars] for each in alike if bars in each], 100 - WORSE))
        for bars in first.again.similarity
    }
    whole = replace(first.map, beats_s=beats_s, onset_cost=onset_cost, uneven=uneven)
    return Beats(whole, replace(first.again, similarity=similarity), first.unit_bars, True)


def _disagreement(fitted: BeatMap, again: Repeats) -> float:
    """Cost of a map for a window: its onset cost, less the likeness of its bars."""
    alike = again.similarity.values()
    return fitted.onset_cost - UNLIKE_COST * (sum(alike) / len(alike) if alike else 0.0)


def _fit_window(
    env: Envelopes, hits: Onsets, believed: np.ndarray, bar_beats: float, slots: int
) -> tuple[BeatMap, Repeats]:
    """The map of a window of a long take, fitted twice from its estimated beats."""
    beat_s = float(np.median(np.diff(believed[-8:])))
    for _ in range(2):
        again = repeats.repeats(env, believed, bar_beats, step=1.0)
        fitted = beat_map.fit(hits, believed, slots, BENDING * (beat_s / 0.4) ** 2, again, rounds=4)
        believed = fitted.beats_s
    return fitted, again


def _ahead(hits: Onsets, beats_s: np.ndarray, until_s: float) -> np.ndarray:
    """`beats_s` tracked on until `until_s`, one beat at a time.

    A longer step would lose a drifting take.
    """
    beats_s = beats_s.copy()
    while beats_s[-1] < until_s:
        beat_s = float(np.median(np.diff(beats_s[-4:])))
        beats_s = np.append(beats_s, beats_s[-1] + beat_s)
        last = beats_s[-AHEAD_BEATS:]
        local = hits.between(float(last[0]) - beat_s / 4, float(last[-1]) + beat_s / 4)
        if len(local) >= AHEAD_BEATS:
            start_s = float(last[0]) - beat_s / 4
            beats_s[-AHEAD_BEATS:] = (
                start_s
                + beat_map.fit(
                    local, last - start_s, 4, LOOSE * (beat_s / 0.4) ** 2, rounds=2
                ).beats_s
            )
    return beats_s


def _find(env: Envelopes, hits: Onsets, bpm: float, bar_beats: float) -> Beats:
    beat_s = 60 / bpm
    start = beat_map.straight(comb(env, beat_s), beat_s, env.length_s)
    slots = round(4 * bar_beats)
    bend = BENDING * (beat_s / 0.4) ** 2
    straight = bent = believed = start
    for _ in range(2):
        again = _repeats(env, believed, bar_beats)
        unit = _unit(again.similarity)
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
    found = Beats(loose if drifts else stiff, again, unit, drifts)
    if found.map.uneven < LOST:
        return found
    changed = _stepped(env, hits, beat_s, bar_beats, found)
    tracked = _tracked(env, hits, bpm, bar_beats)
    if tracked is None or not _explains(tracked, found):
        return changed
    # One step that fits nearly as well as free tracking is preferred: it is the plainer reading.
    if changed is not found and changed.map.onset_cost < PLAINER * tracked.map.onset_cost:
        return changed
    return tracked


def _tracked(env: Envelopes, hits: Onsets, bpm: float, bar_beats: float) -> Beats | None:
    """The lattice of a take whose tempo sways far: found in its first seconds, then tracked."""
    start_s = env.sounds_from_s
    if env.sounds_to_s - start_s < 1.5 * FIRST_S:
        return None
    first = _find(
        env.between(start_s, start_s + FIRST_S),
        hits.between(start_s, start_s + FIRST_S),
        bpm,
        bar_beats,
    )
    known = start_s + first.map.beats_s
    beats_s = _ahead(hits, known[known < start_s + FIRST_S], env.length_s)
    return _refined(env, hits, beats_s, bar_beats, LOOSE * (60 / bpm / 0.4) ** 2)


def _refined(
    env: Envelopes,
    hits: Onsets,
    beats_s: np.ndarray,
    bar_beats: float,
    bend: float,
    corner: int | None = None,
) -> Beats:
    """The lattice of a changing tempo, fitted twice from its estimated beats."""
    for _ in range(2):
        again = _repeats(env, beats_s, bar_beats)
        unit = _unit(again.similarity)
        again = again.only(again.later % (unit * bar_beats) == 0)
        fitted = beat_map.fit(hits, beats_s, round(4 * bar_beats), bend, again, corner=corner)
        beats_s = fitted.beats_s
    return Beats(fitted, again, unit, True, corner)


def _stepped(env: Envelopes, hits: Onsets, beat_s: float, bar_beats: float, lost: Beats) -> Beats:
    """The lattice of a take whose tempo steps, or `lost` where a step does not fit far better."""
    best = lost
    for from_end in (False, True):
        beats_s, corner = tempo_steps.stepped(env, beat_s, from_end)
        if not len(beats_s):
            continue
        changed = _refined(env, hits, beats_s, bar_beats, STRAIGHT, corner)
        if changed.map.onset_cost < best.map.onset_cost and _explains(changed, lost):
            best = changed
    return best


def _explains(changed: Beats, lost: Beats) -> bool:
    """Whether a changing tempo fits the take far better than the lattice that lost it."""
    as_alike = changed.likeness > lost.likeness - LESS_ALIKE
    if (
        as_alike
        and changed.map.onset_cost < FOUND * lost.map.onset_cost
        and changed.map.uneven < LOST
    ):
        return True
    alike = changed.likeness > max(LIKE_BARS, lost.likeness + MORE_ALIKE)
    return (
        alike
        and changed.map.onset_cost < CLEARER * lost.map.onset_cost
        and changed.map.uneven < EVEN
    )


def _repeats(env: Envelopes, beats_s: np.ndarray, bar_beats: float) -> Repeats:
    """Repetitions near their expected times, or farther away where they are clearly better there.

    They lie farther away where the tempo is a little off.
    """
    near = repeats.repeats(env, beats_s, bar_beats)
    likeness = max(near.similarity.values(), default=1.0)
    if likeness > ALIKE:
        return near
    far = repeats.repeats(env, beats_s, bar_beats, reach_s=2 * 0.045)
    return far if max(far.similarity.values(), default=0.0) > likeness + 0.1 else near


def _unit(similarity: dict[int, float]) -> int:
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
