"""A phrase: some bars of a piece, with all that rings on after them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Hz; the rate of Opus, which MP3 takes too.
RATE = 48000
#: Share of full scale from which what is left over after the limiter is bent.
_KNEE = 0.92


@dataclass(frozen=True)
class Phrase:
    """Some bars of a piece, with all that rings on after them."""

    audio: np.ndarray
    """float32 (frames and ringing, 2)."""
    frames: int
    words: str
    section: str
    key: str
    bpm: float
    meter: str
    bars: int
    number: int
    """The piece's, from 0."""
    round: int
    """Which words these are: it rises with each change."""
    license: str = "CC0-1.0"
    energy: float = 0.7
    """0 to 1, from which its loudness follows."""
    place: int = 0
    """Its place among those that were written: it was levelled to follow the one before."""

    @property
    def title(self) -> str:
        """What plays, in a line: `lo-fi, rain, slow (hook, Am, 78 bpm)`."""
        return f"{self.words} ({self.section}, {self.key}, {self.bpm:g} bpm)"


def bent(audio: np.ndarray) -> np.ndarray:
    """Samples whose peaks stay under full scale: where two phrases add up, they are rounded."""
    over = np.abs(audio) > _KNEE
    if not over.any():
        return audio
    room = 1 - _KNEE
    rounded = np.sign(audio) * (_KNEE + room * np.tanh((np.abs(audio) - _KNEE) / room))
    return np.where(over, rounded, audio).astype(np.float32)
