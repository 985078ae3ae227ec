"""The sections of a piece as people write them: `intro 8 bars, verse 16, drop 16`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

#: Names of sections as they are written, and ours.
NAMES: dict[str, str] = {
    "intro": "intro", "introduction": "intro", "verse": "verse", "hook": "hook", "chorus": "hook",
    "refrain": "hook", "pre-chorus": "build", "prechorus": "build", "bridge": "bridge",
    "middle eight": "bridge", "break": "break", "breakdown": "break", "interlude": "break",
    "build": "build", "build-up": "build", "buildup": "build", "build up": "build", "rise": "build",
    "drop": "drop", "theme": "theme", "solo": "solo", "outro": "outro", "ending": "outro",
    "coda": "outro", "end": "outro",
}  # fmt: skip
#: Bars of a section, and of a whole piece.
MOST_OF_ONE, MOST_BARS = 64, 400
#: Fewer sections than this are a length, no form: `8 bar intro`.
FEWEST = 2

_NAME = "|".join(re.escape(name) for name in sorted(NAMES, key=len, reverse=True))
_BARS = r"(?:bars?|measures?|takte?)\b"
#: A number of something else: a tempo, a share, a time.
_NOT_BARS = r"(?!\d|[.,/]\d|\s*(?:bpm|%|s\b|secs?\b|seconds?\b|min|hz|khz|db)|/)"
#: One section: its name, then its bars, or its bars, then its name.
ONE = (
    rf"\[?\s*\b(?P<name>{_NAME})\b\s*[:=(-]?\s*(?P<bars>\d{{1,3}}){_NOT_BARS}[\s-]*(?:{_BARS})?\s*[\])]?"
    rf"|\b(?P<bars_before>\d{{1,3}})[\s-]*{_BARS}\s+(?:of\s+)?(?P<name_after>{_NAME})\b"
)
_JOINT = re.compile(r"[\s,;|/>+.&→-]*(?:(?:and\s+)?then\b|and\b|to\b)?[\s,;|/>→-]*", re.IGNORECASE)
_FORM = re.compile(ONE, re.IGNORECASE)

#: A section: our name of it, and its bars.
Section = tuple[str, int]


def section_of(match: re.Match[str]) -> Section:
    """The section that a match of `ONE` names."""
    name = match["name"] or match["name_after"]
    return NAMES[name.lower()], int(match["bars"] or match["bars_before"])


def runs_of(text: str) -> Iterator[tuple[int, int, list[Section]]]:
    """Each run of at least `FEWEST` sections in a text: its start, its end, its sections."""
    start = end = 0
    found: list[Section] = []
    for match in _FORM.finditer(text):
        if found and not _JOINT.fullmatch(text[end : match.start()]):
            if len(found) >= FEWEST:
                yield start, end, found
            found = []
        start = match.start() if not found else start
        end = match.end()
        found = [*found, section_of(match)]
    if len(found) >= FEWEST:
        yield start, end, found


def sections_field(raw: Any) -> list[str]:
    """`["intro 8", "verse 16"]` of a text or a list. ValueError where it is no form."""
    text = ", ".join(str(one) for one in raw) if isinstance(raw, (list, tuple)) else str(raw)
    found, at = [], 0
    text = text.strip()
    for match in _FORM.finditer(text):
        if not _JOINT.fullmatch(text[at : match.start()]):
            raise ValueError
        found.append(section_of(match))
        at = match.end()
    if not found or text[at:].strip(" ,;.") or not are_playable(found):
        raise ValueError
    return [f"{name} {bars}" for name, bars in found]


def are_playable(sections: list[Section]) -> bool:
    """Whether each section, and all together, have a length that is played."""
    total = sum(bars for _, bars in sections)
    return all(1 <= bars <= MOST_OF_ONE for _, bars in sections) and total <= MOST_BARS


def parse_sections(values: list[str]) -> tuple[Section, ...]:
    """The sections of a field's checked value."""
    return tuple((one.rpartition(" ")[0], int(one.rpartition(" ")[2])) for one in values)
