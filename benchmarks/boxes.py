"""A box in a network of its own: 200 clips while line and worker are cut and killed 20 times each.

    python -m benchmarks boxes

The box is this program in another network namespace (`ip netns`, which needs root); where that is
not allowed, its line is a TCP proxy on this machine that is cut. It fails where a clip is lost,
made twice or partial. Before it, what the way there costs a clip.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from daemon.brief import Brief
from daemon.children.host import Child
from daemon.engines.registry import engine_info
from daemon.engines.remote import boxes as known
from daemon.engines.remote import run
from daemon.engines.remote.boxes import save_box
from daemon.engines.remote.line import pair
from daemon.home.places import HOME_VARIABLE
from daemon.worker.kitchen import MAKE_TAKE, order_of
from tests.faults.audit import audit
from tests.helpers.daemon_process import DaemonProcess, wait_until
from tests.helpers.worker_process import CutLine, WorkerProcess

CLIPS, FAULTS = 200, 20
CONFIG = "osc: {port: 0}\nmidi: {enabled: false}\nfl: {enabled: false}\n"
NAMESPACE, HERE, THERE = "sidecrate-box", "10.213.7.1", "10.213.7.2"
TAKE = Brief("kick", "kick", kind="oneshot", bpm=None, bars=None)
LOOP = Brief("house loop", "house loop", bpm=124.0, bars=4, key_name="Am")


class FarWorker(WorkerProcess):
    """A worker in the other namespace."""

    def command(self) -> list[str]:
        ends = ["embedded", "--host", THERE, "--port", str(self.port or 9143)]
        inside = ["ip", "netns", "exec", NAMESPACE, sys.executable, "-m", "daemon.cli", "worker"]
        return [*inside, *ends]


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@contextmanager
def far_box(home: Path) -> Iterator[tuple[WorkerProcess, str, object]]:
    """A worker, the address at which it is reached, and what cuts the line for some seconds."""
    if shutil.which("ip") and os.geteuid() == 0:
        _ip("netns", "add", NAMESPACE)
        try:
            _ip("link", "add", "sc-here", "type", "veth", "peer", "name", "sc-there")
            _ip("link", "set", "sc-there", "netns", NAMESPACE)
            _ip("addr", "add", f"{HERE}/30", "dev", "sc-here")
            _ip("link", "set", "sc-here", "up")
            _ip("-n", NAMESPACE, "addr", "add", f"{THERE}/30", "dev", "sc-there")
            _ip("-n", NAMESPACE, "link", "set", "sc-there", "up")
            _ip("-n", NAMESPACE, "link", "set", "lo", "up")

            def cut(seconds: float) -> None:
                _ip("link", "set", "sc-here", "down")
                time.sleep(seconds)
                _ip("link", "set", "sc-here", "up")

            worker: WorkerProcess = FarWorker(home, "embedded")
            print("the box is in a network namespace of its own", flush=True)
            try:
                yield worker, f"{THERE}:{worker.port}", cut
            finally:
                worker.close()
        finally:
            _ip("netns", "del", NAMESPACE)
        return
    print("no network namespace may be made here: the line is a proxy on this machine", flush=True)
    worker = WorkerProcess(home, "embedded")
    line = CutLine(worker.port)

    def cut_proxy(seconds: float) -> None:
        line.is_down = True
        line.cut()
        time.sleep(seconds)
        line.is_down = False

    try:
        yield worker, f"127.0.0.1:{line.port}", cut_proxy
    finally:
        line.close()
        worker.close()


def overhead(home: Path, brief: Brief, takes: int) -> tuple[float, float]:
    """(ms a take by the box more than by a worker here, median; s of a take by a worker here).

    Both are asked in turns, for the machine's load changes; either has a child of low priority.
    """
    os.environ[HOME_VARIABLE] = str(home)
    known._probes.clear()
    (info,) = known.remote_engines()
    here = engine_info("embedded")

    async def both() -> list[tuple[float, float]]:
        child, found = Child("here", 60.0), []
        for seed in range(takes + 1):
            asked = brief.amended(engines=("embedded",), seed=seed)
            # one that holds a take already is not made again
            folder = home / f"{brief.kind}{seed}"
            began = time.perf_counter()
            await child.ask(MAKE_TAKE, order_of(here, asked, folder), _nobody, 60.0)
            own_s = time.perf_counter() - began
            began = time.perf_counter()
            await asyncio.to_thread(run.make, brief, seed, _quiet, spec=info.spec)
            # the first starts the children
            if seed:
                found.append((time.perf_counter() - began - own_s, own_s))
        await child.end()
        return found

    found = asyncio.run(both())
    more_s, own_s = (sorted(one)[takes // 2] for one in zip(*found, strict=True))
    return 1000 * more_s, own_s


def _nobody(share: float, stage: str, words: str) -> None:
    """Progress that nobody follows."""


def _quiet(share: float, words: str) -> None:
    """Progress that nobody follows."""


def clips_under_faults(
    home: Path, worker: WorkerProcess, cut: object, clips_wanted: int, each: int
) -> str:
    """Every fault waits for so many clips, so that all of them come before the end."""
    dice = random.Random(1)
    faults = ["cut", "kill"] * each
    dice.shuffle(faults)
    daemon = DaemonProcess(home, CONFIG)
    done = "SELECT count(*) FROM clips WHERE state = 'done'"
    began = time.monotonic()
    try:
        values = {"kind": "oneshot", "seed": 1, "count": clips_wanted, "engine": "box:embedded"}
        daemon.link.generate("make", {"prompt": "kick", **values}, "bench")
        for n, fault in enumerate(faults):
            due = 1 + n * (clips_wanted - 5) // len(faults)
            wait_until(lambda due=due: daemon.rows(done)[0][0] >= due, 300, f"clip {due}")  # type: ignore[misc]
            time.sleep(dice.uniform(0, 0.5))
            if fault == "kill":
                worker.kill()
                worker.start()
            else:
                cut(dice.uniform(0.2, 2.0))  # type: ignore[operator]
        ended = "SELECT 1 FROM jobs WHERE ended IS NOT NULL"
        wait_until(lambda: daemon.rows(ended), 600, "the end")
        took_s = time.monotonic() - began
        wait_until(lambda: not list(daemon.places.jobs.iterdir()), 30, "the end of the work")
        found = audit(daemon.places)
        clips = daemon.clips()
    finally:
        daemon.stop()
    seeds = {clip["seed"] for clip in clips}
    assert found == [] and len(clips) == len(seeds) == clips_wanted, (found, len(clips))
    assert all("went to the box" in json.dumps(clip["report"]) for clip in clips)
    return (
        f"{clips_wanted} clips in {took_s:.0f} s, line cut {each} times, worker killed {each}"
        f" times: 0 lost, 0 twice, 0 partial"
    )


def bench(clips: int = CLIPS, faults: int = FAULTS, *, way: bool = True) -> None:
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as name, far_box(Path(name) / "there") as (worker, at, cut):
        home = Path(name) / "here"
        save_box(pair("box", at, worker.code, "me"), home / "state" / "boxes")
        for words, brief, takes in (("one-shot", TAKE, 20), ("4-bar loop", LOOP, 8)) if way else ():
            more_ms, own_s = overhead(home, brief, takes)
            print(f"{words}: {own_s:.2f} s here, by the box {more_ms:.0f} ms more", flush=True)
        if faults:
            print(clips_under_faults(home, worker, cut, clips, faults), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="benchmarks.boxes")
    parser.add_argument("--clips", type=int, default=CLIPS)
    parser.add_argument("--faults", type=int, default=FAULTS, help="of each kind; 0: none")
    parser.add_argument("--no-way", action="store_true", help="leave out what the way costs")
    asked = parser.parse_args()
    bench(asked.clips, asked.faults, way=not asked.no_way)
