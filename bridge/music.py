"""Keys, meters, note names, tempo and bar arithmetic: the only place that counts a bar's frames."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

#: Tempos that are accepted, in quarter notes a minute.
MIN_BPM = 40.0
MAX_BPM = 300.0
#: Bars of a loop that are accepted.
MIN_BARS = 1
MAX_BARS = 64

#: Semitones of each mode above the tonic, the tonic included.
MODES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "locrian": (0, 1, 3, 5, 6, 8, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
    "melodic minor": (0, 2, 3, 5, 7, 9, 11),
}

#: Spellings of a mode, in lower case; `M` and `m` are distinguished before this table is read.
_MODE_WORDS: dict[str, str] = {
    **dict.fromkeys(("", "maj", "major", "ionian"), "major"),
    **dict.fromkeys(("m", "min", "minor", "-", "aeolian", "natural minor"), "minor"),
    **dict.fromkeys(("dor", "dorian"), "dorian"),
    **dict.fromkeys(("phr", "phrygian"), "phrygian"),
    **dict.fromkeys(("lyd", "lydian"), "lydian"),
    **dict.fromkeys(("mix", "mixo", "mixolydian"), "mixolydian"),
    **dict.fromkeys(("loc", "locrian"), "locrian"),
    **dict.fromkeys(("harmonic minor", "harm min", "harmonic min", "hm"), "harmonic minor"),
    **dict.fromkeys(("melodic minor", "mel min", "melodic min", "mm"), "melodic minor"),
}

#: A mode in a key's short name.
_MODE_SUFFIX: dict[str, str] = {
    "major": "",
    "minor": "m",
    "dorian": "dor",
    "phrygian": "phr",
    "lydian": "lyd",
    "mixolydian": "mix",
    "locrian": "loc",
    "harmonic minor": "hm",
    "melodic minor": "mm",
}

_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_ACCIDENTALS = {"": 0, "#": 1, "b": -1}
_SHARP_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_FLAT_NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")

#: Major keys by Camelot number.
_CAMELOT_MAJOR = {
    1: "B",
    2: "Gb",
    3: "Db",
    4: "Ab",
    5: "Eb",
    6: "Bb",
    7: "F",
    8: "C",
    9: "G",
    10: "D",
    11: "A",
    12: "E",
}
#: Minor keys by Camelot number: three semitones below the major of the same number.
_CAMELOT_MINOR = {
    1: "Ab",
    2: "Eb",
    3: "Bb",
    4: "F",
    5: "C",
    6: "G",
    7: "D",
    8: "A",
    9: "E",
    10: "B",
    11: "F#",
    12: "Db",
}

_KEY = re.compile(r"^([A-Ga-g])\s*(#|b|♯|♭|\s*sharp\b|\s*flat\b)?\s*(.*)$")
_NOTE = re.compile(r"^([A-Ga-g])(#|b|♯|♭)?(-?\d{1,2})?$")

#: Each convention's octave number of MIDI note 60.
MIDDLE_C_OCTAVE = {"live": 3, "fl": 5, "scientific": 4}


@dataclass(frozen=True)
class Key:
    """A tonic (pitch class 0-11, C = 0) and a mode, with the tonic as the user spelled it."""

    tonic: int
    mode: str
    spelled: str

    @classmethod
    def parse(cls, text: str) -> Key:
        """Parse a key: `Am`, `F# minor`, `Gb`, `D dorian`, Camelot `8A`. ValueError otherwise."""
        given = text.strip()
        camelot = re.fullmatch(r"(1[0-2]|[1-9])\s*([ABab])", given)
        if camelot:
            number = int(camelot[1])
            minor = camelot[2].upper() == "A"
            name = (_CAMELOT_MINOR if minor else _CAMELOT_MAJOR)[number]
            return cls(pitch_class(name), "minor" if minor else "major", name)
        match = _KEY.match(given)
        if not match:
            raise ValueError(f"{text!r} is not a key")
        tonic = match[1].upper() + _plain_accidental(match[2])
        rest = match[3].strip()
        word = "major" if rest == "M" else rest.lower().replace("_", " ").strip()
        if word not in _MODE_WORDS or (len(given) == 1 and given.islower()):
            raise ValueError(f"{text!r} is not a key")
        return cls(pitch_class(tonic), _MODE_WORDS[word], tonic)

    @property
    def scale(self) -> tuple[int, ...]:
        """Pitch classes of the scale, from the tonic up."""
        return tuple((self.tonic + step) % 12 for step in MODES[self.mode])

    @property
    def is_minor(self) -> bool:
        """Whether the third above the tonic is minor."""
        return MODES[self.mode][2] == 3

    @property
    def relative_major_tonic(self) -> int:
        """Pitch class of the major tonic with the same notes.

        For harmonic and melodic minor it is that of the natural minor.
        """
        offsets = {
            "major": 0,
            "dorian": 2,
            "phrygian": 4,
            "lydian": 5,
            "mixolydian": 7,
            "minor": 9,
            "locrian": 11,
        }
        return (self.tonic - offsets.get(self.mode, 9)) % 12

    def semitones_to(self, other: Key) -> int:
        """The shortest transposition to the notes of `other`, or its relative: -5 to 6."""
        return (other.relative_major_tonic - self.relative_major_tonic + 5) % 12 - 5

    @property
    def short(self) -> str:
        """`Am`, `F#`, `Ddor`: for file names and small displays."""
        return self.spelled + _MODE_SUFFIX[self.mode]

    @property
    def plain(self) -> str:
        """`Am`, `F#`, `D dorian`: for people."""
        return self.short if self.mode in ("major", "minor") else str(self)

    def __str__(self) -> str:
        return f"{self.spelled} {self.mode}"


@dataclass(frozen=True)
class Meter:
    """A time signature. Tempo always counts quarter notes, whatever the denominator."""

    numerator: int = 4
    denominator: int = 4

    @classmethod
    def parse(cls, text: str) -> Meter:
        """Parse `3/4`. ValueError outside 2/4 to 15/8."""
        match = re.fullmatch(r"\s*(\d{1,2})\s*/\s*(\d{1,2})\s*", text)
        if not match or not 2 <= int(match[1]) <= 15 or int(match[2]) not in (4, 8):
            raise ValueError(f"{text!r} is not a meter")
        return cls(int(match[1]), int(match[2]))

    @property
    def quarters_per_bar(self) -> float:
        """Length of a bar in quarter notes."""
        return 4 * self.numerator / self.denominator

    @property
    def beats_per_bar(self) -> int:
        """Beats of a bar: the numerator, or the dotted quarters of 6/8, 9/8 and 12/8."""
        compound = self.denominator == 8 and self.numerator % 3 == 0 and self.numerator > 3
        return self.numerator // 3 if compound else self.numerator

    @property
    def sixteenths_per_bar(self) -> int:
        return 16 * self.numerator // self.denominator

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


def _plain_accidental(text: str | None) -> str:
    word = (text or "").strip().lower()
    return {"♯": "#", "sharp": "#", "♭": "b", "flat": "b"}.get(word, word)


def pitch_class(name: str) -> int:
    """`F#` -> 6. ValueError where it is no note name."""
    match = _NOTE.match(name.strip())
    if not match or match[3]:
        raise ValueError(f"{name!r} is not a note name")
    return (_LETTERS[match[1].upper()] + _ACCIDENTALS[_plain_accidental(match[2])]) % 12


def parse_note(text: str, convention: str = "scientific") -> tuple[int | None, int | None]:
    """Parse a note -> (pitch class, MIDI number or None where no octave was given).

    `G` is a pitch class, `43` a MIDI number, `G1` a note whose octave is read by `convention`:
    live, fl or scientific. ValueError for anything else, or outside 0-127.
    """
    given = text.strip()
    if re.fullmatch(r"\d{1,3}", given):
        number = int(given)
        if number > 127:
            raise ValueError(f"{text!r} is above 127")
        return number % 12, number
    match = _NOTE.match(given)
    if not match:
        raise ValueError(f"{text!r} is not a note")
    letter = match[1].upper() + _plain_accidental(match[2])
    semitone = _LETTERS[letter[0]] + _ACCIDENTALS[letter[1:]]
    if match[3] is None:
        return semitone % 12, None
    number = 60 + 12 * (int(match[3]) - MIDDLE_C_OCTAVE[convention]) + semitone
    if not 0 <= number <= 127:
        raise ValueError(f"{text!r} lies outside MIDI notes 0-127")
    return number % 12, number


def note_name(number: int, convention: str = "scientific") -> str:
    """MIDI number -> `G1`, its octave counted by `convention`."""
    octave = number // 12 - 5 + MIDDLE_C_OCTAVE[convention]
    return f"{_SHARP_NAMES[number % 12]}{octave}"


def note_hz(number: float) -> float:
    """Frequency in Hz of a MIDI note number, which may be a fraction."""
    return 440.0 * float(2 ** ((number - 69) / 12))


def loop_frames(bars: int, meter: Meter, bpm: float, sample_rate: int) -> int:
    """Frames of a loop: `round(bars * quarters_per_bar * 60 / bpm * sample_rate)`, in this order.

    It is Python's `round`: half a frame goes to the even number. Other languages round it up.
    """
    return round(bars * meter.quarters_per_bar * 60 / bpm * sample_rate)


def bar_seconds(meter: Meter, bpm: float) -> float:
    """Length of one bar in seconds."""
    return meter.quarters_per_bar * 60 / bpm


def snap_tempo(measured_bpm: float, error_bpm: float) -> float:
    """The roundest tempo within a measurement's error: to 1, else 0.5, 0.1 or 0.01."""
    for step in (Fraction(1), Fraction(1, 2), Fraction(1, 10), Fraction(1, 100)):
        nearest = round(Fraction(measured_bpm) / step) * step
        if abs(float(nearest) - measured_bpm) <= error_bpm:
            return float(nearest)
    return measured_bpm
