"""Who hears what: a sound's voices, each heard by the method that suits it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import soxr

from daemon.audio.sound import mixed
from daemon.hearing.attacks_seen import risen_of
from daemon.hearing.drum_net import drum_net
from daemon.hearing.log_spectra import RATE, Maps, levels_db, maps_of
from daemon.hearing.struck import EVEN, odds_of_drums
from daemon.notes.drawbars import as_played
from daemon.notes.drumless import drumless
from daemon.notes.heard_notes import (
    HeardNote,
    notes_of,
    one_at_a_time,
    strokes_in,
    struck_columns,
)
from daemon.notes.line_notes import Heard, in_tune, line_notes, tuning_of
from daemon.notes.listeners import LISTENERS, Listener
from daemon.notes.one_pitch import Curve, with_bends
from daemon.notes.voices_alone import has_one_pitch, is_one_voice
from daemon.verbs.tell import Tell

#: s of a loop's own other end that are heard before and after it: as far as a long note rings.
_AROUND_S = 2.0
#: s before a loop's start at which a note still begins it.
_EARLY_S = 0.03
#: s before a sound's end in which no note begins: it is cut there.
_LAST_S = 0.06
#: s after a file's start between which a lone drum falls to this share of its power.
_FALLS, _FALLEN = ((0.0, 0.1), (0.25, 0.4)), 0.25
#: s between a note's end and a doubtful beginning of its pitch that it rings through.
_JOINED_S = 0.03
#: MIDI note under which the lowest line is the bass; notes that begin so near begin together; and
#: the confidence of a note that another one is held to.
_BASS_BELOW, _TOGETHER_S, _HEARD = 50, 0.04, 0.3
#: Confidence of a voice's surest tenth from which it is there at all, by kind.
_THERE = {"drums": 0.6, "mono": 0.0, "poly": 0.0}


@dataclass(frozen=True)
class Voice:
    """What was heard of one part: its notes, however doubtful, and by which method."""

    name: str
    kind: str
    """drums, mono or poly."""
    notes: list[HeardNote]
    method: str

    @property
    def is_drums(self) -> bool:
        return self.kind == "drums"

    @property
    def is_there(self) -> bool:
        """Whether what was heard is more than another voice's shadow."""
        sure = [note.confidence for note in self.notes if note.confidence > _HEARD]
        return bool(sure) and float(np.percentile(sure, 90)) > _THERE[self.kind]

    def surer_than(self, sure: float) -> list[HeardNote]:
        """Its notes that are as sure; of a line one at a time, of chords until they end.

        A beginning that is left out ends no note of its pitch: that one rings on.
        """
        if self.kind != "poly":
            notes = [note for note in self.notes if note.confidence >= sure]
            return one_at_a_time(notes) if self.kind == "mono" else notes
        kept: list[HeardNote] = []
        last: dict[int, int] = {}
        for note in self.notes:
            before = last.get(note.pitch)
            if note.confidence >= sure:
                last[note.pitch] = len(kept)
                kept.append(note)
            elif before is not None and note.start_s - kept[before].end_s < _JOINED_S:
                kept[before] = replace(kept[before], end_s=max(kept[before].end_s, note.end_s))
        return kept


def heard_at(audio: np.ndarray, sample_rate: int) -> np.ndarray:
    """float32 (frames,) at `RATE` of float32 (frames, channels), whose sides may cancel."""
    return np.asarray(soxr.resample(mixed(audio), sample_rate, RATE), np.float32)


