"""What new bars shall be like, in words that a net's own attributes stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NoReturn

from daemon.errors import ConformError

#: Share of the densest that a word means.
_DENSITIES = {"very sparse": 0.05, "sparse": 0.25, "medium": 0.5, "dense": 0.75, "very dense": 1.0}
#: The net's levels of density and of silence: tenths.
_TENTHS = 9
#: The net's levels of length, in their order, and what short and long notes are.
_LENGTHS = ("32nd", "16th", "8th", "quarter", "half", "whole")
_LENGTH_WORDS = {"short": (1, 2), "long": (3, 5)}
_COUNTS = {"one": 1, "two": 2, "three": 3, "four": 4}
#: The most voices that the net tells apart, and the widest range.
_MOST_VOICES = 10
_MOST_SEMITONES = 127
_HELP = (
    "sparse, medium or dense; density 0.7; short or long notes; 8th notes; 8th-half notes;"
    " one voice; 2-4 voices; silence 0.3; range 12; or a name of the net's own with its level, as"
    " tension=3"
)


#: Levels of the net's attributes, by name: ways to say one wish, the better ones first.
Ways = tuple[Mapping[str, int], ...]


@dataclass(frozen=True)
class Asked:
    """One wish: its words, and the net's attributes with their levels that stand for it.

    ways: the first of them counts whose attributes the net has.
    """

    text: str
    ways: Ways


@dataclass(frozen=True)
class Known:
    """An attribute that a net has: `size` levels, of a whole part or of each bar."""

    size: int
    is_by_bar: bool
    parts: str
    """Which parts it is for: melodic, drum or both."""

    def is_for(self, is_drums: bool) -> bool:
        return self.parts in ("both", "drum" if is_drums else "melodic")


def read_asked(words: Iterable[str]) -> tuple[Asked, ...]:
    """Wishes in words. ConformError names one that is none, and what may be said."""
    return tuple(_read(" ".join(one.lower().split())) for one in words)


def names_of(asked: Asked, known: Mapping[str, Known], is_drums: bool) -> dict[str, int]:
    """The net's own attributes and levels for a wish and a part; empty where it has none."""
    for way in asked.ways:
        found = {_name(name, known, is_drums): level for name, level in way.items()}
        if None not in found:
            return {name: min(level, known[name].size - 1) for name, level in found.items() if name}
    return {}


def _name(name: str, known: Mapping[str, Known], is_drums: bool) -> str | None:
    for one in (name, f"bar_{name}"):
        if one in known and known[one].is_for(is_drums):
            return one
    return None


def _read(text: str) -> Asked:
    for pattern, ways_of in _KINDS:
        match = re.fullmatch(pattern, text)
        if match:
            return Asked(text, ways_of(text, *match.groups()))
    _refuse(text)


def _density(text: str, word: str | None, share: str | None) -> Ways:
    return ({"note_density": round(_TENTHS * (_DENSITIES[word] if word else _share(text, share)))},)


def _length(text: str, word: str | None, low: str | None, high: str | None) -> Ways:
    first, last = (
        _LENGTH_WORDS[word]
        if word
        else (_LENGTHS.index(low or ""), _LENGTHS.index(high or low or ""))
    )
    if first > last:
        _refuse(text)
    both = {"min_note_duration": first, "max_note_duration": last}
    # some nets only know the length that comes most often
    return both, {"note_duration_dist": (first + last) // 2}


def _voices(text: str, low: str, high: str | None) -> Ways:
    first = _COUNTS.get(low) or int(low)
    last = int(high) if high else first
    if not 1 <= first <= last <= _MOST_VOICES:
        _refuse(text)
    both = {"min_polyphony": first - 1, "max_polyphony": last - 1}
    return (both,)


def _silence(text: str, share: str) -> Ways:
    return ({"silence_proportion": round(_TENTHS * _share(text, share))},)


def _range(text: str, semitones: str) -> Ways:
    if int(semitones) > _MOST_SEMITONES:
        _refuse(text)
    return ({"pitch_range": int(semitones)},)


def _own(text: str, name: str, level: str) -> Ways:
    del text
    return ({name: int(level)},)


def _share(text: str, number: str | None) -> float:
    share = float(number or 0)
    if share > 1:
        _refuse(text)
    return share


def _refuse(text: str) -> NoReturn:
    raise ConformError(f"attributes: {text!r} is not understood; say {_HELP}")


_ONE_LENGTH = f"({'|'.join(_LENGTHS)})"
_KINDS = (
    (rf"(?:({'|'.join(_DENSITIES)})(?: density)?|density (\d?\.?\d+))", _density),
    (rf"(?:({'|'.join(_LENGTH_WORDS)})|{_ONE_LENGTH}(?:-{_ONE_LENGTH})?) notes", _length),
    (rf"(\d{{1,2}}|{'|'.join(_COUNTS)})(?:-(\d{{1,2}}))? voices?", _voices),
    (r"silence (\d?\.?\d+)", _silence),
    (r"range (\d{1,3})(?: semitones)?", _range),
    (r"([a-z_]+) ?= ?(\d{1,3})", _own),
)
