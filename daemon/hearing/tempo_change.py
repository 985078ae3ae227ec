"""Takes whose tempo changes: it steps to another, or sways so far that it must be followed."""

from __future__ import annotations

import numpy as np

from daemon.hearing import beat_map, beats, odds, tempo, tempo_steps
from daemon.hearing.beats import STRAIGHT, Beats
from daemon.hearing.envelopes import Envelopes
from daemon.hearing.onsets import Onsets
from daemon.hearing.second_ear import SecondEar
from daemon.hearing.tempogram import tempogram

#: Seconds; first part of a take whose tempo sways far: within it the tempo is nearly constant.
FIRST_S = 6.0
#: Beats fitted together while a take is tracked.
AHEAD_BEATS = 8
#: Seconds per beat squared; bend allowed to those beats, at 0.4 s a beat.
LOOSE = 3e-3
# A step between two tempi that the take's first and last part have needs less of a gain. Set on 12
# tracker modules with a step and 10 steady ones: of the latter none had two tempi.

#: Least gain for such a step.
STEP_GAIN = 0.1
#: Weight of the likeness in that gain, beside a share of the onset cost.
STEP_ALIKE = 2.0
#: Seconds; a part of the take in which a tempo can be told.
LEAST_PART_S = 4.0
#: Share of the take that counts as its first, and as its last part.
PART = 0.42
#: Log ratio up to which two parts have the same tempo.
SAME_TEMPO = 0.004
#: Log ratio up to which they are a step: beyond, the one is counted double.
WIDEST = 0.6
#: Log ratio within which a part's tempo is also looked for near the whole take's.
REACH = 0.25
#: Score of a tempo over the best one near it in a part, down to which it may be the part's own.
CLEARLY = 0.8
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


def found(env: Envelopes, hits: Onsets, bpm: float, bar_beats: float) -> Beats:
    """The lattice of a take at about `bpm`; where it loses the take, that of a changing tempo."""
    return changed(env, hits, bpm, bar_beats, beats.find(env, hits, bpm, bar_beats))


def changed(
    env: Envelopes,
    hits: Onsets,
    bpm: float,
    bar_beats: float,
    lost: Beats,
    ear: SecondEar | None = None,
) -> Beats:
    """The lattice of a changing tempo, or `lost` where none explains the take far better."""
    if lost.map.uneven < LOST:
        return lost
    stepped = _stepped(env, hits, bpm, bar_beats, lost, ear)
    tracked = _tracked(env, hits, bpm, bar_beats)
    if tracked is None or not _explains(tracked, lost):
        return stepped
    # One step that fits nearly as well as free tracking is preferred: it is the plainer reading.
    if stepped is not lost and stepped.map.onset_cost < PLAINER * tracked.map.onset_cost:
        return stepped
    return tracked


def ahead(hits: Onsets, beats_s: np.ndarray, until_s: float) -> np.ndarray:
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


def _tracked(env: Envelopes, hits: Onsets, bpm: float, bar_beats: float) -> Beats | None:
    """The lattice of a take whose tempo sways far: found in its first seconds, then tracked."""
    start_s = env.sounds_from_s
    if env.sounds_to_s - start_s < 1.5 * FIRST_S:
        return None
    first = found(
        env.between(start_s, start_s + FIRST_S),
        hits.between(start_s, start_s + FIRST_S),
        bpm,
        bar_beats,
    )
    known = start_s + first.map.beats_s
    beats_s = ahead(hits, known[known < start_s + FIRST_S], env.length_s)
    return refined(env, hits, beats_s, bar_beats, LOOSE * (60 / bpm / 0.4) ** 2)


def refined(
    env: Envelopes,
    hits: Onsets,
    beats_s: np.ndarray,
    bar_beats: float,
    bend: float,
    corner: int | None = None,
) -> Beats:
    """The lattice of a changing tempo, fitted twice from its estimated beats."""
    for _ in range(2):
        again = beats.near_or_far(env, beats_s, bar_beats)
        unit = beats.unit_of(again.similarity)
        again = again.only(again.later % (unit * bar_beats) == 0)
        fitted = beat_map.fit(hits, beats_s, round(4 * bar_beats), bend, again, corner=corner)
        beats_s = fitted.beats_s
    return Beats(fitted, again, unit, True, corner)


