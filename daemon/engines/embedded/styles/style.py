"""What a style is: the material that a composer chooses from. Rows as in `plan.py`; bars of one row are parted by `/`."""

from __future__ import annotations

from dataclasses import dataclass, field

#: Timbre by voice: values of `voices.voice.Tone`, and `tune` in semitones for drums.
Tones = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Style:
    """One genre. Every tuple holds alternatives, of which a seed takes one."""

    name: str
    bpm: float
    beats: tuple[dict[str, str], ...] = ()
    """Drum grooves: row by voice."""
    extras: dict[str, str] = field(default_factory=dict)
    """Rows that may join a groove, the more the denser."""
    fills: tuple[dict[str, str], ...] = ()
    """Laid over the end of a bar; `*` is for every voice that is not named."""
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
    """What swings: pairs of sixteenths (1), or pairs of eighths (2) as in jazz."""
    feel: str = "back"
    """Which grooves it takes in other meters: floor, back, half, swing, calm (see `meters.py`)."""
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
    form: str = "dance"
    """Which plan of sections a whole track follows: dance, song, rap, calm (see `forms.py`)."""
