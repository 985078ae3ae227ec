"""Wishes of a prompt to a style: players, their voices, timbre and feel. Words in, data out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from daemon.brief import Brief
from daemon.engines.embedded.arpeggio import Way, read_way, way_places
from daemon.engines.embedded.likeness import find_style
from daemon.engines.embedded.named_players import (
    CLEAN_GUITARS,
    DRUM_VOICES,
    GUITARS,
    PITCHED,
    band_of,
    unwanted,
)
from daemon.engines.embedded.tones import (
    both,
    read_era,
    read_mode,
    read_room,
    read_tone,
    slope_change,
    without_denied,
)
from daemon.prompt.genres import CALM_GENRES
from daemon.prompt.vocabulary import lift_of

#: Words that name a sound more closely than an instrument does.
_CLOSER: tuple[tuple[str, str, str], ...] = (
    (r"supersaw (?:lead|melody|hook|riff|topline)", "lead", "supersaw"),
    (r"wobbl|brostep|riddim", "bass", "wobble"), (r"supersaw", "chords", "supersaw"),
    (r"\bacid\b|\b303\b", "bass", "acid"), (r"\breese\b|neuro", "bass", "reese"),
    (r"\brumbl(?:e|es|ing)\b", "bass", "rumble"),
    (r"slap bass|fingered|bass guitar", "bass", "finger bass"), (r"log ?drum", "bass", "log drum"),
    (r"synth\w* bass|bass synth|moog bass", "bass", "saw bass"),
    (r"warm pad", "chords", "warm pad"),
    (
        r"(?:distort\w*|power|overdriv\w*|fuzz\w*|heavy|crunchy?|metal)\s+(?:electric\s+)?"
        r"(?:rhythm\s+)?guitars?|"
        r"guitars?\s+(?:with\s+)?(?:distort\w*|overdrive|fuzz)|power ?chords?",
        "chords", "power guitar",
    ),
    (r"8[- ]?bit|game ?boy|chip|\bnes\b", "lead", "chip"),
)  # fmt: skip
#: A closer voice -> the plain one that it may replace where an instrument chose that.
_REFINES = {"saw bass": "finger bass", "power guitar": "guitar", "warm pad": "pad", "chip": "lead"}
#: Words that drive the guitars that are named, hard or a little.
_DISTORTED = r"distort\w*|\bfuzz\w*|high[- ]gain|\bshred\w*|heavy metal|\bdjent\w*"
_CRUNCHY = r"overdriv\w*|\bcrunch\w*|\bdirty\b"
#: Words by which a lead is a synth's.
_SYNTH = r"\bsynth|\bmoog\b|\bmodular\b|\bsaw lead"
#: Energy up to which a prompt without a genre has no drums, unless it names some.
_QUIET_ENERGY = 0.25
#: How much is struck where the words are calm and say nothing of it.
_CALM_DENSITY = 0.3
#: The same in a genre that is busy as it is.
_CALMED_DENSITY = 0.2
#: How much is struck in a genre where the words drive it and say nothing of density.
_DRIVEN_DENSITY = 0.7

_HALF = r"half[- ]?time"
_DOUBLE = r"double[- ]?time"
_FAST_HATS = (
    rf"{_DOUBLE}\s+(?:hi-?)?(?:hats?|shakers?|rides?)|"
    rf"(?:hats?|shakers?|rides?)\s+(?:in |at )?{_DOUBLE}"
)
_FILL = r"\b(?:drum|tom|snare)[- ]?fills?\b|^\s*fill\b"
_ROLL = r"\brolls?\b"
_ON_THE_FLOOR = r"four (?:on|to) the floor|4 ?(?:on|to) ?the ?floor|4x4"
_BRUSHES = r"\bbrush(?:es|ed)?\b"
_ARP = r"\barp"
_DRUNK = r"\bdilla|\bdrunk|off[- ]?kilter|\bwonky|unquanti[sz]ed"
_VALUE = (
    r"\b(whole|half|quarter|eighth|8th|sixteenth|16th)s?(?:[\s-]*notes?)?"
    r"(?=[\s-]*(?:hi-?\s?)?(?:hats?|chords?|bass)\b)|"
    r"\b(whole|half|quarter|eighth|8th|sixteenth|16th)[\s-]*notes?\b|\b(8th|16th|eighth|sixteenth)s\b"
)
#: Name of a note's value -> its length in sixteenths.
_VALUE_STEPS = {
    "whole": 16, "half": 8, "quarter": 4, "eighth": 2, "8th": 2, "sixteenth": 1, "16th": 1,
}  # fmt: skip
_RIFF = r"\briffs?\b"


@dataclass(frozen=True)
class Wishes:
    """Wishes of a prompt.

    `parts`: those that may play, None for all. `voices`: a voice for a part. `drums`: those that
    play alone, None for all. `more_drums`: voices that must sound. `no_drums`: that must not.
    `tone`: changes of timbre. `room`: factor on reverb.
    """

    parts: frozenset[str] | None = None
    without: frozenset[str] = frozenset()
    voices: dict[str, str] = field(default_factory=dict)
    drums: frozenset[str] | None = None
    more_drums: frozenset[str] = frozenset()
    no_drums: frozenset[str] = frozenset()
    wants_drums: bool = False
    """Drums are named: they play in a style that has none as well."""
    no_voices: frozenset[str] = frozenset()
    """Voices that must not play, in whichever part."""
    named_drums: tuple[tuple[str, ...], ...] = ()
    """The voices of each drum that is named: of each, one at least plays."""
    tone: dict[str, float] = field(default_factory=dict)
    slope_change_db: float = 0.0
    """dB an octave by which the mix falls off more (below 0) or less than the style's."""
    texture: str = ""
    minor: bool | None = None
    half_time: bool = False
    double_time: bool = False
    fast_hats: bool = False
    """Double time is meant for the hats alone."""
    fill_only: bool = False
    """A drum fill is asked for, and nothing before it."""
    roll: bool = False
    """Nothing but a roll of the drums that are named."""
    era: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Voices by part that a decade named in the words prefers."""
    swing_change: float = 0.0
    on_the_floor: bool = False
    brushes: bool = False
    """The snare is played with brushes."""
    arp: bool = False
    arp_way: Way | None = None
    """How an arpeggio goes, where the words say it."""
    drunk: bool = False
    """Each player keeps a time of his own: the snare early, hats and bass late."""
    synth_lead: bool = False
    """The lead is a synth by name, whatever the style's own is."""
    riff: bool = False
    """A guitar's melody lies on its low strings."""
    room: float = 1.0
    energy: float = 0.7
    density: float = 0.5
    words: str = ""
    """All that was typed, denials left out."""
    steps: dict[str, int] = field(default_factory=dict)
    """The value of notes that is named, in sixteenths: of chords, bass or hats."""
    calm: bool = False
    """A style is played calmly: eighths instead of sixteenths, held chords."""


