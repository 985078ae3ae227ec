"""The packages to copy, installed by pip: an engine and a verb that Sidecrate did not come with."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from tests.helpers.daemon_process import command
from tests.helpers.example_packages import ROOT, install_example

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def engine_path(tmp_path_factory):
    return install_example("my_engine", tmp_path_factory.mktemp("engine"))


@pytest.fixture(scope="module")
def verb_path(tmp_path_factory):
    return install_example("my_verb", tmp_path_factory.mktemp("verb"))


def test_the_engine_keeps_the_contract_of_every_engine(engine_path):
    contract = "tests/daemon/engines/test_contract.py"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", contract, "-k", "bells or heavy"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": engine_path}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0 and "8 passed" in done.stdout, done.stdout


def test_the_engine_makes_a_loop_in_the_daemons_child(engine_path, start_daemon):
    daemon = start_daemon(PYTHONPATH=engine_path)
    said = daemon.command(
        "make", "slow bells", "--engine", "bells", "--bpm", "93", "--bars", "2", "--json"
    )
    record = json.loads(said)
    assert record["engine"] == "bells" and record["frames"] == round(8 * 60 / 93 * 44100)
    assert soundfile.info(record["path"]).frames == record["frames"]


def test_the_verb_turns_a_sound_round_by_the_daemon_and_alone(verb_path, start_daemon, tmp_path):
    file = tmp_path / "ramp.wav"
    ramp = np.linspace(-0.5, 0.5, 44100, dtype=np.float32)
    soundfile.write(file, ramp, 44100, "PCM_24")
    daemon = start_daemon(PYTHONPATH=verb_path)
    alone = {**daemon.environment, "SIDECRATE_HOME": str(tmp_path / "alone")}
    for environment in (daemon.environment, alone):
        ran = command("reverse", str(file), "--fade", "0", "--json", environment=environment)
        assert ran.returncode == 0, ran.stderr
        record = json.loads(ran.stdout)
        turned, _ = soundfile.read(record["path"], dtype="float32")
        assert np.abs(turned - ramp[::-1]).max() < 1e-6
        assert record["do"] == "reverse" and record["from"] == str(file)


def test_a_packages_verb_writes_over_a_file_by_force_alone(verb_path, tmp_path):
    file, out = tmp_path / "tone.wav", tmp_path / "out.wav"
    soundfile.write(file, np.full(4410, 0.25), 44100)
    out.write_bytes(b"mine")
    environment = {**os.environ, "PYTHONPATH": verb_path}
    order = ("reverse", str(file), "--out", str(out))
    ran = command(*order, environment=environment)
    assert ran.returncode == 2 and "--force" in ran.stderr and out.read_bytes() == b"mine"
    ran = command(*order, "--force", environment=environment)
    assert ran.returncode == 0, ran.stderr
    assert soundfile.info(out).frames == 4410


def test_the_verb_is_a_function_of_python(verb_path, tmp_path):
    file = tmp_path / "tone.wav"
    soundfile.write(file, np.full(4410, 0.25), 44100)
    code = (
        "import sidecrate\n"
        "(one,) = sidecrate.reverse('tone.wav', fade=0)\n"
        "(two,) = sidecrate.ask('reverse', one, fade=0.05)\n"
        "print(two.record['from'] == one.id, two.report['did']['fade_frames'])\n"
        "try:\n    sidecrate.reverse('tone.wav', fade=9)\n"
        "except sidecrate.RequestError as error:\n    print(error)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={**os.environ, "PYTHONPATH": verb_path},
        capture_output=True, text=True,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    first, second = ran.stdout.splitlines()
    assert first == "True 2205"
    assert second.startswith("fade: 9 is not allowed here; it takes a time from 0 to 5 s")
