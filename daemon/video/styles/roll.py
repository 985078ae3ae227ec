"""The notes as a piano roll that goes by; what sounds now is lit."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from daemon.video.scene import Note, Scene
from daemon.video.styles.style import GROUND, Style, first, second

#: s of the roll that are seen, and the share of the width at which a note sounds.
_SEEN_S, _NOW = 4.0, 0.3
#: s after its beginning in which a drum is lit.
_LIT_S = 0.12


class PianoRoll(Style):
    """The notes beside a clip. It needs some: see `needs_notes`."""

    needs_notes: ClassVar[bool] = True

    def __init__(self, scene: Scene, width: int, height: int) -> None:
        super().__init__(scene, width, height)
        self.per_s = width / _SEEN_S
        pitched = [note.pitch for note in scene.notes if not note.is_drum]
        self.low, self.high = (min(pitched) - 1, max(pitched) + 1) if pitched else (0, 1)
        drums = sorted({note.pitch for note in scene.notes if note.is_drum})
        self.drum_row = {pitch: n for n, pitch in enumerate(drums)}
        self.drum_share = (0.34 if pitched else 0.9) if drums else 0.0
        length = max(width, round(scene.once_s * self.per_s))
        self.strip = np.full((height, length), GROUND, np.uint8)
        lines = np.round((scene.beats_s[scene.beats_s < scene.once_s]) * self.per_s).astype(int)
        self.strip[:, lines[lines < length]] = first(0.16)
        for note in scene.notes:
            top, bottom, start, end = self._box(note)
            level = second(0.42) if note.is_drum else first(0.5)
            self.strip[top:bottom, start : min(end, length)] = level

    def _box(self, note: Note) -> tuple[int, int, int, int]:
        """(top, bottom, left, right) of a note on the strip."""
        if note.is_drum:
            share = self.drum_share / max(1, len(self.drum_row))
            top = 0.95 - share * (self.drum_row[note.pitch] + 1)
            end_s = note.start_s + 0.07
        else:
            upper = 0.9 - self.drum_share
            share = upper / (self.high - self.low + 1)
            top = 0.05 + share * (self.high - note.pitch)
            end_s = note.end_s
        high = max(3, round(share * self.height * 0.8))
        start = round(note.start_s * self.per_s)
        y = round(top * self.height)
        return y, y + high, start, max(start + 3, round(end_s * self.per_s) - 2)

    def draw(self, k: int) -> np.ndarray:
        at_s = self.scene.time_of(k)
        left = round(at_s * self.per_s) - round(self.width * _NOW)
        places = np.arange(left, left + self.width)
        length = self.strip.shape[1]
        if self.scene.is_loop:
            out = self.strip[:, places % round(self.scene.once_s * self.per_s)]
        else:
            out = self.strip[:, np.clip(places, 0, length - 1)]
            out[:, (places < 0) | (places >= length)] = GROUND
        out[:, round(self.width * _NOW)] = first(0.4)
        for note in self.scene.notes:
            if note.start_s > at_s:
                break
            if at_s < (note.start_s + _LIT_S if note.is_drum else note.end_s):
                top, bottom, start, end = self._box(note)
                level = second(1.0) if note.is_drum else first(1.0)
                out[top:bottom, max(0, start - left) : max(0, end - left)] = level
        return out
