"""The page's server: its idle weight, and its answers to 20 clients while a job runs.

`python -m benchmarks web [--clips N]`. The library holds N clips of tiny files beside those of the
job of 100 clips.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

from benchmarks.library import records
from daemon.home.places import HOME_VARIABLE, Places
from daemon.library.library import Library
from daemon.record import ClipRecord, as_record

CLIPS = 20_000
CLIENTS = 20
#: Clips with sound, for peaks and playback.
LOOPS = 12
#: Length of a run.
SECONDS = 20.0
#: Time over which the idle load is averaged.
IDLE_S = 20.0
#: Pause in s between an answer and the next question: a person who scrolls and types fast.
PAUSE_S = 0.25
_CONFIG = """
web: {enabled: true, port: 0}
osc: {port: 0}
midi: {enabled: false}
fl: {enabled: false}
inbox: {enabled: false}
"""


@contextmanager
def served(home: Path) -> Iterator[tuple[int, int, httpx.Client]]:
    """A daemon that serves the page: its pid, the page's pid, and a client of the API."""
    (home / "config.yaml").write_text(_CONFIG)
    process = subprocess.Popen(
        [sys.executable, "-m", "daemon.cli", "run", "--quiet"],
        env={**os.environ, HOME_VARIABLE: str(home)},
        stderr=subprocess.DEVNULL,
    )
    web = home / "state" / "web"
    try:
        while not (web / "address.json").exists():
            time.sleep(0.05)
        address = json.loads((web / "address.json").read_text())
        headers = {"Authorization": f"Bearer {(web / 'token').read_text()}"}
        with httpx.Client(
            base_url=f"http://127.0.0.1:{address['port']}/api", headers=headers, timeout=60
        ) as api:
            yield process.pid, address["pid"], api
    finally:
        process.terminate()
        process.wait(60)


def filled(home: Path, count: int) -> None:
    """Make a library of `count` clips whose files are there."""
    folder = home / "crate" / "Loops"
    folder.mkdir(parents=True)
    library = Library(Places.find(home).library)

    def there() -> Iterator[ClipRecord]:
        for record in records(count):
            path = folder / Path(record["path"]).name
            path.touch()
            yield as_record({**record, "path": str(path)})

    library.arrivals.take_in(there())
    library.close()


def idle(pids: tuple[int, int]) -> list[tuple[float, float]]:
    """(MB resident, share of a core in %) of each idle process."""
    watched = [psutil.Process(pid) for pid in pids]
    before = [one.cpu_times() for one in watched]
    time.sleep(IDLE_S)
    after = [one.cpu_times() for one in watched]
    used_s = [
        new.user + new.system - old.user - old.system
        for old, new in zip(before, after, strict=True)
    ]
    return [
        (one.memory_info().rss / 1e6, 100 * used / IDLE_S)
        for one, used in zip(watched, used_s, strict=True)
    ]


def used_s(pid: int) -> float:
    """Processor time of a process so far."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def question(dice: random.Random, loops: list[str]) -> tuple[str, str, dict[str, str | int]]:
    """A page's question, at its usual frequency: kind, path and values."""
    loop = dice.choice(loops)
    kind = dice.choices(
        ("search", "page", "clip", "peaks", "audio", "jobs"), (30, 20, 20, 15, 10, 5)
    )[0]
    match kind:
        case "search":
            words = dice.choice(("dus", "techno", "warm pad", "kick", "piano"))
            return (
                kind,
                "/clips",
                {"text": words, "limit": 30, "bpm_from": dice.choice((80, 100, 120))},
            )
        case "page":
            return (
                kind,
                "/clips",
                {
                    "limit": 30,
                    "offset": 30 * dice.randrange(100),
                    "sort": dice.choice(("newest", "name", "bpm")),
                },
            )
        case "clip":
            return kind, f"/clips/c{dice.randrange(1000):06d}", {}
        case "peaks":
            return kind, f"/clips/{loop}/peaks", {}
        case "audio":
            return kind, f"/clips/{loop}/audio", {}
    return kind, "/jobs", {}


async def asked(api: httpx.Client, loops: list[str]) -> dict[str, list[float]]:
    """Kind of question -> ms of each answer, of all clients together."""
    took: dict[str, list[float]] = {}
    until = time.monotonic() + SECONDS

    async def one(number: int, client: httpx.AsyncClient) -> None:
        dice = random.Random(number)
        await asyncio.sleep(dice.random() * PAUSE_S)
        while time.monotonic() < until:
            kind, path, values = question(dice, loops)
            began = time.perf_counter()
            (
                await client.get(str(api.base_url) + path.removeprefix("/"), params=values)
            ).raise_for_status()
            took.setdefault(kind, []).append(1000 * (time.perf_counter() - began))
            await asyncio.sleep(PAUSE_S)

    async with httpx.AsyncClient(headers=api.headers, timeout=60) as client:
        await asyncio.gather(*(one(number, client) for number in range(CLIENTS)))
    return took


def bench(count: int = CLIPS) -> None:
    with tempfile.TemporaryDirectory(prefix="sidecrate-bench-") as folder:
        home = Path(folder)
        filled(home, count)
        with served(home) as (daemon, web, api):
            time.sleep(20)  # the first look through the crate
            for name, (memory_mb, cpu) in zip(
                ("daemon", "page's server"), idle((daemon, web)), strict=True
            ):
                print(f"idle with web: on, {name:14} {memory_mb:6.1f} MB {cpu:6.2f} % of a core")
            job = (
                api.post("/requests", json={"prompt": "house loop", "bars": 4, "count": LOOPS})
                .raise_for_status()
                .json()["job"]
            )
            while len(made := api.get(f"/jobs/{job}").json()["clips"]) < LOOPS:
                time.sleep(0.2)
            before_s = used_s(web)
            still = asyncio.run(asked(api, made))
            still_s = used_s(web) - before_s
            job = (
                api.post("/requests", json={"prompt": "house loop", "bars": 16, "count": 100})
                .raise_for_status()
                .json()["job"]
            )
            before_s = used_s(web)
            busy = asyncio.run(asked(api, made))
            busy_s = used_s(web) - before_s
            state = api.get(f"/jobs/{job}").json()
            api.delete(f"/jobs/{job}")
    runs = f"a job runs ({len(state['clips'])} of 100 clips made meanwhile)"
    for name, took, spent_s in (("nothing runs", still, still_s), (runs, busy, busy_s)):
        every = [ms for some in took.values() for ms in some]
        rate = len(every) / SECONDS
        print(f"{CLIENTS} clients, {rate:.0f} requests a second, {count:,} clips, {name}:")
        print(f"  {1000 * spent_s / len(every):.1f} ms of a core for each request")
        for kind, some in [("all", every), *sorted(took.items())]:
            print(
                f"  {kind:7} p50 {statistics.median(some):6.1f} ms, p95"
                f" {statistics.quantiles(some, n=20)[18]:6.1f} ms"
            )
    assert state["state"] not in ("done", "failed"), "the job ended before the clients did"


if __name__ == "__main__":
    bench()
