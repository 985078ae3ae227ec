"""Prompts through the running daemon to clips that a server has made, through its faults."""

from __future__ import annotations

import json
from pathlib import Path

import soundfile

from tests.helpers.daemon_process import CONFIG, wait_until
from tests.helpers.engine_servers import AceCppServer


def test_clips_come_from_a_server_through_its_faults_and_a_cancel_reaches_it(start_daemon):
    server = AceCppServer(work_s=0.2)
    try:
        entry = {"acestep-cpp": {"address": server.url}}
        daemon = start_daemon(config=f"{CONFIG}servers: {json.dumps({'engines': entry})}\n")
        server.faults += ["500", "failed"]
        ask = ("make", "dusty loop", "--engine", "acestep-cpp", "--bpm", "93", "--bars", "2")
        record = json.loads(daemon.command(*ask, "--json").splitlines()[-1])
        assert (record["engine"], record["license"]) == ("acestep-cpp", "MIT")
        # fitted to the sample, whatever tempo came
        frames = soundfile.info(Path(record["path"])).frames
        assert frames == round(2 * 4 * 60 / 93 * 44100)
        assert "acestep-v15" in record["model"]

        server.work_s = 60.0
        before = len(server.tasks)
        daemon.link.generate("make", {"prompt": "dusty loop", "engine": "acestep-cpp"}, "long")
        wait_until(lambda: len(server.tasks) > before, 20, "its order")
        daemon.link.send("/sidecrate/cancel", "all")
        wait_until(lambda: len(server.cancelled) == 1, 10, "the cancel at the server")
        newest = "SELECT state FROM jobs ORDER BY seq DESC LIMIT 1"
        wait_until(lambda: daemon.rows(newest)[0]["state"] == "cancelled", 10, "its end")
    finally:
        server.close()
