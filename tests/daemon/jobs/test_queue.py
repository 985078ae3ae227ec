import sqlite3
import subprocess
import sys

import pytest

from bridge.events import Origin
from bridge.request import Request
from daemon.brief import Brief
from daemon.errors import QueueError
from daemon.jobs.database import Database
from daemon.jobs.queue import Queue

ORIGIN = Origin("osc", {"peer": ["127.0.0.1", 9]}, "a1")


@pytest.fixture
def database(tmp_path):
    database = Database(tmp_path / "jobs.db")
    yield database
    database.close()


@pytest.fixture
def queue(database):
    return Queue(database, "boot1")


def draft(count=1, **more):
    return Request({"prompt": "x"}), Brief("x", "x", count=count, **more)


def test_a_job_goes_from_accepted_to_done(queue):
    (job,), new = queue.accept([draft()], ORIGIN)
    assert new and job.state == "queued" and job.origin == ORIGIN and queue.position(job.id) == 1
    claim = queue.claim()
    assert (claim.job, claim.index, claim.attempt) == (job.id, 0, 1)
    assert queue.claim() is None
    for state in ("conforming", "publishing"):
        assert queue.enter(claim, state)
        assert queue.job(job.id).state == state
    assert queue.clip_done(claim, {"path": "/x.wav"})
    assert queue.settle_job(job.id).state == "done"
    assert queue.settle_job(job.id) is None, "an end is told once"
    assert queue.position(job.id) == 0


def test_what_was_promised_survives_a_power_cut_and_steps_between_wait_for_no_disk(database, queue):
    def flushed(work):
        said = []
        database._db.set_trace_callback(said.append)
        result = work()
        database._db.set_trace_callback(None)
        return result, "PRAGMA synchronous=FULL" in said

    (jobs, _), accepted = flushed(lambda: queue.accept([draft()], ORIGIN))
    claim, claimed = flushed(queue.claim)
    _, conforming = flushed(lambda: queue.enter(claim, "conforming"))
    _, noted = flushed(lambda: queue.note_progress(jobs[0].id, 0.5, "clicks"))
    _, publishing = flushed(lambda: queue.enter(claim, "publishing", "/x.wav"))
    _, done = flushed(lambda: queue.clip_done(claim, {"path": "/x.wav"}))
    _, ended = flushed(lambda: queue.settle_job(jobs[0].id))
    assert accepted and not (claimed or conforming or noted or publishing or done or ended)
    queue.flush()  # by whoever publishes, in a thread: see test_runner
    with database.write() as db:
        assert db.execute("PRAGMA synchronous").fetchone()[0] == 2, "whatever went before"


def test_clips_go_in_the_order_of_acceptance(queue):
    jobs, _ = queue.accept([draft(2), draft()], ORIGIN, claim="c1")
    claims = [queue.claim() for _ in range(3)]
    assert [(claim.job, claim.index) for claim in claims] == [
        (jobs[0].id, 0),
        (jobs[0].id, 1),
        (jobs[1].id, 0),
    ]
    assert len({claim.clip for claim in claims}) == 3
    assert [claim.origin.address["index"] for claim in claims] == [0, 0, 1]


def test_doors_take_turns_and_the_place_told_is_the_place_had(database, queue):
    files, _ = queue.accept([draft() for _ in range(50)], Origin("inbox"), claim="c1")
    asked = [queue.accept([draft()], Origin(door))[0][0] for door in ("osc", "osc", "midi")]
    assert [queue.position(job.id) for job in (files[0], files[9], *asked)] == [1, 13, 2, 5, 3]
    claims = [queue.claim() for _ in range(6)]
    assert [claim.job for claim in claims[:4]] == [
        files[0].id,
        asked[0].id,
        asked[2].id,
        files[1].id,
    ]
    assert [claim.job for claim in claims[4:]] == [asked[1].id, files[2].id]
    # one who comes later waits for no more than a turn of each, and a restart keeps the order within a door
    late = queue.accept([draft(2)], Origin("midi"))[0][0]
    again = Queue(database, "boot2")
    again.take_over()
    claims = [again.claim() for _ in range(7)]
    assert [claim.job for claim in claims if claim.origin.door == "inbox"] == [
        job.id for job in files[:3]
    ]
    assert [claim.job for claim in claims if claim.origin.door == "midi"] == [asked[2].id, late.id]
    assert all(not queue.clip_done(claim, {"path": "/x.wav"}) for claim in claims), (
        "the fence is by owner and attempt"
    )


