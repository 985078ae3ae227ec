"""Chord progressions in a prompt: `Am F C G`, `ii-V-I in C`, `| Dm7 G7 | Cmaj7 |` (pure)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bridge.music import Key, pitch_class
from daemon.prompt.marked_text import MarkedText
from daemon.prompt.patterns import pattern

#: Spelling of a chord's quality -> the project's spelling.
_QUALITIES: dict[str, str] = {
    "": "", "maj": "", "M": "", "m": "m", "min": "m", "mi": "m", "7": "7", "9": "9", "11": "11",
    "13": "13", "6": "6", "69": "69", "maj7": "M7", "M7": "M7", "ma7": "M7", "maj9": "M9",
    "M9": "M9", "m7": "m7", "min7": "m7", "mi7": "m7", "m9": "m9", "min9": "m9", "m11": "m11",
    "min11": "m11", "m6": "m6", "min6": "m6", "mM7": "mM7", "mmaj7": "mM7", "add9": "add9",
    "madd9": "madd9", "sus": "sus4", "sus2": "sus2", "sus4": "sus4", "7sus4": "7sus4",
    "7sus": "7sus4", "dim": "dim", "o": "dim", "°": "dim", "dim7": "dim7", "o7": "dim7",
    "°7": "dim7", "m7b5": "m7b5", "ø": "m7b5", "ø7": "m7b5", "aug": "aug", "+": "aug", "5": "5",
    "7b9": "7b9", "7#9": "7#9", "6/9": "69", "9sus4": "9sus4", "13sus4": "13sus4",
    "7#11": "7#11", "M7#11": "M7#11", "maj7#11": "M7#11", "7b13": "7b13", "7b5": "7b5",
    "7#5": "7#5", "7alt": "7#9",
}  # fmt: skip
_QUALITY = (
    "(?:"
    + "|".join(re.escape(one) for one in sorted(_QUALITIES, key=len, reverse=True) if one)
    + ")?"
)
_SYMBOL = rf"[A-G][#b]?{_QUALITY}(?:/[A-G][#b]?)?"
_NUMERAL = rf"[#b]?(?:VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i){_QUALITY}"
#: Two chords of one bar.
_SHARED = r"\s+/\s+"
_BETWEEN = rf"(?:\s*(?:->|[-,|>])\s*|{_SHARED}|\s+)"
_SYMBOLS = rf"(?<![\w#'&/.-])(?:\|\s*)?{_SYMBOL}(?:{_BETWEEN}{_SYMBOL}(?![\w#'/]))+(?![\w#'/])"
_NUMERALS = rf"(?<![\w#'&/.-])(?:\|\s*)?{_NUMERAL}(?:{_BETWEEN}{_NUMERAL}(?![\w#'/]))+(?![\w#'/])"
_NAMED = r"\b(?:chords?|progression|changes|turnaround|vamp|harmony)\b"
#: Numerals that only a minor key has without an accidental, and those that only a major key has.
_OF_MINOR, _OF_MAJOR = (
    frozenset(("i", "iv", "v", "III", "VI", "VII")),
    frozenset(("I", "ii", "iii", "vi", "IV")),
)
_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_MOST = 64


@dataclass(frozen=True)
class Progression:
    """Chords as `harmony.read_chord` parses them, one string a bar, and their span in the text.

    Several chords of one bar have ` / ` between them.
    """

    bars: tuple[str, ...]
    start: int
    end: int
    numerals: bool
    """They count the degrees of a key; else they name their own roots."""

    @property
    def chords(self) -> tuple[str, ...]:
        return tuple(chord for bar in self.bars for chord in bar.split(" / "))

    @property
    def is_minor(self) -> bool:
        """Whether numerals are those of a minor key."""
        said = [match[0] for chord in self.chords if (match := re.match(r"[ivIV]+", chord))]
        return sum(one in _OF_MINOR for one in said) > sum(one in _OF_MAJOR for one in said)

    def over(self, bars: int) -> list[str]:
        """The chords repeated or joined to fill `bars`.

        The last chord is held until the round divides the bars. More chords than bars share bars.
        """
        names = list(self.bars)
        if len(names) > bars:
            each = -(-len(names) // bars)
            return [" / ".join(names[at : at + each]) for at in range(0, len(names), each)]
        whole = next(
            (n for n in (len(names), 4, 8, 16, 32) if n >= len(names) and bars % n == 0), len(names)
        )
        return names + [names[-1]] * (whole - len(names))


def read_progression(text: MarkedText) -> Progression | None:
    """The first progression of a prompt: two or more adjacent, unambiguous chords.

    It is not marked as read.
    """
    for form, numerals in ((_SYMBOLS, False), (_NUMERALS, True)):
        for match in text.find(form, 0):
            found = _parted(match[0], match.start(), numerals)
            if found and _is_meant(found, match[0], text.text, numerals):
                return found
    return None


def _parted(said: str, start: int, numerals: bool) -> Progression | None:
    one = _NUMERAL if numerals else _SYMBOL
    lines = said.strip("| ").split("|") if "|" in said.strip("| ") else None
    groups = (
        [pattern(one, 0).findall(line) for line in lines]
        if lines
        else [
            pattern(one, 0).findall(bar)
            for bar in pattern(rf"{one}(?:{_SHARED}{one})*", 0).findall(said)
        ]
    )
    bars = tuple(
        " / ".join(_plain(chord, numerals) for chord in group) for group in groups if group
    )
    return Progression(bars[:_MOST], start, start + len(said), numerals) if bars else None


def _plain(chord: str, numerals: bool) -> str:
    """A chord with its quality as the project writes it."""
    match = re.fullmatch(
        rf"([#b]?[ivIV]+)({_QUALITY})()"
        if numerals
        else rf"([A-G][#b]?)({_QUALITY})((?:/[A-G][#b]?)?)",
        chord,
    )
    assert match is not None, chord
    root, quality, under = match.groups()
    plain = _QUALITIES[quality]
    if numerals and root.strip("#b").islower() and plain.startswith("m") and plain != "m7b5":
        plain = plain[1:]  # the letter's case says it
    return root + plain + under


def _is_meant(found: Progression, said: str, prompt: str, numerals: bool) -> bool:
    """Whether letters in a row are chords.

    A form (A B A C), the word I and one chord repeated are not.
    """
    chords = found.chords
    if len(set(chords)) < 2:
        return False
    named = re.search(_NAMED, prompt, re.IGNORECASE) is not None
    joined = len(pattern(r"[-|>]", 0).findall(said)) >= len(chords) - 1
    if numerals:
        return len(chords) >= 3 or joined or named
    plain = all(len(chord.rstrip("#b")) == 1 for chord in chords)
    if plain:
        return named or (
            len(chords) >= 3 and any(chord[0] in "EFG" or len(chord) > 1 for chord in chords)
        )
    return (
        len(chords) >= 3 or joined or named or all(len(chord.rstrip("#b")) > 1 for chord in chords)
    )


def key_of(chords: tuple[str, ...]) -> str:
    """The likeliest major or minor key of chords by symbol, spelled like their roots: `A minor`.

    Each tone outside a key's scale counts against it; a minor key may raise its seventh under a
    dominant. The first chord, the last, and a dominant seventh a fifth above count for their tonic.
    """
    read = [_tones(chord) for chord in chords]

    def merit(key: Key) -> float:
        scale, raised = set(key.scale), {(key.tonic + 11) % 12} if key.is_minor else set()
        score = 0.0
        for k, (root, steps) in enumerate(read):
            tones = {(root + step) % 12 for step in steps}
            dominant = bool(raised) and root == (key.tonic + 7) % 12 and 4 in steps
            score -= 1.2 * len(tones - scale - (raised if dominant else set()))
            at_home = root == key.tonic and (
                (3 in steps) == key.is_minor or not {3, 4} & set(steps)
            )
            score += at_home * (0.6 if k == 0 else 0.4 if k == len(read) - 1 else 0.15)
            score += 0.5 * (root == (key.tonic + 7) % 12 and {4, 10} <= set(steps))
        return score

    keys = [Key.parse(f"{name} {mode}") for mode in ("major", "minor") for name in _NAMES]
    best = max(keys, key=merit)
    spelled = next(
        (root for root in map(_root, chords) if pitch_class(root) == best.tonic), best.spelled
    )
    return f"{spelled} {best.mode}"


def _root(chord: str) -> str:
    return chord[:2] if chord[1:2] in ("#", "b") else chord[:1]


def _tones(chord: str) -> tuple[int, tuple[int, ...]]:
    """(pitch class of the root, semitones above it) as far as they tell a key."""
    quality = chord.split("/")[0][len(_root(chord)) :]
    minor = quality.startswith("m") or quality.startswith("dim")
    third = (
        ()
        if quality == "5"
        else (5,)
        if "sus4" in quality
        else (2,)
        if quality == "sus2"
        else (3,)
        if minor
        else (4,)
    )
    fifth = 6 if quality.startswith("dim") or "b5" in quality else 8 if quality == "aug" else 7
    seventh = (
        (11,)
        if "M7" in quality or "M9" in quality
        else (10,)
        if re.match(r"m?(?:7|9|11|13)", quality)
        else ()
    )
    return pitch_class(_root(chord)), (0, *third, fifth, *seventh)
