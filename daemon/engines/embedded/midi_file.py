"""Standard MIDI files (type 1): one track a part, in the same ticks as the audio."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence

import mido

from bridge.music import Key
from daemon.engines.embedded.notes import TICKS_PER_QUARTER, Note
from daemon.engines.embedded.patches import called
from daemon.engines.embedded.plan import Plan
from daemon.engines.embedded.voices.table import VOICES

#: General MIDI's drum channel, counted from 0.
_DRUM_CHANNEL = 9
#: Key signature of a major key by its tonic's pitch class.
_MAJOR_SIGNATURES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
#: Key signature of a minor key by its tonic's pitch class.
_MINOR_SIGNATURES = ("Cm", "C#m", "Dm", "Ebm", "Em", "Fm", "F#m", "Gm", "G#m", "Am", "Bbm", "Bm")


#: Parts whose notes have no pitch, so that no key can be said of them.
UNPITCHED_PARTS = frozenset({"drums", "texture", "fx"})
#: Two notes of a pitch nearer than this are one stroke: no room is left to end the first.
_LEAST_APART = 2

#: First tick, tick after the last, pitch, velocity 1-127, channel from 0.
TimedNote = tuple[int, int, int, int, int]


def without_overlaps(notes: Iterable[TimedNote]) -> list[TimedNote]:
    """The notes, sorted, each ended a tick before the next of its pitch and channel begins.

    A note-off ends every note of its pitch in most players: one that comes after the next note-on
    would silence that note. Two strokes of a pitch at once become the louder one.
    """
    done: list[TimedNote] = []
    held: dict[tuple[int, int], int] = {}
    for first, end, pitch, velocity, channel in sorted(notes):
        end = max(end, first + 1)
        place = held.get((channel, pitch))
        if place is not None:
            began, ends, _, strength, _ = done[place]
            if first - began < _LEAST_APART:
                done[place] = (began, max(end, ends), pitch, max(velocity, strength), channel)
                continue
            done[place] = (began, min(ends, first - 1), pitch, strength, channel)
        held[channel, pitch] = len(done)
        done.append((first, end, pitch, velocity, channel))
    return done


def midi_bytes(
    plan: Plan, parts: Mapping[str, Sequence[Note]], markers: Sequence[tuple[int, str]], ticks: int
) -> bytes:
    """The file's bytes. `markers` are (tick, name); each track is `ticks` long, like the piece."""
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_QUARTER)
    has_key = any(notes for name, notes in parts.items() if name not in UNPITCHED_PARTS)
    file.tracks.append(_conductor(plan, markers, ticks, has_key))
    channel = 0
    for name, notes in parts.items():
        if not notes:
            continue
        if name == "drums":
            file.tracks.append(_track(name, notes, _DRUM_CHANNEL, None, ticks))
        else:
            file.tracks.append(_track(name, notes, channel, VOICES[notes[0].voice].gm, ticks))
            channel += 2 if channel + 1 == _DRUM_CHANNEL else 1
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def _conductor(
    plan: Plan, markers: Sequence[tuple[int, str]], ticks: int, has_key: bool
) -> mido.MidiTrack:
    track = mido.MidiTrack()
    meter = plan.meter_
    track.append(mido.MetaMessage("track_name", name=plan.genre, time=0))
    track.append(mido.MetaMessage("set_tempo", tempo=round(60e6 / plan.bpm), time=0))
    track.append(
        mido.MetaMessage(
            "time_signature", numerator=meter.numerator, denominator=meter.denominator, time=0
        )
    )
    if has_key:
        track.append(mido.MetaMessage("key_signature", key=signature(plan.key_), time=0))
    now = 0
    for tick, name in markers:
        track.append(mido.MetaMessage("marker", text=name, time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=ticks - now))
    return track


def signature(key: Key) -> str:
    """The MIDI key signature: minor scales as minor, other modes as their relative major."""
    if key.mode in ("minor", "harmonic minor", "melodic minor"):
        return _MINOR_SIGNATURES[key.tonic]
    return _MAJOR_SIGNATURES[key.relative_major_tonic]


def _track(
    name: str, notes: Sequence[Note], channel: int, program: int | None, ticks: int
) -> mido.MidiTrack:
    track = mido.MidiTrack()
    track.append(mido.MetaMessage("track_name", name=name, time=0))
    if program is not None:
        track.append(mido.MetaMessage("instrument_name", name=called(notes[0].voice), time=0))
        track.append(mido.Message("program_change", channel=channel, program=program, time=0))
    timed: list[TimedNote] = []
    for note in notes:
        pitch = VOICES[note.voice].gm if program is None else min(127, max(0, note.pitch))
        velocity = min(127, max(1, round(note.velocity * 127)))
        timed.append((note.start, min(note.start + note.length, ticks), pitch, velocity, channel))
    events: list[tuple[int, int, int, int]] = []
    for first, end, pitch, velocity, _ in without_overlaps(timed):
        events += [(first, 1, pitch, velocity), (min(end, ticks), 0, pitch, 0)]
    now = 0
    for at, starts, pitch, velocity in sorted(events, key=lambda event: event[:3]):
        kind = "note_on" if starts else "note_off"
        # all values are clamped above; mido's checks of them took 10 % of a whole loop's time
        track.append(
            mido.Message(
                kind,
                skip_checks=True,
                channel=channel,
                note=pitch,
                velocity=velocity,
                time=at - now,
            )
        )
        now = at
    track.append(mido.MetaMessage("end_of_track", time=ticks - now))
    return track
