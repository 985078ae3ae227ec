"""Reverb and echo as spectra, circular like the loop that they are applied to."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy.fft

from daemon.audio.signals import bandpass, fall, filtered, highpass, lowpass, noise, response_of
from daemon.audio.tilt import k_weight, tilt

#: Keeps the dry attack clear of the room.
_PRE_DELAY_S = 0.018


@lru_cache(2)
def reverb(size: int, rate: int, length_s: float) -> np.ndarray:
    """The spectrum (2, size // 2 + 1) of a room, as middle and side.

    `length_s` is its time to -60 dB. Unit power, high-passed at 250 Hz. Noise in three bands with
    their own decays (the top dies first), 18 ms after the sound.
    """
    n = round((length_s + 0.02) * rate)
    t = np.arange(n, dtype=np.float32) / np.float32(rate)
    start = round(_PRE_DELAY_S * rate)
    impulse = np.zeros((2, start + n), np.float32)
    for side in (0, 1):
        white = noise(n, "reverb", side)
        room = filtered(white, rate, lowpass(650)) * fall(t, length_s * 1.05) * np.float32(0.6)
        room += filtered(white, rate, bandpass(1600, 0.5)) * fall(t, length_s)
        room += filtered(white, rate, highpass(4500)) * fall(t, length_s * 0.5) * np.float32(0.7)
        impulse[side, start:] = room * (1 - np.exp(-t / np.float32(0.006)))
    impulse /= np.sqrt((impulse**2).sum(axis=1, keepdims=True))
    gain = response_of((highpass(250), highpass(250)), size, rate)
    return scipy.fft.rfft(_rolled(impulse, size), axis=1) * gain


def _rolled(rows: np.ndarray, size: int) -> np.ndarray:
    """Rows (2, any) folded or padded to `size`."""
    if rows.shape[1] <= size:
        return np.pad(rows, ((0, 0), (0, size - rows.shape[1])))
    whole = -(-rows.shape[1] // size) * size
    return np.pad(rows, ((0, 0), (0, whole - rows.shape[1]))).reshape(2, -1, size).sum(axis=1)


@lru_cache(2)
def ping_pong(size: int, rate: int, delay_frames: int, feedback: float = 0.42) -> np.ndarray:
    """The spectrum (2, size // 2 + 1) of a middle signal's echoes, as middle and side.

    They come from the left and the right in turn, each darker than the last.
    """
    k = np.arange(size // 2 + 1, dtype=np.int64)
    turns = (k * delay_frames % size) / size
    tone = response_of((highpass(280), lowpass(4200)), size, rate)
    once = feedback * tone * np.exp(-2j * np.pi * turns)
    left = once / (1 - once * once) / feedback
    right = once * left
    return (np.stack([left + right, left - right]) / 2).astype(np.complex64)


def forget() -> None:
    """Drop cached spectra of long stretches: a piece's rooms and tilts are many times a loop's."""
    for kept in (reverb, ping_pong, tilt, k_weight):
        kept.cache_clear()
