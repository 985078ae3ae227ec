"""Chords of a key: numerals and symbols to pitch classes, and voicings led smoothly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from bridge.music import MODES, Key, pitch_class

#: A Roman numeral: accidental, degree, suffix.
_NUMERAL = re.compile(r"^([b#]?)(VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)(.*)$")
#: A chord symbol: root, suffix, bass note.
_SYMBOL = re.compile(r"^([A-G][#b]?)(.*?)(?:/([A-G][#b]?))?$")
_DEGREES = {"i": 0, "ii": 1, "iii": 2, "iv": 3, "v": 4, "vi": 5, "vii": 6}

#: Chord suffix -> semitones above the root. A numeral's case adds the `m`.
_SUFFIXES: dict[str, tuple[int, ...]] = {
    "": (0, 4, 7), "m": (0, 3, 7), "7": (0, 4, 7, 10), "m7": (0, 3, 7, 10), "M7": (0, 4, 7, 11),
    "maj7": (0, 4, 7, 11), "mM7": (0, 3, 7, 11), "9": (0, 4, 7, 10, 14), "m9": (0, 3, 7, 10, 14),
    "M9": (0, 4, 7, 11, 14), "maj9": (0, 4, 7, 11, 14), "11": (0, 4, 7, 10, 14, 17),
    "m11": (0, 3, 7, 10, 14, 17), "13": (0, 4, 10, 14, 21), "m13": (0, 3, 10, 14, 21),
    "6": (0, 4, 7, 9), "m6": (0, 3, 7, 9), "69": (0, 4, 7, 9, 14), "add9": (0, 4, 7, 14),
    "madd9": (0, 3, 7, 14), "sus2": (0, 2, 7), "sus4": (0, 5, 7), "7sus4": (0, 5, 7, 10),
    "dim": (0, 3, 6), "o": (0, 3, 6), "o7": (0, 3, 6, 9), "dim7": (0, 3, 6, 9),
    "m7b5": (0, 3, 6, 10), "aug": (0, 4, 8), "+": (0, 4, 8), "5": (0, 7), "7b9": (0, 4, 7, 10, 13),
    "7#9": (0, 4, 7, 10, 15), "9sus4": (0, 5, 7, 10, 14), "13sus4": (0, 5, 10, 14, 21),
    "7#11": (0, 4, 7, 10, 18), "M7#11": (0, 4, 7, 11, 18), "7b13": (0, 4, 10, 20),
    "7b5": (0, 4, 6, 10), "7#5": (0, 4, 8, 10),
}  # fmt: skip

#: Roots by pitch class, spelt as most keys have them.
_LETTERS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")

#: Lowest note of a voicing (E3): closer chords turn muddy below it.
_LOW = 52
#: MIDI note (D4) round which voicings lie unless the plan says otherwise.
CENTRE = 62.0


@dataclass(frozen=True)
class Chord:
    """A chord: pitch class of the root, and semitones above the root in ascending order."""

    name: str
    root: int
    steps: tuple[int, ...]
    under: int | None = None
    """Pitch class in the bass where it is not the root, as in `C/E`."""

    @property
    def symbol(self) -> str:
        """The chord by letters, as `read_chord` reads it: `Am7`. Of rare colours the triad."""
        names = {steps: suffix for suffix, steps in reversed(_SUFFIXES.items())}
        triad = tuple(step for step in self.steps if step < 10)[:3]
        suffix = names.get(self.steps, names.get(triad, ""))
        under = "" if self.under is None else f"/{_LETTERS[self.under]}"
        return f"{_LETTERS[self.root]}{suffix}{under}"

    @property
    def pitch_classes(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys((self.root + step) % 12 for step in self.steps))


@lru_cache(1024)
def read_chord(text: str, key: Key) -> Chord:
    """Parse a Roman numeral of a key (`i7`, `bVI`, `VM7`) or a chord symbol (`Am7`).

    Numerals count the degrees of the key's own mode: VI of a minor key is its sixth degree. With
    `b` or `#` they count from the major scale, as in bII and bVII. ValueError if it is neither.
    """
    said = text.strip()
    numeral = _NUMERAL.match(said)
    if numeral:
        accidental, letters, suffix = numeral.groups()
        degree = _DEGREES[letters.lower()]
        scale = MODES[key.mode]
        offset = scale[degree]
        if accidental:
            # by convention an accidental counts from the major scale
            offset = MODES["major"][degree] + (1 if accidental == "#" else -1)
        has_own_third = suffix in ("o", "o7", "dim", "m7b5", "sus2", "sus4", "7sus4", "5", "+")
        name = "m" + suffix if letters.islower() and not has_own_third else suffix
        if name not in _SUFFIXES:
            raise ValueError(f"{text!r} is not a chord")
        steps = _SUFFIXES[name]
        if not accidental and key.mode not in ("major", "minor"):
            steps = _stacked(degree, steps, scale)
        return Chord(said, (key.tonic + offset) % 12, steps)
    symbol = _SYMBOL.match(said)
    if not symbol or symbol[2] not in _SUFFIXES:
        raise ValueError(f"{text!r} is not a chord")
    return Chord(
        said,
        pitch_class(symbol[1]),
        _SUFFIXES[symbol[2]],
        pitch_class(symbol[3]) if symbol[3] else None,
    )


def _stacked(degree: int, steps: tuple[int, ...], scale: tuple[int, ...]) -> tuple[int, ...]:
    """Semitones of the chord's tones, drawn from the mode's scale.

    A mode keeps its colour whatever the case of its numerals.
    """
    # semitones above a chord's root -> scale steps above it
    above = {
        0: 0,
        2: 1,
        3: 2,
        4: 2,
        5: 3,
        6: 4,
        7: 4,
        8: 4,
        9: 5,
        10: 6,
        11: 6,
        13: 8,
        14: 8,
        15: 9,
        17: 10,
        21: 12,
    }
    places = [degree + above[step] for step in steps]
    return tuple(scale[p % 7] + 12 * (p // 7) - scale[degree] for p in places)


def chords_of_bar(text: str, key: Key) -> list[Chord]:
    """The chords of one bar, separated by ` / `; they share the bar evenly. ValueError as above."""
    return [read_chord(part, key) for part in text.split(" / ")]


def voicing(
    chord: Chord, before: list[int] | None, voices: int = 4, centre: float = CENTRE
) -> list[int]:
    """MIDI notes of a chord: at most `voices` notes above E3.

    The choice has the least voice movement from `before`, weighed against the distance to `centre`.
    """
    classes = list(chord.pitch_classes)
    if len(classes) > voices:
        # drop the fifth first, as it adds least colour, then the root, which the bass plays
        for step in (7, 0):
            if len(classes) > voices and (chord.root + step) % 12 in classes:
                classes.remove((chord.root + step) % 12)
        classes = classes[:voices]
    best: tuple[float, list[int]] | None = None
    for base in range(_LOW, _LOW + 14):
        # the notes are those of the base before, until it passes one of them
        if base > _LOW and (base - 1) % 12 not in classes:
            continue
        notes = sorted(base + (pc - base) % 12 for pc in classes)
        for spread in ([], [1]):
            tried = sorted(
                note + 12 if k in spread and len(notes) > 3 else note
                for k, note in enumerate(notes)
            )
            cost = abs(sum(tried) / len(tried) - centre) * 0.4
            cost += sum(3.0 for low, high in pairwise(tried) if high - low == 1)
            if before:
                cost += sum(min(abs(note - old) for old in before) for note in tried)
            if best is None or cost < best[0]:
                best = (cost, tried)
    assert best is not None
    return best[1]


def nearest(note: int, classes: tuple[int, ...] | list[int]) -> int:
    """The note nearest to `note` with a pitch class in `classes`; of two equals the lower."""
    return min(
        (note + d for d in range(-6, 7) if (note + d) % 12 in classes),
        key=lambda n: (abs(n - note), n),
    )


def degree_note(degree: int, key: Key, low: int) -> int:
    """The note of a scale degree (0 tonic, 7 octave), from the first tonic at or above `low`."""
    scale = MODES[key.mode]
    tonic = low + (key.tonic - low) % 12
    return tonic + 12 * (degree // 7) + scale[degree % 7]
