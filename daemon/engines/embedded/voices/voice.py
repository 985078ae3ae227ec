"""The interface of a voice: a strike in, samples out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from bridge.music import note_hz
from daemon.engines.embedded.voices.amplifiers import Amplifier, amplified


@dataclass(frozen=True)
class Tone:
    """The timbre of a note. A voice applies each value as far as it makes sense for it.

    bright    -1 (dark) to 1 (bright): filters, noise, partials
    drive     0 (clean) to 1 (distorted)
    length    0.25 to 4: factor on decays and releases
    width     0 (mono) to 2: stereo width
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
    """One note for a voice: `pitch` as fractional MIDI number, `held_s` seconds, `velocity` 0-1.

    `glide_from` is the pitch that the note slides from, or None. `variation` selects among a
    voice's small variants. `early` notes are of plans before version 7: voices that are computed
    at less cost since then render them as they did, to the sample.
    """

    pitch: float
    held_s: float
    velocity: float
    rate: int
    tone: Tone = Tone()
    glide_from: float | None = None
    variation: int = 0
    early: bool = False

    @property
    def hz(self) -> float:
        return note_hz(self.pitch)

    @property
    def scale(self) -> float:
        """Factor on filter cutoffs: up to 1.5 octaves up or down, by `bright`."""
        return float(2 ** (1.5 * self.tone.bright))


#: Renderer of a voice: strike -> float32 (frames, 2).
Play = Callable[[Strike], np.ndarray]


@dataclass(frozen=True)
class Voice:
    """A row of the table of voices."""

    name: str
    family: str
    play: Play
    gm: int
    """General MIDI: note of the drum channel for drums, else the program, counted from 0."""
    low: int = 24
    high: int = 96
    """Range of notes that suits the voice: `low` to `high`."""
    home: int = 60
    """Default note of a one-shot; for drums the note that the drum is tuned near."""
    tuned: bool = True
    """Whether the pitch follows the note."""
    one_shot_s: float = 1.0
    """Default hold time of a one-shot in seconds."""
    amp: Amplifier | None = None
    """What the sum of its notes goes through."""
    now: str = ""
    """The voice that new plans have in its place: it stays as it was for plans that name it."""

    def after(self, x: np.ndarray, rate: int, tone: Tone) -> np.ndarray:
        """The sum of its notes, float32 (frames, 2), as it leaves its amplifier."""
        return x if self.amp is None else amplified(self.amp, x, rate, tone.drive)
