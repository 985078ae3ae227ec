"""MIDI files as pieces, and pieces as MIDI files (formats 0 and 1, by `mido`)."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import mido
from mido.midifiles.meta import KeySignatureError

from bridge.inbox.names import user_name
from bridge.music import MAX_BPM, MIN_BPM, Key, Meter
from daemon.engines.embedded.midi_file import signature, without_overlaps
from daemon.engines.embedded.notes import STEP, TICKS_PER_QUARTER
from daemon.errors import ConformError
from daemon.pieces.piece import Note, Part, Piece, find_key, share_in_key

#: General MIDI's drum channel, counted from 0.
DRUM_CHANNEL = 9
#: What `mido` raises over a file that it cannot read.
UNREADABLE = (OSError, EOFError, ValueError, LookupError, KeySignatureError)
#: Notes of the largest file; an hour of busy piano has fewer.
MOST_NOTES = 50_000
#: Bytes of the largest file: one of `MOST_NOTES` notes with controllers is smaller.
_MOST_BYTES = 8_000_000
#: Share of the notes that must lie in a key for the file's word on it to be believed. Most
#: programs write C major where nobody has set a key.
_BELIEVED = 0.8

#: First tick, tick after the last, pitch, velocity, channel.
Struck = tuple[int, int, int, int, int]


def read_midi(path: Path) -> Piece:
    """The piece of a MIDI file. ConformError says in one line why there is none."""
    name = user_name(path)
    file = _open(path, name)
    per_quarter = file.ticks_per_beat
    meta = _Meta(name)
    found: dict[tuple[int, int], _Track] = {}
    end = 0
    for number, messages in enumerate(file.tracks):
        notes, length = struck_notes(messages)
        end = max(end, length)
        meta.read(messages)
        title = next((m.name for m in messages if m.type == "track_name"), "").strip()
        programs = {m.channel: m.program for m in messages if m.type == "program_change"}
        for note in notes:
            track = found.setdefault((number, note[4]), _Track(title, programs.get(note[4])))
            track.notes.append(note)
    count = sum(len(track.notes) for track in found.values())
    if not count:
        raise ConformError(f"{name} holds no notes: there is nothing to work on")
    if count > MOST_NOTES:
        raise ConformError(f"{name} holds {count:,} notes; at most {MOST_NOTES:,} are taken")
    scale = TICKS_PER_QUARTER / per_quarter
    parts = _parts(found, scale)
    meter = meta.meter
    bar = meter.sixteenths_per_bar * STEP
    last = max(note.start for part in parts for note in part.notes)
    bars = _whole_bars(end * scale, last, bar)
    piece = Piece(Path(name).stem, parts, meta.bpm, meter, None, bars, tuple(meta.said))
    return Piece(
        piece.name, parts, piece.bpm, meter, _believed(meta.key, piece), bars, tuple(meta.said)
    )


def _whole_bars(end: float, last: int, bar: int) -> int:
    """How many bars a file has whose tracks end and whose last note starts at these ticks.

    A file that ends on a bar line has said its length: a late note before it, as of a swung
    eighth, is not the next bar's. One that ends within its last note's bar lasts to that bar's end,
    and a last note less than half a step before a bar line is that line's, played early.
    """
    said = round(end / bar)
    if said and last < said * bar and abs(end - said * bar) < 1:
        return said
    return max(math.floor((last + STEP // 2) / bar) + 1, math.ceil((end - STEP) / bar), 1)


def part_places(path: Path) -> list[tuple[int, int]]:
    """(track, channel) of each part of the piece that `read_midi` gives, in its order."""
    places: dict[tuple[int, int], None] = {}
    for number, messages in enumerate(_open(path, user_name(path)).tracks):
        places |= dict.fromkeys((number, note[4]) for note in struck_notes(messages)[0])
    return list(places)


def midi_of(piece: Piece) -> bytes:
    """The piece as a MIDI file of format 1, each track exactly as long as its bars."""
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_QUARTER)
    head = mido.MidiTrack()
    head.append(mido.MetaMessage("track_name", name=_ascii(piece.name), time=0))
    head.append(mido.MetaMessage("set_tempo", tempo=round(60e6 / piece.bpm), time=0))
    head.append(
        mido.MetaMessage(
            "time_signature",
            numerator=piece.meter.numerator,
            denominator=piece.meter.denominator,
            time=0,
        )
    )
    if piece.key and piece.pitched:
        head.append(mido.MetaMessage("key_signature", key=signature(piece.key), time=0))
    head.append(mido.MetaMessage("end_of_track", time=piece.ticks))
    file.tracks.append(head)
    for part, channel, timed in _apart(piece):
        file.tracks.append(_track(part, channel, timed, piece.ticks))
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def struck_notes(messages: Iterable[Any]) -> tuple[list[Struck], int]:
    """(notes of a track's messages, the track's length in ticks).

    Of two notes of a pitch the first ends first. A note that nothing ends lasts to the track's end.
    """
    now = 0
    done: list[Struck] = []
    begun: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for message in messages:
        now += message.time
        if message.type not in ("note_on", "note_off"):
            continue
        held = begun.setdefault((message.channel, message.note), [])
        if message.type == "note_on" and message.velocity:
            held.append((now, message.velocity))
        elif held:
            first, velocity = held.pop(0)
            done.append((first, now, message.note, velocity, message.channel))
    for (channel, pitch), held in begun.items():
        done += [(first, now, pitch, velocity, channel) for first, velocity in held]
    return sorted(done), now


class _Track:
    def __init__(self, name: str, program: int | None) -> None:
        self.name = name
        self.program = program
        self.notes: list[Struck] = []


class _Meta:
    """Tempo, meter and key of a file: the first of each counts, and a change is told."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.bpm = 120.0
        self.meter = Meter()
        self.key: Key | None = None
        self.said: list[str] = []
        self._seen: dict[str, Any] = {}

    def read(self, messages: Any) -> None:
        for message in messages:
            if message.type == "set_tempo":
                self._tempo(message.tempo)
            elif message.type == "time_signature":
                self._meter(message.numerator, message.denominator)
            elif message.type == "key_signature" and self._is_first("key", message.key):
                self.key = Key.parse(message.key)

    def _is_first(self, what: str, value: Any) -> bool:
        first = what not in self._seen
        if not first and self._seen[what] != value:
            note = f"{self.name} changes its {what}; the first, {self._shown(what)}, is used"
            if note not in self.said:
                self.said.append(note)
        self._seen.setdefault(what, value)
        return first

    def _shown(self, what: str) -> str:
        return {"tempo": f"{self.bpm:g} bpm", "meter": f"{self.meter}", "key": f"{self.key}"}[what]

    def _tempo(self, microseconds: int) -> None:
        if microseconds <= 0:
            raise ConformError(
                f"{self.name} has a tempo of 0: set one in the program that wrote it,"
                " and export it again"
            )
        bpm = round(60e6 / microseconds, 3)
        if self._is_first("tempo", microseconds):
            while bpm > MAX_BPM:
                bpm /= 2
            while bpm < MIN_BPM:
                bpm *= 2
            # 93.999 is 94, rounded to whole microseconds a quarter
            self.bpm = round(bpm, 1) if abs(bpm - round(bpm, 1)) < 0.002 else bpm

    def _meter(self, numerator: int, denominator: int) -> None:
        if not self._is_first("meter", (numerator, denominator)):
            return
        given = f"{numerator}/{denominator}"
        while denominator < 4:
            numerator, denominator = 2 * numerator, 2 * denominator
        while denominator > 8 and numerator % 2 == 0:
            numerator, denominator = numerator // 2, denominator // 2
        if numerator == 1 and denominator == 4:
            numerator = 4
        try:
            self.meter = Meter.parse(f"{numerator}/{denominator}")
        except ValueError:
            raise ConformError(
                f"{self.name} is in {given}; meters from 2/4 to 15/8 can be worked on"
            ) from None


