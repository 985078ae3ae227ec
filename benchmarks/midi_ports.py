"""What a DAW's MIDI ports cost a daemon: JACK clients, threads, memory, and clips nobody asked for.

Two daemons of the same config run on one JACK server each: alone, and beside a program with 64 MIDI
tracks that plays mapped notes on all of them for 20 s (`--play SECONDS`). Memory is the process's
own: JACK's shared memory, which every client shows as its own, is left out.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.helpers.controller import Controller, other_program
from tests.helpers.daemon_process import DaemonProcess
from tests.helpers.jack import clients_of, jack_server

CONFIG = """
osc: {port: 0}
midi: {api: jack, clock: true, map: [{note: 36, do: preset clicks}, {note: 42, do: preset clicks}]}
presets: {clicks: {prompt: clicks, engine: fake, bars: 1, bpm: 240}}
"""
TRACKS = [f"Track {number} midi_" for number in range(1, 65)]
PLAY_S = 20.0
#: Time in which a daemon that has started comes to rest.
REST_S = 8.0


@dataclass
class Cost:
    """What one daemon takes."""

    clients: int
    threads: int
    own_mb: float
    cpu_percent: float
    clips: int

    def row(self, title: str) -> str:
        return (
            f"{title:28}{self.clients:10}{self.threads:10}{self.own_mb:10.1f}"
            f"{self.cpu_percent:10.2f}{self.clips:8}"
        )


def _own_mb(process: psutil.Process) -> float:
    found = process.memory_full_info()
    return float(found.rss - found.shared) / 1e6


def measure(folder: Path, tracks: list[str], play_s: float) -> Cost:
    with ExitStack() as stack:
        server = stack.enter_context(jack_server())
        daw: Controller | None = None
        if tracks:
            daw = stack.enter_context(other_program("ardour", *tracks, "MTC ", "MIDI Clock "))
        daemon = DaemonProcess(folder, CONFIG)
        stack.callback(daemon.stop)
        time.sleep(REST_S)
        process = psutil.Process(daemon.process.pid)
        process.cpu_percent()
        time.sleep(REST_S)
        cpu = process.cpu_percent()
        clients = [name for name in clients_of(server) if name.startswith("Sidecrate")]
        cost = Cost(len(clients), process.num_threads(), _own_mb(process), cpu, 0)
        until_s = time.monotonic() + play_s
        while daw is not None and time.monotonic() < until_s:
            for port in range(len(tracks)):
                daw.play("902464", "902400", "902a64", "902a00", port=port)
            time.sleep(0.25)
        cost.clips = len(daemon.clips()) if daemon.places.database.exists() else 0
        return cost


def bench() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--play", type=float, default=PLAY_S, metavar="SECONDS")
    play_s = parser.parse_known_args()[0].play
    print(f"{'':28}{'clients':>10}{'threads':>10}{'own MB':>10}{'core %':>10}{'clips':>8}")
    with tempfile.TemporaryDirectory() as folder:
        print(measure(Path(folder) / "alone", [], play_s).row("no other MIDI port"), flush=True)
        print(
            measure(Path(folder) / "beside", TRACKS, play_s).row("64 tracks that play"), flush=True
        )


if __name__ == "__main__":
    bench()
