"""MIDI files as pieces: every note there and back, and one clear line for what cannot be read."""

from __future__ import annotations

import struct

import mido
import pytest

from bridge.music import Meter
from daemon.engines.embedded.notes import STEP
from daemon.errors import ConformError
from daemon.pieces.midi import midi_of, read_midi
from daemon.pieces.piece import Note, Part, Piece, find_key
from tests.helpers.pieces import drums, line, musician, raw, twinkle, written


@pytest.mark.parametrize("genre", ["house", "jazz", "trap", "bossa nova"])
def test_a_piece_is_the_same_after_it_was_written_and_read(tmp_path, genre):
    piece = musician(genre, 3)
    again = read_midi(written(tmp_path, piece))
    assert (again.bpm, again.meter, again.bars, str(again.key)) == (
        piece.bpm, piece.meter, piece.bars, str(piece.key),
    )  # fmt: skip
    assert {part.name: part.notes for part in again.parts} == {
        part.name: part.notes for part in piece.parts
    }


def test_parts_know_their_roles_by_channel_name_program_and_notes():
    house = musician("house", 3)
    assert {part.name: part.role for part in house.parts} == {
        "drums": "drums", "bass": "bass", "chords": "chords", "lead": "lead",
    }  # fmt: skip
    low = line([(36, 4), (43, 4), (40, 8)], name="Track 3")
    assert low.role == "bass" and line([(72, 4), (71, 4)], name="Track 1").role == "lead"
    assert line([(72, 4)], name="", program=33).role == "bass"
    assert drums(1, {36: "x...x...x...x..."}).role == "drums"


@pytest.mark.parametrize("key", ["C", "D", "Eb", "F#", "A"])
def test_the_key_is_heard_where_the_file_says_none_or_a_wrong_one(tmp_path, key):
    piece = twinkle(key)
    assert str(find_key(piece)).split()[1] == "major"
    assert find_key(piece).tonic == piece.key.tonic
    path, file = tmp_path / "x.mid", mido.MidiFile(written(tmp_path, piece))
    for track in file.tracks:
        for message in list(track):
            if message.type == "key_signature":
                track[track.index(message)] = message.copy(key="C")
    file.save(path)
    assert read_midi(path).key.tonic == piece.key.tonic


def test_a_late_last_note_does_not_make_a_bar_more(tmp_path):
    """Four bars whose last eighth is swung late, as jazz at 120 bpm swings it."""
    end = 4 * 16 * STEP
    late = Part("lead", (Note(0, 60, STEP, 90), Note(end - 53, 62, 50, 90)))
    swung = Piece("swung", (late,), 120.0, bars=4)
    assert read_midi(written(tmp_path, swung)).bars == 4


def test_a_file_of_format_0_with_drums_in_it_has_two_parts(tmp_path):
    path, file = raw(tmp_path)
    file.type = 0
    track = file.tracks[0]
    track.insert(0, mido.Message("note_on", channel=9, note=36, velocity=99, time=0))
    track.append(mido.Message("note_off", channel=9, note=36, time=0))
    file.save(path)
    piece = read_midi(path)
    assert {part.role: len(part.notes) for part in piece.parts} == {"lead": 1, "drums": 1}


def test_one_note_and_ten_thousand_are_read(tmp_path):
    path, file = raw(tmp_path)
    file.save(path)
    piece = read_midi(path)
    assert piece.parts[0].notes == (Note(0, 60, 960, 80),)
    assert (piece.bars, piece.bpm, piece.meter) == (1, 120.0, Meter())
    many = twinkle().with_parts([line([(60 + k % 12, 1) for k in range(10_000)])], 625)
    assert len(read_midi(written(tmp_path, many)).notes) == 10_000


def test_notes_and_tracks_that_nothing_ends_last_to_the_end_of_the_file(tmp_path):
    events = bytes([0, 0x90, 60, 80, 0x83, 0x60, 0x90, 64, 80, 0x83, 0x60, 0x80, 64, 0])
    body = b"MTrk" + struct.pack(">I", len(events)) + events
    path = tmp_path / "open.mid"
    path.write_bytes(b"MThd" + struct.pack(">IHHH", 6, 0, 1, 480) + body)
    notes = read_midi(path).parts[0].notes
    assert [(note.pitch, note.start, note.length) for note in notes] == [
        (60, 0, 1920), (64, 960, 960),
    ]  # fmt: skip


def _tempo_0(path, file):
    file.tracks[0].insert(0, mido.MetaMessage("set_tempo", tempo=0, time=0))
    file.save(path)


