"""Sample-rate conversion that keeps positions: frame n of the result is at n / rate seconds."""

from __future__ import annotations

from math import gcd

import numpy as np
import soxr

#: Source frames copied from the other side of a loop, so that the filter never sees its edges.
_WRAP_FRAMES = 4096


def resample(audio: np.ndarray, from_rate: int, to_rate: int) -> np.ndarray:
    """Float32 (frames, channels) at `to_rate`: `round(frames * to_rate / from_rate)` frames."""
    if from_rate == to_rate:
        return audio
    wanted = round(len(audio) * to_rate / from_rate)
    return fit_length(soxr.resample(audio, from_rate, to_rate, quality="VHQ"), wanted)


def resample_loop(audio: np.ndarray, from_rate: int, to_rate: int, frames: int) -> np.ndarray:
    """The same for a seamless loop, `frames` long: the filter reads around its ends."""
    if from_rate == to_rate:
        return fit_length(audio, frames)
    # Source frames after which both rates meet on a frame.
    step = from_rate // gcd(from_rate, to_rate)
    lead = step * -(-_WRAP_FRAMES // step)
    padded = np.take(audio, np.arange(-lead, len(audio) + lead), axis=0, mode="wrap")
    start = lead * to_rate // from_rate
    return fit_length(soxr.resample(padded, from_rate, to_rate, quality="VHQ")[start:], frames)


def fit_length(audio: np.ndarray, frames: int) -> np.ndarray:
    """Cut, or padded with silence, to `frames`."""
    if len(audio) >= frames:
        return np.ascontiguousarray(audio[:frames])
    return np.pad(audio, ((0, frames - len(audio)), (0, 0)))
