"""Workers behind a real Ray Serve on this machine, whose replicas and door are killed at work.

It needs the extra `ray`, which the tests' own environment does not have: pip install 'sidecrate[ray]'.
"""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading

import numpy as np
import pytest

from daemon.brief import Brief
from daemon.engines.embedded.engine import make as make_embedded
from daemon.engines.remote import boxes, run
from daemon.engines.remote.line import pair

pytest.importorskip("ray")
psutil = pytest.importorskip("psutil")
pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(300)]
LONG = Brief("house", "house", kind="track", bars=None, seconds=40.0, bpm=124.0, key_name="Am")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    home = tmp_path_factory.mktemp("head")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [
            sys.executable, "-m", "daemon.cli", "ray", "deploy", "embedded", "--cpus", "0.4",
            "--host", "127.0.0.1", "--port", str(port), "--min-replicas", "2",
        ],
        env={**os.environ, "SIDECRATE_HOME": str(home)}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    found = None
    for line in process.stdout:
        if found := re.search(r"boxes pair \S+ (\S+) (\S+)", line):
            break
    assert found, f"it ended with {process.wait()}"
    yield process, pair("farm", found[1], found[2], "me")
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    process.stdout.close()


def kill(process, name, most=100):
    """Kill Ray's processes of a name; how many."""
    killed = 0
    for one in psutil.Process(process.pid).children(recursive=True):
        # one that has ended meanwhile has no command line
        with contextlib.suppress(psutil.Error):
            if killed < most and name in " ".join(one.cmdline()):
                one.kill()
                killed += 1
    return killed


@pytest.mark.parametrize("who", ["engine-embedded", "sidecrate:door"])
def test_a_take_outlives_the_death_of_whoever_makes_it(cluster, tmp_path, monkeypatch, who):
    process, box = cluster
    monkeypatch.setenv("SIDECRATE_HOME", str(tmp_path))
    monkeypatch.setattr(boxes, "_probes", {})
    boxes.save_box(box, boxes.boxes_folder())
    (info,) = boxes.remote_engines()
    killed = []

    def progress(share, words):
        if share > 0.05 and not killed:
            killed.append(kill(process, who))

    seed = 3 if who == "sidecrate:door" else 4
    take = run.make(LONG, seed, progress, spec=info.spec)
    assert killed and killed[0], "nobody was killed, so nothing was tried"
    assert np.array_equal(take.audio, make_embedded(LONG, seed, lambda share, words: None).audio)


def test_many_takes_with_replicas_that_die_are_each_made_once(cluster, tmp_path, monkeypatch):
    process, box = cluster
    monkeypatch.setenv("SIDECRATE_HOME", str(tmp_path))
    monkeypatch.setattr(boxes, "_probes", {})
    boxes.save_box(box, boxes.boxes_folder())
    (info,) = boxes.remote_engines()
    takes, deaths, ended = {}, [], threading.Event()

    def make(seeds):
        for seed in seeds:
            brief = LONG.amended(seconds=10.0)
            takes[seed] = run.make(brief, seed, lambda share, words: None, spec=info.spec)

    def die():
        while not ended.wait(8.0):
            deaths.append(kill(process, "engine-embedded", most=1))

    makers = [threading.Thread(target=make, args=(range(n, 16, 2),)) for n in range(2)]
    death = threading.Thread(target=die)
    for thread in (*makers, death):
        thread.start()
    for thread in makers:
        thread.join()
    ended.set()
    death.join()
    assert sorted(takes) == list(range(16)) and sum(deaths) > 1
    for seed, take in takes.items():
        near = make_embedded(LONG.amended(seconds=10.0), seed, lambda share, words: None)
        assert np.array_equal(take.audio, near.audio)
