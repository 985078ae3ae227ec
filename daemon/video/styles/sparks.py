"""Sparks that fly off at each attack."""

from __future__ import annotations

import numpy as np

from daemon.video.scene import RAMP, Scene
from daemon.video.styles.style import BRIGHT, Style, from_centre

#: Sparks of the strongest attack, and s that they fly.
_MOST, _LIFE_S = 90, 1.6
#: Pixels of a spark at a height of 540, by its size.
_STAMPS = tuple(
    [
        (dy, dx)
        for dy in range(-r, r + 1)
        for dx in range(-r, r + 1)
        if dy * dy + dx * dx <= r * r + 1
    ]
    for r in (1, 2, 3)
)


class Particles(Style):
    """A burst for each attack, round a middle that swells with the bass."""

    def __init__(self, scene: Scene, width: int, height: int) -> None:
        super().__init__(scene, width, height)
        stream = scene.stream("particles")
        self.far, _ = from_centre(width, height)
        self.bursts = []
        for at_s, strength in scene.movement.attacks:
            count = max(8, round(_MOST * strength))
            angle = stream.uniform(-np.pi, np.pi, count)
            speed = stream.uniform(0.15, 1.0, count) * (0.5 + 0.7 * strength)
            size = stream.integers(0, 3, count)
            ramp = RAMP * (stream.random(count) < 0.4)
            self.bursts.append((float(at_s), angle, speed, size, ramp))

    def draw(self, k: int) -> np.ndarray:
        scene = self.scene
        at_s = scene.time_of(k)
        low = float(scene.movement.at(scene.movement.thirds, at_s)[0])
        core = 0.10 + 0.14 * low
        out = np.where(self.far < core, np.uint8(RAMP + 70 + 50 * low), np.uint8(6))
        out[np.abs(self.far - core * 1.35) < 0.012] = 40 + round(60 * low)
        for start_s, *burst in self.bursts:
            age = at_s - start_s
            if scene.is_loop:
                age %= scene.once_s
            if 0 <= age < _LIFE_S:
                self._burst(out, age, *burst)
        return out

    def _burst(
        self, out: np.ndarray, age: float, angle: np.ndarray, speed: np.ndarray, size: np.ndarray,
        ramp: np.ndarray,
    ) -> None:  # fmt: skip
        unit = min(self.width, self.height) / 2
        # air holds them back, and they sink
        gone = 0.12 + speed * (1 - np.exp(-2.2 * age)) * 0.95
        x = (self.width / 2 + unit * gone * np.cos(angle)).astype(int)
        y = (self.height / 2 + unit * (gone * np.sin(angle) + 0.10 * age * age)).astype(int)
        level = (ramp + BRIGHT * (1 - age / _LIFE_S) ** 1.3).astype(np.uint8)
        for n, stamp in enumerate(_STAMPS):
            own = size == n
            for dy, dx in stamp:
                yy, xx = y[own] + dy, x[own] + dx
                inside = (yy >= 0) & (yy < self.height) & (xx >= 0) & (xx < self.width)
                out[yy[inside], xx[inside]] = level[own][inside]
