"""Parses the words of a prompt into wishes for a style: parts, voices, timbre, feel."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from daemon.brief import Brief
from daemon.prompt.vocabulary import part_of

#: Instrument -> the drum voices that it stands for.
DRUM_VOICES: dict[str, tuple[str, ...]] = {
    "kick": ("kick", "hard kick"), "snare": ("snare",), "clap": ("clap",), "snap": ("snap",),
    "rim": ("rim",), "hats": ("hat", "open hat"), "cymbal": ("ride", "crash"),
    "tom": ("high tom", "mid tom", "low tom"), "shaker": ("shaker",), "tambourine": ("tambourine",),
    "cowbell": ("cowbell",), "clave": ("clave",), "woodblock": ("clave",),
    "conga": ("high conga", "low conga"), "bongo": ("high conga",),
    "tabla": ("high conga", "low tom"),
    "percussion": (
        "shaker", "high conga", "low conga", "rim", "clave", "tambourine", "cowbell", "low tom",
    ),
}  # fmt: skip

#: The pair of drums of a prompt that says "tabla" itself.
_TABLAS = ("tabla", "bayan")

#: Pitched instrument -> (part, voice); an empty voice keeps the style's own.
PITCHED: dict[str, tuple[str, str]] = {
    "bass": ("bass", ""), "808": ("bass", "808"), "808 bass": ("bass", "808"),
    "sub bass": ("bass", "sub"), "reese": ("bass", "reese"), "acid bass": ("bass", "acid"),
    "bass guitar": ("bass", "finger bass"), "upright bass": ("bass", "finger bass"),
    "log drum": ("bass", "log drum"), "chords": ("chords", ""), "piano": ("chords", "piano"),
    "electric piano": ("chords", "electric piano"), "organ": ("chords", "organ"),
    "pad": ("chords", "pad"), "stab": ("chords", "brass"), "strings": ("chords", "strings"),
    "guitar": ("chords", "guitar"), "choir": ("chords", "choir"), "brass": ("chords", "brass"),
    "clavinet": ("chords", "pluck"), "harp": ("chords", "guitar"), "accordion": ("chords", "organ"),
    "lead": ("lead", "lead"), "melody": ("lead", ""), "arp": ("lead", "pluck"),
    "synth": ("lead", "lead"), "pluck": ("lead", "pluck"), "bells": ("lead", "bell"),
    "marimba": ("lead", "mallet"), "vibraphone": ("lead", "mallet"), "flute": ("lead", "soft lead"),
    "saxophone": ("lead", "brass"), "trumpet": ("lead", "brass"), "violin": ("lead", "strings"),
    "vocals": ("lead", "choir"),
}  # fmt: skip

#: Instrument -> texture.
TEXTURES = {
    "vinyl crackle": "vinyl",
    "noise": "air",
    "rain": "rain",
    "foley": "air",
    "tape hiss": "tape",
}

#: (pattern, part, voice) of words more specific than an instrument's name.
_CLOSER: tuple[tuple[str, str, str], ...] = (
    (r"supersaw (?:lead|melody|hook|riff|topline)", "lead", "supersaw"),
    (r"wobbl|brostep|riddim", "bass", "wobble"), (r"supersaw", "chords", "supersaw"),
    (r"\bacid\b|\b303\b", "bass", "acid"), (r"\breese\b|neuro", "bass", "reese"),
    (r"\brumbl(?:e|es|ing)\b", "bass", "rumble"),
    (r"slap bass|fingered|bass guitar", "bass", "finger bass"), (r"log ?drum", "bass", "log drum"),
    (r"warm pad", "chords", "warm pad"), (r"distorted guitar", "chords", "power guitar"),
    (r"8[- ]?bit|game ?boy|chip", "lead", "chip"),
)  # fmt: skip

#: Pattern -> changes of every voice's `Tone`; `length` and `width` multiply, others add.
_TONES: tuple[tuple[str, dict[str, float]], ...] = (
    (r"dark|sinister|evil|ominous|brooding|moody|gloom|haunting|menac|underground",
     {"bright": -0.4}),
    (r"\bbright|crisp|\bcrystal|sparkl|shiny|glossy|sunny", {"bright": 0.4}),
    (r"\bwarm|analog|organic|mellow|smooth", {"bright": -0.25, "drive": 0.08}),
    (r"\bcold|\bicy|metallic|robotic|clinical", {"bright": 0.2, "dirt": 0.0, "attack": 0.1}),
    (r"\bhard|aggressive|angry|brutal|heavy|fierce|savage|banging|pounding|slamming",
     {"drive": 0.25, "attack": 0.3}),
    (r"punchy|\btight|snappy|knock", {"attack": 0.3, "length": 0.8}),
    (r"\bdust|lo-?fi sound|gritty|grimy|\bworn|vintage|old[- ]?school|crunchy|12[- ]?bit",
     {"dirt": 0.45, "bright": -0.15}),
    (r"distort|saturat|overdriv|fuzz|clipped", {"drive": 0.55}),
    (r"\bwide|huge|massive|stereo|spacious", {"width": 1.4}),
    (r"\bmono\b|narrow", {"width": 0.2}),
    (r"\bsoft|gentle|calm|peaceful|quiet|delicate|tender|relax|chill|sleepy",
     {"attack": -0.3, "bright": -0.15}),
    (r"\bclean|polished|pristine|pure\b", {"drive": -0.3, "dirt": -1.0}),
    (r"dream|ethereal|float|hazy|airy|lush|space",
     {"length": 1.3, "width": 1.2, "attack": -0.15}),
    (r"\bdeep\b|subby", {"bright": -0.2}),
    (r"\bshort\b|staccato|choppy|dry\b", {"length": 0.65}),
    (r"\blong\b|sustained|legato|ringing", {"length": 1.4}),
)  # fmt: skip

#: Decades: (pattern, changes of `Tone`, factor on reverb, percent of swing added, voices by part).
ERAS: tuple[tuple[str, dict[str, float], float, float, dict[str, tuple[str, ...]]], ...] = (
    (r"\b(?:19)?[67]0'?s\b|sixties|seventies",
     {"bright": -0.3, "dirt": 0.3, "attack": -0.1, "length": 0.85}, 0.8, 2.0,
     {"bass": ("finger bass", "round bass"), "chords": ("electric piano", "organ", "piano"),
      "lead": ("soft lead", "brass")}),
    (r"\b(?:19)?80'?s\b|eighties", {"bright": 0.25, "length": 1.25, "width": 1.15}, 1.5, -6.0,
     {"bass": ("pluck bass", "saw bass"), "chords": ("brass", "pad", "strings"),
      "lead": ("lead", "bell")}),
    (r"\b(?:19)?90'?s\b|nineties", {"bright": -0.2, "dirt": 0.35, "drive": 0.12}, 0.9, 3.0,
     {"bass": ("round bass", "reese", "acid"), "chords": ("organ", "piano", "electric piano"),
      "lead": ("pluck", "soft lead")}),
    (r"\b(?:20)?00'?s\b|\by2k\b", {"bright": 0.2, "attack": 0.2}, 0.9, -3.0,
     {"bass": ("saw bass",), "chords": ("supersaw", "strings", "pluck"),
      "lead": ("lead", "supersaw")}),
    (r"\b(?:20)?10'?s\b|twenty tens",
     {"bright": 0.25, "drive": 0.15, "width": 1.25, "attack": 0.1}, 1.1, -2.0,
     {"bass": ("808", "sub", "reese"), "chords": ("supersaw", "pad"),
      "lead": ("pluck", "supersaw")}),
    (r"\bmodern\b|contemporary|\b(?:20)?20'?s\b",
     {"bright": 0.35, "dirt": -1.0, "width": 1.3, "attack": 0.2}, 0.8, -2.0,
     {"bass": ("808", "sub", "reese"), "chords": ("pad", "pluck"), "lead": ("pluck",)}),
)  # fmt: skip

#: Words that ask for a minor key.
_MINOR = (
    r"dark|sad|melanchol|sinister|evil|ominous|haunting|moody|emotional|angry|tense|mysterious"
    r"|gloom|lonely"
)
#: Words that ask for a major key.
_MAJOR = r"happy|uplifting|joy|cheerful|sunny|bright|fun\b|feel ?good|hopeful|triumphant|playful"
#: Words that ask for double time.
_DOUBLE = r"double[- ]?time"
#: Words that ask for more reverb.
_WET = r"dream|ethereal|float|hazy|space|atmospher|cavern|reverb|lush|wash|ambient|huge"
#: Words that ask for less reverb.
_DRY = r"\bdry\b|tight|close[- ]mic|intimate|bedroom"


@dataclass(frozen=True)
class Wishes:
    """What a brief asks of a style.

    parts         parts that may play, None for all
    without       parts that may not
    voices        voice by part
    drums         drum voices of a solo request, None for all
    more_drums    drum voices that must play
    no_drums      drum voices that must not
    tone          changes of timbre
    room          factor on reverb
    """

    parts: frozenset[str] | None = None
    without: frozenset[str] = frozenset()
    voices: dict[str, str] = field(default_factory=dict)
    drums: frozenset[str] | None = None
    more_drums: frozenset[str] = frozenset()
    no_drums: frozenset[str] = frozenset()
    tone: dict[str, float] = field(default_factory=dict)
    slope_change_db: float = 0.0
    """Change of the mix's spectral slope in dB an octave; negative is darker."""
    texture: str = ""
    minor: bool | None = None
    half_time: bool = False
    double_time: bool = False
    fast_hats: bool = False
    """Double time applies to the hats only."""
    fill_only: bool = False
    """The request is for a drum fill alone."""
    roll: bool = False
    """The request is for a roll of the named drums alone."""
    era: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Preferred voices by part of a decade named in the words."""
    swing_change: float = 0.0
    on_the_floor: bool = False
    brushes: bool = False
    """Brushes instead of sticks on the snare."""
    arp: bool = False
    drunk: bool = False
    """Loose microtiming: the snare early, hats and bass late."""
    riff: bool = False
    """A guitar melody plays on the low strings."""
    room: float = 1.0
    energy: float = 0.7
    density: float = 0.5


def read_wishes(brief: Brief) -> Wishes:
    """The wishes in a brief's fields and words."""
    words = " ".join([brief.prompt, brief.change, *brief.mood]).lower()
    minor: bool | None = None
    if re.search(_MINOR, words):
        minor = True
    elif re.search(_MAJOR, words):
        minor = False
    room = 1.0
    if re.search(_WET, words):
        room = 1.5
    elif re.search(_DRY, words):
        room = 0.5
    voices, parts, drums, texture = _band(brief)
    for pattern, part, voice in _CLOSER:
        # the plain voice "lead" is a default that a more specific word overrides
        if re.search(pattern, words) and voices.get(part, part) == part:
            voices[part] = voice
    if (
        brief.genre == "phonk"
        and "cowbell" in brief.instruments
        and "drums" not in brief.instruments
    ):
        # in phonk the cowbell plays the melody
        voices["lead"] = "tuned cowbell"
        parts = parts - {"drums"} | {"lead"}
        drums = drums - {"cowbell"}
    era_tone, era_room, swing_change, era = read_era(words)
    no_parts, no_drums = _unwanted(brief)
    return Wishes(
        parts=frozenset(parts) if brief.only and parts else None,
        without=no_parts,
        voices=voices,
        drums=frozenset(drums) if brief.only and drums else None,
        more_drums=frozenset(drums),
        no_drums=no_drums,
        tone=_both(read_tone(words), era_tone),
        # a genre's name ("deep house") does not change the slope: its style has set it
        slope_change_db=slope_change(
            _both(read_tone(words.replace(brief.genre, " ") if brief.genre else words), era_tone)
        ),
        texture=texture,
        minor=minor,
        half_time=bool(re.search(r"half[- ]?time", words)),
        double_time=bool(re.search(_DOUBLE, words)),
        fast_hats=bool(
            re.search(
                rf"{_DOUBLE}\s+(?:hi-?)?(?:hats?|shakers?|rides?)"
                rf"|(?:hats?|shakers?|rides?)\s+(?:in |at )?{_DOUBLE}",
                words,
            )
        ),
        fill_only=bool(re.search(r"\b(?:drum|tom|snare)[- ]?fills?\b|^\s*fill\b", words))
        and brief.only,
        roll=bool(re.search(r"\brolls?\b", words)) and bool(brief.only and drums),
        era=era,
        swing_change=swing_change,
        on_the_floor=bool(
            re.search(r"four (?:on|to) the floor|4 ?(?:on|to) ?the ?floor|4x4", words)
        ),
        brushes=bool(re.search(r"\bbrush(?:es|ed)?\b", words)),
        arp=bool(re.search(r"\barp", words)),
        drunk=bool(re.search(r"\bdilla|\bdrunk|off[- ]?kilter|\bwonky|unquanti[sz]ed", words)),
        riff=bool(re.search(r"\briffs?\b", words)),
        room=era_room * room,
        energy=0.7 if brief.energy is None else brief.energy,
        density=0.5 if brief.density is None else brief.density,
    )


