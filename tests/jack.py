"""A JACK server without hardware, for tests of real MIDI ports and audio."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


def missing(what: str) -> None:
    """Skip a test whose system part is not there, or fail where all of them must be."""
    if os.environ.get("SIDECRATE_TESTS") == "all":
        pytest.fail(f"{what} is missing and SIDECRATE_TESTS=all asks for every test")
    pytest.skip(f"{what} is missing")


@contextmanager
def jack_server(rate: int = 48000, period: int = 256, patience_s: float = 15.0) -> Iterator[str]:
    """A running server with the dummy driver; its name. The environment points every JACK client at it meanwhile.

    Synchronous mode (-S), since without it MIDI is lost.
    """
    program, lister = shutil.which("jackd"), shutil.which("jack_lsp")
    if not program or not lister:
        missing("jackd with jack_lsp (apt-get install jackd2)")
    name = f"sidecrate-{uuid.uuid4().hex[:8]}"
    environment = {"JACK_DEFAULT_SERVER": name, "JACK_NO_START_SERVER": "1", "JACK_NO_AUDIO_RESERVATION": "1"}
    before = {key: os.environ.get(key) for key in environment}
    os.environ.update(environment)
    command = [program, "-r", "--no-mlock", "-n", name, "-S", "-d", "dummy", "-r", str(rate), "-p", str(period)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # type: ignore[list-item]
    try:
        end_s = time.monotonic() + patience_s
        while subprocess.run([str(lister)], capture_output=True).returncode:
            if server.poll() is not None or time.monotonic() > end_s:
                missing("a JACK server that starts")
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


@pytest.fixture
def jack() -> Iterator[str]:
    """The name of a JACK server of this test's own."""
    with jack_server() as name:
        yield name
