"""What was accepted survives the daemon's death, and nothing half-written is ever seen."""

import json
import os
import subprocess
import sys
import threading
import time

import pytest
import soundfile

from daemon.home.places import Places
from tests.helpers.daemon_process import command, wait_until


class Watcher:
    """Looks at the crate as a DAW's browser does, and opens every WAV that it sees."""

    def __init__(self, crate):
        self.broken, self.crate, self._stop = [], crate, threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self):
        while not self._stop.wait(0.01):
            for path in self.crate.rglob("*.wav"):
                try:
                    assert soundfile.info(path).frames > 0
                except Exception as error:
                    self.broken.append((path, error))

    def stop(self):
        self._stop.set()
        self._thread.join()
        return self.broken


def order_slow(daemon, count=1, **more):
    daemon.link.generate(
        "make",
        {"prompt": "slow clicks", "engine": "fake", "bpm": 120, "bars": 1, "count": count, **more},
        "x",
    )
    return wait_until(
        lambda: [row["id"] for row in daemon.rows("SELECT id FROM jobs")], 10, "the job"
    )[-1]


def state_of(daemon, job):
    return daemon.rows("SELECT state FROM jobs WHERE id = ?", job)[0]["state"]


@pytest.mark.parametrize("state", ["queued", "generating", "conforming"])
def test_a_killed_daemon_goes_on_where_it_was(start_daemon, state):
    daemon = start_daemon()
    watcher = Watcher(daemon.places.crate)
    job = order_slow(daemon, count=2)
    if state != "queued":
        wait_until(lambda: state_of(daemon, job) == state, 30, state)
    daemon.kill()
    daemon.start()
    wait_until(lambda: state_of(daemon, job) == "done", 60, "the end")
    assert watcher.stop() == []
    clips = daemon.clips()
    assert [record["n"] for record in clips] == [1, 2] and len(daemon.wavs()) == 2
    assert sorted(record["path"] for record in clips) == sorted(map(str, daemon.wavs()))
    assert not list(daemon.places.jobs.iterdir())


def test_what_a_crash_left_half_written_is_gone_after_a_start(start_daemon):
    daemon = start_daemon()
    daemon.kill()
    (daemon.places.crate / "Loops").mkdir(parents=True, exist_ok=True)
    half = daemon.places.crate / "Loops" / ".x_90bpm_abcd.wav.sidecrate-part"
    half.write_bytes(b"RIFF")
    os.utime(half, (time.time() - 7200,) * 2)
    (daemon.places.jobs / "gone").mkdir(parents=True)
    daemon.start()
    assert not half.exists() and not (daemon.places.jobs / "gone").exists()


def test_a_folder_of_the_users_among_old_recordings_keeps_no_daemon_from_starting(start_daemon):
    daemon = start_daemon()
    daemon.kill()
    for kept in (daemon.places.recordings, daemon.places.paid_takes):
        mine, old, new = kept / "mine", kept / "old.wav", kept / "new.wav"
        mine.mkdir(parents=True)
        for path in (old, new, mine / "take.wav"):
            path.write_bytes(b"RIFF")
        for path in (old, mine / "take.wav", mine):
            os.utime(path, (time.time() - 40 * 86400,) * 2)
    daemon.start()
    for kept in (daemon.places.recordings, daemon.places.paid_takes):
        assert sorted(path.name for path in kept.iterdir()) == ["mine", "new.wav"]
        assert (kept / "mine" / "take.wav").exists()


def test_a_prompt_in_the_inbox_outlives_a_kill(start_daemon):
    daemon = start_daemon()
    (daemon.places.inbox / "idea.txt").write_text("engine: fake\nbars: 1\n\nslow clicks 120 bpm")
    wait_until(lambda: daemon.rows("SELECT 1 FROM jobs"), 10, "the job")
    daemon.kill()
    daemon.start()
    wait_until((daemon.places.inbox / "done" / "idea.txt.result.json").exists, 60, "the result")
    assert len(daemon.wavs()) == 1


