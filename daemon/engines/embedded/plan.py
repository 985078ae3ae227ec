"""The Plan: a small JSON description of a piece, written by rules, a person or a language model.

It is the engine's only input besides the voices: the same plan and sample rate give the same audio
and MIDI.

Rows are strings with one character a sixteenth and one row a bar; the rows of a part repeat, and a
row shorter than the bar repeats within it.
Drum rows:   X accent, x hit, o soft, g ghost, . rest,
             2 two 32nds, 3 a triplet of 16ths, 4 four 64ths
Bass rows:   X x o g the root (velocities as above), 5 fifth, 8 octave, 7 seventh, 3 third,
             a approach to the next chord, ~ slide from the previous note to the root or its octave,
             - hold, . rest
Chord rows:  X x o g the chord, - hold, . rest
Chords:      Roman numerals of the key (i7, bVI; secondary dominants such as V/ii are not parsed)
             or chord symbols (Am7), one a bar, or two with a slash between blanks (`i7 / iv7`)
Lead:        bars of [step, degree, length in steps]; degree 0 is the tonic, 7 its octave,
             in the plan's scale. Where `written` is true, a MIDI note stands for the degree
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from bridge.music import Key, Meter
from daemon.engines.embedded.patches import exact, of_version, plain_of

#: The parts of a piece, in the order of playing, stems and MIDI tracks.
PARTS = ("drums", "bass", "chords", "lead", "pad", "texture", "fx")
#: Version of new plans; older plans keep their sound.
#: 2: sections of a track keep a loudness distance to the fullest; two parts alone are tilted too.
#: 3: drums alone get the spectral slope of real drum loops.
#: 4: drums of wood and skin, a room that all play in, a narrow top, and instruments with voices of
#: their own; older plans name the voices that they had.
#: 5: no pitched note sounds like the last of its pitch; chords are voiced, tunes have a manner.
#: 6: the top is as wide as in real mixes, no stroke of a drum or a chord is like one of the last
#: few, and players drift; older plans keep their cymbals, which were a machine's.
#: 7: sections of winds and reeds begin one by one and drift, short bows bounce, a part's width is
#: kept after the tilt; what machines comp, a player with bellows or lips holds; noise is made
#: no longer than it is heard, and sections are formed in their spectra.
#: 8: each seed is a record of its own, by how records of its genre are made (`styles.records`):
#: band, colour, slope, distance, width, levels and compression; a bass under a minor third is
#: driven less; machines rest and come back as sections do.
#: 9: harpsichords keep their upper partials, a lead guitar's amplifier its presence, and a breath
#: is softer than the flute that it blows.
VERSION = 9


@dataclass(frozen=True)
class Sound:
    """A voice and its timbre.

    `tone` holds values of `voices.voice.Tone` by name. `octave` transposes the part in octaves, a
    drum in semitones. In JSON `voice` is the instrument's plain name, and `patch` the voice itself
    where it has another: `{"voice": "piano", "patch": "felt piano"}`.
    """

    voice: str = ""
    tone: dict[str, float] = field(default_factory=dict)
    octave: int = 0


@dataclass(frozen=True)
class Drums:
    """Drum rows and sounds by voice.

    `fill` replaces the end of every `fill_every`th bar, `turn` the end of the bar half-way. In
    both, `*` stands for every voice not named, `.` silences, a blank keeps the mark of the row.
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
    """Length of a note as a share of the time to the next one."""


@dataclass(frozen=True)
class Chords:
    rows: list[str] = field(default_factory=list)
    sound: Sound = field(default_factory=Sound)
    style: str = "block"
    """block, strum, arp, power, single, fingered (six strings), hands (a pianist's two); or a note
    after the other, ringing on: harped, broken, picked"""
    hold: float = 0.9
    centre: float = 62.0
    """MIDI note round which the voicings are placed."""
    voicing: str = ""
    """How the notes of a chord lie: a name of `voicings.VOICINGS`, with a weight for each note.
    Empty: close, all notes struck alike."""
    lift: float = 0.0
    """Semitones by which `centre` is higher in every other four bars."""


@dataclass(frozen=True)
class Lead:
    """Bars by letter, and the form that orders them: A A' A B, where ' varies the end."""

    bars: dict[str, list[list[float]]] = field(default_factory=dict)
    form: list[str] = field(default_factory=list)
    sound: Sound = field(default_factory=Sound)
    written: bool = False
    """A melody that somebody wrote out: its notes stay as they are, whatever the chords."""
    manner: str = ""
    """What is added to its notes: a name of `ornaments.MANNERS`, or nothing."""


@dataclass(frozen=True)
class Section:
    """A section of whole bars: its parts, energy (0-1) and exit (`fill`, `rise` or nothing)."""

    name: str
    bars: int
    parts: list[str]
    energy: float = 0.7
    exit: str = ""
    mute: list[str] = field(default_factory=list)
    """Drum voices that are silent here."""
    arc_db: list[float] = field(default_factory=list)
    """How much softer each bar is played, in dB up to 0; repeats. Empty: all alike."""
    closed: dict[str, list[float]] = field(default_factory=dict)
    """How far a part's filter is closed where each bar begins, 0-1; moves between. In loops."""