def test_senders_of_a_door_take_turns_and_the_place_told_is_the_place_had(queue):
    def ask(lane, count=1, door="osc"):
        return queue.accept([draft(count)], Origin(door, lane=lane))[0][0].id

    device = [ask("device") for _ in range(20)]
    strangers = [ask("") for _ in range(3)]
    files = [ask("", door="inbox") for _ in range(3)]
    first = [queue.claim() for _ in range(4)]
    assert [claim.job for claim in first] == [device[0], files[0], strangers[0], files[1]]
    for claim in first:
        queue.clip_done(claim, {"path": "/x.wav"})
        queue.settle_job(claim.job)
    page = ask("page")
    places = {queue.position(job): job for job in (*device[1:], *strangers[1:], *files[2:], page)}
    claims = [queue.claim().job for _ in range(6)]
    assert claims == [device[1], files[2], strangers[1], page, device[2], strangers[2]]
    # the place is how many may be served until then, at most: doors and senders who wait already are counted a turn each
    assert all(claims.index(job) < place for place, job in places.items() if job in claims)
    assert page in (places[4], places[5])


def test_ever_new_senders_keep_none_waiting_for_ever(queue):
    device = [queue.accept([draft()], Origin("osc", lane="device"))[0][0].id for _ in range(3)]
    served = []
    for n in range(12):
        queue.accept([draft()], Origin("osc", lane=f"new{n}"))
        claim = queue.claim()
        queue.clip_done(claim, {"path": "/x.wav"})
        queue.settle_job(claim.job)
        served.append(claim.job)
    assert set(device) <= set(served)
    assert len(queue._turns["worker"]._lanes) <= 13


def test_a_sender_that_has_lost_count_is_refused_and_others_are_not(queue, monkeypatch):
    monkeypatch.setattr("daemon.jobs.accepting.MOST_OF_ONE", 3)
    stuck, once = Origin("osc", lane="stuck"), "osc:n:a1"
    jobs = [queue.accept([draft()], stuck, once=once if n == 0 else "")[0][0] for n in range(3)]
    with pytest.raises(QueueError, match="3 jobs from there wait already; cancel some") as refused:
        queue.accept([draft()], stuck)
    assert refused.value.code == "busy"
    assert queue.accept([draft()], stuck, once=once) == ([jobs[0]], False), (
        "what is known is told all the same"
    )
    queue.accept([draft()], Origin("osc", lane="another"))
    queue.cancel(jobs[1].id)
    queue.settle_job(jobs[1].id)
    queue.accept([draft()], stuck)


def test_the_same_claim_or_key_makes_nothing_new(queue):
    first, _ = queue.accept([draft(), draft()], ORIGIN, claim="c1")
    second, new = queue.accept([draft()], ORIGIN, claim="c1")
    assert not new and [job.id for job in second] == [job.id for job in first]
    (one,), _ = queue.accept([draft()], ORIGIN, once="osc:n:a1")
    (two,), new = queue.accept([draft()], ORIGIN, once="osc:n:a1")
    assert not new and one.id == two.id
    assert len(queue.newest()) == 3


def test_a_result_of_an_older_attempt_or_daemon_is_dropped(database, queue):
    queue.accept([draft()], ORIGIN)
    lost = queue.claim()
    other = Queue(database, "boot2")
    other.take_over()
    claim = other.claim()
    assert claim.attempt == 2
    assert not queue.enter(lost, "publishing") and not queue.clip_done(lost, {"path": "/twice.wav"})
    assert other.clip_done(claim, {"path": "/once.wav"})
    assert not other.clip_done(claim, {"path": "/again.wav"})
    assert [row["path"] for row in other.clips(claim.job)] == ["/once.wav"]


def test_tries_are_bounded_and_a_daemons_death_is_none(queue):
    queue.accept([draft()], ORIGIN)
    for _ in range(5):
        queue.claim()
        queue.take_over()
    assert [
        queue.clip_failed(queue.claim(), "died", "why", again=True, tries=3) for _ in range(3)
    ] == [
        "again",
        "again",
        "failed",
    ]
    job = queue.newest(1)[0]
    assert queue.settle_job(job.id).error_text == "why"


