"""Where a prompt's words meant something, and which words meant nothing here (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from daemon.prompt.band import ONLY_WORDS, band_places
from daemon.prompt.foreign_words import DENIALS
from daemon.prompt.forms import DENIED_FIELDS
from daemon.prompt.genre_names import GenreSpan
from daemon.prompt.genres import fold
from daemon.prompt.kinds import kind_places
from daemon.prompt.marked_text import Heard, MarkedText
from daemon.prompt.named import Named
from daemon.prompt.patterns import pattern
from daemon.prompt.plain_words import PLAIN_WORDS
from daemon.prompt.singers import singer_places
from daemon.prompt.tempos import BARE_HIGH, BARE_LOW, MACHINES, UNITS
from daemon.prompt.vocabulary import Mood

#: A word, with what a hyphen or an apostrophe joins to it.
_WORD = r"[^\W\d_]+(?:['-][^\W\d_]+)*"
#: A number that belongs to the word before it: `capo 2`.
_NUMBER = r"\s+\d+(?![\w%]|[.,:/-]\d)"
#: Beats of one hand over those of the other.
_POLYRHYTHM = r"(?<![\w.,:/-])\d+\s+(?:over|against)\s+\d+(?![\w%]|[.,:/-]\d)"
#: A number that people give as a tempo, where nothing says what it counts; `70. Geburtstag` does.
_LONE_NUMBER = r"(?<![\w./#'$€£,:-])\d{2,3}(?![\w/:%°\"'-]|[.,]\d|\. \w)"
#: Words of so many letters, or fewer, join others.
_SHORT = 2
#: Facets that can have one value: another one in the text is overruled.
_ONE_VALUE = ("tempo", "meter", "bars", "seconds")


@dataclass(frozen=True)
class Found:
    """What the readers found that they do not mark in the text."""

    genres: list[GenreSpan]
    named: list[Named]
    without: list[tuple[str, int, int]]
    moods: list[tuple[int, int, Mood]]
    kind: str | None
    singer: str
    values: Mapping[str, Any]
    """Facet -> the value that counts, None where the words say none."""


def places(text: MarkedText, found: Found) -> tuple[Heard, ...]:
    """Every place that meant something, in the order of the text, without overlaps."""
    denied = [(start, end) for _, start, end in found.without]
    marks = [
        *(_judged(one, found.values) for one in text.heard),
        *(Heard(start, end, "denials", name) for name, start, end in found.without),
        *_denial_words(text, found),
        *_of_genres(text, found),
        *(
            Heard(
                one.start,
                one.end,
                "singer" if one.sound.part == "vocals" else "instruments",
                one.sound.name,
            )
            for one in found.named
            if not any(start <= one.start < end for start, end in denied)
        ),
        *(
            Heard(start, end, "pace" if mood.pace else "mood", mood.name)
            for start, end, mood in found.moods
        ),
        *_singer(text, found.singer),
        *_swing(text, found),
        *(Heard(start, end, "only") for start, end in _spans(text, ONLY_WORDS)),
        *(Heard(start, end, "instruments") for start, end in band_places(text)),
        *(
            Heard(start, end, "effect" if found.kind == "sfx" else "kind", str(found.kind))
            for start, end in kind_places(text, found.kind)
        ),
    ]
    return _apart(marks)


def _judged(one: Heard, values: Mapping[str, Any]) -> Heard:
    """A figure with whether it is the one that counts."""
    value = values.get(one.facet)
    if one.facet in ("key", "note"):
        return Heard(one.start, one.end, one.facet, str(value or ""), value is not None)
    if one.facet not in _ONE_VALUE:
        return one
    counts = f"{value:g}" if isinstance(value, int | float) else str(value)
    return Heard(one.start, one.end, one.facet, one.value, one.value == counts)


def _denial_words(text: MarkedText, found: Found) -> list[Heard]:
    """The `no` before what is not wanted."""
    marks = [
        Heard(start, end, "denials")
        for start, end in (_spans(text, rf"(?<![\w-]){DENIED_FIELDS}\s*:") if found.without else ())
    ]
    for _, start, _ in found.without:
        before = text.text[max(0, start - 24) : start]
        match = pattern(
            rf"(?<!\w)(?:no|without(?:\s+any)?|w/o|minus|zero|except|{DENIALS})"
            r"\s+(?:the\s+|an?\s+|any\s+)?$"
        ).search(before)
        if match:
            marks.append(Heard(start - len(before) + match.start(), start, "denials"))
    return marks


def _of_genres(text: MarkedText, found: Found) -> list[Heard]:
    """Every genre that is named; the one that counts is the one played."""
    chosen = found.values.get("genre")
    return [
        Heard(start, end, "genre", genre.name, genre.name == chosen)
        for start, end, genre in found.genres
    ]


def _singer(text: MarkedText, singer: str) -> list[Heard]:
    """The word that asks for a voice, and what kind of voice that is to be."""
    at = text.text.find(singer) if singer else -1
    if at < 0:
        return []
    kinds = _spans(
        text, r"\b(?:fe)?male\b|\b(?:wo)?man\b(?=\s+sing)|\b(?:lead|backing)\b(?=\s+voc)"
    )
    own = ((at, at + len(singer)), *singer_places(text), *kinds)
    return [Heard(start, end, "singer") for start, end in own]


def _swing(text: MarkedText, found: Found) -> list[Heard]:
    swing = found.values.get("swing")
    if swing is None:
        return []
    words = r"\b(?:swing|swings|swung|swinging|swingy|shuffl\w*|straight|unswung)\b"
    return [Heard(start, end, "swing", f"{swing:g}") for start, end in _spans(text, words)]


def _spans(text: MarkedText, form: str) -> list[tuple[int, int]]:
    return [match.span() for match in pattern(form).finditer(text.text)]


def _apart(marks: list[Heard]) -> tuple[Heard, ...]:
    """Without overlaps: the first reader keeps its place, a later one what is left of its own."""
    kept: list[Heard] = []
    for mark in marks:
        for start, end in _left_of(mark, kept):
            kept.append(replace(mark, start=start, end=end))
    return tuple(sorted(kept, key=lambda one: one.start))


def _left_of(mark: Heard, kept: list[Heard]) -> list[tuple[int, int]]:
    """The stretches of a mark that no other has."""
    left = [(mark.start, mark.end)]
    for one in kept:
        left = [
            part
            for start, end in left
            for part in ((start, min(end, one.start)), (max(start, one.end), end))
            if part[0] < part[1]
        ]
    return left


def unread(text: MarkedText, heard: tuple[Heard, ...]) -> tuple[tuple[int, int], ...]:
    """Where the words stand that set nothing, each with a number that belongs to it.

    Words that join others, or that say nothing of sound, are left out.
    """
    covered = bytearray(len(text.text))
    for one in heard:
        covered[one.start : one.end] = b"\1" * (one.end - one.start)
    words = [
        match.span()
        for match in pattern(_WORD).finditer(text.text)
        if not any(covered[match.start() : match.end()])
        and len(match[0]) > _SHORT
        and match[0].lower() not in PLAIN_WORDS
        and fold(match[0]) not in PLAIN_WORDS
    ]
    found = [(start, _with_number(text, end, covered)) for start, end in words]
    ratios = [
        match.span()
        for match in pattern(_POLYRHYTHM).finditer(text.text)
        if not any(covered[match.start() : match.end()])
    ]
    return tuple(sorted([*found, *ratios, *_lone_tempos(text, covered, found)]))


def _lone_tempos(
    text: MarkedText, covered: bytearray, words: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Numbers that could be a tempo, were not taken for one and belong to no word of `words`."""
    if text.is_pack:
        return []
    return [
        match.span()
        for match in pattern(_LONE_NUMBER).finditer(text.text)
        if not any(covered[match.start() : match.end()])
        and BARE_LOW <= float(match[0]) <= BARE_HIGH
        and match[0] not in MACHINES
        and not pattern(UNITS).match(text.text, match.end())
        and not any(start <= match.start() < end for start, end in words)
    ]


def _with_number(text: MarkedText, end: int, covered: bytearray) -> int:
    """Where a word ends with a number behind it that set nothing either."""
    match = pattern(_NUMBER).match(text.text, end)
    return match.end() if match and not any(covered[end : match.end()]) else end