@dataclass(frozen=True)
class Feel:
    """Microtiming: how late each part or drum voice plays, and random spread.

    `late_ms`, `spread_ms`, `apart_ms` (of a chord's first and last note) and `firsts_ms` (the
    spread of kicks and first beats, which machines strike exactly) in milliseconds, `velocity` 0-1.
    """

    late_ms: dict[str, float] = field(default_factory=dict)
    spread_ms: float = 3.0
    velocity: float = 0.06
    apart_ms: float = 0.0
    firsts_ms: float = 0.0
    drift: float = 0.0
    """How much of a player's deviation goes on to the next note, 0-1: nobody errs by dice."""


@dataclass(frozen=True)
class Mix:
    """Settings of the mix.

    `levels_db` offsets parts against the default balance; `duck`, `sends`, `delay` (echo sends) and
    `drive` 0-1; `reverb_s` in seconds; `delay_steps` in sixteenths; `lufs` the loudness of tracks;
    `slope_db` the spectral slope in dB an octave.
    """

    levels_db: dict[str, float] = field(default_factory=dict)
    duck: float = 0.0
    reverb_s: float = 1.6
    sends: dict[str, float] = field(default_factory=dict)
    delay: dict[str, float] = field(default_factory=dict)
    delay_steps: int = 3
    drive: float = 0.0
    lufs: float = -11.0
    slope_db: float = -4.7
    room: str = ""
    """The room that all play in, a name of `audio.rooms.ROOMS`; empty for none."""
    low_hz: float = 0.0
    """Hz under which the recording falls off, 12 dB an octave; 0 for none."""
    top_hz: float = 0.0
    """The same of its top, 18 dB an octave."""
    bells: list[list[float]] = field(default_factory=list)
    """[Hz, dB] of an octave and a half each: the colour of microphones, desk and tape."""
    width: float = 1.0
    """Factor on the sides: 0 is mono."""
    distance: float = 1.0
    """Factor on what each part gives to the room: microphones near or far."""
    glue: float = 0.0
    """0-1: how much each part's fast changes of level are evened out, as a compressor does."""
    warmth: float = 0.0
    """0-1: how far tape or desk round the peaks of every part but the bass."""


@dataclass(frozen=True)
class Plan:
    genre: str
    bpm: float
    key: str
    meter: str = "4/4"
    bars: int = 4
    swing: float = 50.0
    swing_steps: int = 1
    """Unit of swing in sixteenths: 1 swings pairs of sixteenths, 2 pairs of eighths."""
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
    """Seed of each part's small variations; only a changed part gets a new one."""
    version: int = VERSION

    @property
    def key_(self) -> Key:
        return Key.parse(self.key)

    @property
    def meter_(self) -> Meter:
        return Meter.parse(self.meter)

    @property
    def early(self) -> bool:
        """Whether its notes are rendered as before version 7 (`Strike`)."""
        return self.version < 7

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that play in any section, in the order of `PARTS`."""
        playing = {part for section in self.sections for part in section.parts}
        return tuple(
            part
            for part in PARTS
            if part in playing and (part == "fx" or getattr(self, part) is not None)
        )

    @property
    def has_key(self) -> bool:
        """Whether any of its parts plays in its key."""
        return bool(set(self.parts) - {"drums", "texture", "fx"})

    def to_json(self) -> dict[str, Any]:
        record = asdict(self)
        for part in ("bass", "chords", "lead", "pad"):
            if record[part] is not None:
                record[part]["sound"] = _named(record[part]["sound"])
        return record

    def with_(self, **changes: Any) -> Plan:
        return replace(self, **changes)


def _named(sound: dict[str, Any]) -> dict[str, Any]:
    """A sound's JSON by the plain name of its instrument."""
    plain = plain_of(sound["voice"])
    return sound if plain == sound["voice"] else sound | {"voice": plain, "patch": sound["voice"]}


def _build(kind: Any, value: Any) -> Any:
    """A dataclass from its JSON, nested ones included; unknown names are dropped."""
    if kind is Sound and "patch" in value:
        value = {**value, "voice": exact(str(value.get("voice", "")), str(value["patch"]))}
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
    # from Python 3.14 on the origin of `X | None` is typing.Union
    if origin in (Union, UnionType) and len(inner) == 1:
        return _convert(inner[0], value)
    if origin is list and inner and is_dataclass(inner[0]):
        return [_build(inner[0], item) for item in value]
    if origin is dict and len(inner) == 2 and is_dataclass(inner[1]):
        return {name: _build(inner[1], item) for name, item in value.items()}
    return value


def read_plan(record: Mapping[str, Any] | str) -> Plan:
    """Parse a plan from the record of `to_json` or its text. ValueError or TypeError if invalid."""
    value = json.loads(record) if isinstance(record, str) else record
    return _with_its_voices(_build(Plan, value))


def _with_its_voices(plan: Plan) -> Plan:
    """An older plan with the voices that it was made for."""
    parts = {part: getattr(plan, part) for part in ("bass", "chords", "lead", "pad")}
    own = {
        part: replace(player, sound=replace(player.sound, voice=voice))
        for part, player in parts.items()
        if player is not None
        and (voice := of_version(player.sound.voice, plan.version)) != player.sound.voice
    }
    return plan.with_(**own) if own else plan
