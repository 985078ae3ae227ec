"""Turns a Plan into notes timed in ticks, shared by the audio and the MIDI file."""

from __future__ import annotations

import random
from dataclasses import replace

from daemon.engines.embedded.bass_notes import BassNotes
from daemon.engines.embedded.chord_notes import ChordNotes
from daemon.engines.embedded.drum_notes import DrumNotes
from daemon.engines.embedded.lead_notes import LeadNotes
from daemon.engines.embedded.notes import Note
from daemon.engines.embedded.plan import Bass, Chords, Drums, Lead
from daemon.engines.embedded.timeline import Timeline
from daemon.engines.embedded.voices.table import VOICES

#: Renderings of a pitched note that take turns; before an amplifier, which shows what is alike.
_TURNS, _TURNS_DRIVEN = 2, 3


class Score(Timeline):
    """The notes of a plan, part by part; each part varies by its own seed."""

    @property
    def markers(self) -> list[tuple[int, str]]:
        """(tick, name) at each change of section name; none in a piece of one section."""
        if len(self.plan.sections) < 2:
            return []
        return [
            (bar.start, bar.section.name)
            for bar in self.bars
            if bar.place == 0
            and (bar.index == 0 or self.bars[bar.index - 1].section.name != bar.section.name)
        ]

    def part(self, name: str) -> list[Note]:
        """The notes of one part over the whole piece, sorted by start."""
        if name == "fx":
            return sorted(self._effects(), key=lambda n: (n.start, n.pitch))
        what = getattr(self.plan, name, None)
        bars = [bar for bar in self.bars if name in bar.section.parts]
        if what is None or not bars:
            return []
        stream = self._random(name)
        if isinstance(what, Drums):
            notes = DrumNotes(self).notes(what, bars, stream)
        elif isinstance(what, Bass):
            notes = BassNotes(self).notes(what, bars, stream)
        elif isinstance(what, Chords):
            notes = ChordNotes(self).notes(what, bars, stream)
        elif isinstance(what, Lead):
            notes = LeadNotes(self).notes(what, bars, stream)
        else:
            return []
        if self.plan.version >= 5 and not isinstance(what, (Drums, Bass)):
            notes = _taking_turns(notes, self._turns(what.sound.voice))
        return sorted(notes, key=lambda n: (n.start, n.pitch))

    def _turns(self, voice: str) -> int:
        known = VOICES.get(voice)
        driven = known is not None and known.amp is not None and self.plan.version >= 6
        return _TURNS_DRIVEN if driven else _TURNS

    def _random(self, part: str) -> random.Random:
        return random.Random(f"{self.plan.seeds.get(part, 0)}:{part}")

    def _effects(self) -> list[Note]:
        """Transition effects: a riser before and an impact after a `rise`, else a sweep down."""
        notes: list[Note] = []
        for bar in self.bars:
            before = self.bars[bar.index - 1] if bar.index else None
            if bar.place == 0 and before is not None and before.section.exit == "rise":
                count = min(before.section.bars, 4)
                notes.append(
                    Note(
                        bar.start - count * self.bar_ticks, count * self.bar_ticks, 60, 0.8, "riser"
                    )
                )
                notes.append(Note(bar.start, self.bar_ticks, VOICES["impact"].home, 0.9, "impact"))
            elif bar.place == 0 and before is not None and before.section.name != bar.section.name:
                notes.append(Note(bar.start, 2 * self.bar_ticks, 60, 0.6, "sweep down"))
        return notes


def _taking_turns(notes: list[Note], turns: int) -> list[Note]:
    """Notes of which each is struck a little otherwise than the last of its pitch."""
    struck: dict[int, int] = {}
    done = []
    for note in sorted(notes, key=lambda n: (n.start, n.pitch)):
        count = struck.get(note.pitch, 0)
        struck[note.pitch] = count + 1
        done.append(replace(note, variation=count % turns))
    return done
