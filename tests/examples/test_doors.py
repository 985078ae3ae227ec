"""What the examples send through a running daemon's doors: OSC, the inbox, pads and knobs."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from daemon.client.beacon import read_beacon
from daemon.settings.load import load_config
from tests.helpers.controller import controller
from tests.helpers.daemon_process import CONFIG, wait_until
from tests.helpers.example_packages import EXAMPLES

WITH_JACK = "osc: {port: 0}\nfl: {enabled: false}\n"


@pytest.mark.slow
def test_the_osc_client_prints_each_clip_and_the_end(start_daemon):
    daemon = start_daemon()
    port = str(read_beacon(daemon.places).osc_port)
    client = [sys.executable, str(EXAMPLES / "osc_client.py")]
    said = subprocess.run(
        [*client, "clicks", "engine", "fake", "bpm", "90", "bars", "1"],
        env={**os.environ, "SIDECRATE_OSC_PORT": port}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    (record,) = daemon.clips()
    kinds = [line.split()[0] for line in said.stdout.splitlines()]
    assert kinds[0] == "accepted" and kinds[-1] == "finished" and record["path"] in said.stdout
    wrong = subprocess.run(
        [*client, "clicks", "bpm", "1"],
        env={**os.environ, "SIDECRATE_OSC_PORT": port}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert wrong.returncode == 1 and "40 to 300" in wrong.stdout


@pytest.mark.slow
def test_the_prompt_files_are_made_as_they_say(start_daemon):
    daemon = start_daemon(config=CONFIG + "inbox: {enabled: true}\n")
    for name in ("one.txt", "three.txt"):
        shutil.copy(EXAMPLES / "prompts" / name, daemon.places.inbox / name)
    answers = [
        daemon.places.inbox / "done" / f"{name}.txt.result.json" for name in ("one", "three")
    ]
    for answer in answers:
        wait_until(answer.exists, 90, answer.name)
        assert json.loads(answer.read_text())["failed"] == []
    made = [(one["kind"], one["bpm"]) for one in daemon.clips()]
    assert sorted(made, key=str) == sorted(
        [("loop", 90), ("oneshot", None), ("oneshot", None), ("loop", 124), ("sfx", None)], key=str
    )


def test_the_controllers_lines_are_a_config(tmp_path):
    file = tmp_path / "config.yaml"
    shutil.copy(EXAMPLES / "controller.yaml", file)
    assert len(load_config(file).midi.map) == 7


@pytest.mark.alone
def test_the_controllers_pad_and_knob_order_a_clip(jack, start_daemon):
    lines = (EXAMPLES / "controller.yaml").read_text()
    lines = lines.replace("midi:\n", "midi:\n  api: jack\n")
    daemon = start_daemon(config=WITH_JACK + lines)
    assert read_beacon(daemon.places).doors["midi"].startswith("open")
    with controller("pad controller", to="Sidecrate") as pads:
        pads.play("b0151e", "90247f", "802400")
        (record,) = wait_until(daemon.clips, 60, "the clip")
    assert record["bpm"] == 100 and record["request"]["energy"] == 1
    assert record["request"]["prompt"] == "dusty boom bap drums"
