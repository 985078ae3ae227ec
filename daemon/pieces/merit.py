"""What speaks for a bar that might be written: how usual it is, and how like the others it is."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from daemon.engines.embedded.notes import STEP
from daemon.pieces.harmony import Harmony
from daemon.pieces.piece import Note, Part, Piece
from daemon.pieces.statistics import Kept, Usual, moves_of, top_line

#: Semitones that a line may leave its register by.
BEYOND = 2
#: Notes before a bar that it is judged with, and those among which they are looked for.
_CONTEXT, _LOOKED_AT = 4, 32
#: What a bar loses that is only quoted, whose notes leave the register, and in a gap by each
#: semitone over a step to what stands around it.
_QUOTED, _OUTSIDE, _JOINT, _STEP_UP = 0.4, 6.0, 0.35, 2
#: What it loses by how far the new line is from the piece's own pairs of intervals and times.
_KEPT = 12.0
#: What it loses by being otherwise than a bar of the piece that it is modelled on: where the piece
#: goes on, and in a gap, which is short.
_MODEL, _MODEL_IN_GAP = 2.5, 8.0
#: Chance that the model is a bar at the same place of its phrase.
_SAME_PLACE = 0.7
#: What a note a beat, a whole bar's length of its longest note, and notes that are all repeated
#: count beside a likeness.
_COUNT, _LONGEST, _REPEATED = 0.15, 0.3, 0.6
#: What it loses whose notes on the beats are none of their chord: where it sounds or is named, and
#: where a line alone lets it be guessed.
_CLASH, _CLASH_ALONE = 5.0, 0.7


def cells(notes: Sequence[Note]) -> frozenset[tuple[int, int]]:
    """A bar as its steps and pitches."""
    return frozenset((round(n.start / STEP), n.pitch) for n in notes)


def likeness(one: frozenset[Any], other: frozenset[Any]) -> float:
    """The share that two bars have in common, 0-1."""
    return len(one & other) / len(one | other) if one or other else 1.0


def bar_shape(notes: Sequence[Note], name: str) -> tuple[object, ...]:
    """A bar's notes on its steps, to compare bars."""
    return (name, *sorted((round(n.start / STEP), n.pitch) for n in notes))


@dataclass(frozen=True)
class Line:
    """What is being written: a part, from a tick on, behind the piece or in a gap of it."""

    part: Part
    first: int
    goes_on: bool


#: How like other bars a bar is in notes and in rhythm, its notes, its longest, its repeated ones.
Look = tuple[float, ...]


