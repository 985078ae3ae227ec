"""Grooves that are written out in a prompt: drum tabs, step rows and lists of 0 and 1 (pure).

HH|x-x-x-x-x-x-x-x-|        kick: x...x...x...x...        snare: 0,0,0,0,1,0,0,0
SD|----o-------o---|
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from daemon.prompt.marked_text import MarkedText

#: Name of a row -> the voice that plays it.
_VOICES: Mapping[str, str] = {
    "hh": "hat", "h": "hat", "ch": "hat", "hc": "hat", "hat": "hat", "hats": "hat",
    "hihat": "hat", "hihats": "hat", "closedhat": "hat", "closedhihat": "hat",
    "oh": "open hat", "ho": "open hat", "openhat": "open hat", "openhihat": "open hat",
    "sd": "snare", "s": "snare", "sn": "snare", "snare": "snare", "snaredrum": "snare",
    "bd": "kick", "b": "kick", "k": "kick", "kd": "kick", "kick": "kick", "kickdrum": "kick",
    "bassdrum": "kick", "cp": "clap", "clap": "clap", "cl": "clap", "claps": "clap",
    "rd": "ride", "rc": "ride", "r": "ride", "ride": "ride", "cc": "crash", "cr": "crash",
    "c": "crash", "crash": "crash", "t1": "high tom", "ht": "high tom", "hightom": "high tom",
    "t": "mid tom", "t2": "mid tom", "mt": "mid tom", "tom": "mid tom", "midtom": "mid tom",
    "ft": "low tom", "f": "low tom", "lt": "low tom", "t3": "low tom", "lowtom": "low tom",
    "floortom": "low tom", "rs": "rim", "rim": "rim", "rimshot": "rim", "cb": "cowbell",
    "cowbell": "cowbell", "sh": "shaker", "shaker": "shaker", "ta": "tambourine",
    "tambourine": "tambourine", "conga": "high conga", "snap": "snap",
    "clave": "clave", "claves": "clave",
}  # fmt: skip
_NAME = r"(?<![\w|])([A-Za-z][A-Za-z0-9]{0,8}(?:[ -](?:hat|hats|drum|tom))?)"
_MARKS = r"[xXoOgGfFdDbB#.\-_~]"
#: What a row goes on with: marks, bar lines and blanks, but not the next row's name.
_MORE_MARKS = r"(?:(?!(?<=\s)[A-Za-z]\w{0,8}\s*[|:])[xXoOgGfFdDbB#.\-_~| ])"
#: A row: its name, a colon or bar line or blank, and the steps with bar lines.
_ROW = rf"{_NAME}\s*(?::\s*\|?|\|{{1,2}}|\s)\s*({_MARKS}{_MORE_MARKS}{{6,}})"
_NUMBERS = rf"{_NAME}\s*[:=]\s*\[?\s*([01](?:\s*,\s*[01]){{7,63}}|[01]{{8,64}})\s*\]?"
#: A rest, as people draw it.
_RESTS = frozenset(".-_~0")
_PLAIN = {
    "x": "x", "o": "x", "X": "X", "O": "X", "g": "g", "G": "g", "f": "x", "F": "X", "d": "2",
    "D": "2", "b": "x", "B": "X", "#": "x", "1": "x",
}  # fmt: skip
#: More bars than this are not read.
_MOST_BARS = 64


@dataclass(frozen=True)
class DrumTab:
    """Rows by voice, a string a bar: marks of `plan.Drums`, one for each step as it was written."""

    rows: Mapping[str, tuple[str, ...]]

    @property
    def bars(self) -> int:
        return max(len(lines) for lines in self.rows.values())

    def fitted(self, steps: int) -> dict[str, list[str]]:
        """Rows of `steps` sixteenths a bar. A row that does not divide the bar is left out."""
        found = {}
        for voice, lines in self.rows.items():
            bars = [bar for line in lines for bar in _fit(line, steps)]
            if bars:
                found[voice] = bars
        return found

    def unfit(self, steps: int) -> list[str]:
        """The voices whose rows do not divide a bar of `steps` sixteenths."""
        fits = self.fitted(steps)
        return [voice for voice in self.rows if voice not in fits]


def _fit(line: str, steps: int) -> list[str]:
    if len(line) % steps == 0:
        return [line[at : at + steps] for at in range(0, len(line), steps)]
    if steps % len(line) == 0:
        return ["".join(mark + "." * (steps // len(line) - 1) for mark in line)]
    return []


def read_drum_tab(text: MarkedText) -> DrumTab | None:
    """The groove that is written out, or None. Its rows are marked as read."""
    rows: dict[str, list[str]] = {}
    for form in (_NUMBERS, _ROW):
        for match in text.find(form, 0):
            voice = _VOICES.get(re.sub(r"[ -]", "", match[1].lower()))
            bars = _bars(match[2])
            if voice is None or not bars:
                continue
            if voice == "hat":
                _add(rows, "open hat", [_only(bar, "oO") for bar in bars])
                bars = [_only(bar, "xXgGfFdD#1") for bar in bars]
            _add(rows, voice, [_marks(bar) for bar in bars])
            text.take(match.start(), match.start(2) + len(match[2].rstrip()))
    whole = {voice: tuple(lines[:_MOST_BARS]) for voice, lines in rows.items() if any(lines)}
    return DrumTab(whole) if any(set("".join(lines)) - {"."} for lines in whole.values()) else None


def _bars(said: str) -> list[str]:
    """The bars of a row; empty where it is no row of steps."""
    plain = re.sub(r"[\s,]", "", said)
    bars = [bar for bar in plain.split("|") if bar]
    long_enough = len("".join(bars)) >= 8 and all(len(bar) >= 4 for bar in bars)
    struck = any(mark not in _RESTS for mark in plain.replace("|", ""))
    rests = any(mark in _RESTS for mark in plain)
    return bars if long_enough and struck and rests else []


def _only(bar: str, marks: str) -> str:
    return "".join(mark if mark in marks else "." for mark in bar)


def _marks(bar: str) -> str:
    return "".join(_PLAIN.get(mark, ".") for mark in bar)


def _add(rows: dict[str, list[str]], voice: str, bars: list[str]) -> None:
    """One line of a tab after another: a tab may go on below. A row of rests is none."""
    plain = [_marks(bar) for bar in bars]
    if set("".join(plain)) - {"."}:
        rows.setdefault(voice, []).extend(plain)
