"""The loops of the worker slots and of the language slot, without a daemon around them."""

import asyncio
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from bridge.events import Done, Finished, Progress
from daemon.clip.results import MadeClip, make_results
from daemon.improve.store import Improvements
from daemon.jobs.database import Database
from daemon.service.bell import Bell
from daemon.service.language_slot import LanguageSlot
from daemon.service.publishing import Publishing
from daemon.service.slots import WorkerSettings, WorkerSlots
from daemon.verbs.registry import Result

ONE_WORKER = WorkerSettings(
    count=1, idle_s=1, local_idle_s=1, deadline_s=9, note_names="live", spend_retry=False
)


def worker_slots(office, crate=None, shelve=print):
    publishing = Publishing(
        queue=office.queue,
        crate=crate,
        jobs=office.jobs,
        ending=office.ending,
        tell=office.told.append,
        shelve=shelve,
        audition=print,
    )
    return WorkerSlots(
        ONE_WORKER,
        queue=office.queue,
        crate=crate,
        jobs=office.jobs,
        publishing=publishing,
        ending=office.ending,
        bell=Bell(),
    )


def language_slot(office):
    return LanguageSlot(
        store=Improvements(office.database, office.queue),
        ending=office.ending,
        bell=Bell(),
        tell=print,
        server={},
        per_day_usd=1,
        idle_s=1,
        check=lambda brief, request: None,
    )


@pytest.mark.parametrize(
    ("make", "work", "brief"),
    [(worker_slots, "_make", {}), (language_slot, "_improve", {"improve": "on"})],
)
@pytest.mark.parametrize("steps", range(5))
def test_a_stop_in_the_moment_of_a_cancel_ends_the_loop(
    make, work, brief, steps, office, monkeypatch
):
    """The job's own cancel had ended its work, and the loop took the stop's for it and went on for
    good."""

    async def whole():
        slots, job = make(office), office.accept(**brief)
        begun = asyncio.Event()

        async def endless(*given):
            begun.set()
            await asyncio.Event().wait()

        monkeypatch.setattr(slots, work, endless)
        slots.start()
        await begun.wait()
        slots.cancel(job)
        for _ in range(steps):
            await asyncio.sleep(0)
        await asyncio.wait_for(slots.stop(), 10)

    asyncio.run(whole())


class SlowCrate:
    """Where a clip takes a while to arrive; `during` is set meanwhile."""

    def __init__(self, folder):
        self.folder, self.during = folder, threading.Event()

    def place(self, record):
        return self.folder / f"{record.get('clip') or record['id']}.wav"

    def publish(self, record, folder):
        self.during.set()
        time.sleep(0.3)
        return {**record, "path": str(self.place(record))}


async def made(child, claim):
    record = {"id": claim.clip, "clip": claim.clip, "of": claim.count, "report": {}}
    return [MadeClip(record, Path())]


def test_a_cancel_while_a_clip_arrives_is_too_late_for_that_one_and_ends_the_job(
    office, tmp_path, monkeypatch
):
    queue, crate, heard, flushed, shelved = office.queue, SlowCrate(tmp_path), office.told, [], []
    slots = worker_slots(office, crate, lambda clip: shelved.append((clip, len(heard))))

    def flush():
        # in the thread that publishes, whose connection is its own
        looking = Database(office.database.path, read_only=True)
        states = [row["state"] for row in looking.rows("SELECT state FROM clips ORDER BY k")]
        looking.close()
        flushed.append(
            (states[0], threading.current_thread() is threading.main_thread(), len(heard))
        )

    monkeypatch.setattr(slots, "_make", made)
    monkeypatch.setattr(queue, "flush", flush)

    async def whole():
        job = office.accept(count=2)
        slots.start()
        while not crate.during.is_set():
            await asyncio.sleep(0.01)
        assert queue.cancel(job)
        slots.cancel(job)
        office.ending.settle(job)
        async with asyncio.timeout(10):
            while queue.job(job).state != "cancelled":
                await asyncio.sleep(0.01)
        await slots.stop()
        return job

    job = asyncio.run(whole())
    assert [row["state"] for row in queue.clips(job)] == ["done", "cancelled"]
    assert [type(event) for event in heard if not isinstance(event, Progress)] == [Done, Finished]
    assert (heard[-1].published, heard[-1].failed) == (1, 1)
    assert [at[:2] for at in flushed] == [("publishing", False), ("done", False)], (
        "before it stands there, and before it is told"
    )
    assert flushed[1][2] == len(heard) - 2
    assert shelved == [(heard[-2].clip, len(heard) - 2)], "in the library before it is told"


def test_a_stop_while_a_clip_arrives_does_not_wait_and_leaves_the_clip_to_the_next_start(
    office, tmp_path, monkeypatch
):
    crate, arrive = SlowCrate(tmp_path), threading.Event()
    slots = worker_slots(office, crate)

    def publish(record, folder):
        crate.during.set()
        assert arrive.wait(10)
        return {**record, "path": str(crate.place(record))}

    monkeypatch.setattr(slots, "_make", made)
    monkeypatch.setattr(crate, "publish", publish)

    async def whole():
        job = office.accept()
        slots.start()
        while not crate.during.is_set():
            await asyncio.sleep(0.01)
        await asyncio.wait_for(slots.stop(), 10)
        assert office.states(job) == ["publishing"] and not arrive.is_set()
        arrive.set()
        return job

    job = asyncio.run(whole())
    office.queue.take_over()
    assert office.states(job) == ["queued"] and office.claim().job == job


def test_parts_that_are_done_stay_when_the_rest_is_cancelled(office, tmp_path, monkeypatch):
    """The verb has yielded drums and works on the bass when its job is cancelled."""
    crate = SlowCrate(tmp_path)
    slots, queue = worker_slots(office, crate), office.queue

    def separate(brief, request, folder, tell):
        tone = np.sin(np.arange(4410) / 20).astype(np.float32)[:, None] / 4
        yield Result("sfx", tone, part="drums")
        raise KeyboardInterrupt

    monkeypatch.setattr("daemon.clip.results.find_function", lambda name: separate)

    async def whole():
        job, begun = office.accept(do="split"), asyncio.Event()

        async def make(child, claim):
            folder = office.jobs / claim.clip
            task = {"brief": claim.brief.to_json(), "request": {}, "k": 0, "clip": claim.clip}
            task |= {"job": claim.job, "folder": str(folder), "created": 0.0, "work": ""}
            with pytest.raises(KeyboardInterrupt):
                make_results(task, lambda *_: None)
            begun.set()
            await asyncio.Event().wait()

        monkeypatch.setattr(slots, "_make", make)
        slots.start()
        await begun.wait()
        assert queue.cancel(job)
        slots.cancel(job)
        office.ending.settle(job)
        async with asyncio.timeout(10):
            while queue.job(job).state != "cancelled":
                await asyncio.sleep(0.01)
        await slots.stop()
        return job

    job = asyncio.run(whole())
    assert office.states(job) == ["done"]
    told = [event for event in office.told if not isinstance(event, Progress)]
    assert [type(event) for event in told] == [Done, Finished]
    assert told[-1].text == "cancelled as asked; done before, and kept: drums"
