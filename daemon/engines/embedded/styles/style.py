"""A style: the material that the composer chooses from.

Rows are written as in `plan.py`; `/` separates the bars of a row.
"""

from __future__ import annotations

from dataclasses import dataclass, field

#: Timbre by voice: values of `voices.voice.Tone`, and for drums `tune` in semitones.
Tones = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Style:
    """One genre. Each tuple holds alternatives; the seed selects one."""

    name: str
    bpm: float
    beats: tuple[dict[str, str], ...] = ()
    """Drum grooves: row by voice."""
    extras: dict[str, str] = field(default_factory=dict)
    """Rows that may join a groove; likelier at a higher density."""
    fills: tuple[dict[str, str], ...] = ()
    """Fills over the end of a bar; `*` stands for every voice not named."""
    bass: tuple[str, ...] = ()
    bass_sounds: tuple[str, ...] = ()
    bass_hold: float = 0.9
    chords: tuple[str, ...] = ()
    chord_sounds: tuple[str, ...] = ()
    chord_style: str = "block"
    chord_hold: float = 0.9
    lead_sounds: tuple[str, ...] = ()
    lead_busy: float = 0.4
    pad: tuple[str, ...] = ()
    texture: str = ""
    minor: tuple[str, ...] = ("i VI III VII",)
    major: tuple[str, ...] = ("I V vi IV",)
    mode: str = "minor"
    tonics: tuple[str, ...] = ("A", "C", "D", "F", "G")
    swing: float = 50.0
    swing_steps: int = 1
    """Unit of swing in sixteenths: 1 swings pairs of sixteenths, 2 pairs of eighths as in jazz."""
    feel: str = "back"
    """Grooves in other meters: floor, back, half, swing or calm (see `meters.py`)."""
    tones: Tones = field(default_factory=dict)
    duck: float = 0.0
    reverb_s: float = 1.6
    sends: dict[str, float] = field(default_factory=dict)
    delay: dict[str, float] = field(default_factory=dict)
    levels_db: dict[str, float] = field(default_factory=dict)
    drive: float = 0.0
    lufs: float = -11.0
    slope_db: float = -4.7
    late_ms: dict[str, float] = field(default_factory=dict)
    spread_ms: float = 3.0
    loose: float = 0.06
    kit: str = ""
    """The kit of wood and skin that it is played on (see `kits.py`); empty for machines."""
    room: str = "club"
    """The room that all play in, by its name in `audio.rooms`."""
    form: str = "dance"
    """Form of a whole track: dance, song, rap or calm (see `forms.py`)."""
