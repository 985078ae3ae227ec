"""A real job table, what is told of it, and a clip's way to its end, without a daemon around
them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.events import Origin
from bridge.request import Request
from daemon.brief import Brief
from daemon.jobs.database import Database
from daemon.jobs.queue import Queue
from daemon.service.ending import Ending


class Office:
    """The queue of one home, and all that was told."""

    def __init__(self, home: Path, tries: int) -> None:
        self.database = Database(home / "jobs.db")
        self.queue, self.told = Queue(self.database, "boot"), []
        self.jobs, self.paid_takes = home / "jobs", home / "paid takes"
        self.ending = Ending(
            queue=self.queue,
            jobs=self.jobs,
            paid_takes=self.paid_takes,
            tries=tries,
            tell=self.told.append,
        )

    def accept(self, count: int = 1, **brief: object) -> str:
        draft = (Request({"prompt": "x"}), Brief("x", "x", count=count, **brief))
        ((job,), _) = self.queue.accept([draft], Origin("osc", {}, "mine"))
        return job.id

    def claim(self):
        """The next clip, with a folder as a worker leaves it."""
        claim = self.queue.claim()
        (self.jobs / claim.clip).mkdir(parents=True, exist_ok=True)
        return claim

    def states(self, job: str) -> list[str]:
        return [row["state"] for row in self.queue.clips(job)]


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path, tries=2)
    yield made
    made.database.close()
