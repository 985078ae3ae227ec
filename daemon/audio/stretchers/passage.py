"""The part of a take that a stretcher reads."""

from __future__ import annotations

import numpy as np


def passage(audio: np.ndarray, first: int, frames: int) -> np.ndarray:
    """(channels, frames) from frame `first` on; silence outside the audio."""
    before, after = max(0, -first), max(0, first + frames - len(audio))
    inside = audio[max(0, first) : max(0, min(len(audio), first + frames))]
    return np.ascontiguousarray(
        np.pad(inside, ((before, after), (0, 0)))[:frames].T, dtype=np.float32
    )
