"""What is usual in a line: intervals and rhythm, as sequences of up to three notes.

Interpolated n-grams over (interval in scale steps, time to the note before), as statistical models
of melody have them (Pearce and Wiggins 2004). A candidate is judged by how usual it is.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from bridge.music import Key
from daemon.engines.embedded.notes import STEP
from daemon.pieces.harmony import scale_place
from daemon.pieces.piece import Note

#: Interval in scale steps, sixteenths since the note before.
Move = tuple[int, int]

#: Notes that a move is judged by.
_ORDER = 3
#: Weight of a shorter context where the longer one is rare (Witten-Bell).
_UNSEEN = 1e-3


def top_line(notes: Iterable[Note]) -> list[Note]:
    """One note at a time: the highest of those that begin together."""
    found: dict[int, Note] = {}
    for note in sorted(notes):
        found[round(note.start / STEP)] = note
    return [found[step] for step in sorted(found)]


def moves_of(notes: Sequence[Note], key: Key) -> list[Move]:
    """The moves of a line from note to note."""
    places = [(scale_place(note.pitch, key), round(note.start / STEP)) for note in notes]
    return [(after[0] - before[0], after[1] - before[1]) for before, after in pairwise(places)]


class Usual:
    """The moves of a line, and how usual others are beside them."""

    def __init__(self, lines: Iterable[Sequence[Move]]) -> None:
        self._counts: Counter[tuple[Move, ...]] = Counter()
        self._kinds: dict[tuple[Move, ...], set[Move]] = {}
        self._totals: Counter[tuple[Move, ...]] = Counter()
        for moves in lines:
            for at, move in enumerate(moves):
                for order in range(min(_ORDER, at + 1)):
                    context = tuple(moves[at - order : at])
                    self._counts[(*context, move)] += 1
                    self._totals[context] += 1
                    self._kinds.setdefault(context, set()).add(move)

    def surprise(self, moves: Sequence[Move], first: int = 0) -> float:
        """Mean surprise, in nats, of the moves from `first` on; 0 where there is none."""
        if len(moves) <= first:
            return 0.0
        total = sum(
            -math.log(self._chance(moves[max(0, at - _ORDER + 1) : at], moves[at]))
            for at in range(first, len(moves))
        )
        return total / (len(moves) - first)

    def _chance(self, context: Sequence[Move], move: Move) -> float:
        chance = _UNSEEN
        for order in range(len(context) + 1):
            seen = tuple(context[len(context) - order :])
            total = self._totals[seen]
            if not total:
                break
            kinds = len(self._kinds[seen])
            share = total / (total + kinds)
            chance = share * self._counts[(*seen, move)] / total + (1 - share) * chance
        return chance


#: How often two numbers of a line follow each other.
_Pairs = Counter[tuple[int, int]]


class Kept:
    """How near a line stays to a model's own pairs of intervals, and of times from note to note.

    The mean of both Jensen-Shannon distances (Lin 1991), base 2: 0 is the same, 1 has no pair in
    common.
    """

    def __init__(self, lines: Iterable[Sequence[Note]]) -> None:
        self._model: tuple[_Pairs, _Pairs] = (Counter(), Counter())
        for line in lines:
            for counts, more in zip(self._model, _pairs(line), strict=True):
                counts.update(more)

    def off(self, line: Sequence[Note]) -> float:
        """The distance of a line, 0-1; 0 where either is too short to have pairs."""
        both = list(zip(self._model, _pairs(line), strict=True))
        if not all(model and own for model, own in both):
            return 0.0
        return sum(_apart(model, own) for model, own in both) / len(both)


def _pairs(line: Sequence[Note]) -> tuple[_Pairs, _Pairs]:
    steps = [b.pitch - a.pitch for a, b in pairwise(line)]
    times = [round((b.start - a.start) / STEP) for a, b in pairwise(line)]
    return Counter(pairwise(steps)), Counter(pairwise(times))


def _apart(one: _Pairs, other: _Pairs) -> float:
    total, others = one.total(), other.total()
    bits = 0.0
    for kind in one.keys() | other.keys():
        p, q = one[kind] / total, other[kind] / others
        middle = (p + q) / 2
        bits += sum(0.5 * share * math.log2(share / middle) for share in (p, q) if share)
    return math.sqrt(max(0.0, bits))
