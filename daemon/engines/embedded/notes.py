"""One note, and the clock that notes are timed by."""

from __future__ import annotations

from dataclasses import dataclass

#: Resolution of notes and MIDI files; a tick is half a millisecond at 120 bpm.
TICKS_PER_QUARTER = 960
#: Ticks of a sixteenth.
STEP = TICKS_PER_QUARTER // 4


@dataclass(frozen=True)
class Note:
    """One note: `start` and `length` in ticks, `pitch` as MIDI number, `velocity` 0-1, its voice.

    `glide_from` is the pitch that it slides from; `variation` selects among a voice's variants.
    """

    start: int
    length: int
    pitch: int
    velocity: float
    voice: str
    glide_from: int | None = None
    variation: int = 0