def read_wishes(brief: Brief) -> Wishes:
    """What the brief's fields and words ask for."""
    typed = " ".join([brief.prompt, brief.change, *brief.mood]).lower()
    words = without_denied(typed)
    voices, parts, drums, texture = band_of(brief)
    for pattern, part, voice in _CLOSER:
        # a lead is any lead until somebody says which
        plain = (part, _REFINES.get(voice, part))
        if re.search(pattern, words) and voices.get(part, part) in plain:
            voices[part] = voice
    riff = bool(re.search(_RIFF, words))
    _drive_guitars(voices, words, riff)
    alike = voices.get("lead", "") == voices.get("chords")
    if riff and brief.only and alike and voices["lead"] in GUITARS:
        # a riff is one guitar's
        del voices["chords"]
        parts -= {"chords"}
    if (
        brief.genre == "phonk"
        and "cowbell" in brief.instruments
        and "drums" not in brief.instruments
    ):
        # phonk's cowbell plays the tune
        voices["lead"] = "tuned cowbell"
        parts, drums = parts - {"drums"} | {"lead"}, drums - {"cowbell"}
    era_tone, era_room, swing_change, era = read_era(words)
    no_parts, no_drums, no_voices = unwanted(brief)
    if _is_quiet(brief) and "drums" not in parts:
        no_parts |= {"drums"}
    return Wishes(
        parts=frozenset(parts) if brief.only and parts else None,
        without=no_parts,
        voices=voices,
        drums=frozenset(drums) if brief.only and drums else None,
        more_drums=frozenset(drums),
        no_drums=no_drums,
        wants_drums="drums" in parts,
        no_voices=no_voices,
        named_drums=tuple(
            DRUM_VOICES[name]
            for name in brief.instruments
            if name in DRUM_VOICES and name != "tabla"
        ),
        tone=both(read_tone(words), era_tone),
        # deep house is no darker for its name: its style knows how it falls off
        slope_change_db=slope_change(
            both(read_tone(words.replace(brief.genre, " ") if brief.genre else words), era_tone)
        ),
        texture=texture,
        minor=read_mode(words),
        half_time=bool(re.search(_HALF, words)),
        double_time=bool(re.search(_DOUBLE, words)),
        fast_hats=bool(re.search(_FAST_HATS, words)),
        fill_only=bool(re.search(_FILL, words)) and brief.only,
        roll=bool(re.search(_ROLL, words)) and bool(brief.only and drums),
        era=era,
        swing_change=swing_change,
        on_the_floor=bool(re.search(_ON_THE_FLOOR, words)),
        brushes=bool(re.search(_BRUSHES, words)),
        arp=_is_arp(brief, words),
        arp_way=read_way(words, _named_value(words)) if _is_arp(brief, words) else None,
        drunk=bool(re.search(_DRUNK, words)),
        synth_lead=voices.get("lead") == PITCHED["synth"][1] and bool(re.search(_SYNTH, words)),
        riff=riff,
        room=era_room * read_room(typed, words),
        words=words,
        energy=0.7 if brief.energy is None else brief.energy,
        density=_density(brief),
        calm=_is_calm(brief),
        steps=_value(words, brief.instruments),
    )


