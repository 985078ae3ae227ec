"""The user's word by command, and the file's own by a real daemon's inbox."""

import json

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from bridge.errors import SidecrateError
from daemon.cli.app import app
from tests.daemon.hearing.music import drums
from tests.daemon.witness import files
from tests.helpers.daemon_process import wait_until

BOOM_BAP = {"kick": "x......x..x.....", "snare": "....x.......x...", "hat": "x.x.x.x.x.x.x.x."}


@pytest.fixture(scope="module")
def boom_bap():
    """Four bars at 60 that the ear alone hears at 120."""
    frames = round(16 * 60 / 60 * files.RATE)
    audio = drums(BOOM_BAP, 60, 4).audio
    return np.pad(audio, ((0, max(0, frames - len(audio))), (0, 0)))[:frames]


def run(*arguments):
    """A command within this process: what it prints as JSON, or the text of its error."""
    done = CliRunner().invoke(app, [*arguments])
    if done.exception is not None:
        assert isinstance(done.exception, SidecrateError), done.exception
        return done.exception.text
    return json.loads(done.stdout.splitlines()[-1]) if "--json" in arguments else done.stdout


def test_a_word_on_a_file_goes_before_the_ear_until_it_is_forgotten(tmp_path, boom_bap):
    file = str(tmp_path / "groove.wav")
    soundfile.write(file, boom_bap, files.RATE)
    assert "40 to 300" in run("correct", file, "--bpm", "900")
    assert "0 to 1200" in run("correct", file, "--downbeat", "-1")
    assert "no clip" in run("correct", "nothing", "--bpm", "90")
    said = run("correct", file, "--bpm", "60", "--downbeat", "0.99", "--key", "Am", "--json")
    assert said["corrected"] == {"bpm": 60.0, "downbeat_s": 0.99, "key": "Am"}
    looked = run("look", file, "--json")
    assert (looked["bpm"], looked["key"]) == (60.0, "Am")
    assert looked["downbeat_s"] == pytest.approx(1.0, abs=0.01)
    assert looked["corrected"] == said["corrected"]
    (fitted,) = [run("fit", file, "--bpm", "60", "--bars", "2", "--json")]
    found = fitted["report"]["found"]
    assert found["corrected"] == said["corrected"] and found["bpm"] == 60.0
    assert (found["downbeat_s"] - 1.0 + 0.1) % 4.0 == pytest.approx(0.1, abs=0.01)
    # a word on the clip is one on its source
    run("correct", fitted["id"], "--key", "Em")
    assert run("look", file, "--json")["key"] == "Em"
    (row,) = [run("clips", "--key", "Em", "--json")]
    assert row["id"] == fitted["id"] and row["corrected"] == {"key": "Em"}
    assert "forgotten: 60 bpm, the one at 0.99 s, Em" in run("correct", file, "--forget")
    assert "nothing to forget" in run("correct", file, "--forget")
    assert "nothing to forget" not in run("correct", file)
    looked = run("look", file, "--json")
    assert "corrected" not in looked and looked["bpm"] == pytest.approx(120, rel=0.001)


def test_a_file_dropped_into_the_inbox_is_heard_with_what_it_states(
    start_daemon, boom_bap, tmp_path
):
    daemon = start_daemon()
    files.wav(tmp_path / "Break_60_top.wav", boom_bap)
    (tmp_path / "Break_60_top.wav").rename(daemon.places.inbox / "Break_60_top.wav")
    wait_until((daemon.places.inbox / "done" / "Break_60_top.wav").exists, 90, "the fitted file")
    clip = json.loads(daemon.command("clips", "--json"))
    assert clip["bpm"] == 60.0 and clip["bars"] == 4
    assert any("its name says 60 bpm" in line for line in clip["report"]["said"])
    # the clip's user knows better, and the next fit of the same file goes by that
    daemon.command("correct", clip["id"], "--bpm", "45")
    again = json.loads(daemon.command("again", clip["id"], "--choice", "1", "--json"))
    assert again["report"]["found"]["corrected"] == {"bpm": 45.0}
    assert again["bpm"] == 45.0 and again["bars"] == 3, "16 s are 12 beats of it"
