"""A prompt through the running daemon to a clip in the crate, made by a tiny model in a process of its own."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import soundfile

from tests.daemon.engines.local.conftest import config_of
from tests.helpers.daemon_process import CONFIG, DaemonProcess, wait_until


def test_a_clip_comes_from_a_local_model_and_a_cancel_ends_another(tiny_folder, start_daemon):
    daemon = start_daemon(config=CONFIG + config_of({"local-tiny": tiny_folder("local-tiny")}))
    # as an effect, since its noise has no beat
    ask = ("make", "techno", "--engine", "local-tiny", "--kind", "sfx")
    record = json.loads(
        daemon.command(*ask, "--seconds", "0.5", "--seed", "4", "--json").splitlines()[-1]
    )
    assert (record["engine"], record["license"], record["seed"]) == ("local-tiny", "CC0-1.0", 4)
    path = Path(record["path"])
    assert path.is_relative_to(daemon.places.crate) and soundfile.info(path).frames > 0.3 * 44100
    assert any("on the processor" in line for line in record["report"]["said"])
    if Path("/proc/self/maps").exists():
        assert "torch" not in Path(f"/proc/{daemon.process.pid}/maps").read_text(), (
            "the daemon itself stays light"
        )
    again = json.loads(
        daemon.command(*ask, "--seconds", "0.5", "--seed", "4", "--json").splitlines()[-1]
    )
    assert soundfile.read(again["path"])[0].tolist() == soundfile.read(path)[0].tolist()
    daemon.link.generate(
        "make", {"prompt": "techno", "engine": "local-tiny", "kind": "sfx", "seconds": 29}, "long"
    )
    wait_until(lambda: job(daemon)["progress"] > 0.06, 60, "its first steps")
    daemon.link.send("/sidecrate/cancel", "all")
    wait_until(lambda: job(daemon)["state"] == "cancelled", 10, "the cancel")


def test_what_was_accepted_is_made_as_accepted_whatever_the_config_says_by_then(
    tiny_folder, start_daemon
):
    daemon = start_daemon(config=CONFIG + config_of({"local-tiny": tiny_folder("local-tiny")}))
    # the daemon that runs keeps to the config that it began with
    daemon.places.config_file.write_text(CONFIG)
    daemon.link.generate(
        "make", {"prompt": "techno", "engine": "local-tiny", "kind": "sfx", "seconds": 0.5}, "a"
    )
    wait_until(lambda: daemon.rows("SELECT 1 FROM jobs WHERE ended IS NOT NULL"), 60, "its end")
    assert (job(daemon)["state"], job(daemon)["error_text"]) == ("done", "")
    (record,) = daemon.clips()
    assert (record["engine"], record["model"], record["license"]) == (
        "local-tiny",
        "local-tiny",
        "CC0-1.0",
    )


def job(daemon: DaemonProcess) -> sqlite3.Row:
    return daemon.rows("SELECT * FROM jobs ORDER BY seq")[-1]
