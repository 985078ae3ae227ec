"""The lattice of 16ths at a tempo: first straight, then bent where the take drifts, then followed where it changes or is long."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import gaussian_filter1d

from daemon.hearing import beat_map, repeats, tempo_steps
from daemon.hearing.beat_map import BeatMap
from daemon.hearing.envelopes import Envelopes
from daemon.hearing.onsets import Onsets
from daemon.hearing.repeats import Repeats

#: s per beat squared; how far a steady take's beats bend, and those of one that drifts at 0.4 s a beat.
STRAIGHT, BENDING = 1e-5, 1e-3
#: Gain in mean log loss from which a bent map is believed.
DRIFT_GAIN = 0.2
#: What a take's signs of a pulse must exceed: noise, held sounds and scattered hits stay below.
PULSE = 0.3
#: s; takes longer than this are followed in windows of that length, half a window at a time.
LONG_S, WINDOW_S = 40.0, 24.0
#: Percentile of the windows that speaks for a long take: of three that are alike one may be worse, as where the drums rest.
WORSE = 67
#: s; the first part of a take that drifts far, in which its tempo is nearly one.
FIRST_S = 6.0
#: How many beats are looked at together while a long take is followed, and how far (s per beat squared) they may bend.
AHEAD_BEATS, LOOSE = 8, 3e-3
#: What bars that are unlike each other cost (onset cost, mean likeness), and how much better than a tempo that goes on as it was
#: one must be that is followed beat by beat.
UNLIKE_COST, TRACKED_GAIN = 2.0, 0.1
#: s; how far the beats of a long take may stray from a straight line and still be steady.
STEADY_S = 0.004
#: Likeness from which a repetition is found where it was looked for.
ALIKE = 0.8
#: How uneven the fit of a lattice is from which its tempo may have changed at once or sways far.
LOST = 0.6
#: Share of its onset cost that a change of the tempo must leave at most to be believed.
FOUND = 0.5
#: How much more onset cost a single change may leave than a tempo that is followed anywhere, and be believed before it.
PLAINER = 1.3
#: How much less alike its bars may then be.
LESS_ALIKE = 0.05
#: The same where much sounds that lies on no lattice (a held chord's edges): share of the cost, how uneven it may
#: still be, how alike its bars must be, and by how much more than before.
CLEARER, EVEN, LIKE_BARS, MORE_ALIKE = 0.85, 0.4, 0.7, 0.06
#: How often a unit must fit into the take before its micro-timing can be told from drift.
UNITS = 1.9


@dataclass(frozen=True)
class Beats:
    """A lattice: `map` gives the time of every beat, `unit_bars` after how many bars the take repeats itself.

    `corner`: the beat at which the tempo changes at once.
    """

    map: BeatMap
    again: Repeats
    unit_bars: int
    drifts: bool
    corner: int | None = None

    @property
    def likeness(self) -> float:
        """How much the take resembles itself after the number of bars at which it does so most, 0-1."""
        return max(0.0, *self.again.similarity.values()) if self.again.similarity else 0.3

    def between(self, hits: Onsets) -> float:
        """Share of the attacks' weight that lies between the 16ths, wherever those lie best: much where the music is faster."""
        place = np.interp(hits.time_s, self.map.beats_s, np.arange(len(self.map.beats_s))) * 4
        centre = np.angle((hits.weight * np.exp(2j * np.pi * place)).sum()) / (2 * np.pi)
        away = np.abs(place - centre - np.round(place - centre))
        return float((hits.weight * (away > 0.28)).sum() / (hits.weight.sum() + 1e-9))

    def pulse(self, attack: float) -> float:
        """Above 0: there is a beat, by likeness after whole bars, by attacks that lie on a lattice, and by their steepness."""
        return (
            2 * (self.likeness - 0.7)
            + (2.2 - self.map.onset_cost)
            + 2 * (min(attack, 0.8) - 0.3)
            - PULSE
        )

    @property
    def merit(self) -> float:
        """How much a take that repeats itself so well on this lattice speaks for its tempo."""
        return -0.3 * float(np.log(1.02 - min(self.likeness, 1.0) ** 2))


def comb(env: Envelopes, beat_s: float) -> float:
    """Seconds (0 to a beat) from which the 16ths of this tempo fit the onsets best."""
    flux = gaussian_filter1d(env.flux, 0.008 * env.rate)
    seconds = np.arange(len(flux)) / env.rate
    phase = np.arange(400) / 400
    score = np.zeros(400)
    for times, weight in ((4, 1.0), (2, 0.7), (1, 0.7), (8, 0.3)):
        wave = np.exp(-2j * np.pi * times * seconds / beat_s) @ flux
        score += weight * np.real(wave * np.exp(2j * np.pi * times * phase))
    return float(phase[int(np.argmax(score))] * beat_s)


def find(env: Envelopes, hits: Onsets, bpm: float, bar_beats: float) -> Beats:
    """The lattice of a take at about `bpm`, whose bars hold `bar_beats` beats: straight, unless bending explains far more."""
    if env.length_s > LONG_S:
        return _follow(env, hits, bpm, bar_beats)
    return _find(env, hits, bpm, bar_beats)


