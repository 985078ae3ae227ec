"""Drum phrases: four bars from one or two, a small turn half-way and a fill at the end."""

from __future__ import annotations

import random
from collections.abc import Mapping

#: Rows by voice, one row a bar.
Rows = dict[str, list[str]]

#: Voices that may gain and lose soft strokes anywhere.
_MOVABLE = ("hat", "shaker", "ride", "tambourine", "high conga", "low conga", "tabla")
#: Voices that carry the backbeat.
_BACKBEATS = ("snare", "clap", "snap", "rim", "brush")
#: The kick voices.
_KICKS = ("kick", "hard kick")
#: Voices of the treble, which mask each other when they are many.
TOP = ("hat", "open hat", "shaker", "tambourine", "ride")
#: Treble strokes a bar, as a share of its sixteenths, above which one more voice is only noise.
#: Chosen by hand.
_CROWD = 1.35

#: Feel -> turns, each over the last four steps of a bar. `K` kick, `S` snare or its replacement,
#: `H` hat, `O` open hat, `T` tom; a blank keeps the mark of the groove.
_TURNS: dict[str, tuple[dict[str, str], ...]] = {
    "floor": (
        {"K": "  x "}, {"K": "   o"}, {"K": "...."}, {"K": " .. "}, {"S": " ogx"}, {"S": "  xx"},
        {"H": "xoxo", "O": "...."}, {"O": "x.x.", "H": "...."}, {"K": "X.xx"}, {"T": "..ox"},
        {"T": "o..o"}, {"S": "x..x"},
    ),
    "back": (
        {"K": "  x "}, {"K": " x x"}, {"S": "  gg"}, {"S": " g x"}, {"S": "Xgxx"}, {"H": "xgxx"},
        {"O": "  x ", "H": "  . "}, {"K": "x...", "S": "..xx"}, {"T": "..xx"},
        {"K": "....", "S": "X.x."}, {"T": "x.x."},
    ),
    "half": (
        {"K": "  x "}, {"K": "x.xx"}, {"S": "  go"}, {"S": "   x"}, {"H": "x2x2"}, {"H": "xx3."},
        {"H": "...."}, {"O": "  x ", "H": "  .."}, {"T": "..ox"},
    ),
    "swing": ({"S": "  gg"}, {"S": " o g"}, {"S": "g.o."}, {"T": "..go"}, {"K": "  o "}),
    "calm": ({"S": "  g "}, {"T": "..go"}, {"K": "  o "}, {"H": "o.oo"}),
}  # fmt: skip


def phrased(voice: str, lines: list[str], bars: int, stream: random.Random) -> list[str]:
    """Rows in the form A A' A B from one row or two; B differs more than A'.

    Longer patterns stay as they are.
    """
    if bars < 2 or len(lines) > 2:
        return lines
    first = (
        ornamented(voice, lines[0], stream.randrange(3), stream) if len(lines) == 1 else lines[0]
    )
    second = lines[1] if len(lines) == 2 else ornamented(voice, first, 1, stream)
    if bars < 4:
        return [first, second]
    return [first, second, first, ornamented(voice, second, 2, stream)]


def ornamented(voice: str, row: str, strength: int, stream: random.Random) -> str:
    """A row with a few weak strokes changed, more of them at a higher `strength` (0-2).

    Strokes that carry the groove stay.
    """
    marks = list(row)
    if not strength:
        return row
    if voice in _BACKBEATS and row.count("X") > 0:
        if stream.random() < 0.3 + 0.25 * strength:
            _add(marks, (7, 9, 10, 11, 13, 15), "g", stream)
    elif voice in _MOVABLE:
        for _ in range(strength + 1):
            _move(marks, stream)
    elif voice == "open hat":
        if strength > 1 and stream.random() < 0.5:
            _add(marks, (6, 10, 14, 15), "o", stream)
    elif voice in _KICKS:
        _kick(marks, strength, stream)
    elif stream.random() < 0.45 * strength:
        _move(marks, stream)
    return "".join(marks)


def _kick(marks: list[str], strength: int, stream: random.Random) -> None:
    """Vary a kick row in place.

    Four on the floor may gain a pick-up at the phrase's end. Another kick gains or moves a stroke.
    """
    if marks.count("X") >= 3:
        if strength > 1 and stream.random() < 0.5:
            _add(
                marks, (len(marks) - 1, len(marks) - 2, len(marks) - 6), stream.choice("og"), stream
            )
        return
    if stream.random() > 0.4 + 0.2 * strength:
        return
    light = [step for step, mark in enumerate(marks) if mark in "xo" and step > 2]
    if light and stream.random() < 0.3:
        step = stream.choice(light)
        marks[step] = "."
        _add(marks, (step - 1, step + 1, step + 2), "x", stream)
    else:
        _add(marks, (len(marks) - 2, len(marks) - 3, len(marks) - 5, 7, 3), "x", stream)


def _add(marks: list[str], steps: tuple[int, ...], mark: str, stream: random.Random) -> None:
    """Put a stroke on one of the free steps, in place; never on the downbeat."""
    free = [step for step in steps if 0 < step < len(marks) and marks[step] == "."]
    if free:
        marks[stream.choice(free)] = mark


def _move(marks: list[str], stream: random.Random) -> None:
    """Add a soft stroke on an off-beat step or remove one, in place."""
    step = stream.randrange(1, len(marks))
    full = sum(mark not in ".-" for mark in marks) > 0.65 * len(marks)
    if marks[step] == "." and step % 2 and not full:
        marks[step] = "g"
    elif marks[step] in "go" or (full and marks[step] == "x" and step % 4):
        marks[step] = "."


def rolling(bars: int, steps: int) -> list[str]:
    """Rows of a roll over the whole length: quarters, eighths, sixteenths, then 32nds, louder."""
    whole = bars * steps
    row = ""
    for step in range(whole):
        part = 4 * step // whole
        if step % (4, 2, 1, 1)[part]:
            row += "."
        else:
            row += ("o", "o", "x", "2")[part] if step + 2 < whole else "X"
    return [row[at : at + steps] for at in range(0, whole, steps)]


def crowded(rows: Mapping[str, list[str]], voice: str, row: str) -> bool:
    """Whether the treble has too many strokes a bar for one more voice."""
    if voice not in TOP:
        return False
    strokes = sum(
        sum(mark not in ".-" for mark in lines[0]) for name, lines in rows.items() if name in TOP
    )
    return strokes + sum(mark not in ".-" for mark in row) > _CROWD * len(row)


def turn_of(rows: Rows, feel: str, stream: random.Random, count: int = 2) -> dict[str, str]:
    """The small turn half-way between two fills: `count` turns of the feel, for known voices."""
    stands = {
        "K": next((voice for voice in _KICKS if voice in rows), None),
        "S": next((voice for voice in _BACKBEATS if voice in rows), None),
        "H": next((voice for voice in ("hat", "shaker", "ride") if voice in rows), None),
        "O": "open hat" if "hat" in rows else None,
        "T": "low tom" if {"snare", "clap", "brush"} & set(rows) else None,
    }
    fitting = [
        turn for turn in _TURNS.get(feel, _TURNS["back"]) if all(stands[name] for name in turn)
    ]
    done: dict[str, str] = {}
    for turn in stream.sample(fitting, min(len(fitting), count)):
        for name, row in turn.items():
            voice = stands[name]
            if voice:
                done.setdefault(voice, row)
    return {**done, "*": "    "} if done else {}
