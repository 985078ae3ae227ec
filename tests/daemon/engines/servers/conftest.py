"""Look-alikes of the four servers, each with the engine that talks to it."""

from __future__ import annotations

import json

import pytest

from daemon.engines.servers import probe, run
from daemon.engines.servers.table import ENTRIES, describe
from tests.helpers.engine_servers import AceCppServer, AceStepServer, ComfyServer, Sa3Server

SERVERS = {
    "sa3": Sa3Server,
    "acestep-cpp": AceCppServer,
    "ace-step-server": AceStepServer,
    "comfyui": ComfyServer,
}
WORKFLOW = {
    "1": {"class_type": "CLIPTextEncode", "inputs": {"text": "%prompt%, dusty"}},
    "2": {"class_type": "EmptyLatentAudio", "inputs": {"seconds": "%seconds%"}},
    "3": {"class_type": "KSampler", "inputs": {"seed": "%seed%", "positive": ["1", 0], "tempo": "%bpm%"}},
    "9": {"class_type": "SaveAudio", "inputs": {"audio": ["3", 0]}},
}  # fmt: skip


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Looks follow at once, and what an earlier test's server said is forgotten."""
    monkeypatch.setattr(run, "_LOOK_S", 0.005)
    monkeypatch.setattr(probe, "_probes", {})


@pytest.fixture
def workflow(tmp_path):
    path = tmp_path / "flow.json"
    path.write_text(json.dumps(WORKFLOW))
    return path


@pytest.fixture
def serve(workflow):
    """A server of a family, and its engine: serve("sa3", options={...}) -> (server, info)."""
    open_ones = []

    def start(family, *, timeout_s=20.0, work_s=0.0, **changes):
        server = SERVERS[family](work_s=work_s)
        open_ones.append(server)
        entry = {**ENTRIES[family], "address": server.url, **changes}
        if family == "comfyui" and "workflow" not in changes:
            entry.update(workflow=str(workflow), license="CC0-1.0")
        return server, describe(family, entry, {"timeout_s": timeout_s})

    yield start
    for server in open_ones:
        server.close()
