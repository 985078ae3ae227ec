"""A batch of 10,000 rows: until it is stored, what the daemon grows by, and its doors meanwhile.

python -m benchmarks batch
"""

from __future__ import annotations

import os
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.doors import daemon, round_trips
from bridge.osc.packet import build_message
from daemon.client.connection import DaemonClient
from daemon.home.places import HOME_VARIABLE

ROWS = 10_000
#: What a sample company's list looks like: some prompts at many tempos, with many seeds.
PROMPTS = (
    "dusty drums", "warm bass", "house loop", "lofi keys", "techno kick pattern", "trap hats",
    "ambient pad", "funk guitar", "jungle breaks", "soft piano",
)  # fmt: skip


def write_rows(path: Path, *, apart: bool) -> None:
    """apart: each row has words of its own, so that nothing is read once for several."""
    with path.open("w", encoding="utf-8") as file:
        file.write("prompt,kind,bpm,bars,seed\n")
        for n in range(ROWS):
            words = PROMPTS[n % len(PROMPTS)] + (f" number {n}" if apart else "")
            file.write(f"{words},loop,{90 + n % 60},{(1, 2, 4)[n % 3]},{n}\n")


def batch_beside_orders(home: Path, *, apart: bool) -> dict[str, float]:
    """Seconds until 10,000 rows are stored, of them the daemon's own; ms of orders meanwhile."""
    rows = home / "rows.csv"
    write_rows(rows, apart=apart)
    with daemon(home) as (process, places, link, _):
        watched = psutil.Process(process.pid)
        # the first order draws in what later ones have
        round_trips(link.port, [_order()] * 3, "/accepted")
        before_mb = watched.memory_info().rss / 1e6
        began = time.monotonic()
        command = subprocess.Popen(
            [sys.executable, "-m", "daemon.cli", "batch", str(rows), "--no-wait"],
            env={**os.environ, HOME_VARIABLE: str(home)},
            stderr=subprocess.DEVNULL,
        )
        took: list[float] = []
        told_s = 0.0
        while command.poll() is None:
            took += round_trips(link.port, [_order()], "/accepted")
            if not told_s and list(places.batches.glob("*.jsonl")):
                told_s = time.monotonic()
        ended_s = time.monotonic()
        assert command.returncode == 0
        after_mb = watched.memory_info().rss / 1e6
        log = places.log.read_text(encoding="utf-8")
        assert re.search(rf"{ROWS:,} clips", log), "no batch was stored"
        link.send("/sidecrate/cancel", "all")
        time.sleep(1)
    took.sort()
    return {
        "all_s": ended_s - began,
        "daemon_s": ended_s - told_s,
        "grown_mb": after_mb - before_mb,
        "orders": len(took),
        "median_ms": statistics.median(took),
        "p99_ms": took[int(len(took) * 0.99)],
        "most_ms": took[-1],
    }


def alone_ms(home: Path) -> list[float]:
    """The same orders without a batch."""
    with daemon(home) as (_, _, link, _):
        took = sorted(round_trips(link.port, [_order() for _ in range(100)], "/accepted"))
        _end(link)
    return took


def _end(link: DaemonClient) -> None:
    link.send("/sidecrate/cancel", "all")
    time.sleep(1)


def _order() -> bytes:
    label = secrets.token_hex(4)
    return build_message("/sidecrate/generate", "techno 132 bpm", "bars", 1, "id", label)


def bench() -> None:
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as name:
        took = alone_ms(Path(name))
        print(f"orders without a batch: median {took[50]:.0f} ms, p99 {took[98]:.0f} ms")
    for apart in (False, True):
        with tempfile.TemporaryDirectory() as name:
            out = batch_beside_orders(Path(name), apart=apart)
        words = f"{ROWS:,} prompts" if apart else f"{len(PROMPTS)} prompts"
        print(
            f"{ROWS:,} rows of {words}: stored {out['all_s']:.1f} s after the command began, of"
            f" which {out['daemon_s']:.1f} s from the daemon's call; it grew by"
            f" {out['grown_mb']:.0f} MB; {out['orders']:.0f} orders meanwhile: median"
            f" {out['median_ms']:.0f} ms, p99 {out['p99_ms']:.0f} ms,"
            f" longest {out['most_ms']:.0f} ms"
        )


if __name__ == "__main__":
    bench()
