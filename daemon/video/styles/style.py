"""A style: one picture for each frame, of levels that the scene's palette turns into colours."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from daemon.video.scene import RAMP, Scene

#: Levels of the first ramp: the ground that is always there, and the brightest.
GROUND, BRIGHT = 6, RAMP - 1


class Style(ABC):
    """Draws frames of a scene: the same scene and frame give the same picture."""

    needs_notes: ClassVar[bool] = False

    def __init__(self, scene: Scene, width: int, height: int) -> None:
        """width, height: of the picture that is drawn, in pixels."""
        self.scene, self.width, self.height = scene, width, height
        self.rows = np.arange(height, dtype=np.int32)[:, None]
        self.columns = np.arange(width, dtype=np.int32)[None, :]

    @abstractmethod
    def draw(self, k: int) -> np.ndarray:
        """Frame k: uint8 (height, width), levels 0 to 127 of one ramp, 128 to 255 of the other."""

    def blank(self) -> np.ndarray:
        return np.full((self.height, self.width), GROUND, np.uint8)


def second(level: float) -> int:
    """A level of 0 to 1 on the second ramp."""
    return RAMP + round(max(0.0, min(1.0, level)) * BRIGHT)


def first(level: float) -> int:
    """A level of 0 to 1 on the first ramp."""
    return round(max(0.0, min(1.0, level)) * BRIGHT)


def from_centre(width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """(distance, angle) of each pixel from the middle: half the shorter side is 1; -pi to pi."""
    unit = min(width, height) / 2
    y = (np.arange(height, dtype=np.float32)[:, None] + 0.5 - height / 2) / unit
    x = (np.arange(width, dtype=np.float32)[None, :] + 0.5 - width / 2) / unit
    return np.hypot(x, y), np.arctan2(y, np.broadcast_to(x, (height, width)))
