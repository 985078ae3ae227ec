"""What a voice is told and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from bridge.music import note_hz


@dataclass(frozen=True)
class Tone:
    """The timbre that the prompt asks for. Every voice follows all of it as far as it makes sense for that voice.

    bright    -1 (dark) to 1 (bright): filters, noise, partials
    drive     0 (clean) to 1 (distorted)
    length    0.25 to 4: decays and releases against the voice's own
    width     0 (mono) to 2: how wide in stereo
    dirt      0 to 1: dust, noise, worn tape
    attack    0 (soft) to 1 (hard): transients; 0.5 is the voice's own
    """

    bright: float = 0.0
    drive: float = 0.0
    length: float = 1.0
    width: float = 1.0
    dirt: float = 0.0
    attack: float = 0.5

    def with_(self, **changes: float) -> Tone:
        return replace(self, **changes)


@dataclass(frozen=True)
class Strike:
    """One note for a voice: pitch as MIDI number (fractions allowed), held for `held_s`, velocity 0-1.

    `glide_from` is the pitch from which the note slides, or None. `variation` chooses among the voice's own small differences.
    """

    pitch: float
    held_s: float
    velocity: float
    rate: int
    tone: Tone = Tone()
    glide_from: float | None = None
    variation: int = 0

    @property
    def hz(self) -> float:
        return note_hz(self.pitch)

    @property
    def scale(self) -> float:
        """Factor on filter cutoffs: an octave and a half up or down at the ends of `bright`."""
        return float(2 ** (1.5 * self.tone.bright))


#: A voice's sound: a strike -> float32 (frames, 2).
Play = Callable[[Strike], np.ndarray]


@dataclass(frozen=True)
class Voice:
    """One row of the table of voices."""

    name: str
    family: str
    play: Play
    gm: int
    """General MIDI: the note on the drum channel, or the program (from 0) elsewhere."""
    low: int = 24
    high: int = 96
    """The range of notes in which it is at home."""
    home: int = 60
    """The note of a one-shot when none is asked; for drums the note it is tuned near."""
    tuned: bool = True
    """It has a pitch that follows the note."""
    one_shot_s: float = 1.0
    """How long a one-shot's note is held."""
