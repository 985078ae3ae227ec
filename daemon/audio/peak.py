"""The highest sample of a sound, without a copy: a long one fills a small machine's memory."""

from __future__ import annotations

import numpy as np


def sample_peak(audio: np.ndarray) -> float:
    """The highest absolute sample of float (frames, channels), of any shape; 0 where it is empty.

    NaN where a sample is none.
    """
    return max(float(audio.max(initial=0.0)), -float(audio.min(initial=0.0)))
