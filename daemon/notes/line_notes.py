"""The notes of one voice, from its pitch, its attacks, and what a network hears of both.

A note begins where the voice sets in, where its pitch steps on to another one, and where it is
struck anew. Lines are seldom tuned to 440 Hz: pitches count from the line's own tuning.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import soxr

from daemon.hearing.attacks_seen import Risen
from daemon.hearing.log_spectra import FRAME_S, RATE, Maps, maps_of
from daemon.models.layers import answer
from daemon.models.weights import read_weights
from daemon.notes.heard_notes import HeardNote, as_loud
from daemon.notes.note_net import FIRST, PITCHES
from daemon.notes.one_pitch import Curve, steadied

#: s of the shortest note, and of the shortest one that no attack begins.
_SHORTEST_S, _SLID_S = 0.022, 0.045
#: s of the longest gap in a pitch that is no rest.
_GAP_S = 0.03
#: Semitones from a note's pitch at which a pitch that moves is another note.
_STEP = 0.7
#: s before a pitch is heard at which its attack may be, and after that.
_EARLY_S, _LATE_S = 0.05, 0.03
#: dB of an attack within a held note that begins another one, with the network's word and without.
_STRUCK_DB, _STRUCK_HEARD_DB, _HEARD = 6.0, 2.0, 0.3
#: s between two beginnings that are one, and for which an attack's pitch may fall to its note.
_ONE_S, _FALLS_S = 0.045, 0.075
#: Odds with which the network hears a stretch begin, and s before and after in which it may.
_BEGUN, _BEGUN_S = 0.2, (0.06, 0.03)
#: Octaves in which a pitch is looked for.
_OCTAVES = (0, 12, -12)
#: What begins a stretch: the voice, a step of its pitch, an attack; or the network alone hears it.
VOICE, STEP, ATTACK, NET = range(4)
#: Columns around a beginning in which the network's word counts.
_AROUND = slice(-3, 5)


@dataclass(frozen=True)
class Stretch:
    """A stretch of the line that may be a note: s, s, MIDI pitch with fractions, how it begins."""

    start_s: float
    end_s: float
    pitch: float
    begun: int


@dataclass(frozen=True)
class Heard:
    """What is known of a line: its pitch, the network's odds (columns, PITCHES, 2), its attacks,
    and how loud it is, dB by column."""

    curve: Curve
    odds: np.ndarray
    risen: Risen
    loud_db: np.ndarray

    @cached_property
    def usual_db(self) -> float:
        """How loud its notes are."""
        return float(np.percentile(self.loud_db, _LOUD_PERCENT)) if len(self.loud_db) else 0.0

    def softer_db(self, at_s: float) -> tuple[float, float]:
        """By how much what begins then is softer than the line usually is, and than it was just
        before: an echo is both."""
        at = round(at_s / FRAME_S)
        now = float(self.loud_db[_within(at, _NOW)].max(initial=-_SILENT_DB))
        before = float(self.loud_db[_within(at, _EARLIER)].max(initial=-_SILENT_DB))
        return self.usual_db - now, before - now

    def begins(self, at_s: float) -> np.ndarray:
        """(PITCHES,): the odds that each pitch begins about a time."""
        at = round(at_s / FRAME_S)
        rows = self.odds[max(0, at + _AROUND.start) : max(1, at + _AROUND.stop), :, 0]
        return np.asarray(rows.max(axis=0, initial=0))

    def sounds(self, start_s: float, end_s: float) -> np.ndarray:
        """(PITCHES,): the odds that each pitch sounds in that time, in the mean."""
        first = min(round(start_s / FRAME_S), len(self.odds) - 1)
        return np.asarray(
            self.odds[first : max(first + 2, round(end_s / FRAME_S)), :, 1].mean(axis=0)
        )


#: Percent of moments that are softer than a line's notes; columns of a beginning whose level is
#: taken, and those before it, half a second; and dB that are silence.
_LOUD_PERCENT, _NOW, _EARLIER, _SILENT_DB = 85, slice(0, 7), slice(-45, -2), 70.0
#: Confidence of a note from which the network's word alone is looked at, and s of it that are.
_ALONE, _ALONE_S = 0.2, 0.1
#: s before and after a beginning in which a line may hold its pitch already, and the share of it.
_RINGS_S, _HOLDS = (0.06, 0.02), 0.8
#: Confidence of a note under which the network doubts it.
_EVEN = 0.5
#: Numbers by which a stretch is judged.
SEEN = 28
#: Semitones by which a line must be out of tune for it to be tuned.
_OUT = 0.08


def _within(at: int, around: slice) -> slice:
    """The columns of `around` one, none before the first."""
    return slice(max(0, at + around.start), max(0, at + around.stop))


@cache
def _judge() -> dict[str, np.ndarray]:
    """The weights by which stretches are judged; `tools/train_struck` teaches them."""
    return read_weights(Path(__file__).with_name("line.npz"))


def in_tune(mono: np.ndarray, off: float) -> tuple[np.ndarray, Maps, np.ndarray]:
    """float32 (frames,) at `RATE` moved down by `off` semitones, its maps, and the column of them
    for each column of its own."""
    if abs(off) < _OUT:
        maps = maps_of(mono)
        return mono, maps, np.arange(len(maps))
    speed = 2 ** (off / 12)
    tuned = np.asarray(soxr.resample(mono, RATE, RATE * speed), np.float32)
    maps = maps_of(tuned)
    columns = np.round(np.arange(round(len(mono) / RATE / FRAME_S) + 1) * speed).astype(int)
    return tuned, maps, np.minimum(columns, len(maps) - 1)


def tuning_of(curve: Curve) -> float:
    """Semitones, -0.5 to 0.5, by which a line is above the tuning of 440 Hz."""
    known = np.isfinite(curve.pitch)
    if not known.any():
        return 0.0
    turn = np.exp(2j * np.pi * curve.pitch[known]) * curve.odds[known] ** 2
    return float(np.angle(turn.sum()) / 2 / np.pi)


def stretches_of(heard: Heard) -> list[Stretch]:
    """The line's stretches by time; pitches as they are, not as they are tuned."""
    curve = heard.curve
    line = steadied(curve, _bridged(curve))
    edges = np.flatnonzero(np.diff(np.isfinite(line).astype(int), prepend=0, append=0))
    off, found = tuning_of(curve), []
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        steady = line[first:last]
        marks = _marks(heard, steady, first, off)
        at = sorted(marks)
        for a, b in zip(at, [*at[1:], len(steady)], strict=True):
            if (b - a) * curve.hop_s > _SHORTEST_S:
                found.append(_stretch(heard, first + a, first + b, marks[a]))
    return found


