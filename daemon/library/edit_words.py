"""Edits in a person's words: "a bit faster and darker", "only the drums", "without the echo"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bridge.key_names import FORMS, named_key
from bridge.music import MAX_BPM, MIN_BPM, Key
from daemon.errors import LibraryError
from daemon.library.edit_languages import AND, in_english, with_english_denials
from daemon.library.steps import Shape, Step

_LITTLE = (
    r"\b(?:a (?:bit|little|touch|tad)|slight(?:ly)?|subtle|gentl[ey]|some ?what|barely|hint)\b"
)
_MUCH = (
    r"\b(?:much|a lot|lots|way|very|really|heav(?:y|ily)|super|huge|massive"
    r"|strong(?:ly)?|extreme(?:ly)?|far)\b"
)
_PARTS = {
    "drum": "drums", "drums": "drums", "beat": "drums", "percussion": "drums", "bass": "bass",
    "bassline": "bass", "chord": "chords", "chords": "chords", "keys": "chords", "piano": "chords",
    "lead": "lead", "melody": "lead", "pad": "pad", "pads": "pad", "texture": "texture",
    "vinyl": "texture", "crackle": "texture", "fx": "fx",
}  # fmt: skip
_PART = r"\b(" + "|".join(sorted(_PARTS, key=len, reverse=True)) + r")\b"
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "eight": 8, "sixteen": 16}
_NUMBER = r"(\d+(?:\.\d+)?|" + "|".join(_NUMBERS) + r")"
#: What stands before a key in a sentence; `nach`, `en` and `em` as others say it.
_BEFORE_KEY = re.compile(r"\b(?:in|to|into|key of|key|nach|en|em)\s+(?:the key of\s+)?", re.I)
#: The longest name of a key in words: `C sharp harmonic minor`.
_KEY_WORDS = 4
#: Words that name an effect, for removing it again.
_NAMES = {
    "reverb": r"reverb|room|hall", "delay": r"delay|echo(?:es)?", "chorus": r"chorus",
    "compressor": r"compress(?:or|ion)", "saturation": r"saturation|distortion|drive",
    "bitcrush": r"bit ?crush(?:er)?|lo-?fi", "filter": r"filter", "fade": r"fades?",
    "reverse": r"reverse", "slices": r"chops?|slices?|shuffle", "eq": r"eq|equali[sz]er",
}  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """A step to add, or the id of one to remove."""

    add: Step | None = None
    remove: str | None = None


@dataclass(frozen=True)
class _Said:
    """A clause of the sentence, and the clip's shape before it.

    `strength` is 0.5, 1 or 2: "a bit", plain, "much".
    """

    text: str
    raw: str
    strength: float
    shape: Shape

    def has(self, words: str) -> bool:
        return re.search(rf"\b(?:{words})\b", self.text) is not None

    def number(self, unit: str) -> float | None:
        found = re.search(rf"{_NUMBER}\s*(?:{unit})(?!\w)", self.text)
        return _value(found[1]) if found else None


def read_words(text: str, shape: Shape, steps: list[Step]) -> list[Wish]:
    """The wishes of a sentence, in its order.

    LibraryError code `not_understood` names the clause that is no edit.
    """
    wishes: list[Wish] = []
    for raw in re.split(rf",|;|\.(?!\d)|\bthen\b|\bbut\b|\band\b|&|\+|{AND}", text, flags=re.I):
        clause = re.sub(r"\s+", " ", raw.strip())
        if not clause:
            continue
        plain = with_english_denials(clause.lower())
        found = _clause(clause, plain, shape, steps)
        found = found or _clause(clause, in_english(plain), shape, steps)
        if not found:
            raise LibraryError(
                f'{clause!r} was not understood as an edit; say it as in "a bit faster", "darker",'
                ' "add some reverb", "in F minor", "mute the drums", or name a step:'
                " `sidecrate edit --steps` lists them",
                "not_understood",
            )
        wishes += found
    return wishes


def _clause(clause: str, lower: str, shape: Shape, steps: list[Step]) -> list[Wish]:
    """The wishes of a clause; `lower` is what is read of it, in small letters and in English."""
    said = _Said(lower, clause, _strength(lower), shape)
    away = re.search(r"\b(?:no|without|remove|less|drop|take (?:out|away|off)|kill)\b", lower)
    if away:
        for name, words in _NAMES.items():
            if said.has(words):
                last = [step["id"] for step in steps if step["do"] == name][-1:]
                return [Wish(remove=one) for one in last]
    for read in _READERS:
        made = read(said)
        if made:
            return [Wish(add=step) for step in made]
    return []


def _strength(clause: str) -> float:
    if re.search(_LITTLE, clause):
        return 0.5
    return 2.0 if re.search(_MUCH, clause) else 1.0


def _value(word: str) -> float:
    return float(_NUMBERS.get(word, word))


def _tempo(said: _Said) -> Iterable[Step]:
    bpm = said.number("bpm|beats per minute")
    if bpm:
        return [{"do": "tempo", "bpm": bpm}]
    factor = 1.0
    if said.has("double time|twice as fast|double the (?:tempo|speed)"):
        factor = 2.0
    elif said.has("half time|half as fast|half the (?:tempo|speed)|half speed"):
        factor = 0.5
    elif said.has("faster|speed (?:it )?up|quicker|more energetic"):
        factor = 1 + 0.06 * said.strength
    elif said.has("slower|slow (?:it )?down|lazier"):
        factor = 1 - 0.06 * said.strength
    percent = said.number("%|percent")
    if percent and factor != 1:
        factor = 1 + (percent if factor > 1 else -percent) / 100
    if factor == 1 or not said.shape.bpm:
        return []
    return [
        {"do": "tempo", "bpm": min(max(float(round(said.shape.bpm * factor)), MIN_BPM), MAX_BPM)}
    ]


def _key_in(clause: str) -> Key | None:
    """The key that a clause names, in any of the languages of `bridge.key_names`."""
    for form, key_of in FORMS:
        if match := form.search(clause):
            return Key.parse(key_of(match))
    for before in _BEFORE_KEY.finditer(clause):
        words = clause[before.end() :].split()[:_KEY_WORDS]
        for count in range(len(words), 0, -1):
            name = " ".join(words[:count]).rstrip(".!?")
            # a lone small word is none: `do`, `la` and `as` are notes of others, and words of ours
            if count == 1 and name.islower():
                continue
            try:
                return named_key(name)
            except ValueError:
                continue
    return None


def _pitch(said: _Said) -> Iterable[Step]:
    key = None if said.has("fade") else _key_in(said.raw)
    if key:
        return [{"do": "key", "key": key.short}]
    down = said.has("lower|down|deeper|flatter")
    if not (down or said.has("higher|up|raise|sharper")) or said.has(
        "louder|quieter|volume|level|turn"
    ):
        return []
    octaves = said.number("octaves?")
    tones = said.number("semi ?tones?|half ?steps?|st")
    if octaves is None and said.has("octave"):
        octaves = 1
    if (
        octaves is None
        and tones is None
        and not said.has("pitch|pitched|tune|transpose|higher|lower|deeper")
    ):
        return []
    if octaves is not None:
        semitones = 12 * octaves
    elif tones is not None:
        semitones = tones
    else:
        semitones = max(1.0, round(2 * said.strength))
    return [{"do": "pitch", "semitones": -semitones if down else semitones}]


def _parts(said: _Said) -> Iterable[Step]:
    parts = list(dict.fromkeys(_PARTS[word] for word in re.findall(_PART, said.text)))
    if not parts:
        return []
    if said.has("only|just|solo|isolate|alone"):
        return [{"do": "solo", "stem": part} for part in parts]
    if said.has("mute|without|no|remove|drop|kill|silence|take out|take away"):
        return [{"do": "mute", "stem": part} for part in parts]
    db = said.number("db|decibels?")
    if said.has("louder|up|more|boost|raise"):
        return [{"do": "level", "stem": part, "db": db or 4 * said.strength} for part in parts]
    if said.has("quieter|softer|down|less|lower|reduce"):
        return [{"do": "level", "stem": part, "db": -(db or 4 * said.strength)} for part in parts]
    return []


def _level(said: _Said) -> Iterable[Step]:
    db = said.number("db|decibels?")
    if said.has("normali[sz]e"):
        return [{"do": "normalise"}]
    if said.has("louder|boost|volume up|turn (?:it )?up|turn up"):
        return [{"do": "gain", "db": db or 3 * said.strength}]
    if said.has("quieter|softer|volume down|turn (?:it )?down|turn down"):
        return [{"do": "gain", "db": -(db or 3 * said.strength)}]
    return []


def _bands(said: _Said) -> Iterable[Step]:
    less = said.has("less|cut|reduce|remove|no|without")
    sign = -1 if less else 1
    for words, band in (
        ("low ?end|lows?|bottom|sub", "low_db"),
        ("mids?|middle|body", "mid_db"),
        ("highs?|treble|air|top ?end", "high_db"),
    ):
        if said.has(words):
            return [{"do": "eq", band: sign * 4 * said.strength}]
    return []


def _fade(said: _Said) -> Iterable[Step]:
    if not said.has("fade|fades|fading"):
        return []
    length_s = said.number("s|sec|secs|seconds?") or 2.0
    both = not said.has("in") and not said.has("out")
    return [
        {
            "do": "fade",
            "in_s": length_s if both or said.has("in") else 0,
            "out_s": length_s if both or said.has("out") else 0,
        }
    ]


def _section(said: _Said) -> Iterable[Step]:
    span = re.search(r"\bbars? (\d+)\s*(?:-|to|until|through)\s*(\d+)", said.text)
    if span and int(span[2]) >= int(span[1]):
        return [{"do": "section", "bar": int(span[1]), "bars": int(span[2]) - int(span[1]) + 1}]
    edge = re.search(rf"\b(first|last) (?:{_NUMBER} )?(bars?|half)\b", said.text)
    if not edge:
        return []
    have = said.shape.bars or 0
    count = have // 2 if edge[3] == "half" else round(_value(edge[2] or "1"))
    if count < 1 or (edge[1] == "last" and count > have):
        return []
    return [{"do": "section", "bar": 1 if edge[1] == "first" else have - count + 1, "bars": count}]


def _plain(
    words: str, make: Callable[[float], list[dict[str, Any]]]
) -> Callable[[_Said], Iterable[Step]]:
    return lambda said: make(said.strength) if said.has(words) else []


_READERS: tuple[Callable[[_Said], Iterable[Step]], ...] = (
    _fade,
    _section,
    _plain("revers(?:e|ed)|backwards?", lambda much: [{"do": "reverse"}]),
    _plain(
        "chop(?:ped|py)?|shuffle|slice(?:d)?|rearrange|glitch(?:y)?",
        lambda much: [{"do": "slices", "order": "shuffle"}],
    ),
    _plain("cathedral|cavernous", lambda much: [{"do": "reverb", "amount": 0.5, "size_s": 6}]),
    _plain(
        "hall|spacious|distant|ambient",
        lambda much: [{"do": "reverb", "amount": min(1, 0.35 * much), "size_s": 3.5}],
    ),
    _plain(
        "reverb|room|space|wet(?:ter)?",
        lambda much: [{"do": "reverb", "amount": min(1, 0.25 * much)}],
    ),
    _plain(
        "delay|echo(?:es)?|dub(?:by)?", lambda much: [{"do": "delay", "amount": min(1, 0.3 * much)}]
    ),
    _plain(
        "chorus|wide(?:r)?|lush(?:er)?",
        lambda much: [{"do": "chorus", "amount": min(1, 0.5 * much)}],
    ),
    _plain(
        "compress(?:ed|ion|or)?|punch(?:y|ier)|glue(?:d)?|tight(?:er)?",
        lambda much: [{"do": "compressor", "ratio": 2 + much}],
    ),
    _plain(
        "distort(?:ed|ion)?|fuzz(?:y)?|aggressive|gritt?(?:y|ier)",
        lambda much: [{"do": "saturation", "drive": min(1, 0.7 * much)}],
    ),
    _plain(
        "satur(?:ate|ated|ation)|drive|driven|crunch(?:y|ier)?",
        lambda much: [{"do": "saturation", "drive": min(1, 0.3 * much)}],
    ),
    _plain(
        "bit ?crush(?:ed)?|lo-?fi|8 ?bit|crush(?:ed)?",
        lambda much: [{"do": "bitcrush", "bits": round(10 - 2 * much)}],
    ),
    _plain(
        "warm(?:er|th)?",
        lambda much: [
            {"do": "eq", "low_db": 1.5 * much, "high_db": -2 * much},
            {"do": "saturation", "drive": 0.15},
        ],
    ),
    _plain(
        "dark(?:er)?|dull(?:er)?|mellow(?:er)?",
        lambda much: [{"do": "eq", "high_db": -6 * much, "mid_db": -1 * much}],
    ),
    _plain(
        "bright(?:er)?|crisp(?:er)?|sparkl(?:e|ing|y)|airy|airier",
        lambda much: [{"do": "eq", "high_db": 4 * much}],
    ),
    _plain(
        "muffled?|underwater|low ?pass(?:ed)?",
        lambda much: [{"do": "filter", "type": "lowpass", "hz": 1200 / much}],
    ),
    _plain(
        "telephone|phone|radio",
        lambda much: [{"do": "filter", "type": "bandpass", "hz": 1400, "q": 0.8}],
    ),
    _plain(
        "thin(?:ner)?|high ?pass(?:ed)?",
        lambda much: [{"do": "filter", "type": "highpass", "hz": 200 * much}],
    ),
    _plain("bassier|fatter|fuller|heavier", lambda much: [{"do": "eq", "low_db": 4 * much}]),
    _tempo,
    _parts,
    _level,
    _bands,
    _pitch,
)
