"""The instruments that a prompt names: which part and voice each one is, and what must not play."""

from __future__ import annotations

import re

from daemon.brief import Brief
from daemon.engines.embedded.instruments import players
from daemon.engines.embedded.voices.table import newest
from daemon.prompt.vocabulary import part_of

#: Instrument -> the voices of the drums that it means.
DRUM_VOICES: dict[str, tuple[str, ...]] = {
    "kick": ("kick", "hard kick"), "snare": ("snare",), "clap": ("clap",), "snap": ("snap",),
    "rim": ("rim",), "hats": ("hat", "open hat"), "cymbal": ("ride", "crash"),
    "tom": ("high tom", "mid tom", "low tom"), "shaker": ("shaker",), "tambourine": ("tambourine",),
    "cowbell": ("cowbell",), "clave": ("clave",), "woodblock": ("clave",),
    "conga": ("high conga", "low conga"), "bongo": ("high conga",),
    "tabla": ("high conga", "low tom"),
    "percussion": ("shaker", "high conga", "low conga", "rim", "clave", "tambourine", "cowbell",
                   "low tom"),
} | {one.name: one.voices for one in players().values() if one.part == "drums"}  # fmt: skip
_TABLAS = ("tabla", "bayan")
#: Instrument -> (part, voice) of all that have a pitch. An empty voice: the style's own.
PITCHED: dict[str, tuple[str, str]] = {
    "bass": ("bass", ""), "808": ("bass", "808"), "808 bass": ("bass", "808"),
    "sub bass": ("bass", "sub"), "reese": ("bass", "reese"), "acid bass": ("bass", "acid"),
    "bass guitar": ("bass", "finger bass"), "upright bass": ("bass", "finger bass"),
    "log drum": ("bass", "log drum"),
    "chords": ("chords", ""), "piano": ("chords", "piano"),
    "electric piano": ("chords", "electric piano"), "organ": ("chords", "organ"),
    "pad": ("chords", "pad"), "stab": ("chords", "brass"), "strings": ("chords", "strings"),
    "guitar": ("chords", "guitar"), "choir": ("chords", "choir"), "brass": ("chords", "brass"),
    "clavinet": ("chords", "pluck"), "harp": ("chords", "guitar"), "accordion": ("chords", "organ"),
    "lead": ("lead", "lead"), "melody": ("lead", ""), "arp": ("lead", "pluck"),
    "synth": ("lead", "lead"), "pluck": ("lead", "pluck"), "bells": ("lead", "bell"),
    "marimba": ("lead", "mallet"), "vibraphone": ("lead", "mallet"), "flute": ("lead", "soft lead"),
    "saxophone": ("lead", "brass"), "trumpet": ("lead", "brass"), "violin": ("lead", "strings"),
    "lead guitar": ("lead", "guitar"), "vocals": ("lead", "choir"),
} | {
    one.name: (one.part, one.voices[0]) for one in players().values() if one.part != "drums"
}  # fmt: skip
#: Instruments whose name is their part's: who denies one denies the part.
_PART_NAMES = {
    "bass": "bass",
    "chords": "chords",
    "lead": "lead",
    "melody": "lead",
    "pad": "pad",
} | {"lead guitar": "lead"}
#: Guitars of six strings, strummed in full; a prompt for distortion distorts them.
CLEAN_GUITARS = (
    "guitar",
    "steel guitar",
    "nylon guitar",
    "twelve string guitar",
    "clean guitar",
    "jazz guitar",
    "muted guitar",
)
GUITARS = (
    *CLEAN_GUITARS,
    "power guitar",
    "distorted guitar",
    "crunch guitar",
    "solo guitar",
    "slide guitar",
    "bottleneck guitar",
    "guitar harmonics",
)
#: Denied instrument -> its voices, where they are more than the one that plays it.
_DENIED_VOICES = {
    "guitar": GUITARS, "pad": ("pad", "warm pad"), "808": ("808",),
    "electric guitar": ("clean guitar", "power guitar", "distorted guitar", "crunch guitar"),
    "sub bass": ("sub", "808"), "acid bass": ("acid",),
    "choir": ("choir", "choir ah", "choir oo", "boys choir"),
    "piano": ("piano", "grand piano", "upright piano", "felt piano", "honky tonk piano"),
    "organ": ("organ", "drawbar organ", "pipe organ"),
    "strings": (
        "strings", "string section", "violin section", "cello section", "string quartet", "violin",
        "fiddle", "viola", "cello",
    ),
    "brass": (
        "brass", "horn section", "four horns", "trumpet", "trombone", "muted trumpet", "cornet",
    ),
    "saxophone": (
        "saxophone", "soprano saxophone", "tenor saxophone", "baritone saxophone",
    ),
    "flute": ("flute", "soft lead"), "marimba": ("marimba", "mallet"),
    "bass guitar": ("finger bass", "fingered bass", "picked bass", "slapped bass"),
    "synth": (
        "lead", "soft lead", "supersaw", "pluck", "pad", "warm pad", "chip", "saw bass", "reese",
        "wobble", "acid", "pluck bass",
    ),
}  # fmt: skip
#: Voices that hold a note: they can lie under another player of the same part.
_HELD = (
    "pad",
    "warm pad",
    "strings",
    "choir",
    "organ",
    "brass",
    "string section",
    "violin section",
    "cello section",
    "string quartet",
    "choir ah",
    "choir oo",
    "boys choir",
    "drawbar organ",
    "pipe organ",
    "harmonium",
    "accordion",
    "bandoneon",
    "concertina",
    "sheng",
    "shruti box",
    "mellotron",
    "monks",
    "horn section",
)
#: Instruments that are no kind of what the last word of their name says.
_NO_KINDS = ("electric piano", "toy piano", "prepared piano")
#: Names for any lead: an instrument by name goes before them.
_ANY_LEAD = ("synth", "lead", "melody", "arp", "vocals")
TEXTURES = {
    "vinyl crackle": "vinyl",
    "noise": "air",
    "rain": "rain",
    "foley": "air",
    "tape hiss": "tape",
}


