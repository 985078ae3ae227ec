"""The window of a short-time spectrum. Loading `scipy.signal` for it takes half a second."""

from __future__ import annotations

import numpy as np


def hann(length: int) -> np.ndarray:
    """The periodic Hann window, float32 (length,), from 2 frames on.

    Equal to `scipy.signal.windows.hann` with sym=False.
    """
    turn = np.linspace(-np.pi, np.pi, length + 1)[:-1]
    return np.asarray(0.5 + 0.5 * np.cos(turn), np.float32)
