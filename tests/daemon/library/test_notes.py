"""The notes of an edited clip, beside what the same edit does to the sound."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import mido
import pytest

from daemon.errors import LibraryError
from daemon.library.notes import notes_of_version
from daemon.library.render import render_version
from daemon.library.steps import check_kind, check_step
from daemon.library.versions import Versions
from tests.helpers.progress import untold

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
            track.append(
                mido.Message("note_on", note=pitch, velocity=90, channel=channel, time=tick - now)
            )
            track.append(
                mido.Message("note_on", note=pitch, velocity=0, channel=channel, time=length)
            )
            now = tick + length
        file.tracks.append(track)
    file.save(tmp_path / "clip.mid")
    return {
        "id": "k3f9", "kind": "loop", "bpm": 120.0, "key": "Am", "bars": 2, "meter": "4/4", "midi": str(tmp_path / "clip.mid")
    }  # fmt: skip


def edited(
    record: dict[str, Any], *steps: dict[str, Any]
) -> tuple[dict[str, list[tuple[int, int, int]]], mido.MidiFile]:
    file = mido.MidiFile(
        file=io.BytesIO(
            notes_of_version({"record": record, "steps": [check_step(one) for one in steps]})
        )
    )
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
    found, file = edited(
        record,
        {"do": "tempo", "bpm": 100},
        {"do": "key", "key": "Cm"},
        {"do": "pitch", "semitones": -1},
    )
    assert found == {"drums": PARTS["drums"][1], "bass": [(0, 900, 47), (1920, 1900, 42)]}
    said = {message.type: message for message in file.tracks[0]}
    assert said["set_tempo"].tempo == 600_000 and said["key_signature"].key == "Bm"
    assert abs(file.length - 8 * 0.6) < 0.001


def test_sections_slices_and_trims_cut_the_notes(record: dict[str, Any]) -> None:
    second, file = edited(record, {"do": "section", "bar": 2, "bars": 1})
    assert (
        second == {"drums": [(0, 60, 36), (960, 60, 38)], "bass": [(0, 1900, 40)]}
        and abs(file.length - 2.0) < 0.001
    )
    turned, _ = edited(record, {"do": "slices", "per_bar": 1, "order": "2,1"})
    assert turned["bass"] == [(0, 1900, 40), (1920, 900, 45)]
    cut, file = edited(record, {"do": "trim", "start_s": 0.25, "end_s": 1.5})
    assert (
        cut == {"drums": [(720, 60, 38)], "bass": [(0, 660, 45)]}
        and abs(file.length - 1.25) < 0.001
    )


def test_parts_that_are_not_heard_have_no_notes(record: dict[str, Any]) -> None:
    assert edited(record, {"do": "mute", "stem": "drums"})[0] == {"bass": plain()["bass"]}
    assert edited(record, {"do": "solo", "stem": "drums"})[0] == {"drums": plain()["drums"]}


def test_the_last_part_is_not_taken_away(record: dict[str, Any]) -> None:
    gone = {"do": "mute", "stem": "drums"}
    alone = edited(record, {"do": "solo", "stem": "drums"}, {"do": "tempo", "bpm": 100})
    assert set(alone[0]) == {"drums"}
    with pytest.raises(LibraryError, match="nothing of clip k3f9 would sound") as refused:
        edited(record, gone, {"do": "mute", "stem": "bass"})
    assert "\n" not in refused.value.text


@pytest.mark.parametrize("step", [{"do": "reverse"}, {"do": "pitch", "semitones": 0.5}])
def test_what_notes_cannot_follow_is_said(record: dict[str, Any], step: dict[str, Any]) -> None:
    with pytest.raises(LibraryError) as caught:
        edited(record, step)
    assert caught.value.code == "no_notes"


def starts(data: bytes) -> dict[str, list[tuple[int, int]]]:
    """(tick, pitch) of each part's notes."""
    found = {}
    for track in mido.MidiFile(file=io.BytesIO(data)).tracks:
        now, notes = 0, []
        for message in track:
            now += message.time
            if message.type == "note_on" and message.velocity:
                notes.append((now, message.note))
        if notes:
            found[track.name] = notes
    return found


