"""What precedes the music and is no part of it: a count-in, a fill, a breath."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import maximum_filter1d

from daemon.hearing.beat_map import BeatMap
from daemon.hearing.envelopes import BEFORE_S, Envelopes

#: Part of a 16th on either side of a slot in which an attack belongs to it.
NEAR = 0.4
#: Strangeness (0-1) of a slot up to which it may be the music's own, and how much of it, summed over slots, makes a lead-in.
OWN, STRANGE = 0.3, 0.6
#: Quarters that a lead-in lasts, at least and at most.
SHORTEST, LONGEST = 1, 9
#: s; the first hit of the music may come so much before its slot.
EARLY_S = 0.03
#: s; how exactly the beginning of a sound is known here. The share of a rest that must be silent, and how much more energy than
#: at the take's start may be in it: before a later repetition other sounds still die away.
SLACK_S, RESTED, TAIL = 0.015, 0.9, 10.0


def music_from_s(env: Envelopes, lattice: BeatMap, unit: int) -> float | None:
    """When the part that the take repeats (after `unit` 16ths) begins, if something else comes before it; else None.

    Each 16th is held against the same place of the later units: the beginning whose 16ths are, taken together, the strangest is
    the lead-in (the maximum of a running sum, as Page's test for a change has it).
    """
    first = int(
        np.ceil(
            np.interp(env.sounds_from_s - EARLY_S, lattice.beats_s, np.arange(len(lattice.beats_s)))
            * 4
        )
    )
    count = (
        int(np.interp(env.sounds_to_s, lattice.beats_s, np.arange(len(lattice.beats_s))) * 4)
        - first
    )
    if count < 2 * unit:
        return None
    seconds = lattice.seconds(first + np.arange(count))
    reach = 2 * max(1, int(NEAR * float(np.median(np.diff(seconds))) * env.rate)) + 1
    highest = maximum_filter1d(env.onset, reach, axis=0)
    slots = highest[np.clip(np.round(seconds * env.rate).astype(int), 0, len(highest) - 1)].astype(
        float
    )
    most = min(LONGEST * 4, count - unit)
    later = np.stack([slots[k + unit :: unit][:8].mean(axis=0) for k in range(most)])
    loud = (slots[:most] ** 2).sum(axis=1) + (later**2).sum(axis=1)
    strange = ((slots[:most] - later) ** 2).sum(axis=1) / (loud + 1e-9)
    weight = np.sqrt(loud)
    sums = np.cumsum((strange - OWN) * weight / (weight.mean() + 1e-9))
    length = int(np.argmax(sums)) + 1
    if length < SHORTEST * 4 or sums[length - 1] < STRANGE:
        return None
    return float(seconds[length])


def own_rest(env: Envelopes, lattice: BeatMap, unit: int) -> bool:
    """Whether the music rests as long before its later repetitions (every `unit` 16ths) as the take is silent at its start.

    Such silence is no sign of a beginning: the take may have been cut anywhere in that rest.
    """
    level, sounding = env.level, env.sounding
    first_s = env.sounds_from_s
    place = float(np.interp(first_s, lattice.beats_s, np.arange(len(lattice.beats_s)))) * 4
    later_s = lattice.seconds(np.arange(place + unit, len(lattice.beats_s) * 4, unit))
    silent = round((first_s - BEFORE_S - SLACK_S) * env.rate)
    later_s = later_s[(later_s > first_s) & (later_s < env.sounds_to_s)]
    if silent <= 0 or not len(later_s):
        return False
    ends = np.round((later_s - SLACK_S) * env.rate).astype(int)
    return (
        float(np.median([(level[end - silent : end] <= TAIL * sounding).mean() for end in ends]))
        > RESTED
    )
