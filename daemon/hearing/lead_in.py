"""Lead-ins: what precedes the music and is no part of it, such as a count-in, fill or breath."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import maximum_filter1d

from daemon.hearing.beat_map import BeatMap
from daemon.hearing.envelopes import BEFORE_S, Envelopes

#: Part of a 16th on either side of a slot within which an attack belongs to it.
NEAR = 0.4
#: Difference (0-1) between a slot and its repetitions that music itself may show.
OWN = 0.3
#: Excess over `OWN`, summed over slots, from which they are a lead-in.
STRANGE = 0.6
#: Quarters that a lead-in lasts at least.
SHORTEST = 1
#: Quarters that a lead-in lasts at most: two bars of 4/4 and a beat.
LONGEST = 9
#: Seconds by which the music's first hit may precede its slot.
EARLY_S = 0.03
#: Seconds; uncertainty of the moment at which a sound begins here.
SLACK_S = 0.015
#: Share of a rest that must be silent.
RESTED = 0.9
#: Energy in a rest over that at the take's start: before a repetition other sounds still decay.
TAIL = 10.0


def music_from_s(env: Envelopes, lattice: BeatMap, unit: int) -> float | None:
    """Seconds at which the music begins after a lead-in, or None without one.

    The music repeats after `unit` 16ths, and a lead-in differs from it. Each 16th is compared with
    the same place of the later units. The lead-in ends where the running sum of the differences is
    highest, as in Page's test for a change.
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
    """Whether the silence at the take's start may be a rest of the music.

    It may where the music rests as long before its later repetitions, every `unit` 16ths. Such
    silence is no sign of a beginning: the take may have been cut anywhere in that rest.
    """
    level = env.level
    sounding = env.sounding
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