def listen(
    mono: np.ndarray,
    is_loop: bool,
    voice: str,
    tell: Tell,
    by: str = "own",
    bends: bool = False,
) -> list[Voice]:
    """The voices of float32 (frames,) at `RATE`; of `auto` those that are found in it."""
    tell(0.1, f"listening for {_LISTENED[voice]}")
    if voice != "auto":
        return [hear_voice(mono, is_loop, voice, by, bends)]
    ear = Ear.of(mono, is_loop)
    tell(0.2, f"listening for {_LISTENED['drums']}")
    drums = ear.drums()
    tell(0.4, f"listening for {_LISTENED['poly']}")
    lines = [voice for voice in ear.lines(by) if voice.is_there]
    # a line may be heard as one voice alone, of which nothing is sure as chords
    alone = [] if ear.is_struck else [one for one in ear.alone(by, lines, bends) if one.is_there]
    if alone:
        return alone
    return [*([drums] if drums.is_there else []), *lines]


_LISTENED = {"auto": "all that sounds", "drums": "drums", "mono": "a line", "poly": "notes"}


def hear_voice(
    mono: np.ndarray, is_loop: bool, kind: str, by: str = "own", bends: bool = False
) -> Voice:
    """One voice of `kind` drums, mono or poly; its notes by the listener `by`."""
    ear = Ear.of(mono, is_loop)
    if kind == "drums":
        return ear.drums()
    return ear.notes(kind, by, bends)


#: What is known of a sound as one voice, the notes that a net hears, its maps.
Known = tuple[Heard, list[HeardNote], Maps]


def line_heard(mono: np.ndarray, listener: Listener, curve: Curve) -> Known:
    """What is known of float32 (frames,) whose pitch is `curve`, all in the line's own tuning."""
    tuned, tuned_maps, columns = in_tune(mono, tuning_of(curve))
    odds = listener.odds(tuned, tuned_maps)
    odds = odds[np.minimum(columns, len(odds) - 1)]
    maps = Maps(tuned_maps.sharp[columns], tuned_maps.quick[columns])
    alone = notes_of(odds, maps, listener.least, listener.shortest, listener.even, listener.tone)
    loud_db = levels_db(maps.quick).max(axis=1)
    return Heard(curve, odds, risen_of(mono), loud_db), alone, maps


