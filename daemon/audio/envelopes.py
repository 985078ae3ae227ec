"""How the level of a sound runs: its attack, its decay, its release, its fade."""

from __future__ import annotations

import numpy as np


def seconds(length_s: float, rate: int) -> np.ndarray:
    """Times in s of the frames of `length_s`."""
    return np.arange(max(1, round(length_s * rate)), dtype=np.float32) / np.float32(rate)


def fall(t: np.ndarray, to_60db_s: float) -> np.ndarray:
    """An exponential decay that reaches -60 dB after `to_60db_s`."""
    return np.exp(t * np.float32(-6.9078 / max(to_60db_s, 1e-4)))


def rise(t: np.ndarray, length_s: float) -> np.ndarray:
    """A raised-cosine attack of `length_s`; the times `t` ascend."""
    if length_s <= 0:
        return np.ones_like(t)
    # past the attack the formula is exactly 1, and a note is much longer than its attack
    count = int(np.searchsorted(t, np.float32(length_s)))
    out = np.ones(len(t), np.float32)
    out[:count] = 0.5 - 0.5 * np.cos(np.pi * np.minimum(t[:count] / np.float32(length_s), 1))
    return out


def gate(t: np.ndarray, held_s: float, release_s: float) -> np.ndarray:
    """1 while the note is held, then an exponential release.

    The release reaches -60 dB after `release_s`. The times `t` ascend.
    """
    out = np.ones_like(t)
    held = int(np.searchsorted(t, np.float32(held_s)))
    out[held:] = np.exp(
        np.minimum(0, held_s - t[held:]) * np.float32(6.9078 / max(release_s, 1e-4))
    )
    return out


def faded(x: np.ndarray, rate: int, length_s: float = 0.005) -> np.ndarray:
    """`x` (frames,) or (frames, channels), in place, with a fade out of `length_s` at its end."""
    n = min(round(length_s * rate), len(x))
    if n:
        curve = (0.5 + 0.5 * np.cos(np.pi * np.arange(1, n + 1, dtype=np.float32) / n)).astype(
            np.float32
        )
        x[-n:] *= curve if x.ndim == 1 else curve[:, None]
    return x
