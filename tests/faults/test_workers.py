"""Workers that run out of memory, crash, hang, raise or are killed: said with the reason, and the next job runs."""

import json
import sys

import psutil
import pytest

from tests.faults.asker import Asker
from tests.faults.audit import audit
from tests.faults.crash_run import TINY, workers_of
from tests.helpers.daemon_process import CONFIG, wait_until
from tests.helpers.web_house import WebHouse


def test_every_way_to_break_is_said_and_the_next_job_runs(start_daemon):
    daemon = start_daemon(config=CONFIG + "workers: {tries: 2}\n")
    expected = {
        "fail": ("asked_to_fail", "leave out the word", 1),
        "raise": ("internal", "RuntimeError: the fake engine breaks", 2),
        "memory": ("memory", "not enough memory", 2),
        "segfault": ("died", "died in mid-work", 2),
        "crash": ("died", "died in mid-work", 2),
    }
    asker = Asker(daemon.places)
    # between each two a job that must succeed
    jobs = {
        (word, n): asker.ask(f"{word}{n}", prompt=word if n == 0 else "clicks", **TINY)
        for word in expected
        for n in (0, 1)
    }
    wait_until(
        lambda: not daemon.rows("SELECT 1 FROM jobs WHERE ended IS NULL"), 60, "the end of all"
    )
    asker.close()
    found = {
        row["id"]: row
        for row in daemon.rows(
            "SELECT jobs.*, clips.tries FROM jobs JOIN clips ON clips.job = jobs.id"
        )
    }
    for word, (code, text, tries) in expected.items():
        row = found[jobs[word, 0]]
        assert (row["state"], row["error_code"], row["tries"]) == (
            "failed",
            code,
            tries,
        ) and text in row["error_text"], word
        assert found[jobs[word, 1]]["state"] == "done", f"the job after {word}"
    wait_until(lambda: not list(daemon.places.jobs.iterdir()), 10)
    assert audit(daemon.places) == []
    log = daemon.log()
    assert "RuntimeError" in log and "Traceback" in log


@pytest.mark.skipif(sys.platform != "linux", reason="limits of another process are Linux's")
def test_a_worker_short_of_memory_says_so_and_another_does_the_work(start_daemon):
    daemon = start_daemon()
    daemon.command("make", "clicks", "--engine", "fake", "--bars", "1")
    worker = workers_of(daemon)[0]
    room = psutil.Process(worker.pid).memory_info().vms + (8 << 20)
    worker.rlimit(psutil.RLIMIT_AS, (room, room))
    record = json.loads(
        daemon.command("make", "clicks 40 bpm", "--engine", "fake", "--bars", "16", "--json")
    )
    assert record["bars"] == 16
    tried = daemon.rows("SELECT tries, error_code FROM clips ORDER BY created DESC LIMIT 1")[0]
    assert tried["tries"] >= 1 and tried["error_code"] in ("memory", "internal", "died")


def test_modules_in_the_folder_that_it_is_started_in_are_not_run(monkeypatch, tmp_path):
    """A musician's folder may hold any file: `click.py`, or a whole `numpy` that somebody sent."""
    traps = tmp_path / "traps"
    traps.mkdir()
    for name in ("click", "daemon", "json", "keyring", "mido", "numpy", "soundfile", "uvicorn"):
        trap = f"open({str(tmp_path / 'run')!r}, 'a').write({name!r})\nraise SystemExit(3)\n"
        (traps / f"{name}.py").write_text(trap)
    monkeypatch.chdir(traps)
    house = WebHouse(tmp_path / "home")
    try:
        job = house.api.post("/requests", json={"prompt": "a kick", "kind": "one-shot"})
        assert house.done(job.json()["job"])["kind"] == "oneshot"
    finally:
        house.stop()
    assert not (tmp_path / "run").exists()
