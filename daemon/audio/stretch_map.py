"""The stretch map: where each frame of the result comes from, for every stretch engine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class StretchMap:
    """Rising positions in frames: `source[i]` of the take lands on `target[i]` of the result.

    Straight lines between and beyond. The result begins at target 0 and is `frames` long. Source
    positions may lie outside the take: there is silence.
    """

    source: np.ndarray
    target: np.ndarray
    frames: int

    def __post_init__(self) -> None:
        if len(self.source) < 2 or len(self.source) != len(self.target):
            raise ValueError(
                "a time map needs at least two points, as many in the source as in the target"
            )
        if np.any(np.diff(self.source) <= 0) or np.any(np.diff(self.target) <= 0):
            raise ValueError("a time map must rise")

    @classmethod
    def straight(cls, start: float, ratio: float, frames: int) -> StretchMap:
        """From source position `start`, `ratio` times as long."""
        return cls(
            np.array([start, start + frames / ratio]), np.array([0.0, float(frames)]), frames
        )

    @property
    def ratio(self) -> float:
        """Length of the result over the length of its source."""

        ends = self.source_of(np.array([0.0, float(self.frames)]))
        return float(self.frames / (ends[1] - ends[0]))

    @property
    def widest_deviation(self) -> float:
        """The largest local stretch or squeeze, as a distance from 1."""
        return float(np.abs(np.diff(self.target) / np.diff(self.source) - 1).max())

    def source_of(self, target: np.ndarray) -> np.ndarray:
        return _along(target, self.target, self.source)

    def target_of(self, source: np.ndarray) -> np.ndarray:
        return _along(source, self.source, self.target)


def _along(x: np.ndarray, from_x: np.ndarray, to_y: np.ndarray) -> np.ndarray:
    head = (to_y[1] - to_y[0]) / (from_x[1] - from_x[0])
    tail = (to_y[-1] - to_y[-2]) / (from_x[-1] - from_x[-2])
    inside = np.interp(x, from_x, to_y)
    before = to_y[0] + (x - from_x[0]) * head
    return np.where(
        x < from_x[0], before, np.where(x > from_x[-1], to_y[-1] + (x - from_x[-1]) * tail, inside)
    )
