"""The latency of a greeted sender while another process floods the OSC port with rubbish.

    python -m benchmarks.flood --seconds 30

Twenty times a second the greeted sender asks, in turn for two things. The door answers a heartbeat
itself; a loop of one bar is accepted once it is stored. Measured idle, and with thousands of prompt
files in the inbox. The same flood and sender at a bare echo server stand beside it, since both
share the machine with the flood.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import secrets
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bridge.osc.addresses import IN
from bridge.osc.packet import build_message, parse_packet
from tests.helpers.daemon_process import DaemonProcess

ASKED_PER_S = 20
#: Timeout of an answer, after which devices ask again.
LOST_S = 2.0
#: Prompt files in the inbox during the second half.
FILES = 5000
CONFIG = "osc: {port: 0}\nfl: {enabled: false}\nmidi: {enabled: false}\nworkers: {count: 2}\n"
AIM_MS = 100.0


def rubbish(dice: random.Random) -> bytes:
    """A packet that parses to no request."""
    kind = dice.random()
    if kind < 0.3:
        return dice.randbytes(dice.randrange(1, 80))
    if kind < 0.5:
        return (
            b"#bundle\0"
            + bytes(8)
            + struct.pack(">i", dice.choice((-4, 0, 3, 1 << 30)))
            + dice.randbytes(dice.randrange(20))
        )
    if kind < 0.8:
        whole = build_message(
            dice.choice(list(IN)),
            *[dice.choice(("x", "bpm", 1e9, -1, "{", "id")) for _ in range(dice.randrange(5))],
        )
        # cut short, for a whole packet would be one more request to work on
        return whole[: -dice.choice((1, 2, 3, 5))]
    return build_message("/sidecrate/nothing", dice.random())


@dataclass
class Waits:
    """Latencies of answers in s, and the number of questions without one."""

    answers_s: list[float] = field(default_factory=list)
    lost: int = 0

    def note(self, took_s: float | None) -> None:
        if took_s is None:
            self.lost += 1
        else:
            self.answers_s.append(took_s)

    def ms(self, share: float) -> float:
        """A percentile of the latency in ms; a lost answer counts as LOST_S."""
        waited = [*sorted(self.answers_s), *[LOST_S] * self.lost]
        return (
            1000 * waited[min(int(len(waited) * share), len(waited) - 1)]
            if waited
            else float("nan")
        )

    def __str__(self) -> str:
        figures = ", ".join(
            f"{name} {self.ms(share):.1f}"
            for name, share in (("p50", 0.5), ("p99", 0.99), ("worst", 1.0))
        )
        return f"{figures} ms, of {len(self.answers_s) + self.lost}" + (
            f"; {self.lost} unanswered" if self.lost else ""
        )


class KnownSender:
    """A device that has greeted the daemon."""

    def __init__(self, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._peer = ("127.0.0.1", port)

    def hello(self) -> float | None:
        nonce = secrets.token_hex(6)
        return self._time(
            build_message("/sidecrate/hello", "known", 0, nonce), "/sidecrate/welcome", nonce
        )

    def ask(self) -> float | None:
        label = secrets.token_hex(6)
        values = {"prompt": "clicks", "engine": "fake", "bars": 1, "bpm": 240, "id": label}
        return self._time(
            build_message("/sidecrate/generate", json.dumps(values)), "/sidecrate/accepted", label
        )

    def echo(self) -> float | None:
        label = secrets.token_hex(6)
        return self._time(build_message("/sidecrate/echo", label), "/sidecrate/echo", label)

    def _time(self, packet: bytes, address: str, first: str) -> float | None:
        """Seconds until the answer that begins with `first`; None after the timeout."""
        began = time.monotonic()
        self._socket.sendto(packet, self._peer)
        while (left_s := began + LOST_S - time.monotonic()) > 0:
            self._socket.settimeout(left_s)
            with contextlib.suppress(TimeoutError, ConnectionError):
                message = parse_packet(self._socket.recv(65_536))[0]
                if message.address == address and message.arguments[0] == first:
                    return time.monotonic() - began
        return None

    def close(self) -> None:
        self._socket.close()


def time_in_turn(
    seconds: float, questions: dict[str, Callable[[], float | None]]
) -> dict[str, Waits]:
    """Ask in turn for `seconds`, on schedule even if the last answer was late."""
    waits = {name: Waits() for name in questions}
    began = time.monotonic()
    n = 0
    while (now := time.monotonic()) < began + seconds:
        due = began + n / ASKED_PER_S
        if now < due:
            time.sleep(due - now)
        name = list(questions)[n % len(questions)]
        waits[name].note(questions[name]())
        n = max(n + 1, int((time.monotonic() - began) * ASKED_PER_S))
    return waits


class Flood:
    """Floods a port from a process of its own, so that it does not slow the measuring one."""

    def __init__(self, port: int) -> None:
        command = [sys.executable, "-m", "benchmarks.flood", "--flood", str(port)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._read()

    def _read(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline()

    def begin(self, seconds: float) -> None:
        assert self._process.stdin
        print(seconds, file=self._process.stdin, flush=True)

    def end(self) -> int:
        """Wait for the end; the number of packets sent."""
        return int(self._read())

    def close(self) -> None:
        self._process.communicate()


def send_flood(port: int) -> None:
    """For each line of stdin, that many seconds of rubbish; then a line with the packet count."""
    dice = random.Random(1)
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    packets = [rubbish(dice) for _ in range(1000)]
    print("ready", flush=True)
    for line in sys.stdin:
        sent = 0
        until = time.monotonic() + float(line)
        while time.monotonic() < until:
            for packet in packets:
                out.sendto(packet, ("127.0.0.1", port))
            sent += len(packets)
        print(sent, flush=True)


def say_waits(port: int) -> None:
    """Until stdin ends: a heartbeat on schedule, and a line for each.

    A line holds the time of sending on the monotonic clock and the latency in s, which is missing
    where no answer came.
    """
    over = threading.Event()

    def wait_for_end() -> None:
        sys.stdin.read()
        over.set()

    threading.Thread(target=wait_for_end, daemon=True).start()
    known = KnownSender(port)
    while not over.wait(1 / ASKED_PER_S):
        began = time.monotonic()
        took_s = known.hello()
        print(began, "" if took_s is None else took_s, flush=True)


def serve_echo() -> None:
    """Echo messages to /sidecrate/echo, drop the rest: the cost of system and Python alone."""
    port = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    port.bind(("127.0.0.1", 0))
    print(port.getsockname()[1], flush=True)
    while True:
        packet, peer = port.recvfrom(65_536)
        if packet.startswith(b"/sidecrate/echo"):
            port.sendto(packet, peer)


def measure_echo(seconds: float) -> Waits:
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.flood", "--echo"], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout
        port = int(server.stdout.readline())
        known = KnownSender(port)
        flood = Flood(port)
        try:
            flood.begin(seconds)
            return time_in_turn(seconds, {"echo": known.echo})["echo"]
        finally:
            flood.close()
            known.close()
            server.kill()


def measure_daemon(seconds: float, files: int) -> tuple[dict[str, Waits], int]:
    """Latencies in a flood, with `files` prompt files dropped at its start; packets of rubbish
    sent.
    """
    with tempfile.TemporaryDirectory() as home:
        daemon = DaemonProcess(Path(home), CONFIG)
        known = KnownSender(daemon.link.port)
        flood = Flood(daemon.link.port)
        try:
            known.hello()
            for n in range(files):
                text = "engine: fake\nbars: 1\nbpm: 300\nkind: oneshot\n\nclick"
                (daemon.places.inbox / f"many{n}.txt").write_text(text)
            flood.begin(seconds)
            waits = time_in_turn(seconds, {"a sign of life": known.hello, "accepted": known.ask})
            return waits, flood.end()
        finally:
            flood.close()
            known.close()
            daemon.stop()


def bench(seconds: float = 30.0) -> None:
    echo = measure_echo(seconds)
    print(f"{'bare echo server':38} {echo}")
    for files, name in ((0, ""), (FILES, f", {FILES:,} files")):
        waits, sent = measure_daemon(seconds, files)
        for question, waited in waits.items():
            ratio = waited.ms(0.99) / echo.ms(0.99)
            print(
                f"{question + name:38} {waited} (aim: p99 < {AIM_MS:.0f};"
                f" {ratio:.1f} times the echo's)"
            )
        print(f"{'rubbish' + name:38} {sent:,} packets, {sent / seconds:,.0f} a second")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--flood", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--ask", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--echo", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.flood:
        send_flood(asked.flood)
    elif asked.ask:
        say_waits(asked.ask)
    elif asked.echo:
        serve_echo()
    else:
        bench(asked.seconds)


if __name__ == "__main__":
    main()
