"""What comes after the sum of a part's notes: an amplifier and its loudspeaker.

All strings of a chord are distorted together, as they are in a real amplifier: that is why a power
chord of root and fifth is strong, and a full chord muddy. Left and right are two takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

#: How much of the other take each side hears: it costs a decibel in mono, not three.
_CROSS = 0.35
#: Frames round a loop's end that are run again, so that the filters have settled there.
_AROUND_S = 0.05
#: Bias of the first stage: tubes clip one side sooner, which gives even harmonics.
_BIAS = 0.08
#: Frames in one go: the rest of a long part need not be held twice as often.
_OVER = 2


@dataclass(frozen=True)
class Amplifier:
    """`drive` before and `level` after; the loudspeaker's band and its bump in Hz and dB."""

    drive: float
    level: float = 0.4
    low_hz: float = 95.0
    high_hz: float = 4700.0
    bump_hz: float = 2600.0
    bump_db: float = 5.0
    tight_hz: float = 110.0


#: The amplifiers: hardly driven, at its edge, full, and for a melody.
CRUNCH = Amplifier(2.4, 0.5, 85, 5200, 2400, 4)
FULL = Amplifier(9.0, 0.36, 90, 4700, 2700, 5, 130)
LEAD = Amplifier(8.0, 0.38, 110, 5200, 1900, 5, 160)
#: For a melody since version 9: a pedal before it keeps the low end from the tubes, so that the
#: partials at 2 to 5 kHz are as loud as the lowest, as recorded ones are.
SOLO = Amplifier(10.0, 0.36, 110, 5600, 3200, 9.0, 500)


@lru_cache(16)
def _filters(amp: Amplifier, rate: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(before, between, loudspeaker) as second-order sections, the first two at twice the rate."""
    # only here: most clips do without scipy.signal, which takes a fifth of a second to load
    from scipy import signal

    over = rate * _OVER
    before = np.concatenate([
        signal.butter(1, amp.tight_hz, "highpass", fs=over, output="sos"),
        signal.butter(2, 6500, "lowpass", fs=over, output="sos"),
    ])  # fmt: skip
    between = np.concatenate([
        signal.butter(1, 60, "highpass", fs=over, output="sos"),
        signal.butter(1, 7000, "lowpass", fs=over, output="sos"),
    ])  # fmt: skip
    speaker = np.concatenate([
        signal.butter(2, amp.low_hz, "highpass", fs=rate, output="sos"),
        signal.butter(4, min(amp.high_hz, 0.45 * rate), "lowpass", fs=rate, output="sos"),
        _bump(amp.bump_hz, amp.bump_db, 1.1, rate),
        _bump(125, 3.0, 1.5, rate),
    ])  # fmt: skip
    return before, between, speaker


def _bump(hz: float, gain_db: float, q: float, rate: int) -> np.ndarray:
    """A bell as one second-order section (R. Bristow-Johnson's cookbook)."""
    w, g = 2 * np.pi * hz / rate, 10 ** (gain_db / 40)
    a, c = np.sin(w) / (2 * q), np.cos(w)
    top = np.array((1 + a * g, -2 * c, 1 - a * g))
    under = np.array((1 + a / g, -2 * c, 1 - a / g))
    return np.concatenate([top, under])[None, :] / under[0]


def amplified(amp: Amplifier, x: np.ndarray, rate: int, more: float = 0.0) -> np.ndarray:
    """The sum of a part's notes through an amplifier, float32 (frames, 2), the same length.

    `more` 0 to 1 is drive that the words ask for. The sound goes round: what rings past the end is
    heard at the beginning, so that a loop has no seam. Silence stays silence.
    """
    if not x.any():
        return x
    from scipy import signal

    around = min(round(_AROUND_S * rate), len(x))
    # rows are contiguous; a single take is the same on both sides and goes through once
    takes = x.T[:1] if np.array_equal(x[:, 0], x[:, 1]) else x.T
    joined = np.concatenate([takes[:, -around:], takes, takes[:, :around]], axis=1)
    before, between, speaker = (one.astype(np.float32) for one in _filters(amp, rate))
    y = signal.resample_poly(joined.astype(np.float32, copy=False), _OVER, 1, axis=1)
    y = signal.sosfilt(before, y, axis=1)
    y *= np.float32(amp.drive * (1 + 1.5 * more))
    y += np.float32(_BIAS)
    np.tanh(y, out=y)
    y -= np.float32(np.tanh(_BIAS))
    y = signal.sosfilt(between, y, axis=1)
    y *= np.float32(1.8)
    np.tanh(y, out=y)
    y = signal.resample_poly(y, 1, _OVER, axis=1)
    y = signal.sosfilt(speaker, y, axis=1)[:, around : around + len(x)]
    crossed = y + np.float32(_CROSS) * y[::-1]
    crossed *= np.float32(amp.level)
    out = np.empty((len(x), 2), np.float32)
    out[:] = crossed.T
    return out