def _stepped(
    env: Envelopes,
    hits: Onsets,
    bpm: float,
    bar_beats: float,
    lost: Beats,
    ear: SecondEar | None,
) -> Beats:
    """The lattice of a take whose tempo steps, or `lost` where a step does not fit far better."""
    best = lost
    # In a take too short for two tempi to be told apart, every second tempo is tried.
    short = env.sounds_to_s - env.sounds_from_s < 2 * LEAST_PART_S
    pairs = [(bpm, bpm)] if short else _two_tempi(env, hits, bpm, bar_beats)
    around = tempo_steps.ANY if short else tempo_steps.AROUND
    for before_bpm, after_bpm in pairs:
        for from_end in (False, True):
            beats_s, corner = tempo_steps.stepped(env, before_bpm, after_bpm, from_end, around, ear)
            if not len(beats_s):
                continue
            changed = refined(env, hits, beats_s, bar_beats, STRAIGHT, corner)
            found = changed.map.onset_cost < lost.map.onset_cost and (
                _explains(changed, lost) or (not short and _gain(changed, lost) > STEP_GAIN)
            )
            if found and (best is lost or changed.map.onset_cost < best.map.onset_cost):
                best = changed
    return best


def _gain(changed: Beats, lost: Beats) -> float:
    """How much better a step explains the take: less onset cost, and bars that are more alike."""
    saved = 1 - changed.map.onset_cost / (lost.map.onset_cost + 1e-9)
    return saved + STEP_ALIKE * (changed.likeness - lost.likeness)


def _two_tempi(
    env: Envelopes, hits: Onsets, bpm: float, bar_beats: float
) -> list[tuple[float, float]]:
    """Pairs of tempi (bpm) that the take may have in its first and in its last part.

    In each part it is the likeliest tempo, and that nearest to `bpm`, the whole take's.
    """
    length_s = env.sounds_to_s - env.sounds_from_s
    part_s = max(LEAST_PART_S, PART * length_s)
    starts_s = (env.sounds_from_s, env.sounds_to_s - part_s)
    parts = [_tempi(env, hits, start_s, part_s, bpm, bar_beats) for start_s in starts_s]
    pairs = [
        (first, last)
        for first, last in zip(*parts, strict=True)
        if SAME_TEMPO < abs(np.log(first / last)) < WIDEST
    ]
    return list(dict.fromkeys(pairs))


def first_tempo(env: Envelopes, bpm: float, part_s: float, bar_beats: float) -> float:
    """The tempo in bpm of a take's first part, where it is clearly not `bpm`, the whole take's."""
    start_s = env.sounds_from_s
    gram = tempogram(env.between(start_s, start_s + part_s), bar_beats)
    near = np.abs(np.log(gram.bpm / bpm)) < REACH
    best = int(np.argmax(np.where(near, gram.score, -np.inf)))
    own = gram.near(bpm, tempo.REACH)
    return bpm if gram.score[own] > CLEARLY * gram.score[best] else float(gram.bpm[best])


def _tempi(
    env: Envelopes, hits: Onsets, start_s: float, part_s: float, bpm: float, bar_beats: float
) -> tuple[float, float]:
    """The likeliest tempo of a part, and the best one within `REACH` of `bpm`."""
    gram = tempogram(env.between(start_s, start_s + part_s), bar_beats)
    near = np.abs(np.log(gram.bpm / bpm)) < REACH
    nearest = float(gram.bpm[int(np.argmax(np.where(near, gram.score, -np.inf)))])
    found = tempo.candidates(gram)
    if not found:
        return nearest, nearest
    crowd = tempo.hits_a_second(hits.between(start_s, start_s + part_s), part_s)
    likely = odds.log_odds("tempo", np.array([tempo.features(gram, each, crowd) for each in found]))
    return found[int(np.argmax(likely))].bpm, nearest


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
