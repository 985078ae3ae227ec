"""Onset refinement: when an attack begins, to a fraction of a millisecond, from the waveform."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

#: Seconds before and after the estimated time that are searched for the attack.
SEARCH_S = (0.012, 0.015)
#: Seconds by which the result may move, back and forth. Envelopes place attacks early, not late.
MOVE_S = (-0.0005, 0.0035)
#: Occurrences averaged at most: bounds the time and memory that a long take costs.
MOST = 24


def refine(mono: np.ndarray, sample_rate: int, times_s: np.ndarray) -> float:
    """Seconds by which an attack begins later than its estimated `times_s` (occurrences,).

    `mono` is float (frames,). The powers of all occurrences are averaged. The result is the median
    of three estimates:
    - the amplitude has risen by 15 %;
    - the amplitude of the treble has risen by 30 %;
    - the log power rises fastest.
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
    """The sample where the amplitude has risen by `part` towards its peak in `inside`."""
    peak = inside.start + int(np.argmax(amplitude[inside]))
    low = amplitude[inside.start : peak + 1].min()
    below = np.flatnonzero(
        amplitude[inside.start : peak + 1] <= low + part * (amplitude[peak] - low)
    )
    return inside.start + int(below[-1])
