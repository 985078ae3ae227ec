"""Laptops sleep and clocks jump: what waits is counted on the monotonic clock, and what is stored is only shown."""

import time

import pytest

from bridge.inbox.stillness import Stillness
from bridge.osc.throttle import PACKETS_PER_S, Throttle
from bridge.request import Request
from bridge.session import Session
from daemon.brief import Brief
from daemon.jobs.database import Database
from daemon.jobs.queue import Queue
from tests.faults.asker import Asker
from tests.faults.crash_run import TINY
from tests.helpers.daemon_process import wait_until
from tests.helpers.osc_door import make_door

HOURS_S = 8 * 3600.0


@pytest.mark.parametrize("jump_s", [-10 * HOURS_S, 10 * HOURS_S])
def test_a_jump_of_the_wall_clock_changes_no_order_and_loses_no_claim(
    tmp_path, monkeypatch, jump_s
):
    from bridge.events import Origin

    database = Database(tmp_path / "x.db")
    queue = Queue(database, "boot")
    real, shift = time.time, [0.0]
    monkeypatch.setattr(time, "time", lambda: real() + shift[0])
    jobs = []
    for _ in range(3):
        jobs += queue.accept([(Request({"prompt": "x"}), Brief("x", "x"))], Origin("osc"))[0]
        shift[0] += jump_s
    claims = [queue.claim() for _ in range(3)]
    assert [claim.job for claim in claims] == [job.id for job in jobs]
    shift[0] -= 2 * jump_s
    for claim in claims:
        assert queue.clip_done(claim, {"path": f"/{claim.clip}.wav"})
        assert queue.settle_job(claim.job).state == "done"
    assert [job.id for job in queue.newest()] == [job.id for job in reversed(jobs)]
    database.close()


def test_a_files_stillness_ends_after_a_sleep_and_not_by_its_date(tmp_path):
    import os

    now = [100.0]
    stillness = Stillness(0.25, 2.0, clock=lambda: now[0])
    path = tmp_path / "x.txt"
    path.write_text("drums")
    for date in (0, 4e9):
        os.utime(path, (date, date))
        assert not stillness.is_ready(path)
        now[0] += 0.1
        assert not stillness.is_ready(path)
    now[0] += HOURS_S
    assert stillness.is_ready(path)


def test_a_session_ends_after_ten_minutes_of_silence_and_a_sleep_is_silence():
    session = Session()
    session.hear("max:1", {"bpm": 93.0}, 0.0)
    assert session.view(590.0).to_json()["bpm"] == 93.0
    assert session.view(HOURS_S).to_json().get("bpm") != 93.0


def test_a_sleep_fills_no_bucket_beyond_its_brim():
    now = [0.0]
    throttle = Throttle(lambda: now[0])
    now[0] = HOURS_S
    assert (
        sum(
            throttle.allows(("127.0.0.1", 1), b"/x", greeted=True) for _ in range(3 * PACKETS_PER_S)
        )
        == PACKETS_PER_S
    )


def test_the_end_that_was_to_be_repeated_is_not_said_in_a_burst_after_a_sleep():
    from bridge.events import Failed, Origin
    from bridge.osc.door import REPEATS_S
    from bridge.osc.packet import build_message

    now, orders = [0.0], []
    door = make_door(orders.append, clock=lambda: now[0])
    sent = []
    door._socket.send = lambda packet, peer: sent.append(packet)
    door._handle(build_message("/sidecrate/hello", "x", 0, "n"), ("127.0.0.1", 1))
    door.tell(
        Failed(
            Origin("osc", {"peer": ["127.0.0.1", 1], "reply": ["127.0.0.1", 1]}),
            "j",
            "refused",
            "silent",
        )
    )
    del sent[:]
    door._stopping.wait = _turns(now, [HOURS_S, 0.25, 0.25])
    door._repeat()
    assert len(sent) == 1 and len(REPEATS_S) > 1


def _turns(now, steps_s):
    """A wait that lets the clock go on by each step, then says stop."""
    left = iter(steps_s)

    def wait(_timeout_s):
        step_s = next(left, None)
        now[0] += step_s or 0.0
        return step_s is None

    return wait


def test_a_daemon_that_slept_in_mid_job_goes_on(start_daemon):
    """A stop stands in for the sleep: the process stands still, the clocks do not."""
    import psutil

    daemon = start_daemon()
    asker = Asker(daemon.places)
    job = asker.ask("a", prompt="slow clicks", **TINY)
    wait_until(lambda: daemon.rows("SELECT 1 FROM jobs WHERE state = 'generating'"), 20)
    family = [psutil.Process(daemon.process.pid)]
    family += family[0].children(recursive=True)
    for process in family:
        process.suspend()
    time.sleep(2.0)
    for process in reversed(family):
        process.resume()
    wait_until(
        lambda: daemon.rows("SELECT 1 FROM jobs WHERE id = ? AND state = 'done'", job),
        30,
        "the clip",
    )
    assert len(daemon.wavs()) == 1 and daemon.rows("SELECT attempt FROM clips")[0]["attempt"] == 1
    asker.close()
