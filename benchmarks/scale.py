"""The daemon's own limit, and what a thousand replicas would do with it.

    python -m benchmarks scale

Measured: rows accepted and clips finished a second by the job table alone, on this disk; clips a
second of a real daemon with an engine that costs nothing (so all of it is the fit) and with the
embedded one. Simulated, with these times: a million jobs on 10, 100 and 1,000 replicas before one
daemon, which writes each clip's steps on one thread and fits takes with so many workers.
"""

from __future__ import annotations

import argparse
import heapq
import os
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.events import Origin
from bridge.request import Request
from daemon.brief import Brief
from daemon.jobs.database import Database
from daemon.jobs.queue import Queue
from tests.helpers.daemon_process import DaemonProcess, wait_until

BATCH = 10_000
#: Clips of one run of the job table, and of a real daemon.
TABLE_CLIPS = 2000
DAEMON_CLIPS = 60
CONFIG = "osc: {port: 0}\nmidi: {enabled: false}\nfl: {enabled: false}\nworkers: {count: %d}\n"
#: A record of an embedded loop is as long as this.
RECORD = {"path": "/crate/Loops/a.wav", "report": "x" * 3000}


@dataclass(frozen=True)
class Times:
    """Seconds of one clip's steps, measured."""

    daemon_s: float
    """On the daemon's one thread: claims, states, the end."""
    fit_s: tuple[float, ...]
    """On a worker's core."""
    take_s: tuple[float, ...]
    """On a replica."""
    failed: float = 0.01
    """Share of takes that are made anew; assumed, as a replica that dies now and then."""


@dataclass(frozen=True)
class Outcome:
    jobs: int
    end_s: float
    """When the last clip was done."""
    wait_s: tuple[float, float]
    """From order to clip: the median, and that of 99 of 100."""
    busy: tuple[float, float, float]
    """Share of the time: replicas, workers, the daemon's thread."""

    @property
    def clips_per_s(self) -> float:
        return self.jobs / self.end_s