def _open(path: Path, name: str) -> mido.MidiFile:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ConformError(
                f"{name} has {path.stat().st_size:,} bytes;"
                f" a MIDI file of at most {_MOST_BYTES:,} is taken"
            )
        file = mido.MidiFile(path, clip=True)
    except UNREADABLE as error:
        why = str(error) or "it ends too early"
        raise ConformError(
            f"{name} cannot be read as MIDI ({why}); export it again as a Standard MIDI File"
        ) from None
    if file.type == 2:
        raise ConformError(
            f"{name} is of format 2, a row of patterns without one time; export it as format 0 or 1"
        )
    if file.ticks_per_beat == 0:
        raise ConformError(
            f"{name} has a resolution of 0 ticks a quarter note; export it again, with 96 or more"
        )
    if file.ticks_per_beat < 0:
        raise ConformError(
            f"{name} counts film frames (SMPTE) and no beats;"
            " export it with a resolution in ticks a quarter note"
        )
    return file


def _parts(found: dict[tuple[int, int], _Track], scale: float) -> tuple[Part, ...]:
    parts: list[Part] = []
    names: set[str] = set()
    for (_, channel), track in found.items():
        notes = [
            Note(round(first * scale), pitch, max(1, round((end - first) * scale)), velocity)
            for first, end, pitch, velocity, _ in track.notes
        ]
        is_drums = channel == DRUM_CHANNEL
        name = track.name or ("drums" if is_drums else "")
        part = Part(name, tuple(sorted(notes)), None if is_drums else track.program, is_drums)
        name = name or part.role
        number = 2
        while name in names:
            name = f"{part.name or part.role} {number}"
            number += 1
        names.add(name)
        parts.append(Part(name, part.notes, part.program, is_drums))
    return tuple(parts)


