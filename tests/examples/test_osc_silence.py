"""The OSC example where nobody answers."""

import runpy
import socket
import sys
from pathlib import Path

import pytest
from pythonosc import udp_client

EXAMPLE = Path(__file__).parents[2] / "examples" / "osc_client.py"


def test_silence_is_told_and_is_no_success(monkeypatch):
    real = udp_client.SimpleUDPClient
    monkeypatch.setattr(
        udp_client, "SimpleUDPClient", lambda host, port, timeout: real(host, port, timeout=0.2)
    )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
        nobody.bind(("127.0.0.1", 0))
        monkeypatch.setenv("SIDECRATE_OSC_PORT", str(nobody.getsockname()[1]))
        monkeypatch.setattr(sys, "argv", ["osc_client.py", "dusty drums"])
        with pytest.raises(SystemExit, match="sidecrate run"):
            runpy.run_path(str(EXAMPLE))
