"""The way from one piece to another: each step has more of the second and less of the first.

Notes are paired part by part, bar by bar and beat by beat. Each beat that differs changes over at
one step of the way, in an order drawn by the seed, so that gestures stay whole. Where key or meter
differ, they change in the middle: notes that are foreign to the first come after it, and what is
left of the first is then put into the second's key. So each step is in one key and one meter.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from daemon.engines.embedded.notes import STEP
from daemon.pieces.piece import Note, Part, Piece

#: Where on the way, 0-1, key and meter change.
MIDDLE = 0.5
#: What two notes that are a semitone apart count, where two different ones count 2.
_SEMITONE = 0.5


@dataclass(frozen=True)
class _Change:
    """A note that goes or a note that comes, or both in one place, and its beat."""

    part: int
    beat: int
    old: Note | None
    new: Note | None

    @property
    def is_soft(self) -> bool:
        """Whether the same note is only louder, later or longer."""
        return self.old is not None and self.new is not None


@dataclass(frozen=True)
class Way:
    """The changes from `first` to `last`, each at its place on the way (0-1)."""

    first: Piece
    last: Piece
    parts: tuple[tuple[Part | None, Part | None], ...]
    changes: tuple[tuple[float, _Change], ...]
    """(where on the way it happens, the change), in order."""

    def at(self, share: float) -> Piece:
        """The piece at a share of the way: 0 is the first, 1 the second, note for note."""
        if share <= 0:
            return self.first
        if share >= 1:
            return self.last
        is_second = share >= MIDDLE
        leads = self.last if is_second else self.first
        bars = self._bars(share)
        parts = []
        for k, (one, other) in enumerate(self.parts):
            model = (other if is_second else one) or one or other
            assert model is not None, "a pair of parts has one at least"
            if one == other and self._is_one_frame:
                # what neither changes, as a locked part, is not made a clean line either
                parts.append(model)
                continue
            notes = self._notes(k, share, leads)
            inside = sorted(note for note in notes if note.start < bars * leads.bar_ticks)
            is_line = all(p is None or p.is_line for p in (one, other)) and not model.is_drums
            if inside:
                parts.append(model.with_notes(_one_line(inside) if is_line else inside))
        bpm = self.first.bpm + (self.last.bpm - self.first.bpm) * share
        return replace(leads, parts=tuple(parts), bpm=round(bpm, 3), bars=bars)

    def _notes(self, number: int, share: float, leads: Piece) -> list[Note]:
        """A part's notes at a share of the way, in the bars and the key of `leads`."""
        done = [one for at, one in self.changes if at <= share and one.part == number]
        gone = {one.old for one in done}
        first = self.parts[number][0]
        stays = [note for note in (first.notes if first else ()) if note not in gone]
        comes = [one.new for one in done if one.new is not None]
        is_drums = any(part is not None and part.is_drums for part in self.parts[number])
        if is_drums:
            return [_in_bars(n, self.first, leads) for n in stays] + [
                _in_bars(n, self.last, leads) for n in comes
            ]
        goals: dict[tuple[int, int], set[int]] = {}
        other = self.parts[number][1]
        for note in other.notes if other else ():
            goals.setdefault(_cell(self.last, note)[:2], set()).add(note.pitch)
        return [
            *(
                _in_key(
                    _in_bars(n, self.first, leads), self.first, leads,
                    goals.get(_cell(self.first, n)[:2], set()),
                )
                for n in stays
            ),
            *(_in_key(_in_bars(n, self.last, leads), self.last, leads, set()) for n in comes),
        ]  # fmt: skip

    @property
    def _is_one_frame(self) -> bool:
        """Whether both pieces have one key, one meter and one length."""
        ends = (self.first, self.last)
        return len({(str(one.key), str(one.meter), one.bars) for one in ends}) == 1

    def _bars(self, share: float) -> int:
        """The bars of a step: those of the pieces at the ends, and between them in between."""
        count = self.first.bars + (self.last.bars - self.first.bars) * share
        return max(1, math.floor(count + 0.5))