def _follow(env: Envelopes, hits: Onsets, bpm: float, bar_beats: float) -> Beats:
    """A long take, window by window, each begun from the beats of the one before."""
    start_s = env.sounds_from_s
    first = _find(
        env.between(start_s, start_s + WINDOW_S),
        hits.between(start_s, start_s + WINDOW_S),
        bpm,
        bar_beats,
    )
    all_s = start_s + first.map.beats_s
    slots = round(4 * bar_beats) * first.unit_bars
    maps, alike = [first.map], [first.again.similarity]
    while start_s + WINDOW_S < env.sounds_to_s:
        start_s += WINDOW_S / 2
        end_s = start_s + WINDOW_S
        low = max(0, int(np.searchsorted(all_s, start_s)) - 1)
        all_s = all_s[all_s < start_s + 0.4 * WINDOW_S]
        window, local = env.between(start_s, end_s), hits.between(start_s, end_s)
        beat_s = float(np.median(np.diff(all_s[-8:])))
        straight_on = all_s[-1] + beat_s * np.arange(
            1, int(np.ceil((end_s - all_s[-1]) / beat_s)) + 2
        )
        ways = np.concatenate([all_s, straight_on]), _ahead(hits, all_s, end_s)
        steady, tracked = (
            _settle(window, local, way[low:] - start_s, bar_beats, slots) for way in ways
        )
        # Where the drums rest, what is left leads astray who follows it.
        best = int(_disagreement(*tracked) < _disagreement(*steady) - TRACKED_GAIN)
        all_s, (fitted, again) = ways[best], (steady, tracked)[best]
        maps.append(fitted)
        alike.append(again.similarity)
        settled = fitted.beats_s + start_s
        fixed = all_s[all_s < start_s + 0.15 * WINDOW_S]
        all_s = np.concatenate([fixed, settled[len(fixed) - low :]])
    return _together(first, all_s, maps, alike)


def _together(
    first: Beats, beats_s: np.ndarray, maps: list[BeatMap], alike: list[dict[int, float]]
) -> Beats:
    """The lattice of a long take, from its beats and what its windows said: their maps, and how alike their bars are."""
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
    """How badly a map suits a window: by its onsets, and by how unlike each other its bars then are."""
    alike = again.similarity.values()
    return fitted.onset_cost - UNLIKE_COST * (sum(alike) / len(alike) if alike else 0.0)


def _settle(
    env: Envelopes, hits: Onsets, believed: np.ndarray, bar_beats: float, slots: int
) -> tuple[BeatMap, Repeats]:
    """The map that a window of a long take agrees on, from where its beats are believed to be."""
    beat_s = float(np.median(np.diff(believed[-8:])))
    for _ in range(2):
        again = repeats.repeats(env, believed, bar_beats, step=1.0)
        fitted = beat_map.fit(hits, believed, slots, BENDING * (beat_s / 0.4) ** 2, again, rounds=4)
        believed = fitted.beats_s
    return fitted, again


def _ahead(hits: Onsets, beats_s: np.ndarray, until_s: float) -> np.ndarray:
    """`beats_s` followed on until `until_s`, a beat at a time: farther ahead a drifting take would be lost."""
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
        micro_slots = slots * unit if bars >= UNITS * unit else slots if bars >= UNITS else 4
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
        straight, bent = stiff.beats_s, loose.beats_s
        believed = bent if drifts else straight
        if gain < 0.3 * DRIFT_GAIN:
            break
    found = Beats(loose if drifts else stiff, again, unit, drifts)
    if found.map.uneven < LOST:
        return found
    changed, tracked = (
        _stepped(env, hits, beat_s, bar_beats, found),
        _tracked(env, hits, bpm, bar_beats),
    )
    if tracked is None or not _explains(tracked, found):
        return changed
    # What one step explains nearly as well as a tempo that goes anywhere is a step.
    return (
        changed
        if changed is not found and changed.map.onset_cost < PLAINER * tracked.map.onset_cost
        else tracked
    )


def _tracked(env: Envelopes, hits: Onsets, bpm: float, bar_beats: float) -> Beats | None:
    """The lattice of a take whose tempo drifts far: found in its first seconds, and followed from there beat by beat."""
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
    """The lattice of a tempo that changes, from where its beats are believed to be."""
    for _ in range(2):
        again = _repeats(env, beats_s, bar_beats)
        unit = _unit(again.similarity)
        again = again.only(again.later % (unit * bar_beats) == 0)
        fitted = beat_map.fit(hits, beats_s, round(4 * bar_beats), bend, again, corner=corner)
        beats_s = fitted.beats_s
    return Beats(fitted, again, unit, True, corner)


def _stepped(env: Envelopes, hits: Onsets, beat_s: float, bar_beats: float, lost: Beats) -> Beats:
    """The lattice of a take whose tempo changes at once, where that explains it far better than the lattice that `lost` it."""
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
    """Whether a change of the tempo explains a take so much better than the lattice that lost it that it is believed."""
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
    """Repetitions near where the beats say, or farther away where they are clearly better there: a tempo a little off."""
    near = repeats.repeats(env, beats_s, bar_beats)
    likeness = max(near.similarity.values(), default=1.0)
    if likeness > ALIKE:
        return near
    far = repeats.repeats(env, beats_s, bar_beats, reach_s=2 * 0.045)
    return far if max(far.similarity.values(), default=0.0) > likeness + 0.1 else near


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
