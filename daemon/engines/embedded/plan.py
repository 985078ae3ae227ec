"""The Plan: a small JSON description of a piece that a rule, a person or a language model can write.

Besides the sound of each voice it is all that the engine plays from: same plan, same sample rate, same audio and MIDI.

Rows are strings with one character per sixteenth, one row per bar, going round; a short row repeats within the bar.
Drum rows:   X accent, x hit, o soft, g ghost, 2 two 32nds, 3 a triplet of 16ths, 4 four 64ths, . rest
Bass rows:   X x o g the root (as loud as above), 5 fifth, 8 octave, 7 seventh, 3 third, a approach to the next chord,
             ~ slide from the note before to the octave or fifth, - the note before goes on, . rest
Chord rows:  X x o g the chord, - goes on, . rest
Chords:      Roman numerals of the key (i7, bVI, V/ii is not read) or chord symbols (Am7), one a bar or two with a slash between
             blanks (`i7 / iv7`)
Lead:        bars of [step, degree, length in steps]; degree 0 is the tonic, 7 its octave, in the plan's scale
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from bridge.music import Key, Meter

PARTS = ("drums", "bass", "chords", "lead", "pad", "texture", "fx")
#: 2: the sections of a track keep their distance to the fullest, and two parts alone are turned to the style's slope too.
#: 3: a beat alone falls off as real drum loops do. Older plans are played as they were.
VERSION = 3


@dataclass(frozen=True)
class Sound:
    """A voice and its timbre: `tone` holds values of `voices.voice.Tone` by name, `octave` moves the part."""

    voice: str = ""
    tone: dict[str, float] = field(default_factory=dict)
    octave: int = 0


@dataclass(frozen=True)
class Drums:
    """Rows by voice, the voices' sounds, the fill that replaces the end of every `fill_every`th bar, and the little one half-way.

    In a fill `*` is for every voice that is not named, `.` silences, a blank keeps what was there.
    """

    rows: dict[str, list[str]] = field(default_factory=dict)
    sounds: dict[str, Sound] = field(default_factory=dict)
    fill: dict[str, str] = field(default_factory=dict)
    fill_every: int = 4
    turn: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Bass:
    rows: list[str] = field(default_factory=list)
    sound: Sound = field(default_factory=Sound)
    hold: float = 0.9
    """Share of the time to the next note for which a note is held."""


@dataclass(frozen=True)
class Chords:
    rows: list[str] = field(default_factory=list)
    sound: Sound = field(default_factory=Sound)
    style: str = "block"
    """block, strum, arp, power, single"""
    hold: float = 0.9
    centre: float = 62.0
    """MIDI note round which the voicings lie."""


@dataclass(frozen=True)
class Lead:
    """Bars by letter, and the form in which they come: A A' A B, where ' varies the end."""

    bars: dict[str, list[list[float]]] = field(default_factory=dict)
    form: list[str] = field(default_factory=list)
    sound: Sound = field(default_factory=Sound)


@dataclass(frozen=True)
class Section:
    """A stretch of whole bars: which parts play, how hard (0-1), and what leads out of it (`fill`, `rise` or nothing)."""

    name: str
    bars: int
    parts: list[str]
    energy: float = 0.7
    exit: str = ""
    mute: list[str] = field(default_factory=list)
    """Voices of the drums that rest here."""


@dataclass(frozen=True)
class Feel:
    """What a player does to the grid: milliseconds by which parts come late, spread of time (ms) and velocity (0-1)."""

    late_ms: dict[str, float] = field(default_factory=dict)
    spread_ms: float = 3.0
    velocity: float = 0.06


@dataclass(frozen=True)
class Mix:
    """Levels in dB against the style's balance, ducking 0-1, reverb in s, sends 0-1, and loudness for tracks."""

    levels_db: dict[str, float] = field(default_factory=dict)
    duck: float = 0.0
    reverb_s: float = 1.6
    sends: dict[str, float] = field(default_factory=dict)
    delay: dict[str, float] = field(default_factory=dict)
    delay_steps: int = 3
    drive: float = 0.0
    lufs: float = -11.0
    slope_db: float = -4.7


@dataclass(frozen=True)
class Plan:
    genre: str
    bpm: float
    key: str
    meter: str = "4/4"
    bars: int = 4
    swing: float = 50.0
    swing_steps: int = 1
    """Pairs of sixteenths swing (1) or pairs of eighths (2)."""
    chords_of: list[str] = field(default_factory=lambda: ["i"])
    drums: Drums | None = None
    bass: Bass | None = None
    chords: Chords | None = None
    lead: Lead | None = None
    pad: Chords | None = None
    texture: Sound | None = None
    sections: list[Section] = field(default_factory=list)
    feel: Feel = field(default_factory=Feel)
    mix: Mix = field(default_factory=Mix)
    seeds: dict[str, int] = field(default_factory=dict)
    """What each part's small variations are drawn from; a changed part gets a new one, the others keep theirs."""
    version: int = VERSION

    @property
    def key_(self) -> Key:
        return Key.parse(self.key)

    @property
    def meter_(self) -> Meter:
        return Meter.parse(self.meter)

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that play anywhere, in the order of `PARTS`."""
        playing = {part for section in self.sections for part in section.parts}
        return tuple(
            part
            for part in PARTS
            if part in playing and (part == "fx" or getattr(self, part) is not None)
        )

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def with_(self, **changes: Any) -> Plan:
        return replace(self, **changes)


def _build(kind: Any, value: Any) -> Any:
    """A dataclass from its JSON, nested ones too; unknown names are dropped."""
    hints = get_type_hints(kind)
    known = {}
    for one in fields(kind):
        if one.name in value:
            known[one.name] = _convert(hints[one.name], value[one.name])
    return kind(**known)


def _convert(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    origin = get_origin(hint)
    inner = [one for one in get_args(hint) if one is not type(None)]
    if is_dataclass(hint):
        return _build(hint, value)
    # `X | None` is a Union of typing from Python 3.14 on
    if origin in (Union, UnionType) and len(inner) == 1:
        return _convert(inner[0], value)
    if origin is list and inner and is_dataclass(inner[0]):
        return [_build(inner[0], item) for item in value]
    if origin is dict and len(inner) == 2 and is_dataclass(inner[1]):
        return {name: _build(inner[1], item) for name, item in value.items()}
    return value


def read_plan(record: Mapping[str, Any] | str) -> Plan:
    """The plan that `to_json` wrote (or its JSON text). ValueError or TypeError where it is none."""
    value = json.loads(record) if isinstance(record, str) else record
    plan: Plan = _build(Plan, value)
    return plan
