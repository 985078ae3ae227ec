"""Arpeggios as words name them: through the tones of each chord, up or down, in even steps."""

from __future__ import annotations

import re
from dataclasses import dataclass

from daemon.engines.embedded.harmony import Chord, chords_of_bar
from daemon.engines.embedded.plan import Plan

#: [step, MIDI note, length in steps].
Event = list[float]

#: How an arpeggio may go, in words: the first that fits.
_WAYS: tuple[tuple[str, str], ...] = (
    (r"\bup[\s-]*(?:and|&|then|/)?[\s-]*down\b|\bback and forth\b", "up-down"),
    (r"\bdown[\s-]*(?:and|&|then|/)?[\s-]*up\b", "down-up"),
    (r"\b(?:ascending|rising|upwards?)\b|\barp\w*[\s,]+up\b|\bup[\s-]arp", "up"),
    (r"\b(?:descending|falling|downwards?)\b|\barp\w*[\s,]+down\b|\bdown[\s-]arp", "down"),
)
#: MIDI note at or above which a chord's lowest tone lies.
_LOW = 57


@dataclass(frozen=True)
class Way:
    """up, down, up-down or down-up, and the sixteenths from tone to tone."""

    name: str = "up-down"
    every: int = 1


def read_way(words: str, every: int | None) -> Way | None:
    """How an arpeggio is to go; None where the words do not say."""
    named = next((name for form, name in _WAYS if re.search(form, words)), None)
    if named is None and every is None:
        return None
    return Way(named or "up-down", every or 1)


def way_places(words: str) -> list[tuple[int, int]]:
    """Where the words stand that say how an arpeggio goes: (start, end) of each."""
    return [match.span() for form, _ in _WAYS for match in re.finditer(form, words)]


def arpeggio_bars(plan: Plan, way: Way) -> tuple[dict[str, list[Event]], list[str]]:
    """(bars by letter, form) of a written lead: MIDI notes, one bar for each of the plan's."""
    steps = plan.meter_.sixteenths_per_bar
    letters: dict[str, str] = {}
    bars: dict[str, list[Event]] = {}
    form = []
    for bar in range(plan.bars):
        name = plan.chords_of[bar % len(plan.chords_of)]
        if name not in letters:
            letters[name] = f"{chr(ord('A') + len(letters) % 26)}{len(letters) // 26 or ''}"
            bars[letters[name]] = _bar(chords_of_bar(name, plan.key_), steps, way)
        form.append(letters[name])
    return bars, form


def _bar(chords: list[Chord], steps: int, way: Way) -> list[Event]:
    events: list[Event] = []
    for place, step in enumerate(range(0, steps, way.every)):
        slot = step * len(chords) // steps
        first = -(-slot * steps // len(chords) // way.every)
        tones = _in_order(chords[slot], way.name)
        length = min(way.every, steps - step)
        events.append([step, tones[(place - first) % len(tones)], length])
    return events


def _in_order(chord: Chord, way: str) -> list[int]:
    """The chord's tones over an octave, in the order of the way; neither end comes twice."""
    low = _LOW + (chord.root - _LOW) % 12
    tones = sorted({low + step for step in chord.steps if step < 12} | {low + 12})
    match way:
        case "up":
            return tones
        case "down":
            return tones[::-1]
        case "down-up":
            return [*tones[::-1], *tones[1:-1]]
        case _:
            return [*tones, *tones[-2:0:-1]]