def _bridged(curve: Curve) -> np.ndarray:
    """The pitch without gaps that are too short to be rests, where it is the same after them."""
    line = curve.pitch.copy()
    edges = np.flatnonzero(np.diff(np.isfinite(line).astype(int), prepend=0, append=0))
    for end, first in zip(edges[1:-1:2], edges[2::2], strict=True):
        apart = abs(line[first] - line[end - 1])
        if (first - end) * curve.hop_s <= _GAP_S and apart < _STEP:
            line[end:first] = line[end - 1]
    return line


def _marks(heard: Heard, steady: np.ndarray, first: int, off: float) -> dict[int, int]:
    """Point of a run that begins at `first` -> what begins a stretch there."""
    hop_s, risen = heard.curve.hop_s, heard.risen
    # a pitch wavers about the border of two semitones: it steps on when it is well beyond
    held, now = np.empty(len(steady)), np.round(steady[0] - off)
    for n, value in enumerate(steady - off):
        now = np.round(value) if abs(value - now) > _STEP else now
        held[n] = now
    marks = {0: VOICE}
    runs = [0, *(np.flatnonzero(np.diff(held)) + 1)]
    for a, b in zip(runs, [*runs[1:], len(held)], strict=True):
        if a and (b - a) * hop_s >= _SLID_S:
            marks[int(a)] = STEP
    for at_s, db in zip(risen.at_s, risen.db, strict=True):
        n = round(at_s / hop_s) - first
        if not 0.03 / hop_s < n < len(steady) - 0.02 / hop_s:
            continue
        row = int(np.clip(held[min(n + 4, len(held) - 1)] - FIRST, 0, PITCHES - 1))
        is_heard = db > _STRUCK_HEARD_DB and heard.begins(at_s)[row] > _HEARD
        if db > _STRUCK_DB or is_heard:
            marks[n] = ATTACK
    return _without_falls(marks, hop_s)


def _without_falls(marks: dict[int, int], hop_s: float) -> dict[int, int]:
    """The marks without steps that belong to a beginning: a pitch that falls in a drum's way."""
    begun = np.array([n for n, by in marks.items() if by != STEP]) * hop_s
    return {
        n: by
        for n, by in marks.items()
        if by != STEP or not ((begun > n * hop_s - _FALLS_S) & (begun < n * hop_s + _ONE_S)).any()
    }


def begun_at(heard: Heard, one: Stretch, pitch: int) -> float:
    """s at which a stretch begins as a note of a pitch: where the network hears it begin, if so."""
    row = pitch - FIRST
    if one.begun == NET or not 0 <= row < PITCHES:
        return one.start_s
    first = max(0, round((one.start_s - _BEGUN_S[0]) / FRAME_S))
    own = heard.odds[first : round((one.start_s + _BEGUN_S[1]) / FRAME_S) + 1, row, 0]
    if not len(own) or own.max() < _BEGUN:
        return one.start_s
    return float((first + int(own.argmax())) * FRAME_S)


