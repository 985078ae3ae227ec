"""Look-alikes of others' servers with faults, 50 jobs each; and what they cost an idle daemon.

    python -m benchmarks servers

It fails where a job ends without a clip and without a reason, or a clip comes twice.
"""

from __future__ import annotations

import json
import os
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from benchmarks.boxes import CONFIG
from daemon.engines.remote.boxes import Box, save_box
from tests.faults.audit import audit
from tests.helpers.daemon_process import DaemonProcess, wait_until
from tests.helpers.engine_servers import (
    AceCppServer,
    AceStepServer,
    ComfyServer,
    EngineServer,
    Sa3Server,
)

JOBS = 50
SERVERS: dict[str, Callable[..., EngineServer]] = {
    "sa3": Sa3Server, "acestep-cpp": AceCppServer, "ace-step-server": AceStepServer,
    "comfyui": ComfyServer,
}  # fmt: skip
WORKFLOW = {
    "1": {"class_type": "CLIPTextEncode", "inputs": {"text": "%prompt%"}},
    "2": {"class_type": "EmptyLatentAudio", "inputs": {"seconds": "%seconds%"}},
    "3": {"class_type": "KSampler", "inputs": {"seed": "%seed%", "positive": ["1", 0]}},
    "9": {"class_type": "SaveAudio", "inputs": {"audio": ["3", 0]}},
}
#: What orders meet; an empty one is none.
FAULTS = ("", "", "", "", "500", "failed", "half", "no sound", "drop", "lost")
#: Time over which idle daemons are compared.
IDLE_S = 40


def jobs_with_faults(home: Path) -> None:
    """All servers at once, each with faults of its own."""
    dice = random.Random(1)
    servers = {name: made(work_s=0.05) for name, made in SERVERS.items()}
    home.mkdir()
    (home / "flow.json").write_text(json.dumps(WORKFLOW))
    entries: dict[str, dict[str, str]] = {
        name: {"address": server.url} for name, server in servers.items()
    }
    entries["comfyui"] |= {"workflow": str(home / "flow.json"), "license": "CC0-1.0"}
    daemon = DaemonProcess(
        home, f"{CONFIG}servers: {json.dumps({'timeout_s': 10, 'engines': entries})}\n"
    )
    began = time.monotonic()
    try:
        for name, server in servers.items():
            server.faults += [dice.choice(FAULTS) for _ in range(3 * JOBS)]
            for n in range(JOBS):
                values = {"engine": name, "bpm": 120, "bars": 1, "seed": n}
                daemon.link.generate("make", {"prompt": "dusty loop", **values}, f"{name}{n}")
        ended = "SELECT count(*) FROM jobs WHERE ended IS NOT NULL"
        wait_until(lambda: daemon.rows(ended)[0][0] == JOBS * len(servers), 900, "all ends")
        wait_until(lambda: not list(daemon.places.jobs.iterdir()), 30, "the end of the work")
        found = audit(daemon.places)
        rows = daemon.rows("SELECT state, error_text, brief FROM jobs")
        clips = daemon.clips()
    finally:
        daemon.stop()
        for server in servers.values():
            server.close()
    assert found == [], found
    for name, server in servers.items():
        own = [row for row in rows if json.loads(row["brief"])["engines"] == [name]]
        done = sum(row["state"] == "done" for row in own)
        made = [clip["seed"] for clip in clips if clip["engine"] == name]
        assert len(own) == JOBS and len(made) == len(set(made)) == done
        assert all(row["error_text"] for row in own if row["state"] != "done")
        print(f"{name}: {done} of {JOBS} jobs a clip, {JOBS - done} a reason; orders there:"
              f" {len(server.orders)}")  # fmt: skip
    print(f"in {time.monotonic() - began:.0f} s; no clip twice, none partial")


def idle(home: Path) -> tuple[float, float]:
    """(MB, % of a core) that servers and boxes add: two daemons side by side, one with them."""
    box = Box("studio", "https://192.0.2.1:9143", "", "token", 4, "1", (), ("split",))
    save_box(box, home / "with" / "state" / "boxes")
    more = (
        "workers: {remote: [{name: studio, verbs: [split]}]}\n"
        'servers: {engines: {sa3: {address: "http://127.0.0.1:9"}}}\n'
        "engines: {order: [embedded, sa3, acestep-cpp, ace-step-server]}\n"
    )
    plain, full = DaemonProcess(home / "plain", CONFIG), DaemonProcess(home / "with", CONFIG + more)
    try:
        both = [psutil.Process(one.process.pid) for one in (plain, full)]
        for one in (plain, full):
            one.link.send("/sidecrate/status")
        time.sleep(5)
        before = [sum(one.cpu_times()[:2]) for one in both]
        time.sleep(IDLE_S)
        used = [sum(one.cpu_times()[:2]) - start for one, start in zip(both, before, strict=True)]
        size = [one.memory_info().rss / 1e6 for one in both]
    finally:
        plain.stop()
        full.stop()
    print(f"idle: {size[0]:.1f} and {size[1]:.1f} MB; {100 * used[0] / IDLE_S:.2f} and"
          f" {100 * used[1] / IDLE_S:.2f} % of a core")  # fmt: skip
    return size[1] - size[0], 100 * (used[1] - used[0]) / IDLE_S


def bench() -> None:
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as name:
        memory_mb, share = idle(Path(name))
        print(f"servers and boxes add {memory_mb:+.1f} MB and {share:+.2f} % of a core", flush=True)
        jobs_with_faults(Path(name) / "jobs")


if __name__ == "__main__":
    bench()
