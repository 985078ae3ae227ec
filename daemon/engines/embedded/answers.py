"""The second half of eight bars answers the first: rows that change, voices that join, dynamics."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Protocol

from daemon.engines.embedded.phrase import Rows

#: Bars of a whole phrase, and of its half.
PHRASE_BARS = 8
_HALF = 4
#: Strokes that carry a row, whatever stands round them.
_WEAK = "xo"
#: Voices that may wait for the second half, and those that may where another keeps time.
_MAY_WAIT = ("shaker", "tambourine", "high conga", "low conga", "cowbell", "clave")
_SECOND_TOPS = ("ride", "open hat")
#: How likely a floor of kicks opens for the last beats of eight bars.
_GAP = 0.35

#: Level of each bar in dB under the loudest: growing twice, a softer answer, one long rise, a dip.
_ARCS_DB = (
    (-1.6, -1.2, -0.8, -0.4, -1.5, -0.9, -0.3, 0.0),
    (-0.4, -0.7, -0.2, 0.0, -2.3, -1.7, -0.9, 0.0),
    (-2.1, -1.8, -1.5, -1.1, -0.8, -0.5, -0.2, 0.0),
    (0.0, -0.4, -0.8, -0.2, -1.9, -1.3, -0.7, 0.0),
    (-1.8, -1.8, -0.9, -0.6, -1.8, -0.9, 0.0, 0.0),
)
#: How far machines follow an arc, which people follow wholly.
_OF_MACHINES = 0.7


class Vary(Protocol):
    """A row with `strength` (1-2) of its weak strokes changed."""

    def __call__(self, row: str, strength: int, stream: random.Random) -> str: ...


def answered(lines: list[str], bars: int, vary: Vary, stream: random.Random) -> list[str]:
    """Rows over four or eight bars: the fourth turns, the last four say it otherwise.

    Longer patterns, and loops under four bars, stay as they are.
    """
    if bars < _HALF or len(lines) > _HALF or _HALF % len(lines):
        return lines
    first = [lines[k % len(lines)] for k in range(_HALF)]
    first[-1] = vary(first[-1], 1, stream)
    if bars < PHRASE_BARS:
        return first
    other = {row: vary(row, 1, stream) for row in dict.fromkeys(lines)}
    later = [other[lines[k % len(lines)]] for k in range(_HALF)]
    later[-1] = vary(later[-1], 2, stream)
    return first + later


def varied_bass(row: str, strength: int, stream: random.Random) -> str:
    """A bass row: a weak note becomes fifth or octave, comes in or is left out; an approach."""
    marks = list(row)
    for _ in range(strength):
        weak = _weak(marks, every=4)
        free = [k for k in _free(marks) if k % 2 == 0]
        turn = stream.random()
        if weak and turn < 0.5:
            marks[stream.choice(weak)] = stream.choice("558")
        elif free and turn < 0.8:
            marks[stream.choice(free)] = stream.choice("oo5")
        elif len(weak) > 2:
            marks[stream.choice(weak)] = "."
    if strength > 1 and marks[-2:] == [".", "."]:
        marks[-2] = "a"
    return "".join(marks)


def varied_chords(row: str, strength: int, stream: random.Random) -> str:
    """A chord row: a weak stroke comes earlier, is left out, or a soft one comes in."""
    marks = list(row)
    for _ in range(strength):
        weak = _weak(marks, every=8)
        free = [k for k in _free(marks) if k % 2 == 0]
        turn = stream.random()
        if weak and turn < 0.35:
            at = stream.choice(weak)
            # a row of eighths stays one
            earlier = at - (1 if any(mark in "Xxo" for mark in row[1::2]) else 2)
            if earlier > 1 and marks[earlier] == ".":
                marks[earlier], marks[at] = marks[at], "."
        elif free and turn < 0.75:
            marks[stream.choice(free)] = "o"
        elif len(weak) > 1:
            marks[stream.choice(weak)] = "."
    return "".join(marks)


def _weak(marks: list[str], every: int) -> list[int]:
    return [k for k, mark in enumerate(marks) if mark in _WEAK and k % every]


def _free(marks: list[str]) -> list[int]:
    """Steps where nothing sounds or is held, with room on both sides."""
    return [k for k in range(2, len(marks) - 1) if marks[k - 1 : k + 2] == [".", ".", "."]]


def layered(
    rows: Rows, keep: frozenset[str], joining: frozenset[str], stream: random.Random
) -> Rows:
    """Drum rows over eight bars: one light voice waits for the second half, a floor may open.

    keep: voices that the words name, which play throughout. joining: those that a groove can do
    without.
    """
    eight = {
        voice: [lines[k % len(lines)] for k in range(PHRASE_BARS)]
        for voice, lines in rows.items()
        if PHRASE_BARS % len(lines) == 0 and voice not in keep
    }
    may = (*_MAY_WAIT, *(voice for voice in _SECOND_TOPS if voice in joining and "hat" in rows))
    waits = [voice for voice in may if voice in eight]
    if waits and len(rows) > 3:
        voice = stream.choice(waits)
        eight[voice] = ["." * len(row) for row in eight[voice][:_HALF]] + eight[voice][_HALF:]
    for kick in ("kick", "hard kick"):
        last = eight.get(kick, [""])[-1]
        if last.count("X") >= 4 and stream.random() < _GAP:
            half = len(last) // 2
            eight[kick][-1] = last[:half] + "." * (len(last) - half)
    return {
        voice: eight[voice] if len(set(eight.get(voice, lines))) > len(set(lines)) else lines
        for voice, lines in rows.items()
    }


def arc_of(bars: int, played: bool, pick: Callable[[tuple[tuple[float, ...], ...]],
                                                   tuple[float, ...]]) -> list[float]:  # fmt: skip
    """How much softer each bar is, dB; nothing for loops under four bars."""
    if bars < _HALF:
        return []
    arc = pick(_ARCS_DB)
    whole = arc if bars >= PHRASE_BARS else arc[_HALF:]
    return [round(one * (1.0 if played else _OF_MACHINES), 2) for one in whole]