def test_cancel_ends_the_work_within_a_second(start_daemon):
    daemon = start_daemon()
    daemon.link.generate("make", {"prompt": "hang", "engine": "fake", "bpm": 120, "bars": 1}, "x")
    wait_until(lambda: daemon.rows("SELECT 1 FROM jobs WHERE state = 'generating'"), 10, "the work")
    time.sleep(1.0)
    daemon.command("cancel", "all")
    wait_until(lambda: not children_of(daemon.process.pid), 5, "the worker's end")
    row = daemon.rows("SELECT state, error_code FROM jobs")[0]
    assert tuple(row) == ("cancelled", "cancelled")
    record = json.loads(
        daemon.command("make", "clicks", "--engine", "fake", "--bars", "1", "--json")
    )
    assert os.path.exists(record["path"]), "the next job runs"


def children_of(pid):
    try:
        return [
            child
            for task in os.listdir(f"/proc/{pid}/task")
            for child in open(f"/proc/{pid}/task/{task}/children").read().split()
        ]
    except FileNotFoundError:
        pytest.skip("/proc is not here")


def test_a_worker_that_dies_is_tried_again_then_said(start_daemon):
    daemon = start_daemon()
    out = daemon.command("make", "crash", "--engine", "fake", "--bars", "1", "--json", code=1)
    assert json.loads(out)["error"] == "died"
    assert daemon.rows("SELECT tries FROM clips")[0]["tries"] == 3
    daemon.command("make", "clicks", "--engine", "fake", "--bars", "1")


def test_an_engine_that_fails_is_heard_at_the_door(start_daemon):
    daemon = start_daemon()
    out = daemon.command("make", "fail", "--engine", "fake", "--bars", "1", "--json", code=1)
    assert json.loads(out) == {
        "error": "asked_to_fail",
        "text": "the fake engine fails because the prompt says so; leave out the word `fail`",
    }


def test_silence_is_refused_with_the_reason(start_daemon):
    daemon = start_daemon()
    out = json.loads(
        daemon.command("make", "silent", "--engine", "fake", "--bars", "1", "--json", code=1)
    )
    assert "silent" in out["text"]


def test_a_clip_waits_for_a_crate_that_has_gone(start_daemon):
    daemon = start_daemon()
    job = order_slow(daemon)
    wait_until(lambda: state_of(daemon, job) == "generating")
    loops = daemon.places.crate / "Loops"
    if loops.exists():
        loops.rmdir()
    loops.write_text("a file where the folder should be")
    wait_until(lambda: state_of(daemon, job) == "publishing", 30)
    time.sleep(1.5)
    assert not daemon.clips()
    loops.unlink()
    wait_until(lambda: state_of(daemon, job) == "done", 30, "the clip once the crate is back")


def test_a_second_daemon_on_the_same_home_is_refused(start_daemon):
    daemon = start_daemon()
    second = command("run", environment=daemon.environment)
    assert (
        second.returncode == 1
        and "another Sidecrate daemon" in second.stderr
        and len(second.stderr.splitlines()) == 1
    )


def test_a_port_in_use_leaves_the_daemon_up(start_daemon, tmp_path):
    first = start_daemon("one")
    port = first.link.port
    second_home = tmp_path / "two"
    second_home.mkdir()
    (second_home / "config.yaml").write_text(f"osc: {{port: {port}}}\nmidi: {{enabled: false}}\n")
    process = subprocess.Popen([sys.executable, "-m", "daemon.cli", "run"], env={**first.environment, "SIDECRATE_HOME": str(second_home)},
                               stderr=subprocess.PIPE, text=True)  # fmt: skip
    places = Places.find(second_home)
    try:
        wait_until(places.beacon.exists, 20, "the second daemon")
        (places.inbox / "x.txt").write_text("engine: fake\n\nclicks 120 bpm 1 bar")
        wait_until((places.inbox / "done" / "x.txt").exists, 30, "a clip by the other door")
        first.stop()
        wait_until(
            lambda: json.loads(places.beacon.read_text())["osc_port"] == port,
            20,
            "the port, once it is free",
        )
    finally:
        process.terminate()
        said = process.communicate(timeout=20)[1]
    assert f"OSC port {port} cannot be opened" in said
