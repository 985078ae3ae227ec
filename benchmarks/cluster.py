"""Workers behind Ray on several nodes of this machine: what dies, and what replicas bring.

    python -m benchmarks.cluster --clips 300 --replica-kills 20 --node-kills 10
    python -m benchmarks.cluster --rates

It needs the extra `ray`. The first makes clips with a daemon while replicas and whole nodes are
killed, and fails where one is lost, made twice or partial. The second measures takes a second with
1, 2 and 4 replicas, of a core each, and what eight askers wait for a take.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.boxes import CONFIG, LOOP
from daemon.engines.remote import boxes, run
from daemon.engines.remote.boxes import save_box
from daemon.engines.remote.line import pair, refreshed
from daemon.home.places import HOME_VARIABLE
from tests.faults.audit import audit
from tests.helpers.daemon_process import DaemonProcess, wait_until
from tests.helpers.ray_nodes import RayNodes

#: Askers of `--rates`, each of whom orders its next take when it has one.
ASKERS = 8


def clips_under_kills(name: Path, clips: int, replica_kills: int, node_kills: int) -> str:
    """Every kill waits for so many clips, so that all of them come before the end."""
    dice = random.Random(1)
    victims = ["replica"] * replica_kills + ["node"] * node_kills
    dice.shuffle(victims)
    nodes = RayNodes(name / "head", 3)
    try:
        address, code = nodes.deploy("embedded", replicas=2)
        save_box(pair("farm", address, code, "me"), name / "here" / "state" / "boxes")
        print(f"load {os.getloadavg()[0]:.1f}; three nodes and a head, two replicas", flush=True)
        daemon = DaemonProcess(name / "here", CONFIG)
        done = "SELECT count(*) FROM clips WHERE state = 'done'"
        began, killed = time.monotonic(), {"replica": 0, "node": 0}
        try:
            values = {"kind": "oneshot", "seed": 1, "count": clips, "engine": "farm:embedded"}
            daemon.link.generate("make", {"prompt": "kick", **values}, "bench")
            for n, victim in enumerate(victims):
                due = 1 + n * (clips - 5) // len(victims)
                wait_until(lambda due=due: daemon.rows(done)[0][0] >= due, 300, f"clip {due}")  # type: ignore[misc]
                time.sleep(dice.uniform(0, 0.5))
                if victim == "node":
                    nodes.kill_node(dice.randrange(len(nodes.nodes)))
                else:
                    there = lambda: nodes.replicas("engine-embedded")  # noqa: E731
                    dice.choice(wait_until(there, 120, "a replica")).kill()
                killed[victim] += 1
            ended = "SELECT 1 FROM jobs WHERE ended IS NOT NULL"
            wait_until(lambda: daemon.rows(ended), 600, "the end")
            took_s = time.monotonic() - began
            wait_until(lambda: not list(daemon.places.jobs.iterdir()), 30, "the end of the work")
            found, made = audit(daemon.places), daemon.clips()
            tries = daemon.rows("SELECT sum(tries) FROM clips")[0][0]
        finally:
            daemon.stop()
    finally:
        nodes.close()
    seeds = {clip["seed"] for clip in made}
    assert found == [] and len(made) == len(seeds) == clips, (found, len(made), len(seeds))
    return (
        f"{clips} clips in {took_s:.0f} s; killed: {killed['replica']} replicas, {killed['node']}"
        f" nodes; 0 lost, 0 twice, 0 partial; tries that failed: {tries}"
    )


def rates(name: Path, takes: int = 40) -> None:
    """Takes a second of a whole cluster, without a daemon, which would fit each on these cores."""
    nodes = RayNodes(name / "head", 4)
    try:
        address, code = nodes.deploy("embedded", replicas=1)
        box = pair("farm", address, code, "me")
        os.environ[HOME_VARIABLE] = str(name / "here")
        for replicas in (1, 2, 4):
            if replicas > 1:
                os.environ[HOME_VARIABLE] = str(name / "head")
                nodes.deploy("embedded", replicas=replicas)
                os.environ[HOME_VARIABLE] = str(name / "here")
            wait_until(lambda n=replicas: len(nodes.replicas("engine-embedded")) == n, 120, "them")  # type: ignore[misc]
            box = refreshed(box)
            assert box.slots == replicas
            save_box(box, boxes.boxes_folder())
            _ask(replicas * 3, ASKERS, 900)
            load = os.getloadavg()[0]
            began = time.monotonic()
            waits = _ask(takes, ASKERS, 0)
            took_s = time.monotonic() - began
            print(
                f"{replicas} replicas, load {load:.1f}: {takes / took_s:.2f} takes a second;"
                f" a take came after {waits[len(waits) // 2]:.1f} s (median),"
                f" {waits[-1]:.1f} s (longest)",
                flush=True,
            )
    finally:
        nodes.close()


def _ask(takes: int, askers: int, first_seed: int) -> list[float]:
    """Seconds of each take, sorted; `askers` ask at once."""
    (info,) = boxes.remote_engines()
    seeds, waits, lock = iter(range(first_seed, first_seed + takes)), [], threading.Lock()

    def ask() -> None:
        while True:
            with lock:
                seed = next(seeds, None)
            if seed is None:
                return
            began = time.monotonic()
            run.make(LOOP.amended(bars=16), seed, lambda share, words: None, spec=info.spec)
            waits.append(time.monotonic() - began)

    threads = [threading.Thread(target=ask) for _ in range(askers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(waits) == takes
    return sorted(waits)


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.cluster")
    parser.add_argument("--clips", type=int, default=300)
    parser.add_argument("--replica-kills", type=int, default=20)
    parser.add_argument("--node-kills", type=int, default=10)
    parser.add_argument("--rates", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        if asked.rates:
            rates(Path(name))
        else:
            print(clips_under_kills(Path(name), asked.clips, asked.replica_kills, asked.node_kills))
    return 0


if __name__ == "__main__":
    sys.exit(main())
