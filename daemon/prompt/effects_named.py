"""Which sound effects a text names, and how long they usually are."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from daemon.prompt.effect_names import EFFECTS, VOICES


@dataclass(frozen=True)
class NamedEffect:
    """An effect that a text names, and where."""

    effect: str
    start: int
    end: int


#: How many sounds one prompt may have at once.
_MOST_SOUNDS = 3
#: Words for the length of an effect.
LONG = r"\b(?:long|slow|lengthy|extended|lang\w*|larg[oa]|longue?|lung[oa])\b"
SHORT = r"\b(?:short|quick|fast|brief|kurz\w*|cort[oa]|courte?|curt[oa]|breve)\b"
#: Words before the thing itself.
_BEFORE = (
    r"^\W*(?:(?:a|an|the|some)\s+)?(?:(?:sounds?|noises?|sfx|sound effects?|recording)\s+of\s+)?"
)
#: In a prompt that names an effect, it stands among the first words.
_EARLY_WORDS = 3


def plain(text: str) -> str:
    """Lower case without accents of Latin letters, `_` as a blank; as long as before or longer."""
    apart = unicodedata.normalize("NFKD", text.lower().replace("_", " "))
    return "".join(letter for letter in apart if not "\u0300" <= letter <= "\u036f")


@dataclass(frozen=True)
class _Spelling:
    """One name, word by word: (word, whether it ends anyhow)."""

    what: str
    words: tuple[tuple[str, bool], ...]


#: Letters of a name's first word by which names are found.
_FIRST_LETTERS = 2
_WORD = re.compile(r"[\w']+")
#: From here on scripts are written without blanks.
_FIRST_UNSPACED = "\u3000"


def _index(rows: dict[str, str]) -> tuple[dict[str, list[_Spelling]], list[tuple[str, str]]]:
    """(spellings by their first letters, names in scripts without blanks) of a table of names."""
    by_start: dict[str, list[_Spelling]] = {}
    unspaced = []
    for what, names in rows.items():
        for name in filter(None, (plain(one.strip()) for one in names.split(","))):
            if name[0] >= _FIRST_UNSPACED:
                unspaced.append((name, what))
                continue
            words = tuple(
                (word.rstrip("*"), word.endswith("*")) for word in re.findall(r"[\w']+\*?|\*", name)
            )
            by_start.setdefault(words[0][0][:_FIRST_LETTERS], []).append(_Spelling(what, words))
    return by_start, unspaced


@cache
def _effects() -> tuple[dict[str, list[_Spelling]], list[tuple[str, str]]]:
    return _index({effect: row.names for effect, row in EFFECTS.items()})


@cache
def _living() -> tuple[dict[str, list[_Spelling]], list[tuple[str, str]]]:
    return _index({"voice": VOICES})


def _all_named(
    said: str, index: tuple[dict[str, list[_Spelling]], list[tuple[str, str]]]
) -> list[NamedEffect]:
    """Every name that stands in a plain text, overlapping ones too."""
    by_start, unspaced = index
    tokens = [(match[0], match.start(), match.end()) for match in _WORD.finditer(said)]
    found = []
    for at, (first, start, _) in enumerate(tokens):
        for name in by_start.get(first[:_FIRST_LETTERS], ()):
            there = tokens[at : at + len(name.words)]
            if len(there) == len(name.words) and all(
                token.startswith(word) if open_ else token == word
                for (token, _, _), (word, open_) in zip(there, name.words, strict=True)
            ):
                found.append(NamedEffect(name.what, start, there[-1][2]))
    if not said.isascii():
        found += [
            NamedEffect(what, at, at + len(name))
            for name, what in unspaced
            if (at := said.find(name)) >= 0
        ]
    return found


def all_effects(text: str) -> list[NamedEffect]:
    """Every name of an effect in a text, overlapping ones and those of one effect too."""
    return _all_named(plain(text), _effects())


def find_effects(text: str) -> list[NamedEffect]:
    """The effects that a text names, at most three, in its order.

    Of names that overlap, the longest counts: `fire alarm` is no fire. Places are those in
    `plain(text)`.
    """
    found = _all_named(plain(text), _effects())
    found.sort(key=lambda one: (one.start - one.end, one.start))
    taken: list[NamedEffect] = []
    for one in found:
        apart = all(one.end <= other.start or other.end <= one.start for other in taken)
        if apart and one.effect not in {other.effect for other in taken}:
            taken.append(one)
    return sorted(taken, key=lambda one: one.start)[:_MOST_SOUNDS]


def find_living(text: str) -> str:
    """The voice of an animal or a person that a text names, as it is written; empty if none."""
    said = plain(text)
    found = _all_named(said, _living())
    return said[found[0].start : found[0].end] if found else ""


def names_effect_first(text: str) -> NamedEffect | None:
    """The effect that a text is about: one that stands among its first words."""
    said = plain(text)
    begin = re.match(_BEFORE, said)
    start = begin.end() if begin else 0
    for one in find_effects(text):
        if len(said[start : one.start].split()) < _EARLY_WORDS:
            return one
    return None


def usual_seconds(text: str) -> float | None:
    """The length of the effects that a text names, in seconds; None where it names none."""
    found = [EFFECTS[one.effect] for one in find_effects(text)]
    if not found:
        return None
    longest = max(found, key=lambda row: row.usual_s)
    factor = 1.8 if re.search(LONG, plain(text)) else 0.6 if re.search(SHORT, plain(text)) else 1
    return min(longest.high_s, max(longest.low_s, longest.usual_s * factor))
