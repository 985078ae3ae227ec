"""Drum rows as notes: hits, fills, rolls, and hats that choke one another."""

from __future__ import annotations

import random

from daemon.engines.embedded.notes import STEP, Note
from daemon.engines.embedded.plan import Drums
from daemon.engines.embedded.rows import ROLLS, VELOCITY, fit_row, with_fill
from daemon.engines.embedded.timeline import Bar, Timeline

#: Voices that choke an open hat.
_HATS = ("hat", "open hat")


class DrumNotes:
    """What a drummer plays of its rows."""

    def __init__(self, time: Timeline) -> None:
        self.time = time

    def notes(self, drums: Drums, bars: list[Bar], stream: random.Random) -> list[Note]:
        notes: list[Note] = []
        for bar in bars:
            rows = {
                voice: fit_row(lines[bar.index % len(lines)], self.time.steps)
                for voice, lines in drums.rows.items()
                if lines
            }
            rows = with_fill(rows, self._fill_of(drums, bar), self.time.steps)
            for voice, row in rows.items():
                if voice not in bar.section.mute:
                    notes += self._hits(voice, row, bar, stream)
            notes += self._roll(bar, stream)
        return self._choked(notes)

    def _roll(self, bar: Bar, stream: random.Random) -> list[Note]:
        """Snare roll over the last four bars of a section with exit `rise`.

        Quarters, then eighths, then sixteenths, with rising velocity.
        """
        left = bar.section.bars - bar.place
        if bar.section.exit != "rise" or left > 4:
            return []
        every = {4: 4, 3: 4, 2: 2, 1: 1}[left]
        notes = []
        for step in range(0, self.time.steps - (2 if left == 1 else 0), every):
            along = (4 - left + step / self.time.steps) / 4
            velocity = max(0.1, min(1.0, 0.3 + 0.6 * along + stream.gauss(0, 0.02)))
            notes.append(
                Note(
                    bar.start + self.time.tick(step),
                    STEP,
                    0,
                    velocity,
                    "snare",
                    None,
                    stream.randrange(self.time.strokes),
                )
            )
        return notes

    def _fill_of(self, drums: Drums, bar: Bar) -> dict[str, str]:
        """The rows laid over a bar: the fill, the turn half-way, or none."""
        place = bar.place % drums.fill_every
        if len(self.time.bars) < 2:
            return {}
        if place == drums.fill_every - 1 or (bar.last_of_section and bar.section.exit == "fill"):
            return drums.fill
        return drums.turn if place == drums.fill_every // 2 - 1 else {}

    def _hits(self, voice: str, row: str, bar: Bar, stream: random.Random) -> list[Note]:
        from_table = self.time.plan.drums.sounds.get(voice) if self.time.plan.drums else None
        pitch = 0 if from_table is None else from_table.octave
        notes = []
        for step, mark in enumerate(row):
            if mark in VELOCITY:
                exact = step == 0 or voice in ("kick", "hard kick")
                who = voice if voice in self.time.plan.feel.late_ms or exact else "drums"
                at = self.time.felt(self.time.tick(step), bar, who, stream, exact)
                velocity = self.time.velocity(VELOCITY[mark], bar, stream)
                notes.append(
                    Note(
                        at, STEP, pitch, velocity, voice, None, stream.randrange(self.time.strokes)
                    )
                )
            elif mark in ROLLS:
                count = ROLLS[mark]
                for k in range(count):
                    at = bar.start + self.time.tick(step + k / count)
                    velocity = self.time.velocity(0.5 + 0.3 * k / count, bar, stream)
                    notes.append(
                        Note(at, STEP // count, pitch, velocity, voice, None, k % self.time.strokes)
                    )
        return notes

    def _choked(self, notes: list[Note]) -> list[Note]:
        """End open hats at the next stroke on the hats, across the loop's end as well."""
        strokes = sorted(note.start for note in notes if note.voice in _HATS)
        done = []
        for note in notes:
            if note.voice == "open hat":
                after = next((s for s in strokes if s > note.start), strokes[0] + self.time.ticks)
                note = Note(
                    note.start,
                    min(after - note.start, 8 * STEP),
                    note.pitch,
                    note.velocity,
                    note.voice,
                    None,
                    note.variation,
                )
            done.append(note)
        return done
