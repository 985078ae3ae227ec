"""All kinds of slots as one, with the real job table behind them."""

import asyncio

import pytest

from bridge.events import Failed
from daemon.improve.store import Improvements
from daemon.service.bell import Bell
from daemon.service.departments import Departments
from daemon.service.language_slot import LanguageSlot
from daemon.service.slots import WorkerSettings, WorkerSlots


class Recorded:
    """Slots that note what they are told to do."""

    def __init__(self, name, notes, breaks=False):
        self.name, self.notes, self.breaks = name, notes, breaks

    def start(self):
        self.notes.append(f"start {self.name}")

    async def stop(self):
        self.notes.append(f"stop {self.name}")
        if self.breaks:
            raise RuntimeError(f"{self.name} broke")

    def cancel(self, job):
        self.notes.append(f"cancel {self.name} {job}")


@pytest.mark.parametrize("breaks", ["", "a", "b", "c"])
def test_they_stop_in_reverse_order_whichever_of_them_breaks(office, breaks):
    notes = []
    departments = Departments(
        office.ending, *(Recorded(name, notes, name == breaks) for name in "abc")
    )

    async def whole():
        departments.start()
        await departments.stop()

    if breaks:
        with pytest.raises(RuntimeError, match=f"{breaks} broke"):
            asyncio.run(whole())
    else:
        asyncio.run(whole())
    assert notes == ["start a", "start b", "start c", "stop c", "stop b", "stop a"]


def test_a_cancel_reaches_each_kind_before_the_job_is_told_to_have_ended(office):
    departments = Departments(office.ending, *(Recorded(name, office.told) for name in "ab"))
    job = office.accept(count=2)
    claim = office.claim()
    assert office.queue.cancel(job)
    departments.cancel(job)
    cancelled = Failed(claim.origin, job, "cancelled", "cancelled as asked")
    assert office.told == [f"cancel a {job}", f"cancel b {job}", cancelled]
    assert list(office.jobs.iterdir()) == [] and office.queue.job(job).state == "cancelled"


def test_one_ring_has_each_kind_take_its_own_work_and_a_cancel_ends_one_of_them(
    office, tmp_path, monkeypatch
):
    bell, begun = Bell(), []
    workers = WorkerSlots(
        WorkerSettings(
            count=2,
            idle_s=1,
            local_idle_s=1,
            deadline_s=9,
            note_names="live",
            spend_retry=False,
        ),
        queue=office.queue,
        crate=None,
        jobs=tmp_path,
        publishing=None,
        ending=office.ending,
        bell=bell,
    )
    language = LanguageSlot(
        store=Improvements(office.database, office.queue),
        ending=office.ending,
        bell=bell,
        tell=office.told.append,
        server={},
        per_day_usd=1,
        idle_s=1,
        check=lambda brief, request: None,
    )

    async def endless(job):
        begun.append(job)
        await asyncio.Event().wait()

    monkeypatch.setattr(workers, "_make", lambda child, claim: endless(claim.job))
    monkeypatch.setattr(language, "_improve", lambda job: endless(job.id))
    departments = Departments(office.ending, workers, language)

    async def until(*jobs):
        async with asyncio.timeout(10):
            while sorted(begun) != sorted(jobs):
                await asyncio.sleep(0)

    async def whole():
        departments.start()
        await asyncio.sleep(0.01)
        made, improved = office.accept(count=2), office.accept(improve="on")
        bell.ring()
        await until(made, made, improved)
        office.queue.cancel(made)
        departments.cancel(made)
        later = office.accept()
        bell.ring()
        await until(made, made, improved, later)
        await asyncio.wait_for(departments.stop(), 10)
        return made, improved, later

    made, improved, later = asyncio.run(whole())
    assert office.states(made) == ["cancelled", "cancelled"]
    assert [job.id for job in office.queue.unfinished()] == [improved, later]
