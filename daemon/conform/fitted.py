"""A take on the grid, before its level is set."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.audio.sound import Sound
from daemon.hearing import Heard


@dataclass
class Fitted:
    """A loop or piece before its level is set, with its tempo, key and bars."""

    sound: Sound
    bpm: float | None
    key: str | None
    bars: int | None
    stretched: bool
    heard: Heard | None = None
    """The grid that it was fitted by, where hearing it anew may better it."""
    from_q: float = 0.0
    """Position of its first frame on that grid, in quarters."""
