"""The notes of an edited clip, beside what the same edit does to the sound."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import mido
import pytest

from daemon.errors import LibraryError
from daemon.library.notes import notes_of_version
from daemon.library.steps import check_step

TPQ = 480
#: (tick, length, pitch) of two bars in 4/4 for each part.
PARTS = {
    "drums": (9, [(0, 60, 36), (960, 60, 38), (1920, 60, 36), (2880, 60, 38)]),
    "bass": (0, [(0, 900, 45), (1920, 1900, 40)]),
}


@pytest.fixture
def record(tmp_path: Path) -> dict[str, Any]:
    file = mido.MidiFile(type=1, ticks_per_beat=TPQ)
    file.tracks.append(
        mido.MidiTrack(
            [
                mido.MetaMessage("set_tempo", tempo=500_000),
                mido.MetaMessage("key_signature", key="Am"),
                mido.MetaMessage("end_of_track", time=8 * TPQ),
            ]
        )
    )
    for name, (channel, notes) in PARTS.items():
        track, now = mido.MidiTrack([mido.MetaMessage("track_name", name=name)]), 0
        for tick, length, pitch in notes:
            track.append(mido.Message("note_on", note=pitch, velocity=90, channel=channel, time=tick - now))
            track.append(mido.Message("note_on", note=pitch, velocity=0, channel=channel, time=length))
            now = tick + length
        file.tracks.append(track)
    file.save(tmp_path / "clip.mid")
    return {
        "id": "k3f9", "kind": "loop", "bpm": 120.0, "key": "Am", "bars": 2, "meter": "4/4", "midi": str(tmp_path / "clip.mid")
    }  # fmt: skip


def edited(record: dict[str, Any], *steps: dict[str, Any]) -> tuple[dict[str, list[tuple[int, int, int]]], mido.MidiFile]:
    file = mido.MidiFile(file=io.BytesIO(notes_of_version({"record": record, "steps": [check_step(one) for one in steps]})))
    found: dict[str, list[tuple[int, int, int]]] = {}
    for track in file.tracks[1:]:
        now, begun, notes = 0, {}, []
        for message in track:
            now += message.time
            if message.type == "note_on" and message.velocity:
                begun[message.note] = now
            elif message.type in ("note_on", "note_off"):
                first = begun.pop(message.note)
                notes.append((first, now - first, message.note))
        assert not begun
        found[track.name] = sorted(notes)
    return found, file


def plain() -> dict[str, list[tuple[int, int, int]]]:
    return {name: notes for name, (_, notes) in PARTS.items()}


def test_effects_leave_the_file_byte_for_byte(record: dict[str, Any]) -> None:
    steps = [check_step({"do": "reverb"}), check_step({"do": "gain", "db": -3})]
    assert notes_of_version({"record": record, "steps": steps}) == Path(record["midi"]).read_bytes()


def test_tempo_and_key_follow_and_drums_keep_their_notes(record: dict[str, Any]) -> None:
    found, file = edited(record, {"do": "tempo", "bpm": 100}, {"do": "key", "key": "Cm"}, {"do": "pitch", "semitones": -1})
    assert found == {"drums": PARTS["drums"][1], "bass": [(0, 900, 47), (1920, 1900, 42)]}
    said = {message.type: message for message in file.tracks[0]}
    assert said["set_tempo"].tempo == 600_000 and said["key_signature"].key == "Bm"
    assert abs(file.length - 8 * 0.6) < 0.001


def test_sections_slices_and_trims_cut_the_notes(record: dict[str, Any]) -> None:
    second, file = edited(record, {"do": "section", "bar": 2, "bars": 1})
    assert second == {"drums": [(0, 60, 36), (960, 60, 38)], "bass": [(0, 1900, 40)]} and abs(file.length - 2.0) < 0.001
    turned, _ = edited(record, {"do": "slices", "per_bar": 1, "order": "2,1"})
    assert turned["bass"] == [(0, 1900, 40), (1920, 900, 45)]
    cut, file = edited(record, {"do": "trim", "start_s": 0.25, "end_s": 1.5})
    assert cut == {"drums": [(720, 60, 38)], "bass": [(0, 660, 45)]} and abs(file.length - 1.25) < 0.001


def test_parts_that_are_not_heard_have_no_notes(record: dict[str, Any]) -> None:
    assert edited(record, {"do": "mute", "stem": "drums"})[0] == {"bass": plain()["bass"]}
    assert edited(record, {"do": "solo", "stem": "drums"})[0] == {"drums": plain()["drums"]}


@pytest.mark.parametrize("step", [{"do": "reverse"}, {"do": "pitch", "semitones": 0.5}])
def test_what_notes_cannot_follow_is_said(record: dict[str, Any], step: dict[str, Any]) -> None:
    with pytest.raises(LibraryError) as caught:
        edited(record, step)
    assert caught.value.code == "no_notes"
