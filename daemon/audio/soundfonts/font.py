"""A font: recordings, and the keys and velocities at which each is played."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

#: Bank of a font's drum kits, as SF2 numbers it.
DRUM_BANK = 128
#: Steps of this share never fall on one place: chance without a die.
_GOLDEN = 0.618034


@dataclass(frozen=True)
class Recording:
    """One recording: `read` gives its sound, float32 (frames,), at `rate` Hz."""

    name: str
    read: Callable[[], np.ndarray]
    rate: int
    root: float
    """The MIDI note that it sounds, with fraction."""
    loop_start: int = 0
    loop_end: int = 0
    """Frame after the loop's last; not above `loop_start` where it has no loop."""


@dataclass(frozen=True)
class Region:
    """A recording as an instrument plays it. Times in seconds, levels in dB, tune in semitones."""

    recording: Recording
    keys: tuple[int, int] = (0, 127)
    velocities: tuple[int, int] = (0, 127)
    tune: float = 0.0
    follows: float = 1.0
    """Semitones by which the pitch follows each key."""
    level_db: float = 0.0
    pan: float = 0.0
    """-1 left, 1 right."""
    delay_s: float = 0.0
    attack_s: float = 0.001
    hold_s: float = 0.0
    decay_s: float = 0.001
    """Time of a fall by 100 dB."""
    sustain_db: float = 0.0
    release_s: float = 0.02
    """Time of a fall by 100 dB after the key is let go."""
    cutoff_hz: float | None = None
    loops: bool = False
    until_release: bool = False
    """The loop ends with the key; what follows in the recording is heard."""
    rings: bool = False
    """Sounds to its end, however long the key is held."""
    turn: tuple[int, int] = (0, 1)
    """(place, count): it plays every `count`th stroke."""
    chance: tuple[float, float] = (0.0, 1.0)
    """The part of all strokes that it plays, of 0 to 1."""

    def takes(self, stroke: int) -> bool:
        """Whether it plays the `stroke`th stroke of its key."""
        drawn = (stroke * _GOLDEN) % 1
        return stroke % self.turn[1] == self.turn[0] and self.chance[0] <= drawn < self.chance[1]


@dataclass
class Font:
    """Instruments by (bank, program), each a list of regions."""

    name: str
    licence: str = ""
    """Its copyright, in its own words."""
    presets: dict[tuple[int, int], list[Region]] = field(default_factory=dict)
    titles: dict[tuple[int, int], str] = field(default_factory=dict)

    def regions(
        self, bank: int, program: int, key: float, velocity: float, stroke: int = 0
    ) -> list[Region]:
        """What sounds for a key and a velocity of 0-1, at a key's first or another stroke."""
        at, strength = round(key), max(1, min(127, round(velocity * 127)))
        return [
            one
            for one in self.presets.get((bank, program), ())
            if one.keys[0] <= at <= one.keys[1]
            and one.velocities[0] <= strength <= one.velocities[1]
            and one.takes(stroke)
        ]
