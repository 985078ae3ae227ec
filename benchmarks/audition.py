"""Audition over a JACK server: pad to sound, Link's tempo and bar, a long loop's gaps and drift."""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from bridge.midi.backend import backend
from tests.helpers.audition import hear, heard_tempo, make, silence
from tests.helpers.daemon_process import DaemonProcess
from tests.helpers.jack import jack_server
from tests.helpers.jack_recorder import Recording, Slipped
from tests.helpers.link_peer import Peer

BPM = 120.0
#: Four beats at BPM.
BAR_S = 2.0
RATE = 48000
PRESSES = 8
TEMPO_CHANGES = 10
STARTS = 5
MINUTES = 10.0

PADS = """
osc: {port: 0}
fl: {enabled: false}
midi:
  api: jack
  inputs: [pads]
  map:
    - {note: 36, do: preset dusty}
    - {note: 37, do: again, with: {then: audition}}
presets:
  dusty: {prompt: dusty boom bap drums, bars: 4, then: audition}
"""
LINK = """
osc: {port: 0}
midi: {enabled: false}
fl: {enabled: false}
link: {enabled: true}
audition: {idle_s: 1}
"""
PLAIN = "osc: {port: 0}\nmidi: {enabled: false}\nfl: {enabled: false}\n"


@contextmanager
def on_jack(config: str) -> Iterator[tuple[DaemonProcess, Path]]:
    """A daemon on a JACK server of its own, and a folder."""
    with jack_server(RATE, 1024), tempfile.TemporaryDirectory() as folder:
        daemon = DaemonProcess(Path(folder) / "home", config)
        try:
            yield daemon, Path(folder)
        finally:
            daemon.stop()


def tell_project(daemon: DaemonProcess, began_s: float) -> None:
    position = (time.monotonic() - began_s) * BPM / 60
    daemon.link.send(
        "/sidecrate/context",
        json.dumps({"source": "max", "bpm": BPM, "playing": True, "position": position}),
    )


def press_to_sound() -> None:
    """Seconds from a pad to sound: first a clip of 4 bars, then others in its place."""
    with on_jack(PADS) as (daemon, _):
        pads = backend().output("jack", "pads")
        pads.open_port(
            next(name for name in pads.get_ports() if name.startswith("Sidecrate")), "out"
        )
        while "pads:" not in daemon.places.log.read_text():
            time.sleep(0.05)
        time.sleep(0.5)
        began_s = time.monotonic()
        took = []
        off_ms = []
        for number in range(PRESSES):
            tell_project(daemon, began_s)
            time.sleep(0.3 * number % 2)
            said_before = daemon.places.log.read_text().count("audition of")
            pressed_s = time.monotonic()
            pads.send_message([0x90, 37 if number else 36, 100])
            while (log := daemon.places.log.read_text()).count("audition of") == said_before:
                time.sleep(0.02)
            line = [line for line in log.splitlines() if "audition of" in line][-1]
            heard_s = float(line.split("heard_s ")[1].split(")")[0])
            took.append(heard_s - pressed_s)
            off_ms.append(abs((heard_s - began_s + BAR_S / 2) % BAR_S - BAR_S / 2) * 1000)
            time.sleep(0.5)
        pads.close_port()
        pads.delete()
    warm = took[1:]
    print(
        f"pad to sound, 4 bars at {BPM:g}, a bar is {BAR_S:g} s: first press, all cold,"
        f" {took[0]:.2f} s;"
    )
    print(f"  `again` in its place: median {statistics.median(warm):.2f} s, worst {max(warm):.2f}")
    print(f"  planned at worst {max(off_ms):.2f} ms off the bar")


def by_link() -> None:
    """Delay of a peer's new tempo, and offset of a loop's start from its bar, as recorded."""
    with on_jack(LINK) as (daemon, folder):
        clip = make(daemon, bpm=200.0, seed=1)
        peer = Peer(200.0)
        try:
            if not heard_tempo(daemon, None, 10):
                print("Link: no multicast on this machine; two peers do not find each other")
                return
            took_ms = []
            for number in range(TEMPO_CHANGES):
                bpm = 240.0 - 10 * (TEMPO_CHANGES - 1 - number)
                _, did_s = peer.do(f"bpm {bpm}")
                took_ms.append(1000 * ((heard_tempo(daemon, bpm) or np.inf) - did_s))
                time.sleep(0.7)
            print(
                f"Link: a peer's new tempo is told after {statistics.median(took_ms):.1f} ms,"
                f" at worst {max(took_ms):.1f}"
            )
            off_ms = [
                off
                for _ in range(STARTS)
                if (off := start_off_bar_ms(daemon, peer, clip, folder)) is not None
            ]
            text = ", ".join(f"{off:+.2f}" for off in off_ms)
            print(
                f"Link: a loop starts off the peer's bar by {text} ms (recorded;"
                f" {STARTS - len(off_ms)} unsteady clocks)"
            )
        finally:
            peer.process.kill()
            peer.process.wait()


def start_off_bar_ms(
    daemon: DaemonProcess, peer: Peer, clip: dict[str, Any], folder: Path
) -> float | None:
    """None where the server's clock slipped meanwhile."""
    silence(daemon)
    recording = Recording(folder, 20)
    heard = hear(daemon, clip["id"])
    recording.begun()
    line_s = peer.bar_line_s(240.0)
    time.sleep(max(0.0, heard["in_s"]) + 1)
    recording.done()
    try:
        return 1000 * ((recording.time_of(recording.onsets()[0]) - line_s + 0.5) % 1 - 0.5)
    except Slipped:
        return None


def long_loop(minutes: float) -> None:
    """Whether each round of a loop is the same to the sample, over minutes."""
    with on_jack(PLAIN) as (daemon, folder):
        clip = make(daemon, bars=4, bpm=BPM)
        recording = Recording(folder, 60 * minutes + 1)
        hear(daemon, clip["id"])
        recording.begun()
        time.sleep(60 * minutes)
        recording.done()
        loop = round(4 * BAR_S * RATE)
        loud = int(np.flatnonzero(np.abs(recording.audio).max(axis=1) > 0)[0]) + RATE // 10
        heard = recording.audio[loud:]
        same = np.array_equal(heard[:-loop], heard[loop:])
        unlike = int(np.any(heard[:-loop] != heard[loop:], axis=1).sum())
        verdict = f"{unlike} frames differ from a round before"
        if same:
            verdict = "every round the same to the sample: no gap, no drift"
        print(
            f"{len(heard) / RATE / 60:.1f} minutes of a 4-bar loop, {len(heard) // loop} rounds:"
            f" {verdict}"
        )
        print(
            f"(the dummy server's own clock strayed by {recording.slip_s:.2f} s meanwhile,"
            " for the player as for the recorder)"
        )


def bench(minutes: float = MINUTES) -> None:
    press_to_sound()
    by_link()
    long_loop(minutes)


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument(
        "--minutes", type=float, default=MINUTES, help="how long the loop is recorded"
    )
    bench(asked.parse_args().minutes)
