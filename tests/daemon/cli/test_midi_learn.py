"""`sidecrate midi` against a controller in another process, over real JACK ports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading

import pytest

from daemon.home.places import HOME_VARIABLE
from daemon.settings.load import load_config
from tests.helpers.controller import controller
from tests.helpers.daemon_process import command

pytestmark = pytest.mark.alone


@pytest.fixture
def environment(tmp_path, jack):
    (tmp_path / "config.yaml").write_text(
        "# mine\nmidi:\n  api: jack\n  map:\n    - {note: 40, do: keep}  # the last pad\n"
    )
    return {**os.environ, HOME_VARIABLE: str(tmp_path)}


class Learner:
    """`sidecrate midi learn`, its standard error read line by line."""

    def __init__(self, environment, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "daemon.cli", "midi", "learn", *arguments], env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip
        threading.Timer(60, self.process.kill).start()

    def until(self, text):
        said = ""
        while text not in said:
            character = self.process.stderr.read(1)
            assert character, f"it ended with: {said}"
            said += character
        return said

    def answer(self, text):
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()


def test_a_pad_and_a_knob_are_taught_and_the_config_keeps_its_comments(environment, tmp_path):
    with controller("pads") as pads:
        learner = Learner(environment, "--json", "--wait", "20")
        learner.until("Touch a pad")
        pads.play("992464", "892400")
        assert "note 36 (C1) on channel 10" in learner.until("return ends)")
        learner.answer("preset drms")
        learner.until("did you mean drums")
        learner.answer("preset drums")
        learner.until("Touch the next")
        pads.play("b01510", "b01514", "b01520")
        assert "a knob" in learner.until("return ends)")
        learner.answer("set energy")
        learner.until("Touch the next")
        pads.play("902864")
        assert "already does: keep" in learner.until("return ends)")
        learner.answer("")
        out, _ = learner.process.communicate(timeout=20)
        assert learner.process.returncode == 0
    written = [json.loads(line) for line in out.splitlines()]
    assert written == [
        {"note": 36, "channel": 10, "do": "preset drums"},
        {"cc": 21, "channel": 1, "do": "set energy"},
    ]
    config = load_config(tmp_path / "config.yaml")
    assert config.midi.map == ({"note": 40, "do": "keep"}, *written)
    text = (tmp_path / "config.yaml").read_text()
    assert text.startswith("# mine\n") and "# the last pad" in text


def test_one_touch_without_asking_and_none_in_time(environment, tmp_path):
    with controller("pads") as pads:
        learner = Learner(environment, "--do", "again", "--wait", "20")
        learner.until("Touch a pad")
        pads.play("c005")
        learner.until("written")
        assert learner.process.wait(20) == 0
    assert load_config(tmp_path / "config.yaml").midi.map[-1] == {
        "program": 5,
        "channel": 1,
        "do": "again",
    }
    nothing = command("midi", "learn", "--wait", "1", environment=environment)
    assert nothing.returncode == 1 and "nothing was touched" in nothing.stderr


def test_ports_are_listed(environment):
    with controller("pads"):
        listed = json.loads(command("midi", "ports", "--json", environment=environment).stdout)
    assert listed["system"] == "jack"
    assert any("pads" in name for name in listed["inputs"]) and any(
        "pads" in name for name in listed["outputs"]
    )
    assert not any("list" in name for name in listed["inputs"] + listed["outputs"])


def test_without_a_midi_system_it_is_said(tmp_path):
    (tmp_path / "config.yaml").write_text("midi: {api: jack}\n")
    environment = {
        **os.environ,
        HOME_VARIABLE: str(tmp_path),
        "JACK_DEFAULT_SERVER": "none-here",
        "XDG_RUNTIME_DIR": "/nowhere",
    }
    done = command("midi", "ports", environment=environment)
    assert done.returncode == 1 and (
        "no JACK server" in done.stderr or "has no jack" in done.stderr
    )
