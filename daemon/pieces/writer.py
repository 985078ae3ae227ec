"""New bars in the manner of a piece: its motifs, rhythm, register and harmony go on.

Each new bar begins from a bar of the piece that stands at the same place of a phrase. It is moved
within the key onto its own chord, joined from halves of two bars, or led as a sequence; a line may
also walk over the piece's bars. Of such candidates one is drawn by what speaks for it beside the
piece. All parts take the same bars, so they keep to each other.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import replace

from daemon.engines.embedded.harmony import Chord
from daemon.engines.embedded.notes import STEP
from daemon.pieces.crossing import Crossing
from daemon.pieces.harmony import (
    Harmony,
    find_chords,
    moved_in_scale,
    onto_chord,
    scale_place,
    scale_steps,
)
from daemon.pieces.merit import BEYOND, Line, Merit, cells, likeness
from daemon.pieces.phrases import Phrases
from daemon.pieces.piece import Note, Part, Piece
from daemon.pieces.statistics import top_line

#: Candidates of each bar and part, and of a line as many more that walk over its own bars.
_CANDIDATES, _WALKS = 14, 16
#: How much a bar's place in the phrase, the bar before it and the phrase's end speak for it.
_PLACE, _NEXT, _END, _AGAIN = 1.6, 1.2, 2.5, 0.7
#: Chance, at temperature 1, that a candidate is joined from two bars, that it is led on, and that a
#: line takes one of its beats from another place.
_JOINED, _LED, _RHYTHM = 0.4, 0.2, 0.5
#: Notes before a bar among which its line is looked for: chords have several at once.
_LOOKED_AT = 32
#: How much a chance in nats weighs at temperature 1.
_SHARPNESS = 2.5
#: What a bar gains that is unlike the old one.
_ANEW = 4.0


class Writer:
    """Writes bars of a piece anew.

    own: the bars that may be learnt from. harmony: the chords under `own` and the new bars by their
    index in the whole; temperature: 0 repeats, 1 varies as the piece does, 2 roams. anew: the bars
    take the place of others, and are unlike those. named: the chords are the user's.
    """

    def __init__(
        self, piece: Piece, own: Sequence[int], harmony: Harmony, temperature: float, seed: int,
        *, anew: bool = False, named: bool = False,
    ) -> None:  # fmt: skip
        self.piece = piece
        self.own = [bar for bar in own if any(piece.bar(part, bar) for part in piece.parts)]
        self.harmony = harmony
        self.temperature = temperature
        self.anew = anew
        self.phrases = Phrases.of(piece)
        self._stream = random.Random(f"{seed}:bars")
        self._sources = find_chords(piece)
        # a line alone has chords that are only guessed
        keeps_chords = named or len(piece.pitched) > 1
        self._merit_of = Merit(piece, self.own, harmony, self.phrases.bars, keeps_chords)
        self._crossing = {
            part.name: Crossing({bar: piece.bar(part, bar) for bar in self.own}, piece.bar_ticks)
            for part in piece.pitched
            if part.is_line and (part.role == "lead" or not keeps_chords)
        }

    # -- which bar to begin from

    def templates(self, bars: Sequence[int], ends: bool) -> list[int]:
        """The bar of the piece that each new bar begins from. ends: the last one ends a phrase."""
        chosen: list[int] = []
        before = bars[0] - 1
        for k, bar in enumerate(bars):
            is_last = ends and k == len(bars) - 1
            merits = [
                self._merit(one, bar, before, chosen, is_last) - _END * (self.anew and one == bar)
                for one in self.own
            ]
            chosen.append(self._drawn(self.own, merits, 1.0))
            before = chosen[-1]
        return chosen

    def _merit(
        self, one: int, bar: int, before: int, chosen: Sequence[int], is_last: bool
    ) -> float:
        length = self.phrases.bars
        merit = _PLACE * (one % length == bar % length) + _NEXT * (one == before + 1)
        is_end = one % length == length - 1 or one == self.own[-1]
        if is_last:
            merit += _END * is_end
        elif one == self.own[-1] and bar % length != length - 1:
            merit -= _END
        return merit - _AGAIN * (one in chosen[-length:])

    def _drawn(self, options: Sequence[int], merits: Sequence[float], sharpness: float) -> int:
        """One option by its merit: the best at temperature 0, nearly any at 2."""
        best = max(merits)
        if self.temperature < 0.01:
            return options[merits.index(best)]
        weights = [math.exp(sharpness * (merit - best) / self.temperature) for merit in merits]
        return self._stream.choices(list(options), weights)[0]

    # -- a bar of a part

    def write(
        self, part: Part, bars: Sequence[int], templates: Sequence[int], after: Sequence[Note] = ()
    ) -> list[Note]:
        """The part's notes in the new bars, in ticks of the whole.

        after: what follows them, which they join; empty where nothing does.
        """
        first = bars[0] * self.piece.bar_ticks
        done = [note for note in part.notes if note.start < first - STEP // 2][-16:]
        old = len(done)
        line = Line(part, first, goes_on=bars[0] > self.own[-1])
        for bar, template in zip(bars, templates, strict=True):
            follows = after if bar == bars[-1] else ()
            done += self._bar(line, bar, template, done, follows)
        return done[old:]

    def _bar(
        self, line: Line, bar: int, template: int, before: Sequence[Note], after: Sequence[Note]
    ) -> list[Note]:
        part = line.part
        start = bar * self.piece.bar_ticks
        plain = self._fitted(part, self.piece.bar(part, template), template, bar)
        options = [plain]
        if part.role == "lead":
            # a melody may also stay where it is while the chord moves under it
            options.append(self._fitted(part, self.piece.bar(part, template), template, bar, True))
        if self.temperature >= 0.01:
            options += [self._candidate(part, bar, template) for _ in range(_CANDIDATES - 1)]
            options += self._walks(part, start, before)
        if part.role != "drums":
            options = [self._in_register(part, option, before) for option in options]
        merits = self._merits(line, bar, options, before, after)
        chosen = self._drawn(range(len(options)), merits, _SHARPNESS)
        return [note.moved(start) for note in options[chosen]]

    def _merits(
        self, line: Line, bar: int, options: Sequence[list[Note]], before: Sequence[Note],
        after: Sequence[Note],
    ) -> list[float]:  # fmt: skip
        """What speaks for each candidate."""
        # of drums no order of pitches is usual: any will do that keeps to the phrase
        merits = [0.0] * len(options)
        if line.part.role != "drums":
            merits = [self._merit_of.bar(line, bar, one, before, after) for one in options]
            # another take has the old bars themselves among those it would be like
            if self.temperature >= 0.01 and not self.anew:
                model = self._merit_of.model(line.part, bar, self._stream)
                less = [self._merit_of.unlike(line, one, model) for one in options]
                merits = [merit - far for merit, far in zip(merits, less, strict=True)]
        if self.anew:
            now = cells(self.piece.bar(line.part, bar))
            more = [_ANEW * (1 - likeness(cells(one), now)) for one in options]
            merits = [merit + new for merit, new in zip(merits, more, strict=True)]
        return merits

    def _walks(self, part: Part, start: int, before: Sequence[Note]) -> list[list[Note]]:
        """Bars that walk over the part's own, where it is a line."""
        if part.name not in self._crossing:
            return []
        line = [note.moved(-start) for note in top_line(before[-_LOOKED_AT:])]
        walk = self._crossing[part.name].walk
        walks = [walk(self._stream, line, self.temperature) for _ in range(_WALKS)]
        return [one for one in walks if one]

    def _candidate(self, part: Part, bar: int, template: int) -> list[Note]:
        """A bar from the template: joined with another at a beat, or its end led up or down."""
        stays = part.role == "lead" and self._stream.random() < 0.5
        notes = self._fitted(part, self.piece.bar(part, template), template, bar, stays)
        if self._chance(_JOINED):
            other = self._stream.choice(self._kin(template))
            beat = self.piece.beat_ticks
            cut = beat * self._stream.randrange(1, max(2, self.piece.meter.beats_per_bar))
            ends = self._fitted(part, self.piece.bar(part, other), other, bar)
            if self._stream.random() < 0.5:
                notes, ends = ends, notes
            notes = _joined(notes, ends, cut, part.is_line)
        if part.name in self._crossing and self._chance(_RHYTHM):
            notes = self._beat_from(part, notes)
        # chords and bass keep to the harmony: a melody alone may be led
        if part.role == "lead" and self._chance(_LED):
            notes = self._led(notes)
        if self.anew and part.role == "chords":
            notes = self._turned(part, notes)
        if self.anew and part.role == "drums":
            notes = self._ornamented(notes)
        return notes

    def _chance(self, at_one: float) -> bool:
        """Whether something is done that has this chance at a temperature of 1 and more."""
        return self._stream.random() < at_one * min(1.0, self.temperature)

    def _beat_from(self, part: Part, notes: list[Note]) -> list[Note]:
        """A line, one beat of which goes as another of the piece does, from its own first note."""
        beat, key = self.piece.beat_ticks, self.piece.key_
        count = self.piece.meter.beats_per_bar
        to, of = self._stream.randrange(count), self._stream.randrange(count)
        model = _within(self.piece.bar(part, self._stream.choice(self.own)), of, beat)
        old = _within(notes, to, beat)
        if not old or not model:
            return notes
        steps = scale_place(old[0].pitch, key) - scale_place(model[0].pitch, key)
        new = [
            replace(n.moved((to - of) * beat), pitch=moved_in_scale(n.pitch, steps, key))
            for n in model
        ]
        return _joined(_joined(notes, new, to * beat, True), notes, (to + 1) * beat, True)

    def _kin(self, template: int) -> list[int]:
        """Bars that may give half of a bar: those at its place in a phrase, else any."""
        length = self.phrases.bars
        kin = [bar for bar in self.own if bar % length == template % length and bar != template]
        return kin if kin and self._stream.random() < 0.6 else list(self.own)

    def _turned(self, part: Part, notes: list[Note]) -> list[Note]:
        """Chords in another inversion from a beat on, within the register.

        Their lowest tones go an octave up, or their highest ones down.
        """
        low, high = part.register
        up = self._stream.random() < 0.5
        cut = self.piece.beat_ticks * self._stream.randrange(0, self.piece.meter.beats_per_bar)
        together: dict[int, list[Note]] = {}
        for note in notes:
            together.setdefault(round(note.start / STEP), []).append(note)
        done = []
        for step, chord in together.items():
            edge = (min if up else max)(note.pitch for note in chord)
            goal = edge + (12 if up else -12)
            fits = low <= goal <= high and goal not in {note.pitch for note in chord}
            turned = fits and step * STEP >= cut and len(chord) > 2
            done += [
                note.moved(semitones=goal - edge) if turned and note.pitch == edge else note
                for note in chord
            ]
        return done

    def _ornamented(self, notes: list[Note]) -> list[Note]:
        """Drums with a soft stroke between the beats more or less."""
        if not notes:
            return notes
        step = self._stream.choice(
            [one for one in range(self.piece.meter.sixteenths_per_bar) if one % 4]
        )
        there = [note for note in notes if round(note.start / STEP) == step]
        if there:
            softest = min(there, key=lambda note: note.velocity)
            return [note for note in notes if note is not softest]
        model = self._stream.choice(notes)
        soft = max(1, round(0.6 * model.velocity))
        return [*notes, Note(step * STEP, model.pitch, model.length, soft)]

    def _led(self, notes: list[Note]) -> list[Note]:
        """The notes from a beat on, a step or two higher or lower in the scale."""
        beat = self.piece.beat_ticks
        cut = beat * self._stream.randrange(0, self.piece.meter.beats_per_bar) - STEP // 2
        steps = self._stream.choice((-2, -1, 1, 2))
        return [
            Note(n.start, moved_in_scale(n.pitch, steps, self.piece.key_), n.length, n.velocity)
            if n.start >= cut
            else n
            for n in notes
        ]

    def _fitted(
        self, part: Part, notes: Sequence[Note], source: int, bar: int, stays: bool = False
    ) -> list[Note]:
        """A bar's notes on the chords of another bar, moved within the key.

        stays: they are not moved with the root; only what was a tone of the chord becomes one.
        """
        if part.role == "drums":
            return list(notes)
        width = self.piece.bar_ticks
        fitted = []
        for note in notes:
            old = self._sources.at(source, note.start, width)
            new = self.harmony.at(bar, note.start, width)
            fitted.append(self._on_chord(part, note, old, new, stays))
        return fitted

    def _on_chord(self, part: Part, note: Note, old: Chord, new: Chord, stays: bool) -> Note:
        if (old.root, old.steps) == (new.root, new.steps):
            return note
        steps = 0 if stays else scale_steps(old, new, self.piece.key_)
        pitch = moved_in_scale(note.pitch, steps, self.piece.key_)
        was_tone = note.pitch % 12 in old.pitch_classes
        if was_tone or part.role == "chords":
            pitch = onto_chord(pitch, new)
        return Note(note.start, pitch, note.length, note.velocity)

    def _in_register(self, part: Part, notes: list[Note], before: Sequence[Note]) -> list[Note]:
        """The bar in the octave that lies nearest to the part's register and the bar before."""
        if not notes:
            return notes
        low, high = part.register
        middle = sum(n.pitch for n in notes) / len(notes)
        last = [n.pitch for n in before[-4:]] or [round((low + high) / 2)]
        goal = sum(last) / len(last)

        def cost(octaves: int) -> tuple[float, int]:
            pitches = [n.pitch + 12 * octaves for n in notes]
            outside = sum(max(0, low - p) + max(0, p - high) for p in pitches) / len(pitches)
            return (3 * outside + abs(middle + 12 * octaves - goal), abs(octaves))

        octaves = min((-1, 0, 1), key=cost)
        moved = [n.moved(semitones=12 * octaves) for n in notes]
        if part.role != "lead":
            moved = [_folded(n, low - BEYOND, high + BEYOND) for n in moved]
        return [n for n in moved if 0 <= n.pitch <= 127]

    # -- the end

    def ended(self, part: Part, notes: list[Note], bar: int) -> list[Note]:
        """The notes, the last of which rests on a tone of the last chord and sounds to the end.

        In a line at home on the tonic it is the tonic, where that is near.
        """
        if part.role == "drums" or not notes or not part.is_line:
            return notes
        end = (bar + 1) * self.piece.bar_ticks
        last = notes[-1]
        chord = self.harmony.at(bar, self.piece.bar_ticks - 1, self.piece.bar_ticks)
        tonic = self.piece.key_.tonic
        home = last.pitch + (tonic - last.pitch + 6) % 12 - 6
        rests = part.notes[-1].pitch % 12 == tonic and tonic in chord.pitch_classes
        pitch = home if rests and abs(home - last.pitch) <= 5 else onto_chord(last.pitch, chord)
        room = end - last.start
        length = max(last.length, min(room, self.longest(part)))
        return [*notes[:-1], Note(last.start, pitch, min(length, room), last.velocity)]

    def longest(self, part: Part) -> int:
        """The length of the notes that the part rests on: its longest, a half note at the most."""
        return min(2 * self.piece.beat_ticks, max(note.length for note in part.notes))


def _folded(note: Note, low: int, high: int) -> Note:
    """A note beyond a register in the octave that lies within it, where one does."""
    octave = 12 if note.pitch < low else -12
    if low <= note.pitch <= high or not low <= note.pitch + octave <= high:
        return note
    return note.moved(semitones=octave)


def _within(notes: Sequence[Note], number: int, beat: int) -> list[Note]:
    """The notes of a bar that begin in one of its beats."""
    first = number * beat - STEP // 2
    return [note for note in notes if first <= note.start < first + beat]


def _joined(notes: list[Note], ends: list[Note], cut: int, is_line: bool) -> list[Note]:
    """The notes before a tick of one bar, and those from it on of another."""
    edge = cut - STEP // 2
    after = [note for note in ends if note.start >= edge]
    limit = after[0].start if after else None
    head = []
    for note in notes:
        if note.start >= edge:
            continue
        room = (limit if limit is not None and is_line else note.end) - note.start
        head.append(Note(note.start, note.pitch, max(1, min(note.length, room)), note.velocity))
    return head + after
