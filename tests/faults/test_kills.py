"""kill -9 at any moment and at every step of a job's life: what was accepted ends once, whole, and nothing is left over."""

import json
import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from tests.faults.asker import Asker
from tests.faults.audit import Watcher, audit
from tests.faults.crash_run import FAST, TINY, crash_run, workers_of
from tests.helpers.daemon_process import CONFIG, wait_until

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="signals that Windows does not have"
)

PROMPT_FILE = "engine: fake\nbars: 1\nbpm: 240\ncount: 2\n\nclicks"

#: Where the daemon dies, and where its worker does.
DAEMON_STEPS = [
    "daemon.jobs.queue:Queue.accept:before",
    "daemon.jobs.queue:Queue.accept:after",
    "daemon.jobs.queue:Queue.claim:after",
    "daemon.jobs.queue:Queue.enter:after",
    "daemon.crate.crate:Crate.publish:before",
    "daemon.crate.crate:Crate.publish:after",
    "daemon.crate.crate:_bring:after",
    "daemon.crate.crate:_sync_folder:before",
    "shutil:copyfileobj:after",
    "daemon.jobs.queue:Queue.clip_done:before",
    "daemon.jobs.queue:Queue.clip_done:after",
    "daemon.jobs.queue:Queue.settle_job:before",
    "daemon.jobs.queue:Queue.settle_job:after",
    "bridge.inbox.door:Inbox._open:before",
    "bridge.inbox.claims:write_whole:before",
    "bridge.inbox.claims:write_whole:after",
    "bridge.inbox.claims:_move:after",
]
WORKER_STEPS = [
    "daemon.engines.take_files:save_take:before",
    "daemon.engines.take_files:save_take:after",
    "daemon.clip.make:make_record:after",
    "daemon.audio.wav:write_clip:after",
    "daemon.clip.make:write_files:after",
    "daemon.clip.make:write_whole:after",
]
STEPS = DAEMON_STEPS + WORKER_STEPS


@pytest.mark.timeout(220)
def test_a_kill_at_every_step_loses_nothing_and_makes_nothing_twice(start_daemon, tmp_path):
    # one worker, for it is started at every step; two at once are killed further below
    daemon = start_daemon(config=CONFIG + "workers: {count: 1, tries: 10}\n")
    watcher = Watcher(daemon.places.crate)
    plain, at, marks = daemon.environment, tmp_path / "die at", tmp_path / "died"
    marks.mkdir()
    folder = os.pathsep.join(
        [str(Path(__file__).parent / "die_at"), str(Path(__file__).parents[2])]
    )
    armed = {
        **plain,
        "PYTHONPATH": folder,
        "SIDECRATE_DIE_AT": f"@{at}",
        "SIDECRATE_DIE_MARK": str(marks),
    }

    def die_at(step):
        (daemon.places.inbox / f"step{STEPS.index(step)}.txt").write_text(PROMPT_FILE)
        wait_until((marks / step).exists, 30, step)

    try:
        daemon.kill()
        daemon.environment = {**armed, "SIDECRATE_DIE_IN": "daemon.cli"}
        for step in DAEMON_STEPS:
            at.write_text(step)
            daemon.launch()
            die_at(step)
            daemon.process.wait(10)
        daemon.environment = {**armed, "SIDECRATE_DIE_IN": "daemon.children.inside"}
        at.write_text("")
        daemon.start()
        for step in WORKER_STEPS:
            at.write_text(step)
            for worker in workers_of(daemon):
                worker.kill()
            die_at(step)
        at.write_text("")
        done = daemon.places.inbox / "done"
        wait_until(
            lambda: len(list(done.glob("*.result.json"))) == len(STEPS),
            60,
            "an answer to each file",
        )
        wait_until(lambda: not list(daemon.places.jobs.iterdir()), 10, "the end of the work")
    finally:
        broken = watcher.stop()
    assert broken == [] and audit(daemon.places) == []
    for number, step in enumerate(STEPS):
        result = json.loads((done / f"step{number}.txt.result.json").read_text())
        assert len(result["clips"]) == 2 and not result["failed"], step
    assert daemon.rows("SELECT count(*) FROM jobs")[0][0] == len(STEPS)
    assert len(daemon.wavs()) == 2 * len(STEPS)


@pytest.mark.timeout(220)
def test_jobs_under_random_kills_of_daemon_and_workers(start_daemon):
    # 300 jobs: python -m benchmarks.crashes
    crash_run(start_daemon(config=FAST), jobs=24, seed=7, kills=6)


def test_a_worker_stopped_past_its_deadline_publishes_once(start_daemon):
    daemon = start_daemon(config=CONFIG + "workers: {deadline_s: 5, tries: 10}\n")
    asker = Asker(daemon.places)
    job = asker.ask("a", prompt="slow clicks", **TINY)
    asker.close()
    stopped = wait_until(lambda: workers_of(daemon), 20, "a worker")[0]
    wait_until(lambda: daemon.rows("SELECT 1 FROM jobs WHERE state = 'generating'"), 20, "the work")
    stopped.suspend()
    wait_until(lambda: daemon.rows("SELECT 1 FROM clips WHERE attempt = 2"), 20, "another attempt")
    assert not stopped.is_running() or stopped.status() == psutil.STATUS_ZOMBIE, (
        "it was ended, not left to wake up"
    )
    wait_until(
        lambda: daemon.rows("SELECT 1 FROM jobs WHERE state = 'done' AND id = ?", job),
        30,
        "the clip",
    )
    assert len(daemon.wavs()) == 1 and audit(daemon.places) == []


def test_a_stopped_daemon_keeps_its_home_and_goes_on(start_daemon):
    daemon = start_daemon(config=FAST)
    asker = Asker(daemon.places)
    job = asker.ask("a", prompt="slow clicks", count=2, **TINY)
    asker.close()
    os.kill(daemon.process.pid, signal.SIGSTOP)
    try:
        from tests.helpers.daemon_process import command

        second = command("run", environment=daemon.environment)
        assert second.returncode == 1 and "another Sidecrate daemon" in second.stderr
    finally:
        os.kill(daemon.process.pid, signal.SIGCONT)
    wait_until(
        lambda: daemon.rows("SELECT 1 FROM jobs WHERE state = 'done' AND id = ?", job),
        30,
        "the clips",
    )
    wait_until(lambda: not list(daemon.places.jobs.iterdir()), 10, "the end of the work")
    assert len(daemon.wavs()) == 2 and audit(daemon.places) == []
