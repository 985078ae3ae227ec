"""Saturation, with harmonics that alias or without."""

from __future__ import annotations

import numpy as np
import scipy.fft

from daemon.audio.filters import fast_length


def saturate(x: np.ndarray, drive: float) -> np.ndarray:
    """tanh with `drive` (0 leaves the signal alone), full scale kept at full scale."""
    if drive <= 0.01:
        return x
    k = np.float32(drive)
    return np.tanh(x * k) / np.tanh(k)


def saturate_clean(x: np.ndarray, drive: float, over: int = 4) -> np.ndarray:
    """As `saturate`, at `over` times the rate, so that its harmonics do not alias. (frames,) only.

    The signal is oversampled through its spectrum.
    """
    if drive <= 0.01:
        return x
    n = fast_length(len(x) + 64)
    spectrum = scipy.fft.rfft(x.astype(np.float32, copy=False), n)
    wide = np.zeros(n * over // 2 + 1, spectrum.dtype)
    wide[: len(spectrum)] = spectrum * np.float32(over)
    bent = saturate(scipy.fft.irfft(wide, n * over), drive)
    back = scipy.fft.rfft(bent)[: n // 2 + 1] / np.float32(over)
    return scipy.fft.irfft(back, n)[: len(x)]