def _format_2(path, file):
    file.type = 2
    file.save(path)


def _no_ticks(path, file):
    file.save(path)
    data = bytearray(path.read_bytes())
    data[12:14] = b"\0\0"
    path.write_bytes(data)


def _smpte(path, file):
    file.save(path)
    data = bytearray(path.read_bytes())
    data[12:14] = struct.pack(">bB", -25, 40)
    path.write_bytes(data)


def _empty(path, file):
    file.tracks[0].clear()
    file.save(path)


def _cut(path, file):
    file.save(path)
    path.write_bytes(path.read_bytes()[:-6])


def _meter(path, file):
    file.tracks[0].insert(
        0, mido.MetaMessage("time_signature", numerator=19, denominator=16, time=0)
    )
    file.save(path)


def _no_key(path, file):
    file.tracks[0].insert(0, mido.MetaMessage("key_signature", key="C", time=0))
    file.save(path)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"\xff\x59\x02\x00\x00", b"\xff\x59\x02\x68\x00"))


def _no_midi(path, file):
    path.write_bytes(b"RIFF....WAVE")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (_tempo_0, "tempo of 0"),
        (_format_2, "of format 2"),
        (_smpte, "SMPTE"),
        (_no_ticks, "0 ticks a quarter"),
        (_empty, "holds no notes"),
        (_cut, "cannot be read as MIDI"),
        (_meter, "is in 19/16"),
        (_no_key, "cannot be read as MIDI .*104 sharps"),
        (_no_midi, "cannot be read as MIDI"),
    ],
)
def test_a_file_that_cannot_be_worked_on_is_told_in_one_line(tmp_path, make, says):
    path, file = raw(tmp_path)
    make(path, file)
    before = path.read_bytes()
    with pytest.raises(ConformError, match=says) as refused:
        read_midi(path)
    assert "odd.mid" in refused.value.text and "\n" not in refused.value.text
    assert path.read_bytes() == before


def test_a_file_of_too_many_notes_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("daemon.pieces.midi.MOST_NOTES", 27)
    with pytest.raises(ConformError, match=r"twinkle\.mid holds 28 notes; at most 27"):
        read_midi(written(tmp_path, twinkle()))


def test_changes_of_tempo_and_meter_are_told_and_the_first_counts(tmp_path):
    path, file = raw(tmp_path)
    track = file.tracks[0]
    for tempo, numerator in ((500_000, 3), (400_000, 4)):
        track.append(mido.MetaMessage("set_tempo", tempo=tempo, time=0))
        track.append(mido.MetaMessage("time_signature", numerator=numerator, denominator=4, time=0))
    file.save(path)
    piece = read_midi(path)
    assert (piece.bpm, str(piece.meter)) == (120.0, "3/4")
    assert piece.said == (
        "odd.mid changes its tempo; the first, 120 bpm, is used",
        "odd.mid changes its meter; the first, 3/4, is used",
    )


def test_every_track_is_as_long_as_the_bars(tmp_path):
    piece = twinkle()
    file = mido.MidiFile(written(tmp_path, piece))
    assert {sum(message.time for message in track) for track in file.tracks} == {8 * 3840}
    assert midi_of(piece) == midi_of(piece)


def test_drums_of_several_tracks_end_none_of_each_others_strokes(tmp_path):
    one = Part("kit", (Note(0, 36, 900, 90), Note(960, 38, 240, 90)), None, True)
    other = Part("loop", (Note(480, 36, 240, 80), Note(960, 38, 100, 70)), None, True)
    piece = twinkle().with_parts([one, *twinkle().parts, other], 8)
    (path := tmp_path / "two.mid").write_bytes(midi_of(piece))
    file = mido.MidiFile(path)
    assert [track.name for track in file.tracks[1:]] == ["kit", "lead", "loop"]
    sounding = {}
    now = 0
    for message in mido.merge_tracks(file.tracks):
        now += message.time
        if message.type not in ("note_on", "note_off") or message.channel != 9:
            continue
        if message.type == "note_on" and message.velocity:
            assert not sounding.get(message.note), (now, message)
            sounding[message.note] = now
        else:
            assert sounding.pop(message.note) is not None
    assert not sounding
    again = read_midi(path)
    starts = sorted(
        (n.start, n.pitch, n.velocity) for p in again.parts if p.is_drums for n in p.notes
    )
    assert starts == [(0, 36, 90), (480, 36, 80), (960, 38, 90)]
