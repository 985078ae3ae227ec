"""Melodies that are written out in a prompt: ABC notation and lists of notes (pure).

    X:1 ... K:G                 C4 quarter, E4 quarter, G4 half        MIDI notes: 60, 64, 67, 72
    GABc d2e2 | f2g2 a4 |

ABC follows the standard 2.1 (abcnotation.com) as far as one voice goes: of a chord the first
note counts, and ornaments, slurs, lyrics and repeats are passed over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bridge.music import MAX_BPM, MIN_BPM, Key, Meter, pitch_class
from daemon.prompt.marked_text import MarkedText
from daemon.prompt.patterns import pattern

#: (start, MIDI note, length), in sixteenths; the start from the first bar's downbeat.
Written = tuple[float, int, float]

_FIELD = r"(?<![A-Za-z])([XTMLQKCRSNV]):\s*"
_KEY_FIELD = (
    r"(?<![A-Za-z])K:\s*([A-G][#b]?)\s*"
    r"(m(?:in(?:or)?|aj(?:or)?|ix\w*)?|dor\w*|phr\w*|lyd\w*|loc\w*)?(?![A-Za-z])"
)
#: Fields on lines of their own; a note before a repeat (`D:|`) is none.
_MORE_FIELDS = r"(?:\s*[A-Z]:[^\n|]*\n)+"
#: A note, rest, chord symbol, bar line, tuplet or broken rhythm of ABC.
_ABC = re.compile(
    r'(?P<chord>"[^"\n]*")|(?P<bar>:?\|[\]|:\d]*|::)|\((?P<tuplet>[2-9])|(?P<broken>[<>])|'
    r"(?P<note>(?:\[\s*)?(?P<acc>[_=^]*)(?P<name>[A-Ga-gzx])(?P<octave>[,']*)"
    r"(?P<num>\d*)(?P<den>/*\d*)(?:(?:[_=^]*[A-Ga-g][,']*\d*/?\d*)*\s*\](?P<after>\d*))?)|"
    r"(?P<pass>[\s\-().~\\{}vuHLMOPSTJR!+])"
)
#: A body is at most so long, and has at least so many notes.
_MOST_LETTERS, _FEWEST = 6000, 4
_SIXTEENTHS = {
    "whole": 16, "half": 8, "quarter": 4, "eighth": 2, "8th": 2, "sixteenth": 1, "16th": 1,
    "crotchet": 4, "quaver": 2, "minim": 8, "semibreve": 16, "semiquaver": 1, "w": 16, "h": 8,
    "q": 4, "e": 2, "s": 1,
}  # fmt: skip
_LENGTH = (
    rf"(?P<dotted>dotted\s+)?(?P<word>{'|'.join(sorted(_SIXTEENTHS, key=len, reverse=True))})"
    r"(?:\s*notes?)?|1/(?P<part>1|2|4|8|16)|(?P<beats>\d(?:\.\d+)?)\s*beats?"
)
_NOTE = r"[A-G][#b]?-?\d"
_AFTER_NOTE = rf"(?:\s*[(:\-]?\s*(?i:{re.sub(r'P<[a-z]+>', ':', _LENGTH)})\b\s*\)?)?"
#: Notes with octaves in a row, each perhaps with its length.
_NOTES = (
    rf"(?<![\w#]){_NOTE}{_AFTER_NOTE}"
    rf"(?:\s*(?:,|;|-|->|then|and|\||\s)\s*{_NOTE}(?![\w#]){_AFTER_NOTE}){{3,127}}"
)
#: One note of such a list: its name, octave and length; and one of a list of letters.
_EACH = rf"([A-G][#b]?)(-?\d)(?:\s*[(:-]?\s*(?i:{_LENGTH})\b)?"
_LETTER = r"([A-G][#b]?)()"
#: Letters alone are notes only where that is said.
_LETTERS = (
    r"\b(?i:notes|melody|tune)\s*:\s*"
    r"([A-G][#b]?(?:[\s,-]+[A-G][#b]?(?![\w#])){3,63})(?![\w#])"
)
_NUMBERS = (
    r"\bmidi\s*(?:notes?|pitch(?:es)?|numbers?)?\s*[:=]?\s*\[?\s*"
    r"(\d{2,3}(?:[,\s]+\d{2,3}(?![\w.])){3,127})\s*\]?"
)
#: A beat in sixteenths: the length of a note of which nothing else is said.
_BEAT = 4.0


@dataclass(frozen=True)
class Tune:
    """A melody as it is written, with what its header says."""

    notes: tuple[Written, ...]
    key: str | None = None
    meter: str | None = None
    bpm: float | None = None
    chords: tuple[tuple[float, str], ...] = ()
    """(start in sixteenths, chord symbol) above the notes."""

    def bars_of(self, steps: int) -> list[list[list[float]]]:
        """The notes by bar of `steps` sixteenths: [step, MIDI note, length]. The last may rest."""
        end = max(start + length for start, _, length in self.notes)
        bars: list[list[list[float]]] = [[] for _ in range(max(1, -(-round(end) // steps)))]
        for start, pitch, length in self.notes:
            bar = min(int(start // steps), len(bars) - 1)
            bars[bar].append([round(start - bar * steps, 3), float(pitch), round(length, 3)])
        return bars


def read_tune(text: MarkedText) -> Tune | None:
    """The melody that is written out, or None. Its place is marked as read."""
    return _read_abc(text) or _read_notes(text) or _read_numbers(text)


def _read_notes(text: MarkedText) -> Tune | None:
    for form in (_NOTES, _LETTERS):
        for match in text.find(form, 0):
            notes: list[Written] = []
            at, before = 0.0, 60
            listed = match[0] if form is _NOTES else match[1]
            for one in pattern(_EACH if form is _NOTES else _LETTER, 0).finditer(listed):
                pitch = _pitch(one[1], one[2], before)
                if not 0 <= pitch <= 127:
                    continue
                length = _sixteenths(one) if form is _NOTES else _BEAT
                notes.append((at, pitch, length))
                at, before = at + length, pitch
            if len(notes) >= _FEWEST:
                text.take(match.start(), match.end())
                return Tune(tuple(notes))
    return None


def _pitch(name: str, octave: str | None, before: int) -> int:
    """The MIDI note of a name (C4 is 60); without an octave, the one nearest to the note before."""
    step = pitch_class(name[0].upper() + name[1:])
    if octave:
        return step + 12 * (int(octave) + 1)
    return before + (step - before + 6) % 12 - 6


def _sixteenths(found: re.Match[str]) -> float:
    if found["word"]:
        return _SIXTEENTHS[found["word"].lower()] * (1.5 if found["dotted"] else 1.0)
    if found["part"]:
        return 16 / int(found["part"])
    return float(found["beats"]) * _BEAT if found["beats"] and float(found["beats"]) else _BEAT


def _read_numbers(text: MarkedText) -> Tune | None:
    for match in text.find(_NUMBERS):
        pitches = [int(one) for one in re.findall(r"\d+", match[1])]
        if all(12 <= pitch <= 120 for pitch in pitches):
            text.take(match.start(), match.end())
            return Tune(tuple((k * _BEAT, pitch, _BEAT) for k, pitch in enumerate(pitches)))
    return None


# --- ABC notation ------------------------------------------------------------


def _read_abc(text: MarkedText) -> Tune | None:
    key = next(iter(text.find(_KEY_FIELD, 0)), None)
    if key is None or not pattern(r"(?<![A-Za-z])[XLMT]:\s*\S", 0).search(text.rest[: key.start()]):
        return None
    first = pattern(_FIELD, 0).search(text.rest)
    start = first.start() if first else key.start()
    # fields behind the key are read as well, though the standard has the key last
    more = pattern(_MORE_FIELDS, 0).match(text.rest, key.end())
    begin = more.end() if more else key.end()
    head = text.rest[start : key.start()] + text.rest[key.end() : begin]
    meter = _meter(head)
    unit = _unit(head, meter)
    named = Key.parse(f"{key[1]} {(key[2] or '').rstrip('.')[:3].lower()}".strip())
    body = text.rest[begin : begin + _MOST_LETTERS]
    notes, chords, end = _body(body, named, unit, meter)
    if len(notes) < _FEWEST:
        return None
    tempo = re.search(r"Q:\s*(?:(\d)/(\d{1,2})\s*=\s*)?(\d{2,3})", head)
    bpm = float(tempo[3]) * (4 * int(tempo[1]) / int(tempo[2]) if tempo[1] else 1) if tempo else 0.0
    text.take(start, begin + end)
    return Tune(
        tuple(notes), f"{named.spelled} {named.mode}", str(meter) if meter else None,
        bpm if MIN_BPM <= bpm <= MAX_BPM else None, tuple(chords),
    )  # fmt: skip


def _meter(head: str) -> Meter | None:
    found = re.search(r"M:\s*(C\|?|\d{1,2}/\d{1,2})", head)
    if not found:
        return None
    try:
        return Meter.parse({"C": "4/4", "C|": "2/2"}.get(found[1], found[1]))
    except ValueError:
        return None


def _unit(head: str, meter: Meter | None) -> float:
    """The length of a plain note in sixteenths: L:, else by the meter as the standard has it."""
    found = re.search(r"L:\s*1/(1|2|4|8|16|32)\b", head)
    if found:
        return 16 / int(found[1])
    return 1.0 if meter and meter.numerator / meter.denominator < 0.75 else 2.0


def _body(
    body: str, key: Key, unit: float, meter: Meter | None
) -> tuple[list[Written], list[tuple[float, str]], int]:
    """(notes, chords, letters read) of the body: as far as it is ABC."""
    bar_steps = (meter or Meter(4, 4)).sixteenths_per_bar
    notes: list[Written] = []
    chords: list[tuple[float, str]] = []
    at, bar_from, place = 0.0, 0.0, 0
    tuplet, scale, broken = 0, 1.0, 1.0
    bent: dict[str, int] = {}
    while found := _ABC.match(body, place):
        place = found.end()
        if found["bar"]:
            bent = {}
            if notes and bar_from == 0 and 0 < at < bar_steps:
                # an upbeat: it ends where the first whole bar begins
                notes = [(start + bar_steps - at, pitch, length) for start, pitch, length in notes]
                chords = [(start + bar_steps - at, name) for start, name in chords]
                at = float(bar_steps)
            bar_from = at
        elif found["chord"]:
            if re.fullmatch(r'"[A-G][#b]?[\w#+°]*(?:/[A-G][#b]?)?"', found["chord"]):
                chords.append((at, found["chord"].strip('"')))
        elif found["tuplet"]:
            tuplet = int(found["tuplet"])
            scale = {2: 1.5, 3: 2 / 3, 4: 0.75}.get(tuplet, 2 / tuplet)
        elif found["broken"] and notes:
            start, pitch, length = notes[-1]
            change = length / 2 if found["broken"] == ">" else -length / 2
            notes[-1], at = (start, pitch, length + change), at + change
            broken = 0.5 if change > 0 else 1.5
        elif found["note"]:
            length = unit * _times(found) * scale * broken
            broken = 1.0
            tuplet, scale = (tuplet - 1, scale) if tuplet > 1 else (0, 1.0)
            if found["name"] not in "zx":
                pitch = _abc_pitch(found, key, bent)
                if 0 <= pitch <= 127:
                    notes.append((at, pitch, length))
            at += length
    return notes, chords, place


def _times(found: re.Match[str]) -> float:
    """The length of a note in plain notes: `2`, `/2`, `3/2`, `//`."""
    above = int(found["num"] or found["after"] or 1) or 1
    below = found["den"]
    if not below:
        return float(min(above, 64))
    figures = below.strip("/")
    return min(above, 64) / (min(int(figures), 64) or 1 if figures else 2 ** len(below))


def _abc_pitch(found: re.Match[str], key: Key, bent: dict[str, int]) -> int:
    """The MIDI note (middle C is `C`) by the key's signature and the bar's own accidentals."""
    name = found["name"].upper()
    plain = pitch_class(name)
    if found["acc"]:
        bent[name] = found["acc"].count("^") - found["acc"].count("_")
    change = bent.get(name)
    if change is None:
        steps = {(pc - plain + 6) % 12 - 6 for pc in key.scale}
        change = 0 if 0 in steps else 1 if _is_sharp(key) else -1
        change = change if change in steps else -change if -change in steps else 0
    octave = (found["name"].islower()) + found["octave"].count("'") - found["octave"].count(",")
    return 60 + plain + change + 12 * octave


def _is_sharp(key: Key) -> bool:
    """Whether the key's signature has sharps: by its place on the circle of fifths."""
    return (key.relative_major_tonic * 7) % 12 <= 6


def likely_key(notes: tuple[Written, ...]) -> str:
    """The key in which most of the notes' time is at home: `G major`.

    Time outside the scale counts against a key; the last note, the first, and the tonic's triad
    count for it.
    """
    weights = [0.0] * 12
    for _, pitch, length in notes:
        weights[pitch % 12] += length
    total = sum(weights) or 1.0

    def merit(key: Key) -> float:
        inside = sum(weights[pc] for pc in key.scale) / total
        triad = sum(weights[key.scale[place]] for place in (0, 2, 4)) / total
        ends = 0.2 * (notes[-1][1] % 12 == key.tonic) + 0.1 * (notes[0][1] % 12 == key.tonic)
        return inside + 0.25 * triad + ends

    names = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
    keys = [Key.parse(f"{name} {mode}") for mode in ("major", "minor") for name in names]
    best = max(keys, key=merit)
    return f"{best.spelled} {best.mode}"