def band_of(brief: Brief) -> tuple[dict[str, str], set[str], set[str], str]:
    """(voice by part, parts named, drum voices named, texture) of the brief's instruments."""
    voices: dict[str, str] = {}
    parts: set[str] = set()
    drums: set[str] = set()
    texture = ""
    for name in sorted(_kinds(list(brief.instruments)), key=_turn):
        if name in DRUM_VOICES:
            # the word stands for hand drums of many lands: who says it by name gets the pair itself
            own = name == "tabla" and re.search(r"\btablas?\b", brief.prompt.lower())
            drums.update(_TABLAS if own else DRUM_VOICES[name])
            parts.add("drums")
        elif name in PITCHED:
            part, voice = PITCHED[name]
            place = _place(part, voice, voices, brief.instruments)
            parts.add(place or part)
            if voice and place:
                voices[place] = voice
        elif name in TEXTURES:
            texture = TEXTURES[name]
            parts.add("texture")
        else:
            parts.add(part_of(name) or "chords")
    if "drums" in brief.instruments:
        drums.clear()
    tunes = [name for name in brief.instruments if name in ("melody", "lead")]
    others = [name for name in brief.instruments if name in PITCHED and name not in tunes]
    if brief.only and tunes and len(_kinds(others)) == 1 and "chords" in voices:
        # a piano's melody is played by the piano
        voices["lead"] = voices["chords"]
    return voices, parts, drums, texture


def _kinds(names: list[str]) -> list[str]:
    """The instruments of a list: `guitar` beside `nylon guitar` is no other one."""
    known = players()

    def is_kind_of(other: str, name: str) -> bool:
        if other not in known or name not in known or other in _NO_KINDS:
            return False
        one, two = known[other], known[name]
        same = (one.family, one.part) == (two.family, two.part)
        return same and other.endswith(f" {name}")

    return [name for name in names if not any(is_kind_of(other, name) for other in names)]


def _turn(name: str) -> int:
    """Order in which instruments choose a part: struck ones, held ones, any lead."""
    if name in _ANY_LEAD:
        return 2
    return int(name in PITCHED and PITCHED[name][0] == "chords" and PITCHED[name][1] in _HELD)


def _place(part: str, voice: str, voices: dict[str, str], names: tuple[str, ...]) -> str:
    """The part in which an instrument can play: its own, else one that nobody named wants.

    Empty where all are taken: the instrument does not play.
    """
    if part not in voices or not voice:
        return part
    if part == "bass" or voice in voices.values():
        return ""
    if (part, voice) == PITCHED["vocals"]:
        return ""  # nobody sings: what is named plays alone
    if voice in _HELD and "pad" not in voices:
        return "pad"
    other = {"chords": "lead", "lead": "chords"}[part]
    wanted = {PITCHED[name][0] for name in names if name in PITCHED}
    return other if other not in voices and other not in wanted else ""


def unwanted(brief: Brief) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """(parts, drums, voices) that must not play. An instrument's name denies its voice alone."""
    parts: set[str] = set()
    drums: set[str] = set()
    voices: set[str] = set()
    for name in (one.strip() for one in brief.negative.split(",")):
        if name in DRUM_VOICES:
            drums.update(DRUM_VOICES[name])
        elif name in _PART_NAMES:
            parts.add(_PART_NAMES[name])
            voices.update(_DENIED_VOICES.get(name, ()))
        elif name in PITCHED:
            voices.update(_DENIED_VOICES.get(name, (PITCHED[name][1],)))
        elif name in TEXTURES:
            parts.add("texture")
        elif name in ("drums", "bass", "chords", "lead", "pad", "texture"):
            parts.add(name)
    voices |= {newest(voice) for voice in voices}
    return frozenset(parts), frozenset(drums), frozenset(voices - {""})
