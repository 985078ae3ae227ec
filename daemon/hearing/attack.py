"""Where exactly an attack begins, to a fraction of a millisecond, from the waveform itself."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

#: s around the believed time in which the attack is looked for: before, after.
SEARCH_S = (0.012, 0.015)
#: s; how far the result may lie from the believed time. Envelopes see attacks early rather than late.
MOVE_S = (-0.0005, 0.0035)
#: How many occurrences are averaged at most.
MOST = 24


def refine(mono: np.ndarray, sample_rate: int, times_s: np.ndarray) -> float:
    """Seconds by which the attack that occurs at each of `times_s` (as believed) really begins later.

    The powers of all occurrences are averaged; the median of three estimates counts: where the amplitude has risen by 15 %,
    where that of the treble has risen by 30 %, and where the log power rises fastest.
    """
    half = round(0.03 * sample_rate)
    centre = np.round(times_s * sample_rate).astype(int)
    centre = centre[(centre > half) & (centre < len(mono) - half)][:MOST]
    if not len(centre):
        return 0.0
    pieces = mono[centre[:, None] + np.arange(-half, half)].astype(float)
    treble = np.diff(pieces, axis=1, prepend=pieces[:, :1])
    clock_s = np.arange(-half, half) / sample_rate
    inside = slice(*np.searchsorted(clock_s, (-SEARCH_S[0], SEARCH_S[1])))
    power = gaussian_filter1d((pieces**2).mean(axis=0), 0.0005 * sample_rate) + 1e-20
    bright = gaussian_filter1d((treble**2).mean(axis=0), 0.001 * sample_rate) + 1e-20
    log_rise = np.gradient(
        gaussian_filter1d(np.log(power + 3e-3 * power.max()), 0.0005 * sample_rate)
    )
    found = [
        _risen(np.sqrt(power), inside, 0.15),
        _risen(np.sqrt(bright), inside, 0.3),
        inside.start + int(np.argmax(log_rise[inside])),
    ]
    return float(np.clip(clock_s[int(np.median(found))], *MOVE_S))


def _risen(amplitude: np.ndarray, inside: slice, part: float) -> int:
    """The sample where the amplitude, on its way to its peak `inside`, has risen by `part`."""
    peak = inside.start + int(np.argmax(amplitude[inside]))
    low = amplitude[inside.start : peak + 1].min()
    below = np.flatnonzero(
        amplitude[inside.start : peak + 1] <= low + part * (amplitude[peak] - low)
    )
    return inside.start + int(below[-1])
