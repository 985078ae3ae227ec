"""The notes of an edited clip: its MIDI file follows the steps in time and pitch.

Steps of level and effect leave notes as they are. A reversed sound has no notes that can be played,
nor has one moved by a part of a semitone. A muted or replaced part loses its notes. Runs in a child
process.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mido

from bridge.music import Key, Meter
from daemon.engines.embedded.midi_file import (
    UNPITCHED_PARTS,
    TimedNote,
    signature,
    without_overlaps,
)
from daemon.engines.embedded.notes import TICKS_PER_QUARTER
from daemon.errors import LibraryError
from daemon.library.steps import GRIDS, Step, shape_after
from daemon.library.treatments import slice_order
from daemon.pieces.changes import changed, read_changes
from daemon.pieces.midi import UNREADABLE, part_places, read_midi, struck_notes
from daemon.record import ClipRecord, as_record

#: MIDI channel 10, counted from 0: its notes are drums, which a transposition leaves alone.
_DRUM_CHANNEL = 9
#: Steps that leave notes as they are.
_LEAVES = frozenset(
    {
        "gain", "fade", "normalise", "loudness", "filter", "eq", "reverb", "delay", "chorus",
        "compressor", "saturation", "bitcrush", "plugin", "layer", "level",
    }
)  # fmt: skip


@dataclass
class _Track:
    name: str = ""
    notes: list[TimedNote] = field(default_factory=list)
    others: list[tuple[int, Any]] = field(default_factory=list)
    """(tick, message): program changes, controllers, pitch bends and meta messages."""


class Score:
    """A MIDI file as notes with a length, for cutting, moving and transposing."""

    def __init__(self, path: Path, record: ClipRecord) -> None:
        try:
            file = mido.MidiFile(path)
        except UNREADABLE as error:
            raise LibraryError(
                f"{path} cannot be read as MIDI ({error}); export the clip's sound instead",
                "no_notes",
            ) from None
        self.path = path
        self.per_quarter = file.ticks_per_beat
        self.tracks = [_read(track) for track in file.tracks]
        self.ticks = max(
            (sum(message.time for message in track) for track in file.tracks), default=0
        )
        self.kind = record["kind"]
        self.bars = record.get("bars")
        self.bpm = record.get("bpm")
        self.key = record.get("key")
        self.meter = Meter.parse(record.get("meter") or "4/4")

    def do(self, step: Step, steps: list[Step]) -> None:
        """Apply a step. LibraryError code `no_notes` where notes cannot follow it."""
        match step["do"]:
            case "tempo":
                self._tempo(step["bpm"])
            case "key" | "pitch":
                self._transpose(step)
            case "section":
                bar = self.meter.quarters_per_bar * self.per_quarter
                first = round((step["bar"] - 1) * bar)
                self._cut(first, first + round(step["bars"] * bar))
                self.kind = "midi" if self.kind == "midi" else "loop"
                self.bars = step["bars"]
            case "trim":
                per_second = (self.bpm or 120) / 60 * self.per_quarter
                self._cut(
                    round(step["start_s"] * per_second),
                    min(round(step["end_s"] * per_second), self.ticks),
                )
            case "slices":
                self._slices(step["per_bar"], step["order"], step["seed"])
            case "quantise":
                self._quantise(GRIDS[step["grid"]] * self.per_quarter, step["strength"])
            case "notes":
                self._change(step["changes"])
            case "mute" | "replace":
                self._without(lambda name: name == step["stem"])
            case "solo":
                kept = {one["stem"] for one in steps if one["do"] == "solo"}
                self._without(lambda name: name not in kept)
            case name if name not in _LEAVES:
                raise LibraryError(
                    f"notes cannot follow the step {name}; take it out, or export the sound",
                    "no_notes",
                )

    def bytes(self) -> bytes:
        """The score as a MIDI file of type 1; all tracks have the same length.

        No note begins before the one of its pitch has ended, whatever the steps have moved.
        """
        file = mido.MidiFile(type=1, ticks_per_beat=self.per_quarter)
        for track in self.tracks:
            events = [(tick, 1, message) for tick, message in track.others]
            for first, end, pitch, velocity, channel in without_overlaps(track.notes):
                events.append(
                    (
                        first,
                        2,
                        mido.Message("note_on", note=pitch, velocity=velocity, channel=channel),
                    )
                )
                events.append((end, 0, mido.Message("note_off", note=pitch, channel=channel)))
            made = mido.MidiTrack()
            now = 0
            for tick, _, message in sorted(events, key=lambda event: event[:2]):
                made.append(message.copy(time=tick - now))
                now = tick
            made.append(mido.MetaMessage("end_of_track", time=max(0, self.ticks - now)))
            file.tracks.append(made)
        out = io.BytesIO()
        file.save(file=out)
        return out.getvalue()

    # -- steps

    def _change(self, text: str) -> None:
        """Notes go and come by hand; parts are named as `read_midi` names them."""
        changes = read_changes(text)
        piece = read_midi(self.path)
        changed(piece, changes)
        places = dict(zip((part.name for part in piece.parts), part_places(self.path), strict=True))
        scale = self.per_quarter / TICKS_PER_QUARTER
        for change in changes:
            number, channel = places[change.part]
            track = self.tracks[number]
            track.notes = [
                note
                for note in track.notes
                if note[4] != channel or not change.is_gone(round(note[0] / scale), note[2])
            ]
            for note in change.new:
                start, end = round(note.start * scale), round(note.end * scale)
                end = min(max(end, start + 1), self.ticks)
                track.notes.append((start, end, note.pitch, note.velocity, channel))
            track.notes.sort()

    def _tempo(self, bpm: float) -> None:
        ratio = (self.bpm or bpm) / bpm
        self._each_of(
            "set_tempo",
            lambda message: message.copy(tempo=min(round(message.tempo * ratio), 2**24 - 1)),
        )
        self.bpm = bpm

    def _transpose(self, step: Step) -> None:
        if step["do"] == "key":
            if not self.key:
                raise LibraryError(
                    "key: the clip has no key to move from; move it by semitones with `pitch`",
                    "no_notes",
                )
            semitones = float(Key.parse(self.key).semitones_to(Key.parse(step["key"])))
        else:
            semitones = step["semitones"]
        if semitones != round(semitones):
            raise LibraryError(
                f"notes cannot move by {semitones:g} semitones;"
                " take a whole number, or export the sound",
                "no_notes",
            )
        for track in self.tracks:
            track.notes = [
                (
                    first,
                    end,
                    pitch if channel == _DRUM_CHANNEL else _inside(pitch + round(semitones)),
                    velocity,
                    channel,
                )
                for first, end, pitch, velocity, channel in track.notes
            ]
        self.key = shape_after({"kind": self.kind, "key": self.key}, [step]).key
        key = self.key
        if key:
            self._each_of(
                "key_signature", lambda message: message.copy(key=signature(Key.parse(key)))
            )

    def _slices(self, per_bar: int, order: str, seed: int) -> None:
        length = self.meter.quarters_per_bar * self.per_quarter / per_bar
        count = (
            per_bar * self.bars
            if self.kind == "loop" and self.bars
            else math.ceil(self.ticks / length - 0.01)
        )
        edges = [min(round(n * length), self.ticks) for n in range(count)] + [self.ticks]
        places = slice_order(order, count, seed)
        for track in self.tracks:
            notes = []
            for place, source in enumerate(places):
                if source is None:
                    continue
                shift = edges[place] - edges[source]
                width = edges[place + 1] - edges[place]
                for first, end, pitch, velocity, channel in track.notes:
                    if edges[source] <= first < edges[source] + width:
                        stop = min(end, edges[source] + width)
                        notes.append((first + shift, stop + shift, pitch, velocity, channel))
            track.notes = notes

    def _quantise(self, line: float, strength: float) -> None:
        """Move each note with its length towards the nearest line; lines are `line` ticks apart.

        A note that is early for the end of whole bars becomes the first of the next round. Without
        bars it stays where it is.
        """
        for track in self.tracks:
            notes = []
            for first, end, pitch, velocity, channel in track.notes:
                start = round(first + (round(first / line) * line - first) * strength)
                if start >= self.ticks:
                    start = 0 if self.bars else first
                notes.append(
                    (start, min(start + end - first, self.ticks), pitch, velocity, channel)
                )
            track.notes = sorted(notes)

    def _cut(self, first: int, end: int) -> None:
        """Keep ticks `first` to `end`.

        A note held at the cut starts there; earlier controllers still hold.
        """
        for track in self.tracks:
            track.notes = [
                (max(a, first) - first, min(b, end) - first, pitch, velocity, channel)
                for a, b, pitch, velocity, channel in track.notes
                if a < end and b > first
            ]
            track.others = [
                (max(0, tick - first), message) for tick, message in track.others if tick < end
            ]
        self.ticks = end - first

    def _without(self, is_gone: Callable[[str], bool]) -> None:
        self.tracks = [track for track in self.tracks if not (track.notes and is_gone(track.name))]
        if not any(track.notes and track.name not in UNPITCHED_PARTS for track in self.tracks):
            for track in self.tracks:
                track.others = [one for one in track.others if one[1].type != "key_signature"]

    @property
    def overlaps(self) -> bool:
        """Whether a note begins before the one of its pitch and channel has ended."""
        return any(without_overlaps(track.notes) != track.notes for track in self.tracks)

    def _each_of(self, kind: str, change: Callable[[Any], Any]) -> None:
        for track in self.tracks:
            track.others = [
                (tick, change(one) if one.type == kind else one) for tick, one in track.others
            ]


def _inside(pitch: int) -> int:
    """Transpose by octaves until the pitch lies in MIDI's range."""
    while pitch > 127:
        pitch -= 12
    while pitch < 0:
        pitch += 12
    return pitch


