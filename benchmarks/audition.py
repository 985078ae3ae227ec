"""Audition over a JACK server: from pressing to sound on the bar, and a loop of 4 bars for minutes: gaps and drift."""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.doors import daemon
from daemon.link import Link
from tests.jack import jack_server
from tests.jack_recorder import Recording

BPM, BAR_S, RATE = 120.0, 2.0, 48000
PRESSES = 6
MINUTES = 10.0


def tell_project(link: Link, began_s: float) -> None:
    position = (time.monotonic() - began_s) * BPM / 60
    link.send("/sidecrate/context", json.dumps({"source": "max", "bpm": BPM, "playing": True, "position": position}))


def press_to_sound() -> None:
    """A pad that makes a clip of 4 bars and auditions it: seconds until it is heard, and of them the wait for the bar."""
    with jack_server(RATE, 1024), tempfile.TemporaryDirectory() as home, daemon(Path(home)) as (_, places, link, _):
        began_s, took, on_bar = time.monotonic(), [], []
        for number in range(PRESSES):
            tell_project(link, began_s)
            time.sleep(0.3 * number % 2)
            said_before = places.log.read_text().count("audition of")
            pressed_s = time.monotonic()
            link.send("/sidecrate/generate", "dusty boom bap drums", "bars", 4, "then", "audition", "seed", number)
            while (log := places.log.read_text()).count("audition of") == said_before:
                time.sleep(0.02)
            line = [line for line in log.splitlines() if "audition of" in line][-1]
            heard_s = float(line.split("'heard_s': ")[1].split(",")[0])
            took.append(heard_s - pressed_s)
            on_bar.append(abs((heard_s - began_s + BAR_S / 2) % BAR_S - BAR_S / 2) * 1000)
            time.sleep(0.5)
        print(
            f"pad to sound, 4 bars at {BPM:g}: median {statistics.median(took):.2f} s, worst {max(took):.2f}, cold {took[0]:.2f}"
        )
        print(f"(a bar is {BAR_S:g} s; planned at worst {max(on_bar):.2f} ms off the bar)")


def long_loop(minutes: float) -> None:
    """Whether each round of a loop is the same to the sample over minutes."""
    with jack_server(RATE, 1024), tempfile.TemporaryDirectory() as home, daemon(Path(home)) as (_, places, link, _):
        link.send("/sidecrate/generate", "clicks", "engine", "fake", "bars", 4, "bpm", BPM)
        while not list(places.crate.rglob("*.wav")):
            time.sleep(0.1)
        time.sleep(0.5)
        recording = Recording(Path(home), 60 * minutes + 1)
        link.ask("/sidecrate/audition", "last", wait_s=30)
        recording.begun()
        time.sleep(60 * minutes)
        recording.done()
        loop = round(4 * BAR_S * RATE)
        loud = int(np.flatnonzero(np.abs(recording.audio).max(axis=1) > 0)[0]) + RATE // 10
        heard = recording.audio[loud:]
        same = np.array_equal(heard[:-loop], heard[loop:])
        unlike = int(np.any(heard[:-loop] != heard[loop:], axis=1).sum())
        verdict = (
            "every round the same to the sample: no gap, no drift" if same else f"{unlike} frames differ from a round before"
        )
        print(f"{len(heard) / RATE / 60:.1f} minutes of a 4-bar loop, {len(heard) // loop} rounds: {verdict}")
        print(f"(the dummy server's own clock strayed by {recording.slip_s:.2f} s meanwhile, for the player as for the recorder)")


def bench(minutes: float = MINUTES) -> None:
    press_to_sound()
    long_loop(minutes)


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--minutes", type=float, default=MINUTES, help="how long the loop is recorded")
    bench(asked.parse_args().minutes)
