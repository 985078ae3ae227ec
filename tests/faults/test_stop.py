"""Ctrl-C with work in flight: nothing is left running, and what was asked is made at the next start."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.faults.asker import Asker
from tests.faults.audit import audit
from tests.faults.crash_run import FAST, TINY, workers_of
from tests.helpers.daemon_process import wait_until

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="signals that Windows does not have"
)


def family(daemon):
    return psutil.Process(daemon.process.pid).children(recursive=True)


@pytest.mark.parametrize("how", ["ctrl-c in a terminal", "the end of a session"])
def test_what_tells_all_of_its_programs_to_end_counts_as_no_try(start_daemon, how):
    daemon = start_daemon(config=FAST)
    asker = Asker(daemon.places)
    jobs = [asker.ask(f"slow{n}", prompt="slow clicks", **TINY) for n in range(2)]
    wait_until(
        lambda: len(daemon.rows("SELECT 1 FROM jobs WHERE stage != ''")) == 2,
        20,
        "word from both workers",
    )
    children = family(daemon)
    if how == "ctrl-c in a terminal":
        os.killpg(daemon.process.pid, signal.SIGINT)
    else:
        for process in [*children, psutil.Process(daemon.process.pid)]:
            process.send_signal(signal.SIGTERM)
    assert daemon._wait() == 0
    assert psutil.wait_procs(children, 5)[1] == []
    assert {row["tries"] for row in daemon.rows("SELECT tries FROM clips")} == {0}
    log = daemon.log()
    assert "KeyboardInterrupt" not in log and "died" not in log
    daemon.start()
    wait_until(
        lambda: not daemon.rows("SELECT 1 FROM jobs WHERE ended IS NULL"), 60, "what was asked"
    )
    assert {row["id"] for row in daemon.rows("SELECT id FROM jobs WHERE state = 'done'")} == set(
        jobs
    )
    asker.close()


def test_ctrl_c_leaves_nothing_running_and_a_second_one_does_not_wait(start_daemon, tmp_path):
    daemon = start_daemon(config=FAST)
    asker = Asker(daemon.places)
    jobs = [asker.ask(f"slow{n}", prompt="slow clicks", **TINY) for n in range(2)]
    wait_until(lambda: len(workers_of(daemon)) == 2, 20, "work in flight")
    children = family(daemon)
    assert daemon.stop() == 0
    assert psutil.wait_procs(children, 5)[1] == [] and not daemon.places.beacon.exists()
    mark, plain = tmp_path / "stands", daemon.environment
    folder = os.pathsep.join(
        [str(Path(__file__).parent / "die_at"), str(Path(__file__).parents[2])]
    )
    daemon.environment = {
        **plain, "PYTHONPATH": folder, "SIDECRATE_DIE_MARK": str(mark),
        "SIDECRATE_DIE_AT": "daemon.crate.crate:Crate.publish:hang", "SIDECRATE_DIE_IN": "daemon.cli",
    }  # fmt: skip
    daemon.start()
    wait_until(mark.exists, 30, "a crate on a drive that does not answer")
    children = family(daemon)
    daemon.process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        daemon.process.wait(1.0)
    assert daemon.stop() == 130
    assert psutil.wait_procs(children, 5)[1] == []
    daemon.environment = plain
    daemon.start()
    wait_until(
        lambda: not daemon.rows("SELECT 1 FROM jobs WHERE ended IS NULL"), 30, "what was asked"
    )
    wait_until(lambda: not list(daemon.places.jobs.iterdir()), 10)
    assert {row["id"] for row in daemon.rows("SELECT id FROM jobs WHERE state = 'done'")} == set(
        jobs
    )
    assert len(daemon.wavs()) == 2 and audit(daemon.places) == []
    asker.close()