def _drive_guitars(voices: dict[str, str], words: str, riff: bool) -> None:
    """A guitar that is named, in place, through the amplifier that the words ask for."""
    driven = "distorted guitar" if re.search(_DISTORTED, words) else ""
    driven = driven or ("crunch guitar" if re.search(_CRUNCHY, words) else "")
    for part, voice in voices.items():
        if driven and voice in CLEAN_GUITARS:
            voices[part] = "solo guitar" if part == "lead" and not riff else driven


def _density(brief: Brief) -> float:
    if brief.density is not None:
        return brief.density
    if _is_calm(brief):
        return _CALMED_DENSITY
    if brief.energy is not None and brief.energy <= _QUIET_ENERGY:
        return _CALM_DENSITY
    return _DRIVEN_DENSITY if lift_of(brief.mood) > 0 else 0.5


def _value(words: str, instruments: tuple[str, ...]) -> dict[str, int]:
    """Whose notes have which value, where one of those that can have one is named."""
    value = _named_value(words)
    whose = [part for part in ("chords", "bass", "hats") if part in instruments]
    return {whose[0]: value} if value is not None and len(whose) == 1 else {}


def _named_value(words: str) -> int | None:
    """The sixteenths of the note value that the words name."""
    found = re.search(_VALUE, words)
    return _VALUE_STEPS[next(name for name in found.groups() if name)] if found else None


def _is_arp(brief: Brief, words: str) -> bool:
    return bool(re.search(_ARP, words)) and "arp" not in brief.negative


def _is_calm(brief: Brief) -> bool:
    """Whether a genre, or what stands for it, is to be played more calmly than it is."""
    if lift_of(brief.mood) >= 0:
        return False
    return (brief.genre or find_style(brief).name) not in CALM_GENRES


def _is_quiet(brief: Brief) -> bool:
    """Whether the words want a calm that no genre's drums belong to."""
    return not brief.genre and brief.energy is not None and brief.energy <= _QUIET_ENERGY


def feel_places(text: str) -> list[tuple[int, int]]:
    """Where the words stand that say how it is played: (start, end) of each."""
    forms = [
        *(form for form, _, _ in _CLOSER), _FAST_HATS, _HALF, _DOUBLE, _FILL, _ROLL, _ON_THE_FLOOR,
        _BRUSHES, _ARP, _DRUNK, _RIFF, _VALUE,
    ]  # fmt: skip
    found = [match.span() for form in forms for match in re.finditer(form, text.lower())]
    return [*found, *way_places(text.lower())] if re.search(_ARP, text.lower()) else found
