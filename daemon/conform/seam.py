"""The loop point: how well a loop's end runs into its start."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_ENVELOPE_S = 0.005
_AROUND_S = 0.02


@dataclass(frozen=True)
class Seam:
    """`jump`: the step from last frame to first, as a share of the clip's own 99.9th percentile step (1 or less is unheard)."""

    jump: float


def measure_seam(audio: np.ndarray) -> Seam:
    """The seam of a loop, float32 (frames, channels): the worse of its channels."""
    if len(audio) < 2:
        return Seam(0.0)
    steps = np.abs(np.diff(audio, axis=0))
    usual = np.percentile(steps, 99.9, axis=0)
    jump = np.abs(audio[0] - audio[-1])
    shares = np.where(jump > 1e-5, jump / np.maximum(usual, 1e-9), 0.0)
    return Seam(float(shares.max()))