def _stretch(heard: Heard, first: int, last: int, begun: int) -> Stretch:
    hop_s, risen = heard.curve.hop_s, heard.risen
    own = heard.curve.pitch[first:last]
    own = own[np.isfinite(own)]
    # a slide's beginning is not yet its note
    pitch = float(np.median(own[len(own) // 4 :] if begun == STEP else own))
    start_s = first * hop_s
    around = (risen.at_s > start_s - _EARLY_S) & (risen.at_s < start_s + _LATE_S)
    if begun != STEP and around.any():
        start_s = float(risen.at_s[around][np.argmax(risen.db[around])])
    return Stretch(start_s, last * hop_s, pitch, begun)


def seen_of(heard: Heard, one: Stretch, pitch: int, off: float) -> np.ndarray:
    """What is known of a stretch as a note of MIDI `pitch`, in a tuning `off` by semitones."""
    curve, risen = heard.curve, heard.risen
    own = slice(round(one.start_s / curve.hop_s), max(1, round(one.end_s / curve.hop_s)))
    line, sure = curve.pitch[own], curve.odds[own]
    known = line[np.isfinite(line)]
    near = known[np.abs((known - off - pitch + 6) % 12 - 6) < 0.7]
    around = (risen.at_s > one.start_s - _EARLY_S) & (risen.at_s < one.start_s + _LATE_S)
    begins, sounds = heard.begins(one.start_s), heard.sounds(one.start_s, one.end_s)
    rows = [int(np.clip(pitch + up - FIRST, 0, PITCHES - 1)) for up in (0, 12, -12, 19, -19)]
    whole = [np.round(one.pitch - off) - pitch == up for up in (0, 12, -12)]
    return np.array(
        [
            *whole, one.begun == STEP, one.begun == ATTACK, one.begun == NET,
            float(sure.mean()) if len(sure) else 0.0, float(sure.max(initial=0)),
            len(near) / max(1, len(line)), len(known) / max(1, len(line)),
            float(np.std(near).clip(0, 1)) if len(near) else 1.0,
            float(np.log2(max(one.end_s - one.start_s, 0.02) / 0.02) / 4),
            float(risen.db[around].max(initial=0) / 10),
            *(begins[r] for r in rows), *(sounds[r] for r in rows), begins.max(), sounds.max(),
            (pitch - 50) / 24, *(np.clip(db / 20, -1, 2) for db in heard.softer_db(one.start_s)),
        ],
        np.float32,
    )  # fmt: skip


def candidates_of(heard: Heard, alone: list[HeardNote]) -> list[tuple[Stretch, int, np.ndarray]]:
    """(stretch, MIDI pitch, what is known of it) of all that may be a note: the line's stretches,
    each in three octaves, and `alone`, what the network heard without it."""
    off, found = tuning_of(heard.curve), []
    for one in stretches_of(heard):
        for octave in _OCTAVES:
            pitch = round(one.pitch - off) + octave
            if FIRST <= pitch < FIRST + PITCHES:
                begun = replace(one, start_s=begun_at(heard, one, pitch))
                found.append((begun, pitch, seen_of(heard, one, pitch, off)))
    for note in alone:
        if note.confidence > _ALONE and not _rings_on(heard, note, off):
            one = Stretch(note.start_s, note.start_s + _ALONE_S, note.pitch + off, NET)
            found.append((one, note.pitch, seen_of(heard, one, note.pitch, off)))
    return found


def _rings_on(heard: Heard, note: HeardNote, off: float) -> bool:
    """Whether the line holds a doubted note's pitch already when it is to begin and nothing strikes
    it."""
    curve, risen = heard.curve, heard.risen
    first = max(0, round((note.start_s - _RINGS_S[0]) / curve.hop_s))
    before = curve.pitch[first : round((note.start_s + _RINGS_S[1]) / curve.hop_s)]
    holds = np.abs(before - off - note.pitch) < _STEP
    struck = (risen.at_s > note.start_s - _EARLY_S) & (risen.at_s < note.start_s + _LATE_S)
    is_struck = risen.db[struck].max(initial=0) > _STRUCK_HEARD_DB
    doubted = note.confidence < _EVEN and not is_struck
    return bool(doubted and len(before) and holds.mean() > _HOLDS)


def line_notes(heard: Heard, alone: list[HeardNote], maps: Maps) -> list[HeardNote]:
    """The notes of a line by their beginning, however doubtful; of a stretch the likeliest."""
    candidates = candidates_of(heard, alone)
    if not candidates:
        return []
    sure = answer(_judge(), np.array([seen for *_, seen in candidates]))[:, 0]
    ends = {(note.start_s, note.pitch): note.end_s for note in alone}
    best: dict[float, HeardNote] = {}
    for (one, pitch, _), confidence in zip(candidates, sure, strict=True):
        before = best.get(one.start_s)
        if before is None or confidence > before.confidence:
            end_s = ends.get((one.start_s, pitch), one.end_s)
            best[one.start_s] = HeardNote(one.start_s, end_s, pitch, 0, float(confidence))
    return as_loud(sorted(best.values(), key=lambda note: note.start_s), maps)