def simulate(
    arrivals_s: Sequence[float], replicas: int, workers: int, times: Times, seed: int = 1
) -> Outcome:
    """Discrete events of clips in the order of their arrival: a replica, the daemon, a worker.

    Each stage serves first come first served; its servers are a heap of the times at which they
    are free. The daemon's thread writes before the take, between and after.
    """
    dice = random.Random(seed)
    free = [0.0] * min(replicas, len(arrivals_s))
    fitting = [0.0] * workers
    busy = [0.0, 0.0]
    taken: list[tuple[float, float]] = []
    thread_s = 0.0
    for at in arrivals_s:
        begin = max(at, heapq.heappop(free))
        need = dice.choice(times.take_s)
        while dice.random() < times.failed:
            need += dice.choice(times.take_s)
        heapq.heappush(free, begin + need)
        busy[0] += need
        taken.append((begin + need, at))
    taken.sort()
    waits: list[float] = []
    last = 0.0
    for there, at in taken:
        # all of a clip's writes are booked where it comes back: the thread is one server
        thread_s = max(thread_s, there) + times.daemon_s
        begin = max(thread_s, heapq.heappop(fitting))
        need = dice.choice(times.fit_s)
        heapq.heappush(fitting, begin + need)
        busy[1] += need
        waits.append(begin + need - at)
        last = max(last, begin + need)
    waits.sort()
    count = len(waits)
    used = count * times.daemon_s / last
    return Outcome(
        count, last, (waits[count // 2], waits[int(count * 0.99)]),
        (busy[0] / last / replicas, busy[1] / last / workers, used),
    )  # fmt: skip


def poisson(jobs: int, per_s: float, seed: int = 2) -> list[float]:
    """Arrivals of independent users, in s."""
    dice, now, found = random.Random(seed), 0.0, []
    for _ in range(jobs):
        now += dice.expovariate(per_s)
        found.append(now)
    return found


def table_rates() -> tuple[float, float]:
    """Rows accepted a second in one order, and clips brought from claim to end a second.

    As a server's clip goes: claimed, handed over, claimed, fitted, published, flushed, settled.
    """
    with tempfile.TemporaryDirectory() as name:
        database = Database(Path(name) / "jobs.db")
        queue = Queue(database, "bench", lambda engine: "server x")
        draft = Request({"prompt": "x"}), Brief("x", "x", count=BATCH)
        begin = time.perf_counter()
        ((job,), _) = queue.accept([draft], Origin("osc", {}, "a"))
        accepted = BATCH / (time.perf_counter() - begin)
        begin = time.perf_counter()
        for _ in range(TABLE_CLIPS):
            first = queue.claim("server x")
            assert first is not None
            queue.hand_over(first, "worker")
            claim = queue.claim()
            assert claim is not None
            for state in ("conforming", "publishing"):
                queue.enter(claim, state, "/crate/a.wav" if state == "publishing" else "")
            queue.clip_done(claim, RECORD)  # type: ignore[arg-type]
            queue.flush()
            queue.settle_job(job.id)
        finished = TABLE_CLIPS / (time.perf_counter() - begin)
        database.close()
    return accepted, finished


def daemon_rate(engine: str, workers: int) -> float:
    """Clips a second of a real daemon: one order of one-bar loops, from the first to the last."""
    with tempfile.TemporaryDirectory() as name:
        daemon = DaemonProcess(Path(name), CONFIG % workers)
        database = Database(daemon.places.database, read_only=True)
        done = "SELECT count(*), min(published), max(published) FROM clips WHERE state = 'done'"
        try:
            values = {"bpm": 120, "bars": 1, "seed": 1, "count": DAEMON_CLIPS, "engine": engine}
            daemon.link.generate("make", {"prompt": "clicks", **values}, "bench")
            wait_until(lambda: database.rows(done)[0][0] == DAEMON_CLIPS, 600, "the clips")
            _, first, last = database.rows(done)[0]
        finally:
            database.close()
            daemon.stop()
    return (DAEMON_CLIPS - 1) / float(last - first)


def bench() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks scale")
    parser.add_argument("--jobs", type=int, default=1_000_000)
    jobs = parser.parse_args([]).jobs
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    accepted, finished = table_rates()
    print(f"job table: {accepted:,.0f} clips accepted a second, {finished:,.0f} finished")
    fit = {workers: daemon_rate("fake", workers) for workers in (1, 2)}
    whole = daemon_rate("embedded", 1)
    for workers, rate in fit.items():
        print(f"daemon, {workers} workers, an engine that costs nothing: {rate:.2f} clips a second")
    print(f"daemon, 1 worker, embedded: {whole:.2f} clips a second")
    fit_s = 1 / fit[1]
    take_s = max(1 / whole - fit_s, 0.05)
    print(f"so a fit takes {fit_s:.2f} s of a core, and an embedded take {take_s:.2f} s")
    for label, seconds in (("embedded", take_s), ("a model of 10 s a take", 10.0)):
        spread = tuple(seconds * one for one in (0.8, 0.9, 1.0, 1.1, 1.2))
        fits = tuple(fit_s * one for one in (0.8, 1.0, 1.2))
        for workers in (2, 64):
            for replicas in (10, 100, 1000):
                times = Times(1 / finished, fits, spread)
                out = simulate([0.0] * jobs, replicas, workers, times)
                few = simulate(poisson(jobs // 10, 0.7 * out.clips_per_s), replicas, workers, times)
                print(
                    f"{label}, {replicas} replicas, {workers} workers: {out.clips_per_s:.1f} clips"
                    f" a second, {jobs:,} in {out.end_s / 3600:.1f} h; busy: replicas"
                    f" {out.busy[0]:.0%}, workers {out.busy[1]:.0%}, daemon {out.busy[2]:.0%};"
                    f" at 70 % load a clip comes after {few.wait_s[0]:.1f} s"
                    f" (99 of 100: {few.wait_s[1]:.1f} s)",
                    flush=True,
                )


if __name__ == "__main__":
    bench()
