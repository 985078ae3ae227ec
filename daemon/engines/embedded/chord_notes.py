"""Chord rows as notes: voiced, broken, strummed, or with two hands."""

from __future__ import annotations

import random

from daemon.engines.embedded.figures import FIGURES, in_turn, picked, ringing, unit_of, wave
from daemon.engines.embedded.fingers import fingering, two_hands
from daemon.engines.embedded.harmony import Chord, voicing
from daemon.engines.embedded.notes import STEP, TICKS_PER_QUARTER, Note
from daemon.engines.embedded.plan import Chords
from daemon.engines.embedded.rows import VELOCITY, fit_row
from daemon.engines.embedded.timeline import Bar, Timeline, whole_length
from daemon.engines.embedded.voicings import spread

#: Velocity of a chord's notes, as a share: the lowest, those between, the highest.
_TOUCH = (0.9, 0.8, 1.0)


class ChordNotes:
    """What is played of rows of chords."""

    def __init__(self, time: Timeline) -> None:
        self.time = time

    def notes(self, part: Chords, bars: list[Bar], stream: random.Random) -> list[Note]:
        before: list[int] | None = None
        starts: list[tuple[Bar, int, str]] = []
        for bar in bars:
            row = fit_row(part.rows[bar.index % len(part.rows)], self.time.steps)
            starts += [
                (bar, step, mark)
                for step, mark in enumerate(row)
                if mark in VELOCITY or mark == "-"
            ]
        notes: list[Note] = []
        strikes = [s for s in starts if s[2] != "-"]
        for k, (bar, step, mark) in enumerate(strikes):
            chord = self.time.chord_at(bar, step)
            if part.style == "power":
                root = 40 + (chord.root - 40) % 12
                pitches = [
                    root,
                    root + next((s for s in chord.steps if s in (6, 7, 8)), 7),
                    root + 12,
                ]
            elif part.style in ("fingered", "picked"):
                pitches = fingering(chord)
            else:
                voices = 3 if part.style == "single" else 4
                pitches = voicing(chord, before, voices, self._centre(part, bar))
                before = pitches
                pitches = spread(pitches, part.voicing, chord)
                if part.style == "hands":
                    pitches = two_hands(chord, pitches)
            start = self.time.felt(self.time.tick(step), bar, "chords", stream, step == 0)
            if k + 1 < len(strikes):
                after = strikes[k + 1][0].start + self.time.tick(strikes[k + 1][1])
            else:
                after = self.time.ticks + strikes[0][0].start + self.time.tick(strikes[0][1])
            end = bar.start + self.time.tick(self.time.chord_ends(bar, step))
            after = min(after, self.time.section_end(bar))
            here = bar.start + self.time.tick(step)
            length = whole_length((min(after, max(end, here + STEP)) - here) * part.hold)
            velocity = self.time.velocity(VELOCITY[mark] * 0.95, bar, stream)
            if part.style in FIGURES:
                notes += self._broken(part, chord, pitches, start, length, velocity, bar)
            elif part.style in ("fingered", "hands"):
                notes += self._by_hand(part, pitches, start, length, velocity, step)
            elif part.voicing and part.style != "arp":
                notes += self._touched(part, pitches, start, length, velocity, stream)
            else:
                notes += self._strike(part, pitches, start, length, velocity)
        return notes

    def _broken(
        self,
        part: Chords,
        chord: Chord,
        pitches: list[int],
        start: int,
        length: int,
        velocity: float,
        bar: Bar,
    ) -> list[Note]:
        """A chord whose notes come one after the other and ring on.

        Without a bass player a broken chord has its root below. A harp's waves take turns.
        """
        unit = unit_of(part.style, self.time.plan.bpm)
        count = max(1, length // unit)
        voice = part.sound.voice
        below: list[Note] = []
        if part.style == "harped":
            order = wave(chord, count, falls=bar.index % 2 == 1)
        elif part.style == "picked":
            order = picked(pitches, count)
        else:
            order = in_turn(pitches, count)
            if self.time.plan.bass is None:
                low = two_hands(chord, pitches)[0] + 12 * part.sound.octave
                below = [Note(start, length, low, velocity, voice)]
        octave = 12 * part.sound.octave
        order = [pitch + octave for pitch in order]
        return below + ringing(order, start, length, unit, velocity, voice)

    def _centre(self, part: Chords, bar: Bar) -> float:
        """Where a bar's voicings lie: every other four bars by `Chords.lift` higher."""
        return part.centre + (part.lift if bar.index // 4 % 2 else 0.0)

    def _touched(
        self,
        part: Chords,
        pitches: list[int],
        start: int,
        length: int,
        velocity: float,
        stream: random.Random,
    ) -> list[Note]:
        """A chord whose notes have weights of their own, apart as far as the feel lets them."""
        per_ms = TICKS_PER_QUARTER * self.time.plan.bpm / 60000
        feel = self.time.plan.feel
        apart = 11.0 if part.style == "strum" else feel.apart_ms / max(1, len(pitches) - 1)
        low, between, high = _TOUCH
        notes = []
        for k, pitch in enumerate(pitches):
            weight = high if k == len(pitches) - 1 else low if k == 0 else between
            late = max(0.0, k * apart + stream.gauss(0, feel.apart_ms / 6))
            own = max(0.08, min(1.0, velocity * weight * (1 + stream.gauss(0, 0.03))))
            ticks = round(late * per_ms)
            notes.append(
                Note(
                    start + ticks,
                    max(length - ticks, 30),
                    pitch + 12 * part.sound.octave,
                    own,
                    part.sound.voice,
                )
            )
        return notes

    def _strike(
        self, part: Chords, pitches: list[int], start: int, length: int, velocity: float
    ) -> list[Note]:
        voice = part.sound.voice
        up = 12 * part.sound.octave
        if part.style == "arp":
            order = [*pitches, *pitches[-2:0:-1]]
            count = max(1, length // STEP)
            return [
                Note(
                    start + k * STEP,
                    STEP,
                    order[k % len(order)] + up,
                    velocity * (1 if k % 4 == 0 else 0.8),
                    voice,
                )
                for k in range(count)
            ]
        per_ms = TICKS_PER_QUARTER * self.time.plan.bpm / 60000
        apart = round(11 * per_ms) if part.style == "strum" else 0
        return [
            Note(start + k * apart, max(length - k * apart, 30), pitch + up, velocity, voice)
            for k, pitch in enumerate(pitches)
        ]

    def _by_hand(
        self, part: Chords, pitches: list[int], start: int, length: int, velocity: float, step: int
    ) -> list[Note]:
        """A chord as hands play it: strings one after the other, down or up; fingers not as one.

        An up-stroke begins at the top and takes four strings. A pianist's top note is the loudest.
        """
        per_ms = TICKS_PER_QUARTER * self.time.plan.bpm / 60000
        order = list(pitches)
        if part.style == "fingered":
            up = step % 2 == 1 or step % 4 == 2
            order = order[::-1][:4] if up else order
            apart = [round(k * (6 if up else 9) * per_ms) for k in range(len(order))]
            levels = [1.0 - 0.05 * (k % 3) - (0.12 if up else 0.0) for k in range(len(order))]
        else:
            apart = [round((start // 7 + 5 * k) % 9 * per_ms) for k in range(len(order))]
            levels = [0.95, *[0.8] * (len(order) - 2), 1.0]
        octave = 12 * part.sound.octave
        return [
            Note(
                start + late, max(length - late, 30), pitch + octave, velocity * level,
                part.sound.voice,
            )
            for pitch, late, level in zip(order, apart, levels, strict=True)
        ]  # fmt: skip
