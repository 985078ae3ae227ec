"""The notes of clips as a script for FL's piano roll: run here against a fake of its module."""

from __future__ import annotations

import ast
import sys
import types

import mido
import pytest

from bridge.fl.piano_roll import MOST_CLIPS, PPQ, PianoRoll, page, read_choices
from tests.fl_studio_scripts.fl_studio import in_place_of

BASS = [(0, 480, 36, 100), (480, 480, 43, 80), (960, 960, 36, 127)]
DRUMS = [(0, 120, 36, 127), (480, 120, 38, 90)]


def write_midi(path, **parts):
    file = mido.MidiFile(type=1, ticks_per_beat=480)
    file.tracks.append(mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=500000)]))
    for channel, (name, notes) in enumerate(parts.items()):
        events = sorted(
            [(start, 1, number, velocity) for start, _, number, velocity in notes]
            + [(start + length, 0, number, 0) for start, length, number, _ in notes]
        )
        track, now = mido.MidiTrack([mido.MetaMessage("track_name", name=name)]), 0
        for tick, on, number, velocity in events:
            kind = "note_on" if on or channel else "note_off"
            track.append(
                mido.Message(kind, note=number, velocity=velocity, channel=channel, time=tick - now)
            )
            now = tick
        file.tracks.append(track)
    file.save(path)
    return path


def run_in_fl(path, ppq=96, clip=0, replace=0):
    """What the script puts into a piano roll of this resolution, and what its dialog offers."""

    class Note:
        def __init__(self):
            self.number = self.time = self.length = self.velocity = None

    class Score:
        PPQ = ppq

        def __init__(self):
            self.notes, self.cleared = [], False

        def addNote(self, note):
            assert isinstance(note.time, int) and isinstance(note.length, int)
            self.notes.append((note.time, note.length, note.number, round(note.velocity * 127)))

        def clearNotes(self, all=False):
            self.cleared = all

    class ScriptDialog:
        def __init__(self, title, description):
            self.combos = {}

        def AddInputCombo(self, name, values, default_value):
            self.combos[name] = values.split(",")

        def GetInputValue(self, name):
            return {"Clip": clip, "Notes that are here": replace}[name] + 0.0001

    module = types.ModuleType("flpianoroll")
    score = Score()
    module.Note, module.score, module.ScriptDialog = Note, score, ScriptDialog
    space: dict = {"__name__": "__main__"}
    with in_place_of({"flpianoroll": module}):
        exec(compile(path.read_text(encoding="ascii"), "<string>", "exec"), space)
    form = space["createDialog"]()
    space["apply"](form)
    return form.combos, score


def test_notes_land_where_they_were_in_any_resolution(tmp_path):
    PianoRoll(tmp_path).add(
        write_midi(tmp_path / "dusty_90bpm_Am_k3f9.mid", bass=BASS, drums=DRUMS)
    )
    script = tmp_path / "Sidecrate.pyscript"
    ast.parse(script.read_bytes(), feature_version=(3, 9))
    for ppq in (96, 192, 960):
        combos, score = run_in_fl(script, ppq)
        assert combos["Clip"] == [
            "dusty_90bpm_Am_k3f9",
            "dusty_90bpm_Am_k3f9: bass",
            "dusty_90bpm_Am_k3f9: drums",
        ]
        wanted = sorted(
            (start * ppq // 480, length * ppq // 480, number, v)
            for start, length, number, v in [*BASS, *DRUMS]
        )
        assert sorted(score.notes) == wanted and not score.cleared
        _, drums = run_in_fl(script, ppq, clip=2, replace=1)
        assert len(drums.notes) == 2 and drums.cleared


def test_the_newest_clip_stands_first_and_old_ones_go(tmp_path):
    roll = PianoRoll(tmp_path)
    for n in range(MOST_CLIPS + 3):
        roll = PianoRoll(tmp_path) if n == 4 else roll
        roll.add(write_midi(tmp_path / f"clip{n}.mid", bass=BASS))
    roll.add(tmp_path / "clip9.mid")
    names = [name for name, _ in read_choices((tmp_path / "Sidecrate.pyscript").read_text())]
    assert names == ["clip9", "clip10", "clip8", "clip7", "clip6", "clip5", "clip4", "clip3"]
    assert not list(tmp_path.glob(".*"))


def test_names_that_a_list_cannot_hold_and_files_without_notes(tmp_path):
    PianoRoll(tmp_path).add(write_midi(tmp_path / 'a, "b" é\'.mid', bass=BASS))
    combos, score = run_in_fl(tmp_path / "Sidecrate.pyscript")
    assert len(combos["Clip"]) == 1 and len(score.notes) == 3
    before = (tmp_path / "Sidecrate.pyscript").read_bytes()
    PianoRoll(tmp_path).add(write_midi(tmp_path / "empty.mid", bass=[]))
    assert (tmp_path / "Sidecrate.pyscript").read_bytes() == before


def test_a_script_of_somebody_else_is_read_as_none_and_the_empty_one_does_nothing(tmp_path):
    assert (
        read_choices("import os\n")
        == read_choices("CHOICES = [")
        == read_choices("CHOICES = os.sep")
        == []
    )
    (tmp_path / "Sidecrate.pyscript").write_text(page([]))
    combos, score = run_in_fl(tmp_path / "Sidecrate.pyscript")
    assert combos == {} and score.notes == []


def test_the_piano_roll_module_is_called_as_the_stubs_say():
    pytest.importorskip("flpianoroll", reason="fl-studio-api-stubs is not installed")
    import inspect

    real = sys.modules["flpianoroll"]
    assert list(inspect.signature(real.ScriptDialog.AddInputCombo).parameters)[1:] == [
        "name",
        "values",
        "default_value",
    ]
    assert {"number", "time", "length", "velocity"} <= set(dir(real.Note)) and PPQ > 0
    assert {"PPQ", "addNote", "clearNotes"} <= set(dir(real.score))


def test_notes_in_a_key_that_there_is_none_of_are_no_midi_file(tmp_path):
    file = mido.MidiFile()
    file.add_track().append(mido.MetaMessage("key_signature", key="C"))
    file.save(tmp_path / "beat.mid")
    data = (tmp_path / "beat.mid").read_bytes()
    (tmp_path / "beat.mid").write_bytes(data.replace(b"\x59\x02\0", b"\x59\x02\x68"))
    with pytest.raises(ValueError, match="104 sharps"):
        PianoRoll(tmp_path).add(tmp_path / "beat.mid")
