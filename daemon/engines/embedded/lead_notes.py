"""A tune as notes: over its chords, one at a time, with its manner."""

from __future__ import annotations

import random

from daemon.engines.embedded.harmony import Chord, degree_note, nearest
from daemon.engines.embedded.notes import STEP, TICKS_PER_QUARTER, Note
from daemon.engines.embedded.ornaments import adorned, chugged
from daemon.engines.embedded.plan import Lead
from daemon.engines.embedded.timeline import Bar, Timeline, whole_length

#: Seconds of a stroke that the palm damps.
_MUTED_S = 0.11


class LeadNotes:
    """What a soloist plays of a tune's bars."""

    def __init__(self, time: Timeline) -> None:
        self.time = time

    def notes(self, lead: Lead, bars: list[Bar], stream: random.Random) -> list[Note]:
        notes: list[Note] = []
        low = 64 + 12 * lead.sound.octave
        for bar in bars:
            letter = lead.form[bar.index % len(lead.form)]
            events = lead.bars.get(letter) or lead.bars.get(letter[0]) or []
            for step, degree, length in events:
                if step >= self.time.steps:
                    continue
                strong = step % 4 == 0 or length >= 4
                if lead.written:
                    notes.append(self._written(lead, bar, (step, degree, length), strong, stream))
                    continue
                pitch = degree_note(int(degree), self.time.key, low)
                chord = self.time.chord_at(bar, step)
                if strong:
                    pitch = nearest(pitch, chord.pitch_classes)
                elif self._clashes(pitch, chord):
                    pitch = nearest(
                        pitch,
                        [pc for pc in self.time.key.scale if not self._clashes(pc, chord)]
                        or chord.pitch_classes,
                    )
                start = self.time.felt(self.time.tick(step), bar, "lead", stream, step == 0)
                ticks = whole_length(min(length * STEP * 0.92, self.time.ticks))
                velocity = self.time.velocity(0.8 if strong else 0.66, bar, stream)
                notes.append(Note(start, ticks, pitch, velocity, lead.sound.voice))
        line = _one_at_a_time(notes)
        if lead.manner == "chugged":
            per_s = TICKS_PER_QUARTER * self.time.plan.bpm / 60
            return chugged(line, self.time.key, self.time.ticks, round(_MUTED_S * per_s))
        return adorned(line, lead.manner, self.time.key, stream) if lead.manner else line

    def _written(
        self,
        lead: Lead,
        bar: Bar,
        event: tuple[float, float, float],
        strong: bool,
        stream: random.Random,
    ) -> Note:
        """A note of a melody that is written out: on the grid, at its own pitch."""
        step, pitch, length = event
        return Note(
            bar.start + self.time.tick(step),
            whole_length(min(length * STEP * 0.96, self.time.ticks)),
            int(pitch) + 12 * lead.sound.octave,
            self.time.velocity(0.8 if strong else 0.7, bar, stream),
            lead.sound.voice,
        )

    @staticmethod
    def _clashes(pitch: int, chord: Chord) -> bool:
        """Whether a pitch is an avoid note: a semitone above a chord tone and no chord tone."""
        return pitch % 12 not in chord.pitch_classes and (pitch - 1) % 12 in chord.pitch_classes


def _one_at_a_time(notes: list[Note]) -> list[Note]:
    notes = sorted(notes, key=lambda n: n.start)
    done = []
    for k, note in enumerate(notes):
        room = notes[k + 1].start - note.start if k + 1 < len(notes) else note.length
        if room > 0:
            done.append(
                Note(
                    note.start,
                    min(note.length, room),
                    note.pitch,
                    note.velocity,
                    note.voice,
                    note.glide_from,
                    note.variation,
                )
            )
    return done
