"""What was played, as a MIDI file: tempo map, key, chord names, one track a part."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field

import mido

from bridge.music import Key, Meter
from daemon.engines.embedded.midi_file import TimedNote, signature, without_overlaps
from daemon.notes.ticks import PER_QUARTER

_DRUM_CHANNEL = 9
#: General MIDI programs of the parts, so that a file sounds at once.
PROGRAMS = {"bass": 33, "chords": 4, "lead": 80, "notes": 0, "other": 0, "voice": 53, "vocals": 53}
#: Semitones of a pitch wheel's whole way, as every instrument has them by default.
_BEND_RANGE = 2.0
#: The track that names the chords; players sound nothing of it.
CHORD_TRACK = "chord names"


@dataclass(frozen=True)
class SheetTrack:
    """A part: `notes` (first tick, tick after the last, pitch, velocity), and its pitch wheel."""

    name: str
    notes: tuple[tuple[int, int, int, int], ...]
    program: int | None = None
    """None for drums."""
    bends: tuple[tuple[int, float], ...] = ()
    """(tick, semitones)."""


@dataclass(frozen=True)
class Sheet:
    """A piece in ticks, `PER_QUARTER` a quarter."""

    name: str
    tempos: tuple[tuple[int, float], ...]
    meter: Meter
    length: int
    tracks: tuple[SheetTrack, ...]
    key: Key | None = None
    chords: tuple[tuple[int, str], ...] = ()
    """(tick, name); an empty name where nothing tonal sounds."""
    said: tuple[str, ...] = field(default=())

    def bytes(self) -> bytes:
        """A MIDI file of type 1; all tracks are as long as the piece."""
        file = mido.MidiFile(type=1, ticks_per_beat=PER_QUARTER)
        file.tracks.append(self._conductor())
        channel = 0
        for track in self.tracks:
            is_drums = track.program is None
            file.tracks.append(self._track(track, _DRUM_CHANNEL if is_drums else channel))
            if not is_drums:
                channel = (channel + (2 if channel + 1 == _DRUM_CHANNEL else 1)) % 16
        if self.chords:
            named = [(tick, mido.MetaMessage("text", text=name)) for tick, name in self._named()]
            file.tracks.append(self._laid_out(CHORD_TRACK, named))
        out = io.BytesIO()
        file.save(file=out)
        return out.getvalue()

    def _named(self) -> list[tuple[int, str]]:
        return [(tick, name or "N.C.") for tick, name in self.chords]

    def _conductor(self) -> mido.MidiTrack:
        meter = mido.MetaMessage(
            "time_signature", numerator=self.meter.numerator, denominator=self.meter.denominator
        )
        events = [(0, meter)]
        if self.key is not None:
            events.append((0, mido.MetaMessage("key_signature", key=signature(self.key))))
        for tick, bpm in self.tempos:
            events.append((tick, mido.MetaMessage("set_tempo", tempo=round(60e6 / bpm))))
        events += [(tick, mido.MetaMessage("marker", text=name)) for tick, name in self._named()]
        return self._laid_out(self.name, events)

    def _track(self, track: SheetTrack, channel: int) -> mido.MidiTrack:
        events: list[tuple[int, mido.Message]] = []
        if track.program is not None:
            events.append(
                (0, mido.Message("program_change", channel=channel, program=track.program))
            )
        timed: list[TimedNote] = [(*note, channel) for note in track.notes]
        ons: list[tuple[int, int, mido.Message]] = []
        for first, end, pitch, velocity, _ in without_overlaps(timed):
            on = mido.Message("note_on", channel=channel, note=pitch, velocity=velocity)
            ons.append((first, 2, on))
            ons.append((end, 0, mido.Message("note_off", channel=channel, note=pitch)))
        for tick, semitones in track.bends:
            value = max(-8192, min(8191, round(semitones / _BEND_RANGE * 8192)))
            ons.append((tick, 1, mido.Message("pitchwheel", channel=channel, pitch=value)))
        events += [(tick, message) for tick, _, message in sorted(ons, key=lambda one: one[:2])]
        return self._laid_out(track.name, events)

    def _laid_out(
        self, name: str, events: Iterable[tuple[int, mido.Message | mido.MetaMessage]]
    ) -> mido.MidiTrack:
        track = mido.MidiTrack([mido.MetaMessage("track_name", name=_latin(name))])
        now = 0
        for tick, message in sorted(events, key=lambda one: one[0]):
            tick = min(tick, self.length)
            track.append(message.copy(time=tick - now))
            now = tick
        track.append(mido.MetaMessage("end_of_track", time=self.length - now))
        return track


def _latin(name: str) -> str:
    """MIDI files name tracks in Latin-1."""
    return name.encode("latin-1", "replace").decode("latin-1")
