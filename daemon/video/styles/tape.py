"""A tape machine: two reels that turn, the tape between them, and a meter for each side."""

from __future__ import annotations

import numpy as np

from daemon.video.scene import Scene
from daemon.video.styles.style import GROUND, Style, first, second

#: s of one turn of a reel, and its spokes.
_TURN_S, _SPOKES = 2.4, 3
#: Degrees of a meter's needle at rest and at full.
_REST, _FULL = -48.0, 48.0


class Tape(Style):
    """The reels turn a whole number of times in a loop; the meters show left and right."""

    def __init__(self, scene: Scene, width: int, height: int) -> None:
        super().__init__(scene, width, height)
        unit = min(width, height)
        self.radius = round(min(unit * 0.24, width * 0.21))
        apart = min(max(self.radius * 1.15, width * 0.2), width / 2 - self.radius * 1.08)
        self.centres = [(width / 2 + side * apart, height * 0.40) for side in (-1, 1)]
        self.turns = max(1, round(scene.once_s / _TURN_S))
        self.ground = self._machine()
        self.sides = [self._disc(x, y) for x, y in self.centres]
        self.levels = self._side_levels()

    def _machine(self) -> np.ndarray:
        out = self.blank()
        y = round(self.centres[0][1] + self.radius * 1.25)
        thick = max(2, self.height // 180)
        (x1, _), (x2, _) = self.centres
        out[y : y + thick, round(x1 - self.radius) : round(x2 + self.radius)] = first(0.5)
        head = round(self.width / 2)
        out[y - 4 * thick : y + 7 * thick, head - 8 * thick : head + 8 * thick] = first(0.3)
        for x, cy in self.centres:
            far = np.hypot(self.columns - x, self.rows - cy)
            out[far < self.radius * 1.04] = first(0.2)
        return out

    def _disc(self, x: float, y: float) -> tuple[slice, slice, np.ndarray, np.ndarray]:
        r = self.radius
        rows, columns = slice(round(y) - r, round(y) + r), slice(round(x) - r, round(x) + r)
        dy, dx = np.mgrid[-r:r, -r:r]
        return rows, columns, np.hypot(dx, dy) / r, np.arctan2(dy, dx).astype(np.float32)

    def _side_levels(self) -> np.ndarray:
        """(steps, 2) of 100 a second: how loud left and right are, with a needle's slowness."""
        scene = self.scene
        audio = scene.audio if scene.audio.shape[1] > 1 else np.repeat(scene.audio, 2, axis=1)
        steps = len(scene.movement.level)
        parts = np.array_split(audio[:, :2] ** 2, steps)
        level = np.sqrt(np.array([part.mean(axis=0) for part in parts]))
        slow, out = np.zeros(2), np.empty((steps, 2))
        for _ in range(2 if scene.is_loop else 1):
            for k, row in enumerate(level):
                slow = slow + (row - slow) * (0.16 if (row > slow).any() else 0.05)
                out[k] = slow
        return out / max(float(out.max()), 1e-6)

    def draw(self, k: int) -> np.ndarray:
        scene = self.scene
        out = self.ground.copy()
        turn = 2 * np.pi * self.turns * scene.phase_of(k)
        now = scene.movement.at(self.levels, scene.time_of(k))
        wound = 0.94 if scene.is_loop else None
        for n, (rows, columns, far, angle) in enumerate(self.sides):
            share = scene.phase_of(k)
            full = wound or 0.55 + 0.4 * ((1 - share) if n == 0 else share)
            spokes = np.cos(_SPOKES * (angle - turn)) > 0.2
            part = out[rows, columns]
            part[far < full] = first(0.34)
            part[(far < 0.44) & spokes] = second(0.75)
            part[(far < 0.44) & ~spokes] = GROUND
            part[far < 0.12] = second(0.3)
            part[np.abs(far - full) < 0.015] = first(0.6)
        for n in (0, 1):
            self._meter(out, n, float(now[n]))
        return out

    def _meter(self, out: np.ndarray, side: int, level: float) -> None:
        w, h = round(self.radius * 1.5), round(self.radius * 0.62)
        x, y = round(self.centres[side][0]), round(self.height * 0.76)
        top, left = y - h // 2, max(0, x - w // 2)
        out[top : top + h, left : left + w] = second(0.16)
        angle = np.deg2rad(_REST + (_FULL - _REST) * min(1.0, level))
        length = np.arange(0, h * 1.5)
        px = (x + length * np.sin(angle)).astype(int)
        py = (top + h * 1.55 - length * np.cos(angle)).astype(int)
        inside = (py >= top) & (py < top + h) & (px >= left) & (px < min(left + w, self.width - 2))
        for dx in range(max(2, self.width // 480)):
            out[py[inside], px[inside] + dx] = second(1.0)
