"""The daemon's own figures: start, idle weight, OSC answers, prompt file to clip.

OSC answers stand beside those of a bare echo server.
"""

from __future__ import annotations

import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from bridge.osc.packet import build_message, parse_packet
from daemon.client.connection import DaemonClient
from daemon.home.places import HOME_VARIABLE, Places

REQUESTS = 200
#: Time over which the idle load is averaged.
IDLE_S = 20


@contextmanager
def daemon(
    home: Path, workers: int = 1
) -> Iterator[tuple[subprocess.Popen[bytes], Places, DaemonClient, float]]:
    """A daemon on `home`; the last value is the time from its start to its doors open, in s."""
    (home / "config.yaml").write_text(
        f"osc: {{port: 0}}\nworkers: {{count: {workers}, idle_s: 600}}\n"
    )
    places = Places.find(home)
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "daemon.cli", "run", "--quiet"],
        env={**os.environ, HOME_VARIABLE: str(home)},
        stderr=subprocess.DEVNULL,
    )
    try:
        while (link := DaemonClient.to(places)) is None:
            time.sleep(0.005)
        yield process, places, link, time.monotonic() - began
        link.close()
    finally:
        process.terminate()
        process.wait(20)


def measure_start(tries: int = 5) -> float:
    took = []
    for _ in range(tries):
        with tempfile.TemporaryDirectory() as home, daemon(Path(home)) as (_, _, _, start_s):
            took.append(start_s)
    return statistics.median(took)


def measure_idle() -> tuple[float, float]:
    """(MB resident, share of a core in %) of an idle daemon."""
    with tempfile.TemporaryDirectory() as home, daemon(Path(home)) as (process, _, _, _):
        time.sleep(3)
        watched = psutil.Process(process.pid)
        before = watched.cpu_times()
        time.sleep(IDLE_S)
        after = watched.cpu_times()
        used_s = after.user + after.system - before.user - before.system
        return watched.memory_info().rss / 1e6, 100 * used_s / IDLE_S


def round_trips(port: int, messages: list[bytes], answer: str, wait_s: float = 5.0) -> list[float]:
    """Milliseconds from each packet sent to its answer."""
    took = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.bind(("127.0.0.1", 0))
        client.settimeout(wait_s)
        for packet in messages:
            began = time.perf_counter()
            client.sendto(packet, ("127.0.0.1", port))
            while not parse_packet(client.recv(65536))[0].address.endswith(answer):
                pass
            took.append(1000 * (time.perf_counter() - began))
            time.sleep(0.02)
    return took


def measure_answers() -> tuple[list[float], list[float]]:
    """Round trips in ms: to `accepted` with both workers busy, and to a bare echo server."""
    echo = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    echo.bind(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                data, peer = echo.recvfrom(65536)
            except OSError:
                return
            echo.sendto(data, peer)

    threading.Thread(target=serve, daemon=True).start()
    with tempfile.TemporaryDirectory() as home, daemon(Path(home), workers=2) as (_, _, link, _):
        link.send("/sidecrate/generate", "house loop", "count", 100, "bars", 16)
        time.sleep(3)
        packets = [
            build_message(
                "/sidecrate/generate", "techno 132 bpm", "bars", 1, "id", secrets.token_hex(4)
            )
            for _ in range(REQUESTS)
        ]
        accepted = round_trips(link.port, packets, "/accepted")
        bare = round_trips(echo.getsockname()[1], packets, "/generate")
        link.send("/sidecrate/cancel", "all")
        time.sleep(1)
    echo.close()
    return accepted, bare


def measure_inbox(rounds: int = 7) -> tuple[float, list[float]]:
    """Seconds from a prompt file closed to its clip in the crate: cold worker, warm worker."""
    took = []
    with tempfile.TemporaryDirectory() as home, daemon(Path(home)) as (_, places, _, _):
        loops = places.crate / "Loops"
        for number in range(rounds):
            there = set(loops.glob("*.wav"))
            (places.inbox / f"{number}.txt").write_text("dark techno loop 130 bpm Am, 4 bars")
            began = time.monotonic()
            while not (set(loops.glob("*.wav")) - there):
                time.sleep(0.002)
            took.append(time.monotonic() - began)
            time.sleep(0.5)
    return took[0], took[1:]


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def bench() -> None:
    print(f"start to doors open          {measure_start():6.2f} s      (aim 1)")
    memory_mb, cpu = measure_idle()
    print(f"idle: resident               {memory_mb:6.1f} MB     (aim < 80)")
    print(f"idle: processor              {cpu:6.2f} %      (aim < 0.5 of a core)")
    accepted, bare = measure_answers()
    for share, name, aim in ((0.5, "p50", 5), (0.99, "p99", 30)):
        ours = percentile(accepted, share)
        echo = percentile(bare, share)
        print(
            f"OSC to accepted, busy: {name}   {ours:6.2f} ms     (aim < {aim};"
            f" bare echo {echo:.2f} ms, ratio {ours / echo:.1f})"
        )
    cold, warm = measure_inbox()
    print(f"prompt file to clip: cold    {cold:6.2f} s      (aim 3)")
    print(f"prompt file to clip: warm    {statistics.median(warm):6.2f} s      (aim 1.3)")


if __name__ == "__main__":
    bench()