class Merit:
    """The merit of bars beside those of the piece that may be learnt from."""

    def __init__(
        self, piece: Piece, own: Sequence[int], harmony: Harmony, phrase_bars: int,
        keeps_chords: bool,
    ) -> None:  # fmt: skip
        """keeps_chords: whether the chords sound, or are the user's."""
        self._piece, self._own, self._harmony = piece, own, harmony
        self._phrase_bars = phrase_bars
        self._clash_weight = _CLASH if keeps_chords else _CLASH_ALONE
        runs = {part.name: self._runs_of(part) for part in piece.pitched}
        self._usual = {
            name: Usual(moves_of(line, piece.key_) for line in lines)
            for name, lines in runs.items()
        }
        self._kept = {name: Kept(lines) for name, lines in runs.items()}
        self._cells = {
            part.name: {bar: cells(piece.bar(part, bar)) for bar in own} for part in piece.pitched
        }
        self._looks: dict[str, list[Look]] = {}

    def _runs_of(self, part: Part) -> list[list[Note]]:
        """The line of a part over each stretch of bars that stand in a row."""
        runs: list[list[Note]] = []
        for k, bar in enumerate(self._own):
            notes = [n.moved(bar * self._piece.bar_ticks) for n in self._piece.bar(part, bar)]
            if k and self._own[k - 1] == bar - 1:
                runs[-1] += notes
            else:
                runs.append(notes)
        return [top_line(run) for run in runs]

    def bar(
        self, line: Line, bar: int, notes: Sequence[Note], before: Sequence[Note],
        after: Sequence[Note],
    ) -> float:  # fmt: skip
        """How usual a bar's notes are where they are to stand, with what is before and after."""
        part = line.part
        start = bar * self._piece.bar_ticks
        context = top_line(before[-_LOOKED_AT:])[-_CONTEXT:]
        own = top_line(note.moved(start) for note in notes)
        follows = top_line(after[:_LOOKED_AT])[:2]
        moves = moves_of([*context, *own, *follows], self._piece.key_)
        surprise = self._usual[part.name].surprise(moves, max(0, len(context) - 1))
        low, high = part.register
        outside = sum(not low - BEYOND <= note.pitch <= high + BEYOND for note in notes)
        written = top_line(note for note in before if note.start >= line.first)
        whole = [*(written or context[-2:]), *own, *follows]
        kept = _KEPT * self._kept[part.name].off(whole)
        joints = [(context[-1:], own[:1]), (own[-1:], follows[:1])] if follows else []
        leaps = sum(
            max(0, abs(a.pitch - b.pitch) - _STEP_UP)
            for one, other in joints
            for a, b in zip(one, other, strict=False)
        )
        quoted = bar_shape(notes, part.name) in self._quoted
        return (
            -surprise - kept - self._clash(bar, notes) - _JOINT * leaps
            - _QUOTED * quoted - _OUTSIDE * outside / max(1, len(notes))
        )  # fmt: skip

    def _clash(self, bar: int, notes: Sequence[Note]) -> float:
        """What is lost by notes on the beats that are none of their chord."""
        width, beat = self._piece.bar_ticks, self._piece.beat_ticks
        strong = [note for note in notes if round(note.start / STEP) * STEP % beat == 0]
        off = sum(
            note.pitch % 12 not in self._harmony.at(bar, note.start, width).pitch_classes
            for note in strong
        )
        return self._clash_weight * off / max(1, len(strong))

    @cached_property
    def _quoted(self) -> set[tuple[object, ...]]:
        """Every bar of the piece, by which a new one is known as a quotation."""
        return {
            bar_shape(self._piece.bar(part, bar), part.name)
            for part in self._piece.parts
            for bar in self._own
        }

    # -- as like the others as the piece's bars are

    def model(self, part: Part, bar: int, stream: random.Random) -> Look:
        """The look of a bar of the piece, most often of one at the same place of its phrase."""
        if part.name not in self._looks:
            self._looks[part.name] = [
                self._look(part, self._piece.bar(part, one), but=one) for one in self._own
            ]
        looks = self._looks[part.name]
        length = self._phrase_bars
        same = [
            look for look, one in zip(looks, self._own, strict=True) if one % length == bar % length
        ]
        return stream.choice(same if same and stream.random() < _SAME_PLACE else looks)

    def unlike(self, line: Line, notes: Sequence[Note], model: Look) -> float:
        """What a bar loses that looks otherwise than its model.

        A tune has new bars among those that come again: bars that were all taken from others would
        be as wrong as bars that all are new.
        """
        look = self._look(line.part, notes)
        far = sum(abs(one - other) for one, other in zip(look, model, strict=True))
        return (_MODEL if line.goes_on else _MODEL_IN_GAP) * far

    def _look(self, part: Part, notes: Sequence[Note], but: int | None = None) -> Look:
        own = cells(notes)
        steps = frozenset(step for step, _ in own)
        repeated = sum(a.pitch == b.pitch for a, b in pairwise(notes))
        others = [one for bar, one in self._cells[part.name].items() if bar != but]
        return (
            max((likeness(own, one) for one in others), default=0.0),
            max((likeness(steps, frozenset(s for s, _ in one)) for one in others), default=0.0),
            _COUNT * len(notes) / self._piece.meter.beats_per_bar,
            _LONGEST * max((n.length for n in notes), default=0) / self._piece.bar_ticks,
            _REPEATED * repeated / max(1, len(notes)),
        )