def test_notes_alone_are_quantised_towards_the_grid(record: dict[str, Any]) -> None:
    alone = {**record, "kind": "midi", "path": record["midi"], "bars": 2}
    file = mido.MidiFile(alone["path"])
    file.tracks[1] = mido.MidiTrack([mido.MetaMessage("track_name", name="drums")])
    loose, now = [(7, 36), (470, 38), (1000, 36), (3835, 38)], 0
    for tick, pitch in loose:
        file.tracks[1] += [
            mido.Message("note_on", note=pitch, velocity=90, channel=9, time=tick - now),
            mido.Message("note_off", note=pitch, channel=9, time=4),
        ]
        now = tick + 4
    file.save(alone["path"])

    def quantised(**settings: Any) -> list[tuple[int, int]]:
        step = check_step({"do": "quantise", **settings})
        return starts(notes_of_version({"record": alone, "steps": [step]}))["drums"]

    assert quantised(grid="1/8") == [(0, 36), (0, 38), (480, 38), (960, 36)], (
        "the last is the first of the next round"
    )
    assert quantised(grid="1/8t", strength=0.5) == [(4, 36), (475, 38), (980, 36), (3838, 38)]


def test_a_clip_of_notes_is_edited_and_refuses_what_needs_a_sound(
    home: Any, record: dict[str, Any]
) -> None:
    alone = {
        **record,
        "id": "nts7",
        "kind": "midi",
        "path": record["midi"],
        "bars": 2,
        "words": "notes",
        "report": {},
    }
    before = Path(alone["path"]).read_bytes()
    home.library.arrivals.take_in([alone])
    home.library.edits.add("nts7", {"do": "pitch", "semitones": 3})
    home.library.edits.add("nts7", {"do": "tempo", "bpm": 90})
    studio = Versions(home.library, home.folder / "versions")
    made = render_version(studio.version_task("nts7"), untold)
    assert (
        made["kind"] == "midi"
        and made["bpm"] == 90
        and Path(made["path"]).name.endswith("nts7.mid")
    )
    assert starts(Path(made["path"]).read_bytes())["bass"] == [(0, 48), (1920, 43)]
    assert Path(alone["path"]).read_bytes() == before
    with pytest.raises(LibraryError, match=r"notes alone: reverb .*tempo, key, pitch.*quantise"):
        studio.version_task("nts7", [{"do": "reverb"}])
    with pytest.raises(LibraryError, match="is a sound: quantise"):
        check_kind(check_step({"do": "quantise"}), {"id": "x", "kind": "loop"})


def sounding_twice(file: mido.MidiFile) -> list[tuple[str, int, int]]:
    found = []
    for track in file.tracks:
        now, held = 0, set()
        for message in track:
            now += message.time
            if message.type == "note_on" and message.velocity:
                if (message.channel, message.note) in held:
                    found.append((track.name, now, message.note))
                held.add((message.channel, message.note))
            elif message.type in ("note_on", "note_off"):
                held.discard((message.channel, message.note))
    return found


def test_notes_that_a_step_moves_onto_each_other_are_ended_before_the_next(record):
    path = Path(record["midi"])
    file = mido.MidiFile(path)
    bass = mido.MidiTrack([mido.MetaMessage("track_name", name="bass")])
    for start, end in ((0, 300), (310, 700), (720, 800)):  # near two lines of a quarter
        before = sum(message.time for message in bass)
        bass.append(mido.Message("note_on", note=45, velocity=90, time=start - before))
        bass.append(mido.Message("note_off", note=45, time=end - start))
    file.tracks[2] = bass
    file.save(path)
    moved, made = edited(record, {"do": "quantise", "grid": "1/4", "strength": 1.0})
    assert not sounding_twice(made)
    assert [start for start, _, _ in moved["bass"]] == [0, 480, 960]
    assert [length for _, length, _ in moved["bass"]] == [300, 390, 80]


def test_an_older_clip_s_notes_that_overlap_are_mended_where_they_go_out(record):
    path = Path(record["midi"])
    file = mido.MidiFile(path)
    file.tracks[2] = mido.MidiTrack(
        [
            mido.MetaMessage("track_name", name="bass"),
            mido.Message("note_on", note=33, velocity=90, time=0),
            mido.Message("note_on", note=33, velocity=80, time=960),
            mido.Message("note_off", note=33, time=1),
            mido.Message("note_off", note=33, time=500),
        ]
    )
    file.save(path)
    kept = path.read_bytes()
    notes, made = edited(record, {"do": "gain", "db": -3})
    assert sounding_twice(mido.MidiFile(path)) and not sounding_twice(made)
    assert notes["bass"] == [(0, 959, 33), (960, 501, 33)]
    assert path.read_bytes() == kept, "the clip's own file stays as it is"


def test_drums_alone_have_no_key(record):
    _, both = edited(record, {"do": "mute", "stem": "drums"})
    _, drums = edited(record, {"do": "mute", "stem": "bass"})
    assert "key_signature" in {message.type for message in both.tracks[0]}
    assert "key_signature" not in {message.type for message in drums.tracks[0]}
