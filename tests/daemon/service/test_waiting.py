"""What a job waits for is told as soon as it is known, to each job that waits for it, once."""

import asyncio

from bridge.events import Progress
from daemon.errors import CrateError
from daemon.jobs.queue import Queue
from daemon.service import ending as ending_module
from daemon.service.ending import ANY
from daemon.spending.ledger import Purchases

FULL = CrateError(
    "the disk of /state has only 3 MB left; work goes on when 100 MB are free", "disk"
)


def waits(office):
    return [(event.job, event.stage) for event in office.told if isinstance(event, Progress)]


def test_one_clip_that_stops_for_a_disk_tells_all_jobs_behind_it(office, monkeypatch):
    monkeypatch.setattr(ending_module, "_PAUSES_S", (0.0, 0.0))
    first, second = office.accept(), office.accept()
    claim = office.claim()
    asyncio.run(office.ending.give_back(claim, FULL))
    assert waits(office) == [(job, f"waiting: {FULL.text}") for job in (first, second)]
    # the first is queued again, and both are named so by `status`
    for job in (first, second):
        assert office.ending.why_waits(office.queue.job(job)) == FULL.text
    # a job that comes now hears of it at once
    third = office.queue.job(office.accept())
    office.ending.tell_hold(third)
    assert waits(office)[-1] == (third.id, f"waiting: {FULL.text}")
    told = len(office.told)
    office.ending.hold(ANY, FULL.text)
    assert len(office.told) == told, "the same is told once"


def test_when_work_goes_on_nothing_waits(office):
    job = office.accept()
    office.ending.hold(ANY, "the disk is full")
    office.ending.hold(ANY, "")
    assert office.ending.why_waits(office.queue.job(job)) == ""
    claim = office.claim()
    office.ending.tell_waiting(claim, 0.5, FULL)
    assert office.ending.why_waits(office.queue.job(job)) == FULL.text
    office.ending.tell(claim, 0.6, "publishing")
    assert office.ending.why_waits(office.queue.job(job)) == ""


def test_what_holds_one_place_is_told_to_its_own_jobs_alone(office):
    office.queue = Queue(office.database, "boot", lambda engine: engine)
    bought, made = office.accept(engines=("hosted",)), office.accept(engines=("worker",))
    office.ending.hold("hosted", "the day's money")
    assert waits(office) == [(bought, "waiting: the day's money")]
    assert office.ending.why_waits(office.queue.job(made)) == ""


def test_a_job_that_waits_for_money_that_may_be_left_knows_it(office):
    office.queue = Queue(office.database, "boot", lambda engine: "hosted")
    for _ in range(2):
        office.accept(engines=("musicgen-looper",))
    purchases = Purchases(office.database, office.queue, per_day_usd=0.04)
    assert purchases.claim() is not None and purchases.waits_for == ""
    assert purchases.claim() is None
    assert "the day's 0.04 USD" in purchases.waits_for
    purchases.end(1, "done", 0.001, "")
    assert purchases.claim() is not None and purchases.waits_for == ""
