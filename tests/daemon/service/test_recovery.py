"""What a start finds of a daemon that was killed, and what it keeps of it."""

import json
import os
import time

import pytest

from bridge.events import Origin
from bridge.request import Request
from daemon.brief import Brief
from daemon.crate.crate import Crate
from daemon.home.places import Places
from daemon.jobs.batch_file import write_batch
from daemon.jobs.database import Database
from daemon.jobs.queue import Queue
from daemon.service.recovery import recover


class Home:
    """A home between two daemons."""

    def __init__(self, folder):
        self.places = Places.find(folder)
        self.database = Database(self.places.database)
        self.queue = Queue(self.database, "boot")

    def clip_with_a_paid_take(self):
        """A clip that is worked on, whose take was paid for."""
        draft = (Request({"prompt": "x"}), Brief("x", "x"))
        self.queue.accept([draft], Origin("osc", {}, "mine"))
        claim = self.queue.claim()
        take = self.places.jobs / claim.clip / "take0"
        take.mkdir(parents=True)
        (take / "take.wav").write_bytes(b"sound")
        (take / "take.json").write_text(json.dumps({"cost_usd": 0.2}))
        return claim

    def start_again(self):
        crate = Crate(self.places.crate, "{kind}", self.database)
        recover(self.places, crate, Queue(self.database, "boot2"), self.places.inbox)

    def kept(self):
        return sorted(path.name for path in self.places.paid_takes.iterdir())


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path)
    yield made
    made.database.close()


def test_a_paid_take_of_a_job_that_ended_just_before_the_kill_is_kept(home):
    failed = home.clip_with_a_paid_take()
    home.queue.clip_failed(failed, "refused", "no beat", again=False, tries=2)
    home.queue.settle_job(failed.job)
    done = home.clip_with_a_paid_take()
    home.queue.clip_done(done, {"path": "/a.wav"})
    home.queue.settle_job(done.job)
    at_work = home.clip_with_a_paid_take()
    home.start_again()
    assert home.kept() == [f"{failed.clip}.wav"]
    assert [folder.name for folder in home.places.jobs.iterdir()] == [at_work.clip]


def test_a_paid_take_outlives_the_loss_of_the_job_table(home):
    claim = home.clip_with_a_paid_take()
    with home.database.write() as db:
        db.execute("DELETE FROM clips")
        db.execute("DELETE FROM jobs")
    home.start_again()
    assert home.kept() == [f"{claim.clip}.wav"]


def test_batches_that_nobody_ordered_do_not_pile_up(home):
    names = [write_batch(home.places.batches, "my.csv", "key", ["{}"]) for _ in range(2)]
    old, new = (home.places.batches / f"{name}.jsonl" for name in names)
    os.utime(old, (time.time() - 2 * 86400,) * 2)
    home.start_again()
    assert list(home.places.batches.iterdir()) == [new]
