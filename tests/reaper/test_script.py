"""The script for REAPER, run by a plain Lua beside the real command: its clip is at the project's tempo, and lies where it says."""

import subprocess
import sys
from pathlib import Path

import mido
import pytest
import soundfile

from bridge.osc.addresses import IN
from tests.conftest import require

pytestmark = pytest.mark.slow

REAPER = Path(__file__).parents[2] / "reaper"
FAKE = Path(__file__).parent / "reaper.lua"


@pytest.fixture
def run(tmp_path):
    """Run the script with a project's tempo and meter and what is typed; what it did, line by line."""
    lua = require("lua5.4", "lua5.4")
    script = (REAPER / "Sidecrate.lua").read_text(encoding="utf-8")

    def run_it(bpm, meter, prompt, bars, command=f"{sys.executable} -m daemon.cli"):
        starter = tmp_path / "sidecrate command"
        starter.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        starter.chmod(0o755)
        mine = tmp_path / "mine.lua"
        mine.write_text(
            script.replace("local COMMAND = 'sidecrate'", f"local COMMAND = '{starter}'"),
            encoding="utf-8",
        )
        arguments = [lua, str(FAKE), str(mine), str(bpm), *meter.split("/"), prompt, bars]
        done = subprocess.run(
            arguments, capture_output=True, text=True, timeout=60, cwd=Path(__file__).parents[2]
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return run_it


def test_a_clip_comes_at_the_projects_tempo(run, tmp_path, monkeypatch):
    # a folder whose name is no ASCII, as people's names are
    monkeypatch.setenv("SIDECRATE_HOME", str(tmp_path / "Zoë 🎵"))
    said = run(93.5, "3/4", 'dusty "drums", $HOME `ls` 100%', "2")
    assert (
        "--bpm 93.500 --meter 3/4 --bars 2 -- " in said[0] and "$" not in said[0].split(" -- ")[1]
    )
    (placed,) = [line.removeprefix("insert 0 ") for line in said if line.startswith("insert")]
    about = soundfile.info(placed)
    assert about.frames == round(2 * 3 * 60 / 93.5 * about.samplerate) and "Zoë 🎵" in placed
    assert said[-1].startswith("undo Sidecrate: dusty")


def test_what_is_wrong_is_told_in_words(run):
    assert any(
        line.startswith("told bpm") and "40 to 300" in line
        for line in run(20, "4/4", "dusty drums", "4")
    )
    assert any(
        "whole path" in line for line in run(90, "4/4", "x", "4", command="/nowhere/sidecrate")
    )


def test_a_selected_midi_item_goes_on_after_its_end(run, tmp_path, monkeypatch):
    monkeypatch.setenv("SIDECRATE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RESOURCES", str(tmp_path))
    # two bars of 4/4 at 120 from 8 s on: a note before it, a muted one, and one that rings over its end
    notes = "8 4  15 15.5 40 90  16 17 60 100  18 19 64 1  20 21 64 90  23 26 67 80"
    monkeypatch.setenv("NOTES", notes)
    monkeypatch.setenv("USE", "continue")
    said = run(120, "4/4", "", "2")
    assert " --bpm 120.000 --give new --bars 2 -- " in said[0]
    file = mido.MidiFile(tmp_path / "Sidecrate notes.mid")
    now, on = 0, []
    for message in file.tracks[0]:
        now += message.time
        if message.type == "note_on":
            on.append((now / 960, message.note, message.velocity))
    assert on == [(0, 60, 100), (4, 64, 90), (7, 67, 80)] and now == 8 * 960
    assert said[1:3] == ["cursor 12.0", "track its track"] or said[1:3] == [
        "cursor 12",
        "track its track",
    ]
    placed = mido.MidiFile(said[3].removeprefix("insert 0 "))
    assert round(placed.length, 3) == 4.0 and said[-1] == "undo Sidecrate: continue"
    monkeypatch.setenv("USE", "infill")
    said = run(120, "4/4", "2", "2")
    assert ' --marked "2" -- ' in said[0] and said[-1] == "undo Sidecrate: infill"
    monkeypatch.setenv("USE", "sing")
    assert run(120, "4/4", "", "2") == [
        "told sing is none of continue, vary, groove, drumify, render and infill."
    ]


def test_bars_that_are_no_number_are_told(run):
    for bars in ("vier", "0", "4,5"):
        said = run(120, "4/4", "dusty drums", bars)
        assert said == [
            f"told Bars: {bars} is no number from 1 to 64. Left empty, Sidecrate chooses."
        ]


def test_nothing_typed_makes_nothing(run):
    assert run(90, "4/4", "cancel", "4") == [] == run(90, "4/4", "  ", "4")


def test_what_reaper_sends_are_addresses_of_the_daemon():
    rows = [
        line.split()
        for line in (REAPER / "Sidecrate.ReaperOSC").read_text().splitlines()
        if line and line[0] != "#"
    ]
    assert {name: pattern[:1] for name, pattern in rows} == {"TEMPO": "f", "PLAY": "t"}
    assert all(pattern[1:] in IN and not IN[pattern[1:]].trigger for _, pattern in rows)
