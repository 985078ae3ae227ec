"""A song: stems with the exact moments of its beats and bars."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Hz; rate of all training sound. The features end below its half.
RATE = 22050


@dataclass(frozen=True)
class Song:
    """`stems` are mono float32 at RATE; `beats_s` and `downbeats_s` are seconds from its start.

    `bars_known` is False where the file does not say where its bars begin.
    """

    name: str
    stems: dict[str, np.ndarray]
    beats_s: np.ndarray
    downbeats_s: np.ndarray
    bars_known: bool = True

    @property
    def bpm(self) -> float:
        """The tempo in the middle of the song; 0 where it has no beat."""
        return float(60 / np.median(np.diff(self.beats_s))) if len(self.beats_s) > 1 else 0.0


def counted(beats: int, beats_per_bar: int, beat_s: float) -> tuple[np.ndarray, np.ndarray]:
    """(beats, downbeats) in seconds of a steady piece that begins on its first downbeat."""
    at = np.arange(beats) * beat_s
    return at, at[::beats_per_bar]


def tapped(numerator: int, denominator: int) -> tuple[float, int]:
    """(quarters in a tapped beat, tapped beats in a bar) of a meter: 6/8 is tapped in two."""
    if denominator == 8:
        return (1.5, numerator // 3) if numerator % 3 == 0 else (0.5, numerator)
    return 4.0 / denominator, numerator
