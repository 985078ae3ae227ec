"""Melodies: phrases of eight bars, a question and its answer, in the idiom of a genre.

A phrase is written as one row of marks over all its bars, so that notes may be held over a bar line
and a pick-up may lead into the next phrase. Its last bars lead back to its first: it goes round.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from itertools import pairwise

from daemon.engines.embedded.styles.idiom import Idiom

#: Bars of a whole phrase.
PHRASE_BARS = 8
#: Scale degrees within the octave of a melody of five tones.
_FIVE_MINOR = (0, 2, 3, 4, 6)
_FIVE_MAJOR = (0, 1, 2, 4, 5)
#: Lowest and highest degree of a melody, from the tonic.
_RANGE = (-3, 10)
#: Degrees on which a question may end, and an answer.
_OPEN_ENDS = (1, 2, 4, 4, 6)
_CLOSED_ENDS = (0, 0, 0, 7)
#: Cells of a group of six sixteenths, as in 6/8.
_SIXES = {
    "x---x-": 3, "x-x-x-": 3, "x-----": 2.5, "------": 1, "..x-x-": 2, "--x-x-": 1.5, "x--x--": 1,
    "....x-": 1.5,
}  # fmt: skip
#: Pick-ups over the last beat before a phrase.
_PICK_UPS = ("..x-", "x-x-", ".xx-", "..xx", "x-xx")

#: How often a motif of one bar comes again as it is.
_STUBBORN = 0.6

#: [step, degree, length in steps].
Event = list[float]


@dataclass
class _Thought:
    """A few bars of a melody: their marks, a degree for each note that begins in them."""

    rows: list[str]
    degrees: list[int] = field(default_factory=list)

    @property
    def onsets(self) -> int:
        return sum(row.count("x") for row in self.rows)


def melody(
    stream: random.Random,
    groups: tuple[int, ...],
    bars: int,
    idiom: Idiom,
    busy: float,
    minor: bool,
) -> tuple[dict[str, list[Event]], list[str]]:
    """(bars by letter, form) of a phrase of `bars` bars, eight at most.

    groups: the bar's beats in sixteenths. busy: 0-1, how many notes.
    """
    writer = _Writer(stream, groups, idiom, busy, minor)
    return _lettered(writer.phrase(max(1, min(bars, PHRASE_BARS))))


def arpeggio(
    stream: random.Random, steps: int, bars: int
) -> tuple[dict[str, list[Event]], list[str]]:
    """(bars by letter, form) of chord degrees up and down in even steps, turned in the answer."""
    order = stream.choice(
        ([0, 2, 4, 7], [0, 4, 7, 4], [0, 2, 4, 7, 4, 2], [7, 4, 2, 0], [0, 7, 4, 9])
    )
    every = stream.choice((1, 1, 2))
    starts = range(0, int(steps * 0.75) if every == 1 else steps, every)
    turned = [*order[2:], *order[:2]]

    def bar(tones: list[int]) -> list[Event]:
        return [[step, tones[k % len(tones)], every] for k, step in enumerate(starts)]

    written = {"A": bar(order), "B": bar(order[::-1]), "C": bar(turned)}
    return written, ["A", "A", "A", "B", "C", "C", "A", "B"][: max(1, bars)]


class _Writer:
    def __init__(
        self,
        stream: random.Random,
        groups: tuple[int, ...],
        idiom: Idiom,
        busy: float,
        minor: bool,
    ) -> None:
        self.stream = stream
        self.groups = groups
        self.steps = sum(groups)
        self.idiom = idiom
        #: Notes that a sixteenth holds on the mean.
        self.density = (2 + 8 * busy) / 16
        tones = range(7) if idiom.full_scale else _FIVE_MINOR if minor else _FIVE_MAJOR
        self.pool = [one for one in range(_RANGE[0], _RANGE[1] + 1) if one % 7 in tones]

    def phrase(self, bars: int) -> list[list[Event]]:
        """The events of each bar."""
        own = min(self.idiom.motif_bars, bars)
        thoughts = [self._thought(own)]
        while sum(len(one.rows) for one in thoughts) < bars:
            thoughts.append(self._next(thoughts, bars))
        self._close(thoughts, bars)
        rows = [row for one in thoughts for row in one.rows]
        degrees = [degree for one in thoughts for degree in one.degrees]
        return self._led_in(*self._rested(rows, degrees))

    # ------------------------------------------------------------------ rhythm

    def _thought(self, bars: int) -> _Thought:
        rows = [self._bar() for _ in range(bars)]
        if not any("x" in row for row in rows):
            rows[0] = "x---" + rows[0][4:]
        thought = _Thought(rows)
        thought.degrees = self._walk(thought.onsets)
        return thought

    def _bar(self) -> str:
        row, at = "", 0
        while at < len(self.groups):
            pair = at % 2 == 0 and self.groups[at : at + 2] == (4, 4)
            cell = self._cell(self.groups[at], pair, first=not row)
            row += cell
            at += 2 if len(cell) > self.groups[at] else 1
        return row

    def _cell(self, size: int, pair: bool, first: bool) -> str:
        cells = self._fitting(size, pair)
        if first:
            on_one = self.stream.random() < self.idiom.on_one
            cells = {c: w for c, w in cells.items() if (c[0] == "x") == on_one} or cells
        weights = []
        for cell, weight in cells.items():
            off = (cell.count("x") - self.density * len(cell)) * 4 / len(cell)
            weights.append(weight * math.exp(-5 * off * off))
        return self.stream.choices(list(cells), weights)[0]

    def _fitting(self, size: int, pair: bool) -> dict[str, float]:
        if size != 4:
            return _SIXES
        wide = {c: w for c, w in self.idiom.cells.items() if len(c) == 8}
        narrow = {c: w for c, w in self.idiom.cells.items() if len(c) == 4}
        if wide and pair:
            return wide
        return narrow or {c[:4]: w for c, w in wide.items()}

    # ------------------------------------------------------------------ pitch

    def _walk(self, count: int, start: int | None = None) -> list[int]:
        """Degrees of `count` notes: mostly neighbours; a leap is followed by a step back."""
        last = len(self.pool) - 1
        at = self.pool.index(start) if start in self.pool else self.stream.randrange(2, last - 2)
        aim = self.stream.choice((-1, 0, 1))
        back = 0
        done: list[int] = []
        for k in range(count):
            done.append(self.pool[at])
            if back:
                move, back = back, 0
            elif self.stream.random() < self.idiom.leap:
                move = self.stream.choice((-4, -3, -2, 2, 3, 4))
                back = -1 if move > 0 else 1
            else:
                # an arch: towards its aim in the first half, home in the second
                lean = aim if 2 * k < count else -aim
                lean = 1 if at < last // 4 else -1 if at > last - last // 4 else lean
                move = self.stream.choice((-1, 1, 0, lean, lean))
            at += move if 0 <= at + move <= last else -move
            at = max(0, min(last, at))
        return done

    def _shifted(self, degrees: list[int], by: int) -> list[int]:
        """The degrees moved by so many tones, as far as the range lets all of them."""
        places = [self.pool.index(one) for one in degrees]
        if not places:
            return []
        by = max(-min(places), min(len(self.pool) - 1 - max(places), by))
        return [self.pool[place + by] for place in places]

    # ------------------------------------------------------------------ form

    def _next(self, thoughts: list[_Thought], bars: int) -> _Thought:
        """The thought after those: said again, or in the second half carried elsewhere."""
        first = thoughts[0]
        at = sum(len(one.rows) for one in thoughts)
        again = len(first.rows) == 1 and self.stream.random() < _STUBBORN
        if bars < PHRASE_BARS or at < bars // 2:
            return _Thought(list(first.rows), list(first.degrees)) if again else self._varied(first)
        if at > bars // 2:
            second = thoughts[(bars // 2) // len(first.rows)]
            theme = self.stream.choice((first, second))
            return _Thought(list(theme.rows), list(theme.degrees)) if again else self._varied(theme)
        turn = self.stream.random()
        if turn < 0.45:
            return self._varied(first, self.stream.choice((-2, -1, 1, 2)))
        return self._turned(first) if turn < 0.75 else self._thought(len(first.rows))

    def _varied(self, thought: _Thought, by: int = 0) -> _Thought:
        """The thought again, moved by `by` tones, with one bar's end or beginning changed."""
        rows = list(thought.rows)
        place = len(rows) - 1
        half = sum(self.groups[: (len(self.groups) + 1) // 2])
        fresh = self._bar()
        if self.stream.random() < 0.6:
            rows[place] = rows[place][:half] + fresh[half:]
        else:
            rows[0] = fresh[:half] + rows[0][half:]
        new = _Thought(rows)
        moved = self._shifted(thought.degrees, by)
        extra = new.onsets - len(moved)
        more = self._walk(extra + 1, moved[-1])[1:] if extra > 0 and moved else []
        new.degrees = (moved + more)[: new.onsets]
        return new

    def _turned(self, thought: _Thought) -> _Thought:
        """The thought upside down round its middle tone."""
        places = [self.pool.index(one) for one in thought.degrees]
        both_ends = min(places, default=0) + max(places, default=0)
        rows = list(thought.rows)
        if len(rows) > 1 and self.stream.random() < 0.5:
            rows = [*rows[1:], rows[0]]
        return _Thought(rows, [self.pool[both_ends - place] for place in places])

    def _close(self, thoughts: list[_Thought], bars: int) -> None:
        """Let the first half end open and the whole end at home."""
        at = 0
        for one in thoughts:
            at += len(one.rows)
            if not one.degrees:
                continue
            if at == bars:
                self._end_on(one, _CLOSED_ENDS)
            elif 2 * at == bars:
                self._end_on(one, _OPEN_ENDS)

    def _end_on(self, thought: _Thought, ends: tuple[int, ...]) -> None:
        aims = [self.stream.choice(ends) for _ in range(2)]
        before = thought.degrees[-2] if len(thought.degrees) > 1 else thought.degrees[-1]
        goal = min(aims, key=lambda aim: abs(aim - before))
        thought.degrees[-1] = min(self.pool, key=lambda one: (abs(one - goal), one))

    # ------------------------------------------------------------------ breath

    def _rested(self, rows: list[str], degrees: list[int]) -> tuple[list[str], list[int]]:
        """Rows with a rest where each half ends."""
        notes = iter(degrees)
        kept: list[int] = []
        done: list[str] = []
        ends = {len(rows) - 1, len(rows) // 2 - 1} if len(rows) > 1 else {0}
        for k, row in enumerate(rows):
            own = [next(notes) for _ in range(row.count("x"))]
            rest = min(self.idiom.rest, self.steps // 2) if k in ends else 0
            cut = row[: self.steps - rest]
            # the last note of a half that would lose all of its bar keeps its first beat
            if rest and "x" not in cut and "x" in row:
                cut = "x---"[: len(cut)].ljust(len(cut), "-")
            kept += own[: cut.count("x")]
            done.append(cut + "." * (self.steps - len(cut)))
        return done, kept

    def _led_in(self, rows: list[str], degrees: list[int]) -> list[list[Event]]:
        """The events of each bar, with pick-ups into each half."""
        count = len(rows)
        bars: list[list[Event]] = [[] for _ in range(count)]
        notes = iter(degrees)
        last: Event | None = None
        for k, row in enumerate(rows):
            for step, mark in enumerate(row):
                if mark == "x":
                    last = [step, next(notes), 1]
                    bars[k].append(last)
                elif mark == "-" and last is not None:
                    last[2] += 1
                elif mark == ".":
                    last = None
        for end in {count - 1, count // 2 - 1} if count > 1 else set():
            following = bars[(end + 1) % count]
            if following and self.stream.random() < self.idiom.pick_up:
                self._pick_up(bars[end], int(following[0][1]))
        return bars

    def _pick_up(self, bar: list[Event], goal: int) -> None:
        """Put a few notes that lead to a degree over a bar's last four sixteenths."""
        begin = self.steps - 4
        cell = self.stream.choice(_PICK_UPS)
        starts = [k for k, mark in enumerate(cell) if mark == "x"]
        if begin <= 0 or any(step + length > begin for step, _, length in bar):
            return
        place = self.pool.index(goal)
        side = self.stream.choice((-1, 1))
        if not 0 <= place + side * len(starts) < len(self.pool):
            side = -side
        for k, (start, after) in enumerate(pairwise([*starts, 4])):
            away = side * (len(starts) - k)
            degree = self.pool[max(0, min(len(self.pool) - 1, place + away))]
            bar.append([begin + start, degree, after - start])


def _lettered(bars: list[list[Event]]) -> tuple[dict[str, list[Event]], list[str]]:
    """Bars that are alike share a letter."""
    named: dict[str, list[Event]] = {}
    form: list[str] = []
    for bar in bars:
        letter = next((name for name, one in named.items() if one == bar), "")
        if not letter:
            letter = chr(ord("A") + len(named))
            named[letter] = bar
        form.append(letter)
    return named, form