def way(first: Piece, last: Piece, seed: int) -> Way:
    """The way between two pieces."""
    pairs = _pairs(first, last)
    stream = random.Random(f"{seed}:way")
    changes = [one for k, pair in enumerate(pairs) for one in _changes(k, first, last, *pair)]
    cells = sorted({(one.part, one.beat) for one in changes if not one.is_soft})
    stream.shuffle(cells)
    place = {cell: (k + 1) / (len(cells) + 1) for k, cell in enumerate(cells)}
    # only louder or later is no step of its own: it goes along with another beat
    for cell in sorted({(one.part, one.beat) for one in changes} - set(cells)):
        place[cell] = place[stream.choice(cells)] if cells else MIDDLE
    # a beat waits for those of its notes that cannot come before the middle
    late = {
        (one.part, one.beat)
        for one in changes
        if one.new is not None and _is_foreign(one.new, first, last)
    }
    place = {cell: MIDDLE + at * (1 - MIDDLE) if cell in late else at for cell, at in place.items()}
    timed = [(_when(place[one.part, one.beat], one, first, last), one) for one in changes]
    return Way(first, last, tuple(pairs), tuple(sorted(timed, key=lambda one: one[0])))


def steps_of(found: Way, count: int) -> list[Piece]:
    """`count` pieces from the first to the second, each nearer to the second than the one before.

    They lie where the changes do, evenly among them. There are fewer where so few notes differ.
    """
    moments = sorted({at for at, one in found.changes if not one.is_soft})
    inner = [(before + after) / 2 for before, after in pairwise(moments)]
    wanted = min(count - 2, len(inner))
    if wanted <= 0:
        return [found.first, found.last]
    # by how many notes have changed, not by the beats, so that steps are of one size
    weights = [sum(at <= share for at, _ in found.changes) for share in inner]
    goals = [len(found.changes) * (k + 1) / (wanted + 1) for k in range(wanted)]
    chosen: list[int] = []
    for left, goal in enumerate(goals):
        first = chosen[-1] + 1 if chosen else 0
        room = range(first, len(inner) - (wanted - left - 1))
        chosen.append(min(room, key=lambda k: abs(weights[k] - goal)))
    return [found.first, *(found.at(inner[k]) for k in chosen), found.last]


def distance(one: Piece, other: Piece) -> float:
    """How far two pieces are apart: the notes that only one of them has.

    Notes are the same where role, bar, step in it and pitch are; two that are a semitone apart are
    half a note. A piece in another key is nearer than one of other notes.
    """
    first, second = _cells(one), _cells(other)
    total = 0.0
    for cell in first.keys() | second.keys():
        total += _apart(first.get(cell, Counter()), second.get(cell, Counter()))
    return total


def share_changed(one: Piece, other: Piece) -> float:
    """The distance as a share, 0-1, of all notes of both."""
    return distance(one, other) / max(1, len(one.notes) + len(other.notes))


def _cells(piece: Piece) -> dict[tuple[str, int, int], Counter[int]]:
    """The pitches that begin together, by role, bar and step; drums a semitone apart are others."""
    cells: dict[tuple[str, int, int], Counter[int]] = {}
    for part in piece.parts:
        scale = 2 if part.is_drums else 1
        for note in part.notes:
            bar, step, pitch = _cell(piece, note)
            cells.setdefault((part.role, bar, step), Counter())[scale * pitch] += 1
    return cells


def _apart(one: Counter[int], other: Counter[int]) -> float:
    left, right = one - other, other - one
    total = 0.0
    for pitch in sorted(left):
        for near in (pitch - 1, pitch + 1):
            both = min(left[pitch], right[near])
            left[pitch] -= both
            right[near] -= both
            total += _SEMITONE * both
    return total + sum(left.values()) + sum(right.values())


def _pairs(first: Piece, last: Piece) -> list[tuple[Part | None, Part | None]]:
    """The parts of both pieces by role, in order; what is left over has nothing opposite."""
    pairs: list[tuple[Part | None, Part | None]] = []
    left = list(last.parts)
    for part in first.parts:
        other = next((one for one in left if one.role == part.role), None)
        if other is not None:
            left.remove(other)
        pairs.append((part, other))
    return [*pairs, *((None, one) for one in left)]


