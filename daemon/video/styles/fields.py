"""Styles that fill the picture: rings, a kaleidoscope, a cover."""

from __future__ import annotations

import numpy as np

from daemon.video.movement import BANDS
from daemon.video.scene import Scene
from daemon.video.styles.style import BRIGHT, GROUND, Style, from_centre

#: Side of a texture that goes round on both sides.
_SIDE = 512
#: Rounds of the texture that pass in one bar, at least one in a loop.
_PIECES = 12


def texture(stream: np.random.Generator, side: int = _SIDE, octaves: int = 5) -> np.ndarray:
    """A seamless texture of clouds, float32 (side, side) from 0 to 1."""
    spectrum = np.fft.rfft2(stream.standard_normal((side, side)))
    y, x = np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None, :]
    far = np.hypot(x, y) * side
    spectrum *= np.where((far > 0) & (far < 2**octaves), 1 / np.maximum(far, 1) ** 1.7, 0)
    field = np.fft.irfft2(spectrum, (side, side))
    low, high = np.percentile(field, (2, 98))
    return np.clip((field - low) / (high - low), 0, 1).astype(np.float32)


class Rings(Style):
    """The spectrum from the middle outwards: each ring is as bright as its band."""

    def __init__(self, scene: Scene, width: int, height: int) -> None:
        super().__init__(scene, width, height)
        far, angle = from_centre(width, height)
        wave = 0.06 * np.sin(angle * scene.stream("rings").integers(3, 8)) + 1
        self.far = np.minimum(far * wave * 300, 1023).astype(np.int16)
        self.gap = np.arange(1024) * BANDS / 420

    def draw(self, k: int) -> np.ndarray:
        scene = self.scene
        now, at_s = scene.movement, scene.time_of(k)
        swell = 1 + 0.22 * float(now.at(now.thirds, at_s)[0])
        place = self.gap / swell
        levels = np.append(now.at(now.bands, at_s), 0.0)
        band = np.minimum(place.astype(int), BANDS)
        between = (place % 1 > 0.16) & (band < BANDS)
        shown = np.where(between, GROUND + levels[band] ** 1.5 * (BRIGHT - GROUND), GROUND)
        ramp = np.where(between & (band % 3 == scene.look_of(k) % 3), 128, 0)
        return (shown + ramp).astype(np.uint8)[self.far]


class Kaleidoscope(Style):
    """A texture, folded; it goes round with the loop and is drawn out by the bass."""

    def __init__(self, scene: Scene, width: int, height: int) -> None:
        super().__init__(scene, width, height)
        stream = scene.stream("kaleidoscope")
        self.texture = np.round(texture(stream) ** 1.2 * 255).astype(np.uint8)
        # a quarter is drawn, the rest is its mirror
        self.half = ((width + 1) // 2, (height + 1) // 2)
        far, angle = from_centre(width, height)
        self.far, self.angle = (
            far[: self.half[1], : self.half[0]],
            angle[: self.half[1], : self.half[0]],
        )
        self.maps = [self._folded(int(fold)) for fold in stream.permutation([3, 4, 5, 6])]
        self.rounds = max(1, round(scene.once_s / 8))
        self.row = (self.far * 120).astype(np.int32)

    def _folded(self, fold: int) -> np.ndarray:
        turn = np.abs(((self.angle * fold / np.pi) % 2) - 1)
        return (turn * (_SIDE // 3)).astype(np.int32)

    def draw(self, k: int) -> np.ndarray:
        scene = self.scene
        now = scene.movement.at(scene.movement.thirds, scene.time_of(k))
        phase = scene.phase_of(k) * self.rounds
        shift = int(phase * _SIDE) + int(26 * float(now[0]))
        turn = int(_SIDE * 0.25 * (1 + np.sin(2 * np.pi * phase)) + 14 * float(now[1]))
        columns = self.maps[scene.look_of(k) % len(self.maps)]
        mask = _SIDE - 1
        places = (((self.row + shift) & mask) * _SIDE) + ((columns + turn) & mask)
        quarter = self.texture.ravel()[places]
        top = np.concatenate([quarter, quarter[:, : self.width - self.half[0]][:, ::-1]], axis=1)
        return np.concatenate([top, top[: self.height - self.half[1]][::-1]], axis=0)


class Cover(Style):
    """A cover that was drawn for the piece: it comes nearer from cut to cut, and beats."""

    def __init__(self, scene: Scene, width: int, height: int) -> None:
        super().__init__(scene, width, height)
        self.pictures = [self._picture(n) for n in range(3)]

    def _picture(self, number: int) -> np.ndarray:
        stream = self.scene.stream(f"cover {number}")
        w, h = round(self.width * 1.25), round(self.height * 1.25)
        far, angle = from_centre(w, h)
        clouds = texture(stream, octaves=3)
        clouds = clouds[np.arange(h)[:, None] * _SIDE // h, np.arange(w)[None, :] * _SIDE // w]
        out = GROUND + clouds * 46
        x, y = far * np.cos(angle), far * np.sin(angle)
        for _ in range(_PIECES):
            cx, cy = stream.uniform(-1.1, 1.1, 2)
            size, level = stream.uniform(0.12, 0.6), stream.uniform(0.25, 0.95)
            away = np.hypot(x - cx, y - cy)
            shape = stream.integers(0, 3)
            if shape == 0:
                mask = away < size
            elif shape == 1:
                mask = np.abs(away - size) < 0.035
            else:
                slope = stream.uniform(-1.5, 1.5)
                mask = np.abs((y - cy) - slope * (x - cx)) < 0.05
            ramp = 128 * stream.integers(0, 2)
            out = np.where(mask, ramp + level * (BRIGHT - 20) * (0.75 + 0.25 * clouds), out)
        return out.astype(np.uint8)

    def draw(self, k: int) -> np.ndarray:
        scene = self.scene
        low = float(scene.movement.at(scene.movement.thirds, scene.time_of(k))[0])
        cuts = np.concatenate([[0], scene.cuts, [scene.frames]])
        shot = scene.shot_of(k)
        into = (k - cuts[shot]) / max(1, cuts[shot + 1] - cuts[shot])
        scale = 1.22 - 0.12 * into - 0.05 * low
        picture = self.pictures[scene.look_of(k) % len(self.pictures)]
        return zoomed(picture, self.width, self.height, scale)


def zoomed(picture: np.ndarray, width: int, height: int, scale: float) -> np.ndarray:
    """The middle of a picture, `scale` pixels of it to one, nearest neighbours; (height, width)."""
    h, w = picture.shape[:2]
    rows = (h / 2 + (np.arange(height) + 0.5 - height / 2) * scale).astype(np.int32)
    columns = (w / 2 + (np.arange(width) + 0.5 - width / 2) * scale).astype(np.int32)
    return picture[np.clip(rows, 0, h - 1)[:, None], np.clip(columns, 0, w - 1)[None, :]]