def _believed(key: Key | None, piece: Piece) -> Key | None:
    """The file's key where its notes are in it, else the one that they are in.

    A signature does not tell a mode from its relative: the notes do.
    """
    heard = find_key(piece)
    if key is None or heard is None:
        return heard
    notes = [note for part in piece.pitched for note in part.notes]
    if share_in_key(notes, key) < _BELIEVED:
        return heard
    same_notes = key.relative_major_tonic == heard.relative_major_tonic
    is_default = key.spelled == "C" and key.mode == "major"
    return heard if same_notes and is_default else key


def _channels() -> Iterable[int]:
    """Channels without that of the drums; a seventeenth part shares the last."""
    yield from (channel for channel in range(16) if channel != DRUM_CHANNEL)
    while True:
        yield 15


def _apart(piece: Piece) -> list[tuple[Part, int, list[Struck]]]:
    """The parts with their channels and notes, none of which ends another of its channel.

    Drums of several tracks share a channel, where a note's end would silence the other track's.
    """
    free = iter(_channels())
    rows = [(part, DRUM_CHANNEL if part.is_drums else next(free)) for part in piece.parts]
    found: list[tuple[Part, int, list[Struck]]] = []
    for channel in dict.fromkeys(channel for _, channel in rows):
        own = [part for part, at in rows if at == channel]
        timed = [
            [
                (max(0, note.start), min(note.end, piece.ticks), note.pitch, note.velocity, channel)
                for note in part.notes
                if note.start < piece.ticks
            ]
            for part in own
        ]
        kept = without_overlaps(note for notes in timed for note in notes)
        # a note begins where no other of its pitch does, so it tells its part
        owner = {(n[0], n[2]): k for k, notes in reversed(list(enumerate(timed))) for n in notes}
        for k, part in enumerate(own):
            found.append((part, channel, [n for n in kept if owner[n[0], n[2]] == k]))
    places = {id(part): n for n, part in enumerate(piece.parts)}
    return sorted(found, key=lambda row: places[id(row[0])])


def _track(part: Part, channel: int, timed: list[Struck], ticks: int) -> mido.MidiTrack:
    track = mido.MidiTrack()
    track.append(mido.MetaMessage("track_name", name=_ascii(part.name), time=0))
    if part.program is not None and not part.is_drums:
        track.append(mido.Message("program_change", channel=channel, program=part.program, time=0))
    events = [
        event
        for first, end, pitch, velocity, _ in timed
        for event in ((first, 1, pitch, velocity), (min(end, ticks), 0, pitch, 0))
    ]
    now = 0
    for at, starts, pitch, velocity in sorted(events):
        kind = "note_on" if starts else "note_off"
        track.append(
            mido.Message(kind, channel=channel, note=pitch, velocity=velocity, time=at - now)
        )
        now = at
    track.append(mido.MetaMessage("end_of_track", time=ticks - now))
    return track


def _ascii(name: str) -> str:
    """A name as MIDI's text events hold it."""
    return name.encode("latin-1", "replace").decode("latin-1")