@dataclass(frozen=True)
class Ear:
    """A sound at `RATE`, of a loop its own other end before and after it, and its maps."""

    mono: np.ndarray
    maps: Maps
    around_s: float
    length_s: float

    @classmethod
    def of(cls, mono: np.ndarray, is_loop: bool) -> Ear:
        around = round(_AROUND_S * RATE) if is_loop else 0
        outside = _with_ends(mono, around)
        return cls(outside, maps_of(outside), around / RATE, len(mono) / RATE)

    @cached_property
    def is_struck(self) -> bool:
        """Whether the sound as a whole has drums."""
        return odds_of_drums(self._inside(), RATE) >= EVEN

    def _inside(self) -> np.ndarray:
        """The sound alone, without what stands around a loop."""
        around = round(self.around_s * RATE)
        return self.mono[around : len(self.mono) - around]

    @cached_property
    def strokes(self) -> list[HeardNote]:
        """All that could be a stroke of drums, in the outside's time."""
        return strokes_in(drum_net().heard(self.maps.quick), self.maps)

    def drums(self) -> Voice:
        strokes = self._within(self.strokes)
        if not self.around_s:
            strokes = self._without_cuts(strokes)
        return Voice("drums", "drums", strokes, "own network of drums")

    def _without_cuts(self, strokes: list[HeardNote]) -> list[HeardNote]:
        """The strokes without those that are but a file's edges, cut through a held sound."""
        last_s = self.length_s - _EARLY_S
        kept = [stroke for stroke in strokes if stroke.start_s < last_s]
        inside = [stroke for stroke in kept if stroke.start_s >= _EARLY_S]
        if any(stroke.confidence > _HEARD for stroke in inside):
            return kept
        first, after = (self.mono[round(a * RATE) : round(b * RATE)] for a, b in _FALLS)
        falls = not len(after) or np.mean(after**2) < _FALLEN * np.mean(first**2)
        return kept if falls else inside

    def notes(self, kind: str, by: str, bends: bool = False) -> Voice:
        """All that has a pitch, poly or mono."""
        if kind == "mono":
            curve = LISTENERS[by].curve(self.mono)
            return self.line(by, bends, line_heard(self.mono, LISTENERS[by], curve))
        listener = LISTENERS[by]
        if listener.of_two and self.is_struck:
            odds = listener.of_two(self.maps, self._left())
            method = f"{listener.title}, with drums and without"
        else:
            odds, method = listener.odds(self.mono, self.maps), listener.title
        is_held = bool(listener.tone) and self.is_struck
        struck = struck_columns(self.strokes, len(odds)) if is_held else None
        even, tone = (0.5, 0.0) if listener.worth else (listener.even, listener.tone)
        notes = notes_of(
            odds, self.maps, listener.least, listener.shortest, even, tone, struck, listener.worth
        )
        return Voice("notes", kind, self._within(as_played(notes, self.maps)), method)

    def _left(self) -> Maps:
        """The maps of the sound without its drums."""
        around = round(self.around_s * RATE)
        return maps_of(_with_ends(drumless(self._inside(), around > 0), around))

    def line(self, by: str, bends: bool, known: Known) -> Voice:
        """What one voice plays."""
        last_s = len(self.mono) / RATE - _LAST_S
        notes = [note for note in line_notes(*known) if note.start_s < last_s]
        notes = as_played(notes, self.maps)
        notes = with_bends(notes, known[0].curve) if bends else notes
        listener = LISTENERS[by]
        method = f"{listener.title} and {listener.curve_title}"
        return Voice("notes", "mono", self._within(notes), method)

    def alone(self, by: str, lines: Sequence[Voice], bends: bool) -> list[Voice]:
        """What sounds without drums: one line, where it is one voice, or the `lines` it has."""
        curve = LISTENERS[by].curve(self.mono)
        if not has_one_pitch(self.mono, curve):
            return list(lines)
        known = line_heard(self.mono, LISTENERS[by], curve)
        if not is_one_voice(curve, known[1]):
            return list(lines)
        line = self.line(by, bends, known)
        pitches = [note.pitch for note in line.notes if note.confidence > _HEARD]
        is_low = bool(pitches) and float(np.median(pitches)) < _BASS_BELOW
        return [replace(line, name="bass")] if is_low else [line]

    def lines(self, by: str) -> tuple[Voice, Voice]:
        """The bass, which is the lowest line where one is low, and the rest."""
        whole = self.notes("poly", by)
        low = _are_bass(whole.notes)
        bass = [note for note, is_low in zip(whole.notes, low, strict=True) if is_low]
        rest = [note for note, is_low in zip(whole.notes, low, strict=True) if not is_low]
        method = whole.method
        return Voice("bass", "mono", bass, method), Voice("notes", "poly", rest, method)

    def _within(self, notes: list[HeardNote]) -> list[HeardNote]:
        """The notes that begin within the sound; a hair before a loop's start is its start."""
        if not self.around_s:
            return notes
        found = []
        for note in notes:
            start_s = note.start_s - self.around_s
            if -_EARLY_S <= start_s < self.length_s - _EARLY_S:
                found.append(note.moved(max(0.0, start_s), note.end_s - self.around_s))
        return found


def _with_ends(mono: np.ndarray, around: int) -> np.ndarray:
    """A loop with `around` frames of its own other end before and after it."""
    return np.take(mono, np.arange(-around, len(mono) + around), mode="wrap")


def _are_bass(notes: list[HeardNote]) -> list[bool]:
    """Which of them are low, and the lowest of those that sound when they begin."""
    heard = [note for note in notes if note.confidence > _HEARD]
    start_s = np.array([note.start_s for note in heard]) - _TOGETHER_S
    end_s = np.array([note.end_s for note in heard])
    pitch = np.array([note.pitch for note in heard])
    return [
        note.pitch < _BASS_BELOW
        and not ((pitch < note.pitch) & (start_s < note.start_s) & (note.start_s < end_s)).any()
        for note in notes
    ]