def _changes(
    number: int, first: Piece, last: Piece, one: Part | None, other: Part | None
) -> Iterator[_Change]:
    """What differs between two parts: notes in one beat go and come together."""
    old = {_cell(first, note): note for note in (one.notes if one else ())}
    new = {_cell(last, note): note for note in (other.notes if other else ())}
    first_ones, last_ones = set(old.values()), set(new.values())
    rest_old = [note for note in (one.notes if one else ()) if note not in first_ones]
    rest_new = [note for note in (other.notes if other else ()) if note not in last_ones]
    for cell in sorted({*old, *new}):
        a, b = old.get(cell), new.get(cell)
        if a != b:
            beat = _beat(first, a) if a is not None else _beat(last, b)
            yield _Change(number, beat, a, b)
    yield from (_Change(number, _beat(first, note), note, None) for note in rest_old)
    yield from (_Change(number, _beat(last, note), None, note) for note in rest_new)


def _cell(piece: Piece, note: Note) -> tuple[int, int, int]:
    """Bar, step in it, and pitch."""
    bar, tick = _in_bar(piece, note)
    return bar, round(tick / STEP), note.pitch


def _in_bar(piece: Piece, note: Note) -> tuple[int, int]:
    """(bar, tick in it); a note that is felt early belongs to the bar of its step."""
    bar = (note.start + STEP // 2) // piece.bar_ticks
    return bar, note.start - bar * piece.bar_ticks


def _beat(piece: Piece, note: Note | None) -> int:
    """A beat's number, by its bar: 100 beats lie between two bars' first ones."""
    assert note is not None, "a change has a note"
    bar, tick = _in_bar(piece, note)
    return 100 * bar + max(0, tick + STEP // 2) // piece.beat_ticks


def _in_bars(note: Note, own: Piece, leads: Piece) -> Note:
    """A note of one piece at its bar and step in another's bars."""
    bar, tick = _in_bar(own, note)
    return replace(note, start=max(0, bar * leads.bar_ticks + tick))


def _in_key(note: Note, own: Piece, leads: Piece, goals: set[int]) -> Note:
    """A note in another piece's key: the nearest, of two the one that the way leads to."""
    scale = leads.key_.scale
    if str(own.key_) == str(leads.key_) or note.pitch % 12 in scale:
        return note
    pitch = min(
        (note.pitch + off for off in range(-3, 4) if (note.pitch + off) % 12 in scale),
        key=lambda one: (abs(one - note.pitch), one not in goals, one),
    )
    return replace(note, pitch=pitch)


def _when(place: float, change: _Change, first: Piece, last: Piece) -> float:
    """Where on the way a change happens, whose beat changes at `place`.

    What does not fit into the second's bars leaves in the first half. A bar comes and goes with all
    its notes.
    """
    old, new = change.old, change.new
    if old is not None and _in_bar(first, old)[1] >= last.bar_ticks - STEP // 2:
        place *= MIDDLE
    if first.bars == last.bars:
        return place
    longer, note = (last, new) if last.bars > first.bars else (first, old)
    bar = -1 if note is None else _in_bar(longer, note)[0]
    if bar < min(first.bars, last.bars):
        return place
    edge = (bar + 0.5 - first.bars) / (last.bars - first.bars)
    return min(0.9999, max(0.0001, edge))


def _is_foreign(note: Note, first: Piece, last: Piece) -> bool:
    """Whether a note of the second cannot stand in the first's key or bars."""
    if _in_bar(last, note)[1] >= first.bar_ticks - STEP // 2:
        return True
    is_drum = any(part.is_drums and note in part.notes for part in last.parts)
    keys_differ = bool(first.pitched) and str(first.key_) != str(last.key_)
    return keys_differ and not is_drum and note.pitch % 12 not in first.key_.scale


def _one_line(notes: Sequence[Note]) -> list[Note]:
    """The notes of one voice: each ends where the next begins."""
    done = []
    for k, note in enumerate(notes):
        after = next((one.start for one in notes[k + 1 :] if one.start > note.start), None)
        room = math.inf if after is None else after - note.start
        done.append(replace(note, length=int(max(1, min(note.length, room)))))
    return done


def keeps_to_key(piece: Piece, first: Piece, last: Piece) -> bool:
    """Whether a step of the way is in its key.

    What is outside are accidentals of the source that has this key, where that source has them.
    """
    source = first if (first.key, first.meter) == (piece.key, piece.meter) else last
    own = {(part.role, *_cell(source, note)) for part in source.pitched for note in part.notes}
    scale = piece.key_.scale
    return all(
        note.pitch % 12 in scale or (part.role, *_cell(piece, note)) in own
        for part in piece.pitched
        for note in part.notes
    )
