"""The lattice of any take: a long one is tracked window by window, a changing one followed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from daemon.hearing import beat_map, repeats, tempo_change
from daemon.hearing.beat_map import BeatMap
from daemon.hearing.beats import BENDING, Beats
from daemon.hearing.envelopes import Envelopes
from daemon.hearing.onsets import Onsets
from daemon.hearing.repeats import Repeats

#: Seconds; longer takes are tracked window by window.
LONG_S = 40.0
#: Seconds; length of a tracking window. The next begins half a window later.
WINDOW_S = 24.0
#: Percentile of the windows' costs that counts for a long take: a third may rest their drums.
WORSE = 67
#: Cost of bars that differ, in onset cost for each unit of mean likeness that is missing.
UNLIKE_COST = 2.0
#: Gain from which a tracked window replaces the old tempo: held chords alone mislead tracking.
TRACKED_GAIN = 0.1
#: Seconds; standard deviation of a long take's beats from a line up to which it is steady.
STEADY_S = 0.004


def find(env: Envelopes, hits: Onsets, bpm: float, bar_beats: float) -> Beats:
    """The lattice of a take at about `bpm`, with `bar_beats` beats a bar.

    Where a straight or bent one loses the take, its tempo is followed. Long takes are tracked.
    """
    if env.length_s > LONG_S:
        return _follow(env, hits, bpm, bar_beats)
    return tempo_change.found(env, hits, bpm, bar_beats)


def _follow(env: Envelopes, hits: Onsets, bpm: float, bar_beats: float) -> Beats:
    """The lattice of a long take, tracked by windows: each starts from the beats of the last."""
    start_s = env.sounds_from_s
    first = tempo_change.found(
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
        ways = (np.concatenate([all_s, straight_on]), tempo_change.ahead(hits, all_s, end_s))
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
