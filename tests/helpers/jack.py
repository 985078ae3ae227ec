"""A JACK server without hardware, for tests of real MIDI ports and audio."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import require, skip_or_fail


@contextmanager
def jack_server(
    rate: int = 48000, period: int = 256, patience_s: float = 15.0, speakers: int = 2
) -> Iterator[str]:
    """A running server with the dummy driver; its name. The environment points every JACK client at it meanwhile.

    Synchronous mode (-S), since without it MIDI is lost. In real time where that is allowed: else its clock, which is nothing but
    a timer, runs late on a machine with too much to do, and with it all that is measured by it.
    """
    assert os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1") == "1", (
        "a test that starts a JACK server is marked `alone`"
    )
    program, lister = require("jackd", "jackd2"), require("jack_lsp", "jackd2")
    name = f"sidecrate-{uuid.uuid4().hex[:8]}"
    environment = {
        "JACK_DEFAULT_SERVER": name,
        "JACK_NO_START_SERVER": "1",
        "JACK_NO_AUDIO_RESERVATION": "1",
    }
    before = {key: os.environ.get(key) for key in environment}
    os.environ.update(environment)
    _forget_dead_servers()
    command = [
        program,
        *_scheduling(),
        "--no-mlock",
        "-n",
        name,
        "-S",
        "-d",
        "dummy",
        "-r",
        str(rate),
        "-p",
        str(period),
        "-P",
        str(speakers),
    ]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end_s = time.monotonic() + patience_s
        while subprocess.run([lister], capture_output=True).returncode:
            if server.poll() is not None or time.monotonic() > end_s:
                skip_or_fail("jackd (Debian: jackd2) does not start here")
            time.sleep(0.05)
        yield name
    finally:
        server.terminate()
        try:
            server.wait(5)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        for key, value in before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value


@cache
def _scheduling() -> tuple[str, ...]:
    changer = shutil.which("chrt")
    allowed = (
        changer is not None
        and not subprocess.run([changer, "-f", "10", "true"], capture_output=True).returncode
    )
    return ("-R", "-P", "10") if allowed else ("-r",)


def jack_lives(name: str) -> bool:
    """Whether the server still listens. RtMidi sends to a dead one until its buffer is full, and then waits for ever."""
    return f"/dev/shm/jack_{name}_" in Path("/proc/net/unix").read_text(
        encoding="utf-8", errors="replace"
    )


def jack_pid(name: str) -> int:
    """The process of a server."""
    for process in Path("/proc").iterdir():
        if _is_jackd(process) and name.encode() in (process / "cmdline").read_bytes().split(b"\0"):
            return int(process.name)
    raise AssertionError(f"the JACK server {name} has gone")


def clients_of(name: str) -> list[str]:
    """The names of a server's clients that have ports."""
    environment = {**os.environ, "JACK_DEFAULT_SERVER": name}
    ran = subprocess.run(
        [require("jack_lsp", "jackd2")], capture_output=True, text=True, env=environment
    )
    return sorted({line.partition(":")[0] for line in ran.stdout.splitlines()})


def kill_jack(name: str) -> None:
    """As a crash would end it: its socket's file stays."""
    os.kill(jack_pid(name), signal.SIGKILL)


@cache
def _forget_dead_servers() -> None:
    """Servers that were killed stay in JACK's registry, and with eight of them no new one starts. Only while none runs, and
    once: a process that has been a client keeps the registry that it knows."""
    shared = Path("/dev/shm")
    if not shared.is_dir() or any(_is_jackd(process) for process in Path("/proc").iterdir()):
        return
    for left in (shared / "jack-shm-registry", *shared.glob("jack_sem.*"), *shared.glob("jack-*")):
        if left.is_file():
            left.unlink(missing_ok=True)


def _is_jackd(process: Path) -> bool:
    try:
        return (process / "comm").read_text().strip() == "jackd"
    except OSError:
        return False


@pytest.fixture
def jack() -> Iterator[str]:
    """The name of a JACK server of this test's own."""
    with jack_server() as name:
        yield name
