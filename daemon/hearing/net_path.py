"""The lattice along the second ear's path: for takes of which the chosen lattice loses the beats.

Generated music wavers, and a straight lattice slips by half a beat or a 16th where it does. The net
follows such takes beat by beat, whatever the tempo does. Its path is taken only where its beats are
heard far better than those of the lattice, and then fitted to the attacks as any other.
"""

from __future__ import annotations

import numpy as np

from bridge.music import Meter
from daemon.hearing import tempo_change
from daemon.hearing.beats import BENDING
from daemon.hearing.envelopes import Envelopes
from daemon.hearing.onsets import Onsets
from daemon.hearing.reading import Reading, read
from daemon.hearing.second_ear import SecondEar

# By how much the path's beats must be heard better. Over 49 takes of music models the six that
# slipped gained 0.75 or more and 1.5 or more; in the others the path gained less, or lost.

#: Gain in log odds, of all beats.
GAIN = 0.4
#: Gain in log odds, of the quarter of the beats that are heard worst.
WORST_GAIN = 1.0
#: Likeness of the bars from which they tell that the lattice keeps its place: a lattice that slips
#: loses it. Of the eight pieces that were followed seven have at most 0.6 and gained; the one with
#: 0.83 was right, and the path slipped by half a beat in its middle.
ALIKE = 0.75
#: Octaves within which a path has the chosen tempo, or an octave of it.
SAME_TEMPO = 0.12
#: Share of the path's beats that have it: the tempo of the take may change.
LEAST_SHARE = 0.25
#: Beats that a path has at least.
LEAST = 8
#: Beats that a path has at most: a fit of so many at once costs their square in memory, and their
#: cube in time. Longer takes stay as they were tracked, window by window.
MOST = 800
#: Onset cost over that of the chosen lattice, up to which a path still fits the attacks.
COSTLIER = 1.1
#: Bends tried, in seconds per beat squared at 0.4 s a beat: for a waver, for more, and for a step.
BENDS = (BENDING, tempo_change.LOOSE, 1e-2)
#: Gain in log odds of the worst heard beats, from which a looser bend is taken.
LOOSER_GAIN = 0.3


def followed(
    env: Envelopes, hits: Onsets, ear: SecondEar, own: Reading, bpm: float, meter: Meter
) -> Reading | None:
    """The reading along the path, in the octave of `bpm`; None where `own` is not much worse.

    A take whose bars repeat has no other beats than its own. One of more than `MOST` beats is not
    followed.
    """
    if own.lattice.likeness > ALIKE or len(own.lattice.map.beats_s) > MOST:
        return None
    path_s = _at_tempo(ear.path_s, bpm)
    heard = ear.near_beats(own.beats_s(env))
    inside = (path_s > env.sounds_from_s) & (path_s < env.sounds_to_s)
    if inside.sum() < LEAST or not _better(ear.near_beats(path_s[inside]), heard):
        return None
    best = None
    beats_s = _over_take(path_s, env)
    for bend in BENDS:
        lattice = tempo_change.refined(
            env, hits, beats_s, meter.quarters_per_bar, bend * (60 / bpm / 0.4) ** 2
        )
        reading = read(env, lattice, own.octave, meter, ear)
        found = ear.near_beats(reading.beats_s(env))
        fits = lattice.map.onset_cost < COSTLIER * own.lattice.map.onset_cost
        if fits and _better(found, heard) and (best is None or found[1] > best[0] + LOOSER_GAIN):
            best = (found[1], reading)
    return best[1] if best else None


def _better(found: tuple[float, float], heard: tuple[float, float]) -> bool:
    return found[0] - heard[0] > GAIN and found[1] - heard[1] > WORST_GAIN


def _at_tempo(path_s: np.ndarray, bpm: float) -> np.ndarray:
    """The path's beats, divided or thinned to the octave of `bpm`; none at another tempo."""
    if len(path_s) < LEAST:
        return path_s[:0]
    octaves = np.log2(bpm * np.diff(path_s) / 60)
    nearest = np.round(octaves)
    same = np.abs(octaves - nearest) < SAME_TEMPO
    if same.mean() < LEAST_SHARE:
        return path_s[:0]
    octave = int(np.median(nearest[same]))
    if octave < 0:
        return path_s[:: 2**-octave]
    times = 2**octave
    return np.interp(
        np.arange((len(path_s) - 1) * times + 1) / times, np.arange(len(path_s)), path_s
    )


def _over_take(path_s: np.ndarray, env: Envelopes) -> np.ndarray:
    """The path's beats, and as many before and after as the take needs."""
    first_s, last_s = (float(np.median(np.diff(some))) for some in (path_s[:5], path_s[-5:]))
    before = np.arange(int(np.ceil(path_s[0] / first_s)) + 1, 0, -1)
    after = np.arange(1, max(0, int(np.ceil((env.length_s - path_s[-1]) / last_s))) + 2)
    return np.concatenate([path_s[0] - first_s * before, path_s, path_s[-1] + last_s * after])
