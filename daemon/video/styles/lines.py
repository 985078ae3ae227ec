"""Styles of lines and bars: the whole wave, the spectrum, an oscilloscope."""

from __future__ import annotations

import numpy as np

from daemon.video.movement import BANDS
from daemon.video.scene import Scene
from daemon.video.styles.style import BRIGHT, GROUND, Style, first, second

#: Pixels of a column of the wave, and between two.
_COLUMN, _GAP = 4, 2
#: s that an oscilloscope shows.
_SHOWN_S = 0.05
#: Traces of the oscilloscope, the older the darker, and s between them.
_TRACES, _TRACE_S = 4, 0.02


class Waveform(Style):
    """All of the sound as columns; a light goes along it, and what sounds now stands out."""

    def __init__(self, scene: Scene, width: int, height: int) -> None:
        super().__init__(scene, width, height)
        step = _COLUMN + _GAP
        count = max(8, round(width * 0.88) // step)
        peaks = np.array(
            [np.abs(part).max(initial=0.0) for part in np.array_split(scene.audio, count)]
        )
        peaks = peaks / max(float(peaks.max(initial=0.0)), 1e-6)
        self.count, self.left = count, (width - count * step) // 2
        tall = np.maximum(2, peaks * height * 0.30).astype(int)
        place = (np.arange(width) - self.left) // step
        inside = (place >= 0) & (place < count) & ((np.arange(width) - self.left) % step < _COLUMN)
        self.place = np.clip(place, 0, count - 1)
        self.tall = np.where(inside, tall[self.place], 0)[None, :]
        self.off = np.abs(self.rows - height // 2)

    def draw(self, k: int) -> np.ndarray:
        scene = self.scene
        now = scene.phase_of(k) * self.count
        low, level = float(scene.movement.at(scene.movement.thirds, scene.time_of(k))[0]), float(
            scene.movement.at(scene.movement.level, scene.time_of(k))
        )  # fmt: skip
        behind = now - self.place
        near = np.exp(-(np.minimum(np.abs(behind), self.count - np.abs(behind)) ** 2) / 18)
        lift = 1 + 0.9 * low * near
        colour = np.where(behind >= 0, second(0.62 + 0.2 * level), first(0.42)).astype(np.float32)
        colour = np.where(near > 0.75, second(1.0), colour).astype(np.uint8)
        mask = self.off < (self.tall * lift[None, :])
        return np.where(mask, colour[None, :], np.uint8(GROUND))


class Spectrum(Style):
    """Bars from low to high, that stand on a line and are mirrored under it."""

    def __init__(self, scene: Scene, width: int, height: int) -> None:
        super().__init__(scene, width, height)
        place = (np.arange(width) * BANDS) // width
        edge = (np.arange(width) * BANDS / width) % 1
        self.place, self.inside = place, (edge > 0.14) & (edge < 0.86)
        self.floor = round(height * 0.66)
        up = (self.floor - np.arange(height)[:, None]) / (height * 0.52)
        self.up = np.where(up >= 0, up, -up * 2.6).astype(np.float32)
        shade = np.where(
            up >= 0, 0.35 + 0.65 * np.clip(up, 0, 1), 0.3 * np.clip(1 + up * 2.6, 0, 1)
        )
        self.shade = np.round(shade * BRIGHT).astype(np.uint8)

    def draw(self, k: int) -> np.ndarray:
        scene = self.scene
        levels = scene.movement.at(scene.movement.bands, scene.time_of(k)) ** 1.6
        tall = np.where(self.inside, levels[self.place], 0).astype(np.float32)[None, :]
        loud = (scene.movement.at(scene.movement.thirds, scene.time_of(k))[0] > 0.7) * 128
        # the lowest bars are of the second ramp while the bass is loud
        ramp = np.where(self.place < BANDS // 5, np.uint8(loud), np.uint8(0))[None, :]
        return np.where(self.up < tall, self.shade + ramp, np.uint8(GROUND))


class Scope(Style):
    """An oscilloscope, with the traces of just before behind it."""

    def draw(self, k: int) -> np.ndarray:
        out = self.blank()
        thick = max(1.5, self.height / 260)
        for age in range(_TRACES - 1, -1, -1):
            top, bottom = self._line(self.scene.time_of(k) - age * _TRACE_S)
            mask = (self.rows >= top - thick) & (self.rows <= bottom + thick)
            level = second(1.0) if age == 0 else first(0.55 * (1 - age / _TRACES))
            out[mask] = level
        return out

    def _line(self, at_s: float) -> tuple[np.ndarray, np.ndarray]:
        """(highest, lowest) row of the trace in each column."""
        scene = self.scene
        count = len(scene.audio)
        places = ((at_s + np.linspace(-0.5, 0.5, self.width) * _SHOWN_S) * scene.rate).astype(int)
        places = places % count if scene.is_loop else np.clip(places, 0, count - 1)
        wave = scene.audio[places].mean(axis=1) * np.hanning(self.width)
        y = self.height * (0.5 - 0.42 * np.clip(wave * 1.3, -1, 1))
        beside = np.roll(y, 1)
        beside[0] = y[0]
        return np.minimum(y, beside)[None, :], np.maximum(y, beside)[None, :]
