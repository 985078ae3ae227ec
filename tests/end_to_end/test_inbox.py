"""The inbox of a real daemon: files in pieces, rounded tempos, odd names, and what `status` says of the rest."""

from __future__ import annotations

import json
import shutil
import time
import unicodedata

import numpy as np
import pytest
import soundfile

from bridge.music import Meter, loop_frames
from tests.helpers.daemon_process import DaemonProcess, wait_until


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    daemon = DaemonProcess(tmp_path_factory.mktemp("home"))
    yield daemon
    daemon.stop()


def result_of(daemon, name):
    path = daemon.places.inbox / "done" / f"{name}.result.json"
    wait_until(path.exists, 60, f"the answer to {name}")
    return json.loads(path.read_text(encoding="utf-8"))


def test_a_loop_of_a_shell_that_appends_line_by_line_is_one_clip_at_its_tempo(daemon):
    for line in ("bpm: 97,5 bpm", "bars: 2 bars", "", "dusty drums loop"):
        with (daemon.places.inbox / "lines.txt").open("a") as file:
            file.write(f"{line}\n")
        time.sleep(0.4)  # the shell's own pause
    (clip,) = result_of(daemon, "lines.txt")["clips"]
    assert (clip["bpm"], clip["bars"]) == (97.5, 2)
    assert clip["frames"] == loop_frames(2, Meter(4, 4), 97.5, 44100)


def test_a_tempo_with_many_decimals_is_rounded_and_said_by_every_door(daemon):
    (daemon.places.inbox / "tap.txt").write_text("bpm: 127.98765\nbars: 1\n---\nkick loop")
    (clip,) = result_of(daemon, "tap.txt")["clips"]
    record = next(one for one in daemon.clips() if one["id"] == clip["id"])
    assert record["bpm"] == 127.988
    assert any("127.98765 is taken as 127.988" in one for one in record["report"]["said"])
    shown = daemon.command("make", "kick loop", "--bpm", "127.98765", "--bars", "1")
    assert "127.98765 is taken as 127.988" in shown
    daemon.link.send("/sidecrate/generate", "kick loop", "bpm", 127.98765, "bars", 1, "id", "tap")

    def by_osc():
        mine = [one for one in daemon.clips() if one["request"].get("id") == "tap"]
        return mine and mine[0]["report"]["said"]

    assert any("is taken as 127.988" in one for one in wait_until(by_osc, 60, "the clip by OSC"))


def test_a_sound_that_comes_in_two_openings_is_fitted_whole(daemon, tmp_path):
    noise = np.random.default_rng(1).normal(size=(44100 * 4, 1)).astype(np.float32) * 0.1
    pulse = (np.arange(44100 * 4) % 22050 < 3000).astype(np.float32)[:, None]
    soundfile.write(tmp_path / "whole.wav", noise * pulse, 44100)
    whole = (tmp_path / "whole.wav").read_bytes()
    slow = daemon.places.inbox / "slow.wav"
    slow.write_bytes(whole[: len(whole) // 2])
    time.sleep(3.2)  # the writer's own pause, longer than a file must be still
    with slow.open("ab") as file:
        file.write(whole[len(whole) // 2 :])
    assert len(result_of(daemon, "slow.wav")["clips"]) == 1
    assert (daemon.places.inbox / "done" / "slow.wav").read_bytes() == whole
    assert not list((daemon.places.inbox / "failed").iterdir())


def test_a_sound_and_its_text_pair_up_whatever_spells_their_name(daemon, tmp_path):
    pulse = (np.arange(44100 * 4) % 22050 < 3000).astype(np.float32)[:, None]
    soundfile.write(tmp_path / "x.wav", pulse * 0.3, 44100)
    (tmp_path / "x.wav").rename(daemon.places.inbox / unicodedata.normalize("NFD", "Öl é.wav"))
    (daemon.places.inbox / "Öl é.txt").write_text("bpm: 120\nTakte: 2 Takte\n")
    (clip,) = result_of(daemon, "Öl é.txt")["clips"]
    assert (clip["bpm"], clip["bars"]) == (120.0, 2)


def test_a_folder_is_fitted_file_by_file_and_answered_once(daemon, tmp_path):
    pulse = (np.arange(44100 * 4) % 22050 < 3000).astype(np.float32)[:, None] * 0.3
    (tmp_path / "My Kit").mkdir()
    for name in ("a.wav", "b.wav"):
        soundfile.write(tmp_path / "My Kit" / name, pulse, 44100)
    shutil.copytree(tmp_path / "My Kit", daemon.places.inbox / "My Kit")
    clips = result_of(daemon, "My Kit")["clips"]
    assert sorted(clip["request"] for clip in clips) == [1, 2]
    assert sorted(path.name for path in (daemon.places.inbox / "done" / "My Kit").iterdir()) == [
        "a.wav",
        "b.wav",
    ]


def test_a_prompt_of_another_script_has_a_readable_name_and_is_found_by_both(daemon):
    (daemon.places.inbox / "鼓.txt").write_text("bars: 1\n\n重い鼓 ドラム", encoding="utf-8")
    (clip,) = result_of(daemon, "鼓.txt")["clips"]
    assert "zhongi-gu" in clip["path"] and clip["path"].isascii()
    for words in ("鼓", "zhongi"):
        wait_until(
            lambda words=words: clip["id"] in daemon.command("clips", "--search", words), 30, words
        )


def test_what_is_left_lying_stands_in_status_until_it_is_gone(daemon):
    (daemon.places.inbox / "Empty").mkdir()
    (daemon.places.inbox / "beat").write_text("dusty drums")
    (daemon.places.inbox / ".Voice.wav.icloud").write_bytes(b"bplist00")

    def status():
        return daemon.command("status")

    for said in ("Empty is a folder", "beat has no ending", "Voice.wav is not downloaded yet"):
        wait_until(lambda said=said: said in status(), 30, said)
    (daemon.places.inbox / "Empty").rmdir()
    (daemon.places.inbox / "beat").unlink()
    (daemon.places.inbox / ".Voice.wav.icloud").unlink()
    wait_until(lambda: "inbox: open\n" in status(), 30, "a plain inbox")
