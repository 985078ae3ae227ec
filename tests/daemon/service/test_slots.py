"""The loops of the runner and of the improver, without a daemon around them."""

import asyncio
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from bridge.events import Done, Finished, Origin, Progress
from bridge.request import Request
from daemon.brief import Brief
from daemon.clip.results import MadeClip
from daemon.jobs.database import Database
from daemon.jobs.queue import Queue
from daemon.service.language_slot import Improver
from daemon.service.slots import Runner


class OneClip:
    """A queue with one clip in it."""

    def __init__(self):
        self.left = [SimpleNamespace(job="j1", clip="c1")]

    def claim(self, place):
        return self.left.pop() if self.left and place == "worker" else None

    def next_job(self):
        return SimpleNamespace(id="j1") if self.left and self.left.pop() else None


def of_runner(folder):
    return Runner(
        OneClip(), None, folder, print, count=1, idle_s=1, local_idle_s=1, deadline_s=1, tries=1, note_names="live",
        audition=print, paid_takes=Path(), spend_retry=False,
    ), "_make"  # fmt: skip


def of_improver(folder):
    return Improver(OneClip(), None, print, {}, per_day_usd=1, idle_s=1, check=print), "_improve"


@pytest.mark.parametrize("made", [of_runner, of_improver])
@pytest.mark.parametrize("steps", range(5))
def test_a_stop_in_the_moment_of_a_cancel_ends_the_loop(made, steps, tmp_path, monkeypatch):
    """The job's own cancel had ended its work, and the loop took the stop's for it and went on for good."""

    async def whole():
        loop, work = made(tmp_path)
        begun = asyncio.Event()

        async def endless(*given):
            begun.set()
            await asyncio.Event().wait()

        monkeypatch.setattr(loop, work, endless)
        loop.start()
        await begun.wait()
        loop.cancel("j1")
        for _ in range(steps):
            await asyncio.sleep(0)
        await asyncio.wait_for(loop.stop(), 10)

    asyncio.run(whole())


class SlowCrate:
    """Where a clip takes a while to arrive; `during` is called meanwhile."""

    def __init__(self, folder):
        self.folder, self.during = folder, threading.Event()

    def place(self, record):
        return self.folder / f"{record['clip']}.wav"

    def publish(self, record, folder):
        self.during.set()
        time.sleep(0.3)
        return {**record, "path": str(self.place(record))}


def test_a_cancel_while_a_clip_arrives_is_too_late_for_that_one_and_ends_the_job(
    tmp_path, monkeypatch
):
    database = Database(tmp_path / "jobs.db")
    queue, crate, heard, flushed = Queue(database, "boot"), SlowCrate(tmp_path), [], []
    runner = Runner(
        queue, crate, tmp_path, heard.append, count=1, idle_s=1, local_idle_s=1, deadline_s=9, tries=1, note_names="live",
        audition=print, paid_takes=tmp_path, spend_retry=False,
    )  # fmt: skip

    async def made(child, claim):
        record = {"id": claim.clip, "clip": claim.clip, "of": 2, "report": {}}
        return [MadeClip(record, tmp_path)]

    def flush():
        states = [row["state"] for row in database.rows("SELECT state FROM clips ORDER BY k")]
        flushed.append(
            (states[0], threading.current_thread() is threading.main_thread(), len(heard))
        )

    monkeypatch.setattr(runner, "_make", made)
    monkeypatch.setattr(queue, "flush", flush)

    async def whole():
        (job,), _ = queue.accept(
            [(Request({"prompt": "x"}), Brief("x", "x", count=2))], Origin("osc")
        )
        runner.start()
        while not crate.during.is_set():
            await asyncio.sleep(0.01)
        assert queue.cancel(job.id)
        runner.cancel(job.id)
        runner.settle(job.id)
        async with asyncio.timeout(10):
            while queue.job(job.id).state != "cancelled":
                await asyncio.sleep(0.01)
        await runner.stop()
        return job.id

    job = asyncio.run(whole())
    assert [row["state"] for row in queue.clips(job)] == ["done", "cancelled"]
    assert [type(event) for event in heard if not isinstance(event, Progress)] == [Done, Finished]
    assert (heard[-1].published, heard[-1].failed) == (1, 1)
    assert [at[:2] for at in flushed] == [("publishing", False), ("done", False)], (
        "before it stands there, and before it is told"
    )
    assert flushed[1][2] == len(heard) - 2
    database.close()
