"""The timbre that words ask for: bright or dark, dry or wet, of a decade. Words in, data out."""

from __future__ import annotations

import re

#: Words that deny what follows: the denied word asks for no timbre.
_DENIED_WORD = (
    r"\b(?:no|not|without|never|isn't|minus|zero)\s+(?:too|so|very|any|overly|much)?\s*[\w-]+"
)
_NO_ROOM = r"\b(?:no|without|zero)\s+(?:any\s+)?(?:reverb|room|echo|delay)"
#: What a word does to the timbre of everything: changes of `Tone`; `length` and `width` multiply.
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
    (r"dream|ethereal|float|hazy|airy|lush|space", {"length": 1.3, "width": 1.2, "attack": -0.15}),
    (r"\bdeep\b|subby", {"bright": -0.2}),
    (r"\bshort\b|staccato|choppy|dry\b", {"length": 0.65}),
    (r"\blong\b|sustained|legato|ringing", {"length": 1.4}),
)  # fmt: skip

#: Decades: words, changes of timbre, factor on reverb, percent of swing added, voices.
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
    (r"\b(?:20)?10'?s\b|twenty tens", {"bright": 0.25, "drive": 0.15, "width": 1.25, "attack": 0.1},
     1.1, -2.0,
     {"bass": ("808", "sub", "reese"), "chords": ("supersaw", "pad"),
      "lead": ("pluck", "supersaw")}),
    (r"\bmodern\b|contemporary|\b(?:20)?20'?s\b",
     {"bright": 0.35, "dirt": -1.0, "width": 1.3, "attack": 0.2}, 0.8, -2.0,
     {"bass": ("808", "sub", "reese"), "chords": ("pad", "pluck"), "lead": ("pluck",)}),
)  # fmt: skip

_MINOR = (
    r"dark|sad|melanchol|sinister|evil|ominous|haunting|moody|emotional|angry|"
    r"tense|mysterious|gloom|lonely|somber|sombre|mournful|tragic|depress|grim\b|nightmar|"
    r"heartbr|\bin (?:an? )?minor\b|minor (?:key|mode|scale)"
)
_MAJOR = (
    r"happy|uplifting|joy|cheer|sunny|sunshine|bright|fun\b|feel ?good|hopeful|triumphant|playful|"
    r"jolly|merry|whimsical|carefree|\bin (?:an? )?major\b(?! third)|major (?:key|mode|scale)"
)
_WET = (
    r"dream|ethereal|float|hazy|space|atmospher|cavern|reverb|lush|\bwash(?:es|ed|y)?\b|"
    r"ambient|huge"
)
_DRY = r"\bdry\b|tight|close[- ]mic|intimate|bedroom"


def without_denied(typed: str) -> str:
    """The words without those that are denied: `not dark`, `no reverb`."""
    return re.sub(_DENIED_WORD, " ", typed)


def read_mode(words: str) -> bool | None:
    """Whether the mood wants a minor key; None where it leaves that open."""
    return True if re.search(_MINOR, words) else False if re.search(_MAJOR, words) else None


def read_room(typed: str, words: str) -> float:
    """Factor on reverb. typed: all words; words: those that are not denied."""
    if re.search(_NO_ROOM, typed):
        return 0.5
    if re.search(_WET, words):
        return 1.5
    return 0.5 if re.search(_DRY, words) else 1.0


def read_era(words: str) -> tuple[dict[str, float], float, float, dict[str, tuple[str, ...]]]:
    """Wishes of the first decade named: (timbre, factor on reverb, swing in percent, voices)."""
    for pattern, tone, room, swing, voices in ERAS:
        if re.search(pattern, words):
            return tone, room, swing, voices
    return {}, 1.0, 0.0, {}


def both(one: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    """Two changes of timbre in one."""
    joined = dict(one)
    for name, value in other.items():
        joined[name] = (
            joined.get(name, 1.0) * value
            if name in ("length", "width")
            else joined.get(name, 0.0) + value
        )
    return joined


def read_tone(words: str) -> dict[str, float]:
    """Changes of timbre: `bright`, `drive`, `dirt`, `attack` add; `length`, `width` multiply."""
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
    """dB an octave by which a mix falls off more (dark) or less (bright).

    The mix is equalized to a target slope whatever its voices are. A constant target would undo
    what the words did to the voices.
    """
    return max(-1.0, min(1.0, 2.5 * tone.get("bright", 0.0)))


def toned(own: dict[str, float], change: dict[str, float]) -> dict[str, float]:
    """A sound's own tone with the words' changes, within the limits of `Tone`."""
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


def timbre_places(text: str) -> list[tuple[int, int]]:
    """Where the words of timbre, room, decade and mode stand in a text: (start, end) of each."""
    forms = [
        *(form for form, _ in _TONES), *(era[0] for era in ERAS), _WET, _DRY, _MINOR, _MAJOR,
        _NO_ROOM,
    ]  # fmt: skip
    return [match.span() for form in forms for match in re.finditer(form, text.lower())]
