"""Bass rows as notes."""

from __future__ import annotations

import random

from bridge.music import Key
from daemon.engines.embedded.harmony import nearest
from daemon.engines.embedded.notes import STEP, Note
from daemon.engines.embedded.plan import Bass
from daemon.engines.embedded.rows import VELOCITY, fit_row
from daemon.engines.embedded.timeline import Bar, Timeline, whole_length


class BassNotes:
    """What a bassist plays of its rows."""

    def __init__(self, time: Timeline) -> None:
        self.time = time

    def notes(self, bass: Bass, bars: list[Bar], stream: random.Random) -> list[Note]:
        low = 28 + 12 * bass.sound.octave
        marks: list[tuple[Bar, int, str, int]] = []
        for bar in bars:
            row = fit_row(bass.rows[bar.index % len(bass.rows)], self.time.steps)
            for step, mark in enumerate(row):
                if mark == "-" and marks and marks[-1][0].index >= bar.index - 1:
                    marks[-1] = (*marks[-1][:3], marks[-1][3] + 1)
                elif mark not in ".-":
                    marks.append((bar, step, mark, 0))
        notes: list[Note] = []
        for k, (bar, step, mark, held) in enumerate(marks):
            start = self.time.felt(self.time.tick(step), bar, "bass", stream, step == 0)
            if k + 1 < len(marks):
                after = marks[k + 1][0].start + self.time.tick(marks[k + 1][1])
            else:
                after = self.time.ticks + (marks[0][0].start + self.time.tick(marks[0][1]))
            room = max(
                min(after, self.time.section_end(bar)) - bar.start - self.time.tick(step), STEP // 2
            )
            length = min(round(room * bass.hold), room, 4 * self.time.bar_ticks)
            if mark == "g":
                length = min(length, STEP // 2)
            elif held == 0 and bass.hold < 0.6:
                length = min(length, 2 * STEP)
            pitch, slide = self._bass_pitch(mark, bar, step, low, notes, stream)
            velocity = self.time.velocity(VELOCITY.get(mark, 0.8), bar, stream)
            notes.append(
                Note(
                    start,
                    whole_length(length),
                    pitch,
                    velocity,
                    bass.sound.voice,
                    slide,
                    self._wobble_speed(stream),
                )
            )
        return notes

    def _wobble_speed(self, stream: random.Random) -> int:
        # from version 8 on oscillators run on between notes
        return stream.randrange(4) + (4 if self.time.plan.version >= 8 else 0)

    def _bass_pitch(
        self, mark: str, bar: Bar, step: int, low: int, notes: list[Note], stream: random.Random
    ) -> tuple[int, int | None]:
        chord = self.time.chord_at(bar, step)
        root = low + (chord.root - low) % 12
        steps = chord.steps
        if mark == "5":
            fifth = root + next((s for s in steps if s in (6, 7, 8)), 7)
            return fifth if fifth <= low + 14 else fifth - 12, None
        if mark == "8":
            return root + 12, None
        if mark == "3":
            return root + next((s for s in steps if s in (2, 3, 4, 5)), 7), None
        if mark == "7":
            seventh = next((s for s in steps if s in (9, 10, 11)), None)
            return (
                root + seventh if seventh else nearest(root + 10, list(self.time.key.scale))
            ), None
        if mark == "a":
            target = self.time.next_chord(bar, step).root
            goal = low + (target - low) % 12
            return nearest_step(goal, self.time.key, stream.random() < 0.5), None
        if chord.under is not None:
            root = low + (chord.under - low) % 12
        if mark == "~":
            before = notes[-1].pitch if notes else root
            goal = root + 12 if before % 12 == root % 12 and before < root + 12 else root
            return goal, before
        return root, None


def nearest_step(goal: int, key: Key, from_above: bool) -> int:
    """An approach note: the scale's neighbour of `goal`, from above or below."""
    for distance in (1, 2) if not from_above else (-1, -2):
        if (goal - distance) % 12 in key.scale:
            return goal - distance
    return goal - 1
