"""Workers behind a real Ray Serve of several nodes on this machine; replicas, nodes and the door are killed at work.

It needs the extra `ray`, which the tests' own environment does not have: pip install 'sidecrate[ray]'.
"""

import threading

import numpy as np
import pytest

from daemon.brief import Brief
from daemon.engines.embedded.engine import make as make_embedded
from daemon.engines.remote import boxes, run
from daemon.engines.remote.line import pair
from tests.helpers.ray_nodes import RayNodes

pytest.importorskip("ray")
pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(300)]
LONG = Brief("house", "house", kind="track", bars=None, seconds=40.0, bpm=124.0, key_name="Am")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A head and three nodes; two of these have a replica, and one is spare."""
    nodes = RayNodes(tmp_path_factory.mktemp("head"), 3)
    address, code = nodes.deploy("embedded", "second", replicas=2, together=1)
    yield nodes, pair("farm", address, code, "me")
    nodes.close()


@pytest.fixture
def info(cluster, tmp_path, monkeypatch):
    monkeypatch.setenv("SIDECRATE_HOME", str(tmp_path))
    monkeypatch.setattr(boxes, "_probes", {})
    boxes.save_box(cluster[1], boxes.boxes_folder())
    return next(one for one in boxes.remote_engines() if one.name == "farm:embedded")


def kill_maker(nodes):
    """The replica that has a child at work, or any."""
    there = nodes.replicas("sidecrate:engines")
    busy = [one for one in there if one.children()]
    (busy or there)[0].kill()


def kill_door(nodes):
    (door,) = nodes.replicas("sidecrate:door")
    door.kill()


def kill_maker_s_node(nodes):
    there = {one.ppid() for one in nodes.replicas("sidecrate:engines") if one.children()}
    pids = [node.all_processes["raylet"][0].process.pid for node in nodes.nodes]
    nodes.kill_node(next(n for n, pid in enumerate(pids) if pid in there))


@pytest.mark.parametrize("die", [kill_maker, kill_door, kill_maker_s_node])
def test_a_take_outlives_the_death_of_whoever_makes_it(cluster, info, die):
    killed = []

    def progress(share, words):
        if share > 0.05 and not killed:
            killed.append(die)
            die(cluster[0])

    seed = len(die.__name__)
    take = run.make(LONG, seed, progress, spec=info.spec)
    assert killed, "nobody was killed, so nothing was tried"
    assert np.array_equal(take.audio, make_embedded(LONG, seed, lambda share, words: None).audio)


def test_engines_share_replicas_and_a_take_is_the_same_by_each(cluster, info):
    """Each replica holds one engine, so the other makes room for it."""
    (other,) = [one for one in boxes.remote_engines() if one.name == "farm:second"]
    brief = LONG.amended(seconds=10.0)
    for spec in (info.spec, other.spec, info.spec):
        take = run.make(brief, 9, lambda share, words: None, spec=spec)
        assert np.array_equal(take.audio, make_embedded(brief, 9, lambda s, w: None).audio)


def test_many_takes_with_replicas_that_die_are_each_made_once(cluster, info):
    takes, deaths = {}, []

    def make(seeds):
        for seed in seeds:
            brief = LONG.amended(seconds=10.0)
            takes[seed] = run.make(brief, seed, lambda share, words: None, spec=info.spec)
            if seed % 4 == 0:
                kill_maker(cluster[0])
                deaths.append(seed)

    makers = [threading.Thread(target=make, args=(range(n, 8, 2),)) for n in range(2)]
    for thread in makers:
        thread.start()
    for thread in makers:
        thread.join()
    assert sorted(takes) == list(range(8)) and len(deaths) == 2
    for seed, take in takes.items():
        near = make_embedded(LONG.amended(seconds=10.0), seed, lambda share, words: None)
        assert np.array_equal(take.audio, near.audio)