def _band(brief: Brief) -> tuple[dict[str, str], set[str], set[str], str]:
    """(voice by part, parts, drum voices, texture) of the brief's instruments."""
    voices: dict[str, str] = {}
    parts: set[str] = set()
    drums: set[str] = set()
    texture = ""
    for name in brief.instruments:
        if name in DRUM_VOICES:
            # other hand drums map to "tabla" too; only the word itself gets the tabla's own voices
            own = name == "tabla" and re.search(r"\btablas?\b", brief.prompt.lower())
            drums.update(_TABLAS if own else DRUM_VOICES[name])
            parts.add("drums")
        elif name in PITCHED:
            part, voice = PITCHED[name]
            parts.add(part)
            if voice:
                voices.setdefault(part, voice)
        elif name in TEXTURES:
            texture = TEXTURES[name]
            parts.add("texture")
        else:
            parts.add(part_of(name) or "chords")
    if "drums" in brief.instruments:
        drums.clear()
    return voices, parts, drums, texture


def _unwanted(brief: Brief) -> tuple[frozenset[str], frozenset[str]]:
    parts: set[str] = set()
    drums: set[str] = set()
    for name in (one.strip() for one in brief.negative.split(",")):
        if name in DRUM_VOICES:
            drums.update(DRUM_VOICES[name])
        elif name in PITCHED:
            parts.add(PITCHED[name][0])
        elif name in TEXTURES:
            parts.add("texture")
        elif name in ("drums", "bass", "chords", "lead", "pad", "texture"):
            parts.add(name)
    return frozenset(parts), frozenset(drums)