def _read(messages: Any) -> _Track:
    track = _Track(notes=struck_notes(messages)[0])
    now = 0
    for message in messages:
        now += message.time
        if message.type == "track_name":
            track.name = message.name
        if message.type not in ("note_on", "note_off", "end_of_track"):
            track.others.append((now, message))
    return track


def drops_parts(steps: list[Step]) -> bool:
    """Whether steps mute parts, or leave one alone."""
    return any(step["do"] in ("mute", "solo") for step in steps)


def nothing_sounds(record: ClipRecord) -> LibraryError:
    """The refusal of steps that leave nothing of a clip."""
    return LibraryError(
        f"nothing of clip {record['id']} would sound: no other part plays in it", "bad_request"
    )


def notes_of_version(version: dict[str, Any]) -> bytes:
    """{record, steps} -> the version's notes as a MIDI file.

    LibraryError code `no_notes` where it has none, and why; `bad_request` where its steps leave
    none.
    """
    record = as_record(version["record"])
    path = Path((record["path"] if record["kind"] == "midi" else record.get("midi")) or "")
    if not path.is_file():
        raise LibraryError(
            f"clip {record['id']} has no notes: its engine gave none, or the file was deleted",
            "no_notes",
        )
    is_edited = not all(step["do"] in _LEAVES for step in version["steps"])
    if is_edited and {"bpm", "downbeat_s"} & set(record.get("corrected") or ()):
        raise LibraryError(
            f"the tempo or first beat of clip {record['id']} was corrected, and its notes have the"
            " old one; `sidecrate correct --forget` takes that back",
            "no_notes",
        )
    score = Score(path, record)
    if not is_edited and not score.overlaps:
        return path.read_bytes()
    for step in sorted(version["steps"], key=lambda step: step["do"] != "notes"):
        score.do(step, version["steps"])
    if drops_parts(version["steps"]) and not any(track.notes for track in score.tracks):
        raise nothing_sounds(record)
    return score.bytes()
