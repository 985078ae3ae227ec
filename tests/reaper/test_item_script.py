"""The script for REAPER's audio items, run by a plain Lua beside the real command."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.conftest import require

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).parents[2] / "reaper" / "Sidecrate item.lua"
FAKE = Path(__file__).parent / "item.lua"
RATE = 44100


@pytest.fixture
def run(tmp_path):
    """Run the script on an item; what it did, line by line."""
    lua = require("lua5.4", "lua5.4")

    def run_it(file, word, prompt="", offset=0.0, length=4.0, section=()):
        starter = tmp_path / "sidecrate command"
        starter.write_text(f'#!/bin/sh\nexec {sys.executable} -m daemon.cli "$@"\n')
        starter.chmod(0o755)
        mine = tmp_path / "mine.lua"
        text = SCRIPT.read_text(encoding="utf-8")
        mine.write_text(
            text.replace("local COMMAND = 'sidecrate'", f"local COMMAND = '{starter}'"),
            encoding="utf-8",
        )
        numbers = [str(offset), str(length)]
        done = subprocess.run(
            [lua, str(FAKE), str(mine), "120", str(file), *numbers, word, prompt, *map(str, section)],
            capture_output=True, text=True, timeout=100, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return run_it


@pytest.fixture
def clicks(tmp_path):
    """Eight seconds at 120: a click on each quarter."""
    t = np.arange(2000) / RATE
    click = np.sin(2 * np.pi * 900 * t) * np.exp(-t * 60)
    sound = np.zeros(8 * RATE)
    for beat in range(16):
        at = round(beat * RATE / 2)
        sound[at : at + 2000] += click * (0.8 if beat % 4 == 0 else 0.4)
    path = tmp_path / "Schläge 1.wav"
    soundfile.write(path, sound, RATE)
    return path


def test_stems_come_onto_tracks_of_their_own_where_the_item_lies(run, clicks):
    said = run(clicks, "Split", offset=2.0)
    assert "--reference-start 2.000000 --reference-end 6.000000 -- " in said[0]
    placed = [line for line in said if line.startswith("insert")]
    assert placed and all(line.startswith("insert 1 at 7.5 ") for line in placed)
    files = [line.split(" ", 4)[4] for line in placed]
    assert all(soundfile.info(one).frames == 4 * RATE for one in files)
    assert said[-2:] == ["undo Sidecrate: split", "cursor 1.5"]


@pytest.mark.parametrize(
    ("word", "prompt", "ending", "asked"),
    [
        ("fit", "", ".wav", " fit --json --bpm 120.000 --meter 4/4 "),
        ("notes", "", ".mid", " transcribe --json "),
        ("part", "warm bass line", ".wav", " make --json --use accompany --bpm 120.000 "),
    ],
)
def test_the_other_words_bring_a_clip_where_the_item_lies(word, prompt, ending, asked, run, clicks):
    said = run(clicks, word, prompt, offset=2.0)
    assert asked in said[0]
    (placed,) = [line for line in said if line.startswith("insert")]
    assert placed.startswith("insert 1 at 7.5 ") and placed.endswith(ending)
    path = placed.split(" ", 4)[4]
    if ending == ".wav":
        assert soundfile.info(path).frames % RATE == 0, "whole bars at 120 are whole seconds"
    else:
        assert Path(path).read_bytes()[:4] == b"MThd"


def test_what_cannot_be_is_told(run, tmp_path):
    assert run("none", "split")[0] == "told Select an audio item first."
    assert "works on MIDI" in run("midi", "split")[0]
    assert "fit, split, notes or part" in run("x.wav", "spit")[0]
    assert "second line" in run("x.wav", "part")[0]
    assert run("x.wav", "cancel") == ["cursor 1.5"]
    told = [line for line in run(tmp_path / "gone.wav", "fit") if line.startswith("told")]
    assert "gone.wav" in told[0]


def test_of_a_section_what_sounds_is_taken(run, clicks):
    """The item's offset counts from the section's start, and a looped one plays no more than the section."""
    said = run(clicks, "split", offset=0.5, length=60.0, section=(2.0, 4.0))
    assert "--reference-start 2.500000 --reference-end 6.000000 -- " in said[0]


def test_what_cannot_be_taken_as_it_sounds_is_told(run, clicks, tmp_path):
    backwards = run(clicks, "split", section=(2.0, 4.0, "backwards"))
    assert backwards == ["told The selected item plays backwards; glue it first.", "cursor 1.5"]
    odd = clicks.rename(tmp_path / "50% off.wav")
    (told, _) = run(odd, "split")
    assert told.startswith(f"told {odd} cannot be passed on") and "Rename it" in told