def test_a_try_that_was_repeated_leaves_no_error_on_a_job_that_is_done(queue):
    (job,), _ = queue.accept([draft(2)], ORIGIN)
    assert queue.clip_failed(queue.claim(), "died", "a worker died", again=True, tries=3) == "again"
    for path in ("/a.wav", "/b.wav"):
        assert queue.clip_done(queue.claim(), {"path": path})
    ended = queue.settle_job(job.id)
    assert (ended.state, ended.error_code, ended.error_text) == ("done", "", "")


def test_of_a_job_that_is_done_in_part_the_error_of_the_clip_that_failed_is_told(queue):
    (job,), _ = queue.accept([draft(2)], ORIGIN)
    assert queue.clip_failed(queue.claim(), "died", "a worker died", again=True, tries=3) == "again"
    assert queue.clip_done(queue.claim(), {"path": "/a.wav"})
    assert (
        queue.clip_failed(queue.claim(), "no_beat", "no beat was found", again=False, tries=3)
        == "failed"
    )
    ended = queue.settle_job(job.id)
    assert (ended.state, ended.error_code, ended.error_text) == (
        "done",
        "no_beat",
        "no beat was found",
    )


def test_a_clip_of_ten_thousand_takes_no_longer_when_thousands_are_done(database, queue):
    (job,), _ = queue.accept([draft(10_000)], ORIGIN)

    def steps():
        """Steps of SQLite's machine for one clip, from its claim to its end."""
        count = 0

        def step():
            nonlocal count
            count += 1

        database._db.set_progress_handler(step, 10)
        claim = queue.claim()
        assert queue.clip_done(claim, {"path": "/x.wav"})
        assert queue.settle_job(job.id) is None
        database._db.set_progress_handler(None, 0)
        return claim.k, count

    first, few = steps()
    with database.write() as db:
        db.execute("UPDATE clips SET state = 'done' WHERE k < 9000")
    later, many = steps()
    assert (first, later) == (0, 9000)
    assert many < few + 20
    assert queue.count_clips(job.id, "done") == 9001
    assert [row["k"] for row in queue.done_clips(job.id, 2)] == [8999, 9000]


@pytest.mark.slow
def test_one_sender_may_not_fill_the_disk_with_orders_of_many(queue):
    queue.accept([draft(10_000) for _ in range(9)], ORIGIN)
    queue.accept([draft(9_990)], ORIGIN)
    with pytest.raises(QueueError, match="99,990 clips from there wait already"):
        queue.accept([draft(101)], ORIGIN)
    queue.accept([draft()], ORIGIN)


def test_cancel_leaves_what_is_being_published(queue):
    (job,), _ = queue.accept([draft(3)], ORIGIN)
    first, second = queue.claim(), queue.claim()
    queue.enter(first, "publishing")
    assert queue.cancel(job.id)
    assert queue.settle_job(job.id) is None
    assert not queue.enter(second, "conforming")
    assert queue.clip_done(first, {"path": "/x.wav"})
    assert queue.settle_job(job.id).state == "cancelled"
    assert not queue.cancel(job.id)


def test_an_unknown_job_is_named(queue):
    with pytest.raises(QueueError, match="zzz"):
        queue.job("zzz")


def test_a_database_of_a_newer_version_is_left_alone(tmp_path):
    path = tmp_path / "new.db"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version=99")
    with pytest.raises(QueueError, match="newer"):
        Database(path)


WRITER = """
import sys
from pathlib import Path
from daemon.jobs.database import Database
from daemon.crate.crate import Crate
crate = Crate(Path(sys.argv[1]).parent, "{kind}", Database(Path(sys.argv[1])))
print(" ".join(crate.reserve() for _ in range(40)))
"""


def test_several_programs_write_at_once_and_lose_nothing(tmp_path):
    path = tmp_path / "jobs.db"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    ids = [clip for writer in writers for clip in writer.communicate(timeout=60)[0].split()]
    assert len(ids) == len(set(ids)) == 160
    database = Database(path, read_only=True)
    assert database.row("SELECT count(*) FROM clips")[0] == 160
    database.close()