def read_era(words: str) -> tuple[dict[str, float], float, float, dict[str, tuple[str, ...]]]:
    """(changes of timbre, factor on reverb, percent of swing, voices by part) of a named decade."""
    for pattern, tone, room, swing, voices in ERAS:
        if re.search(pattern, words):
            return tone, room, swing, voices
    return {}, 1.0, 0.0, {}


def _both(one: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    """Two changes of timbre combined."""
    joined = dict(one)
    for name, value in other.items():
        joined[name] = (
            joined.get(name, 1.0) * value
            if name in ("length", "width")
            else joined.get(name, 0.0) + value
        )
    return joined


def read_tone(words: str) -> dict[str, float]:
    """Changes of timbre in the words; of several, `length` and `width` multiply, others add."""
    tone: dict[str, float] = {}
    for pattern, change in _TONES:
        if re.search(pattern, words):
            for name, value in change.items():
                if name in ("length", "width"):
                    tone[name] = tone.get(name, 1.0) * value
                else:
                    tone[name] = tone.get(name, 0.0) + value
    return tone


def slope_change(tone: dict[str, float]) -> float:
    """Change of the mix's spectral slope in dB an octave: negative for dark, positive for bright.

    The mix is tilted to a target slope. A fixed target would undo darker or brighter voices.
    """
    return max(-1.0, min(1.0, 2.5 * tone.get("bright", 0.0)))


def toned(own: dict[str, float], change: dict[str, float]) -> dict[str, float]:
    """A sound's tone with changes applied, clamped to the limits of `Tone`."""
    limits = {
        "bright": (-1.0, 1.0, 0.0),
        "drive": (0.0, 1.0, 0.0),
        "dirt": (0.0, 1.0, 0.0),
        "attack": (0.0, 1.0, 0.5),
    }
    tone = dict(own)
    for name, value in change.items():
        if name in ("length", "width"):
            tone[name] = min(
                4.0 if name == "length" else 2.0,
                max(0.0 if name == "width" else 0.25, tone.get(name, 1.0) * value),
            )
        else:
            low, high, usual = limits[name]
            tone[name] = min(high, max(low, tone.get(name, usual) + value))
    return {name: round(value, 3) for name, value in tone.items()}
