"""The lattice along a path of both ears: for takes of which the chosen lattice loses the beats.

Generated music wavers, and bands slow down: a straight lattice then slips by half a beat or a 16th.
`joint_path` follows such takes beat by beat, whatever the tempo does. Its path is taken only where
the second ear hears its beats better, and attacks lie nearer to its 16ths; where the second ear
speaks clearly they must not lie much farther. It is then fitted to the attacks as any other.
"""

from __future__ import annotations

import numpy as np

from bridge.music import Meter
from daemon.hearing import joint_path, tempo_change
from daemon.hearing.beats import BENDING
from daemon.hearing.envelopes import Envelopes
from daemon.hearing.onsets import Onsets
from daemon.hearing.reading import Reading, read
from daemon.hearing.second_ear import SecondEar

# Set on tracker modules, 47 of them with a step and with a ritardando made into each, and on 49
# takes of music models. Where the path mended a take it gained 0.2 or more of all beats and 0.6 or
# more of the worst heard, and attacks lay nearer to it, but for chords without drums. In straight
# takes it gained 0.15 and 0.5 at most, but for one with bars that repeat. With 0.7 for 0.55 and 1.0
# for 0.85 a step, a slow-down and a take that wavers stayed lost.

#: Least gain in log odds: of all beats, and of the quarter of the beats that are heard worst.
GAIN = (0.2, 0.55)
#: The same from which the second ear speaks clearly: attacks then need not lie nearer.
CLEAR_GAIN = (0.4, 0.85)
#: Onset cost over that of the chosen lattice, below which attacks lie nearer to the path.
NEARER = 0.99
#: The same up to which they do not speak against it.
COSTLIER = 1.1
#: Likeness of the bars from which they tell that the lattice keeps its place: one that slips
#: loses it.
ALIKE = 0.75
#: Onset cost over that of such a lattice, below which it has lost its place in some bars only.
FAR_NEARER = 0.8
#: Likeness from which the take is a loop: both ears together may hear an off-beat there.
LOOP = 0.85
#: Log odds of the beats that are heard worst, from which no path is looked for: of the lattices
#: that one mended none had more than -0.5.
WELL_HEARD = 0.0
#: Octaves within which a beat of the path has the tempo that was chosen.
SAME_TEMPO = 0.12
#: Share of the path's beats that have it, at least: in noise a path wanders off.
LEAST_SHARE = 0.25
#: Beats that a path has at least.
LEAST = 8
#: Beats that a path has at most: a fit of so many at once costs their square in memory, and their
#: cube in time. Longer takes stay as they were tracked, window by window.
MOST = 800
#: Bends tried, in seconds per beat squared at 0.4 s a beat: for a waver, for more, and for a step.
BENDS = (BENDING, tempo_change.LOOSE, 1e-2)
#: Gain in log odds of the worst heard beats, from which a looser bend is taken.
LOOSER_GAIN = 0.3


def followed(
    env: Envelopes, hits: Onsets, ear: SecondEar, own: Reading, bpm: float, meter: Meter
) -> Reading | None:
    """The reading along the path at about `bpm`; None where `own` is not much worse.

    A take of more than `MOST` beats is not followed.
    """
    lost = own.lattice
    if lost.likeness > LOOP or len(lost.map.beats_s) > MOST:
        return None
    heard = ear.near_beats(own.beats_s(env))
    if heard[1] > WELL_HEARD:
        return None
    path_s = joint_path.beats_of(env, ear, bpm)
    if not _keeps_tempo(path_s, bpm) or not _better(ear.near_beats(path_s), heard):
        return None
    beats_s = _over_take(path_s, env)

    def fitted(bend: float) -> Reading:
        lattice = tempo_change.refined(
            env, hits, beats_s, meter.quarters_per_bar, bend * (60 / bpm / 0.4) ** 2
        )
        return read(env, lattice, own.octave, meter, ear)

    def cost(reading: Reading) -> float:
        return reading.lattice.map.onset_cost / (lost.map.onset_cost + 1e-9)

    loosest = fitted(BENDS[-1])
    found = ear.near_beats(loosest.beats_s(env))
    nearer = COSTLIER if _better(found, heard, CLEAR_GAIN) else NEARER
    if cost(loosest) > (FAR_NEARER if lost.likeness > ALIKE else nearer):
        return None
    best = None
    for reading in (*map(fitted, BENDS[:-1]), loosest):
        found = ear.near_beats(reading.beats_s(env))
        fits = cost(reading) < COSTLIER and _better(found, heard)
        if fits and (best is None or found[1] > best[0] + LOOSER_GAIN):
            best = (found[1], reading)
    return best[1] if best else None


def _better(
    found: tuple[float, float], heard: tuple[float, float], gain: tuple[float, float] = GAIN
) -> bool:
    return found[0] - heard[0] > gain[0] and found[1] - heard[1] > gain[1]


def _keeps_tempo(path_s: np.ndarray, bpm: float) -> bool:
    """Whether the path has beats enough, and some of them at about `bpm`."""
    if len(path_s) < LEAST:
        return False
    octaves = np.log2(bpm * np.diff(path_s) / 60)
    return bool(np.mean(np.abs(octaves) < SAME_TEMPO) >= LEAST_SHARE)


def _over_take(path_s: np.ndarray, env: Envelopes) -> np.ndarray:
    """The path's beats, and as many before and after as the take needs."""
    first_s, last_s = (float(np.median(np.diff(some))) for some in (path_s[:5], path_s[-5:]))
    before = np.arange(int(np.ceil(path_s[0] / first_s)) + 1, 0, -1)
    after = np.arange(1, max(0, int(np.ceil((env.length_s - path_s[-1]) / last_s))) + 2)
    return np.concatenate([path_s[0] - first_s * before, path_s, path_s[-1] + last_s * after])
