"""Onset detection: the attacks of every band, timed between frames."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter1d

from daemon.hearing.envelopes import Envelopes

#: Seconds; within this distance of a stronger attack, others of the same band are ignored.
APART_S = 0.030
#: Share of a band's strong attacks below which a peak is no attack.
WEAK = 0.12
#: Share of the take's peak that is still heard: -60 dB.
AUDIBLE = 1e-3
#: Seconds of an attack in which it is heard, and by how many they begin before its time.
HIT_S, BEFORE_HIT_S = 0.06, 0.01
#: Seconds from the first to the last attack of one sound, as a click has in its bands.
ONE_SOUND_S = 0.15


@dataclass(frozen=True)
class Onsets:
    """Attacks: `time_s`, `band` and `weight` (0-1.2), each (onsets,)."""

    time_s: np.ndarray
    band: np.ndarray
    weight: np.ndarray

    def __len__(self) -> int:
        return len(self.time_s)

    def between(self, start_s: float, end_s: float) -> Onsets:
        """The attacks from `start_s` to `end_s`, timed from `start_s`."""
        inside = (self.time_s >= start_s) & (self.time_s < end_s)
        return Onsets(self.time_s[inside] - start_s, self.band[inside], self.weight[inside])


def onsets(env: Envelopes) -> Onsets:
    """Peaks of each band's onset strength, timed between frames by a parabola."""
    times, bands, weights = [], [], []
    reach = 2 * int(APART_S * env.rate) + 1
    for band in range(env.onset.shape[1]):
        rise = env.onset[:, band]
        if len(rise) < 5 or rise.max() <= 0:
            continue
        highest = maximum_filter1d(rise, reach)
        strong = max(float(np.percentile(highest, 95)), 1e-12)
        at = np.flatnonzero((rise == highest) & (rise > WEAK * strong))
        at = at[(at > 1) & (at < len(rise) - 2)]
        left, middle, right = (rise[at + k].astype(float) for k in (-1, 0, 1))
        times.append((at + 0.5 * (left - right) / (left - 2 * middle + right - 1e-12)) / env.rate)
        bands.append(np.full(len(at), band))
        weights.append(np.minimum(middle / strong, 1.2) * env.weight[band])
    if not times:
        return Onsets(np.zeros(0), np.zeros(0, int), np.zeros(0))
    return Onsets(np.concatenate(times), np.concatenate(bands), np.concatenate(weights))


def is_one_sound(hits: Onsets, mono: np.ndarray, sample_rate: int) -> bool:
    """Whether all that is struck in `mono` (frames,), at the times of `hits`, is one sound.

    In a band that holds little more than noise that noise looks like attacks too, and so does an
    end that is cut off: where the take can be heard and gets louder, something is struck.
    """
    peak = float(np.abs(mono).max(initial=0))
    first_s: float | None = None
    for time_s in np.sort(hits.time_s):
        at = round((time_s - BEFORE_HIT_S) * sample_rate)
        length = round(HIT_S * sample_rate)
        before, after = mono[max(0, at - length) : max(0, at)], mono[max(0, at) : at + length]
        level = float(np.abs(after).max(initial=0))
        if level > AUDIBLE * peak and level > float(np.abs(before).max(initial=0)):
            first_s = float(time_s) if first_s is None else first_s
            if time_s - first_s > ONE_SOUND_S:
                return False
    return True
