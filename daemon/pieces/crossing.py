"""Bars of a line that go along the piece, and cross from one place of it to another like it.

A walk over the piece's own notes, as factor oracles improvise (Assayag and Dubnov 2004): where two
places of the bar share a note and the move to it, what follows one may follow the other. So each
pair of intervals and of note lengths is one that the piece has.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from daemon.engines.embedded.notes import STEP
from daemon.pieces.piece import Note
from daemon.pieces.statistics import top_line

#: Chance, at temperature 1, that a walk crosses where it can.
_CROSSES = 0.45
#: What the move into a bar counts that the piece has so: the same notes, the same interval.
_SAME_MOVE, _SAME_INTERVAL = 6.0, 2.0


@dataclass(frozen=True)
class _Place:
    """A note of a line in its bar; the interval and the steps from the note before."""

    bar: int
    note: Note
    interval: int | None
    since: int | None

    @property
    def key(self) -> tuple[int | None, ...]:
        """Places with the same one may stand for each other."""
        return round(self.note.start / STEP), self.note.pitch, self.interval, self.since


class Crossing:
    """Walks over a line's bars."""

    def __init__(self, bars: dict[int, list[Note]], bar_ticks: int) -> None:
        """bars: the notes of each bar that may be learnt from, timed from the bar's start."""
        self._width = bar_ticks
        self._places: list[_Place] = []
        self._first: list[int] = []
        before: tuple[int, Note] | None = None
        for bar in sorted(bars):
            for k, note in enumerate(top_line(bars[bar])):
                interval = since = None
                if before is not None and before[0] >= bar - 1:
                    interval = note.pitch - before[1].pitch
                    since = self._steps(before[1], note, bar - before[0])
                if k == 0:
                    self._first.append(len(self._places))
                self._places.append(_Place(bar, note, interval, since))
                before = bar, note
        self._alike: dict[tuple[int | None, ...], list[int]] = {}
        for at, place in enumerate(self._places):
            self._alike.setdefault(place.key, []).append(at)

    def _steps(self, one: Note, other: Note, bars: int) -> int:
        return round((other.start + bars * self._width - one.start) / STEP)

    def walk(self, stream: random.Random, before: Sequence[Note], temperature: float) -> list[Note]:
        """A bar, timed from its start. before: the line so far, timed from there too."""
        if not self._first:
            return []
        at = stream.choices(self._first, [self._fits(one, before) for one in self._first])[0]
        done: list[Note] = []
        while True:
            place = self._places[at]
            if done and stream.random() < _CROSSES * min(1.0, temperature):
                at = stream.choice(self._alike[place.key])
            # the note of the place that is crossed to: it is as long as what follows lets it be
            done.append(self._places[at].note)
            if at + 1 == len(self._places) or self._places[at + 1].bar != self._places[at].bar:
                return done
            at += 1

    def _fits(self, first: int, before: Sequence[Note]) -> float:
        """How well a bar's first note follows the line so far."""
        place = self._places[first]
        if not before:
            return 1.0
        interval = place.note.pitch - before[-1].pitch
        since = self._steps(before[-1], place.note, 0)
        if (interval, since) == (place.interval, place.since):
            return _SAME_MOVE
        return _SAME_INTERVAL if interval == place.interval else 1.0
