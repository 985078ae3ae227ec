"""How clips and jobs end, by the real job table: each once, with the reason, and nothing is left
lying."""

import asyncio
import json

import pytest

from bridge.events import Failed, Finished, Progress
from daemon.errors import CrateError, QueueError
from daemon.service import ending as module


def leave_paid_take(office, clip, cost_usd):
    folder = office.jobs / clip / "take0"
    folder.mkdir(parents=True)
    (folder / "take.wav").write_bytes(b"sound")
    (folder / "take.json").write_text(json.dumps({"cost_usd": cost_usd}))


def test_a_clip_that_failed_is_tried_again_and_then_its_job_ends_with_the_reason(office):
    job = office.accept()
    first = office.claim()
    assert office.ending.fail(first, "died", "it died", again=True) == "again"
    office.ending.settle(job)
    assert office.told == [] and (office.jobs / first.clip).exists(), "its take may be used again"
    second = office.claim()
    assert office.ending.fail(second, "died", "it died again", again=True) == "failed"
    office.ending.settle(job)
    assert office.told == [Failed(first.origin, job, "died", "it died again")]
    assert list(office.jobs.iterdir()) == [] and office.queue.unfinished() == []


def test_what_an_older_attempt_says_ends_nothing(office):
    job = office.accept()
    stale = office.claim()
    office.queue.take_over()
    again = office.claim()
    assert office.ending.fail(stale, "died", "late", again=False) is None
    assert office.states(job) == ["generating"] and (office.jobs / again.clip).exists()


@pytest.mark.parametrize("cost_usd", [0.2, 0.0])
def test_a_take_that_was_paid_for_outlives_its_clip_and_is_named(office, cost_usd):
    job = office.accept()
    claim = office.claim()
    leave_paid_take(office, claim.clip, cost_usd)
    assert office.ending.fail(claim, "refused", "no beat", again=False) == "failed"
    office.ending.settle(job)
    kept = office.paid_takes / f"{claim.clip}.wav"
    assert kept.exists() == bool(cost_usd)
    assert office.told[-1].text == (
        f"no beat; the take that was paid for is kept, and fits for free: sidecrate fit '{kept}'"
        if cost_usd
        else "no beat"
    )


def test_a_take_that_was_paid_for_outlives_the_last_try_to_fit_it(office):
    job = office.accept()
    for verdict in ("again", "failed"):
        claim = office.claim()
        if verdict == "again":
            leave_paid_take(office, claim.clip, 0.2)
        assert office.ending.fail(claim, "died", "it died", again=True) == verdict
    office.ending.settle(job)
    kept = office.paid_takes / f"{claim.clip}.wav"
    assert kept.read_bytes() == b"sound" and f"sidecrate fit '{kept}'" in office.told[-1].text


def test_a_take_that_was_paid_for_outlives_the_cancel_of_its_job(office):
    job = office.accept()
    claim = office.claim()
    leave_paid_take(office, claim.clip, 0.2)
    office.queue.cancel(job)
    office.ending.settle(job)
    assert office.told == [Failed(claim.origin, job, "cancelled", "cancelled as asked")]
    assert (office.paid_takes / f"{claim.clip}.wav").read_bytes() == b"sound"
    assert list(office.jobs.iterdir()) == []


def test_a_job_that_ended_is_told_once_also_where_a_kill_came_before_its_end(office):
    job, other = office.accept(count=2), office.accept()
    first, second = office.claim(), office.claim()
    assert office.queue.clip_done(first, {"path": "/a.wav"})
    office.ending.settle_ended()
    assert office.told == [], "one of its clips is still to come"
    assert office.ending.fail(second, "refused", "no beat", again=False) == "failed"
    for _ in range(2):
        office.ending.settle_ended()
        office.ending.settle(job)
    assert office.told == [Finished(first.origin, job, 1, 1, "no beat")]
    assert [left.id for left in office.queue.unfinished()] == [other]


def test_progress_is_of_the_whole_job_and_each_step_is_stored_before_it_is_told(
    office, monkeypatch
):
    job, now = office.accept(count=2), [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    office.claim()
    claim = office.claim()
    stored = []
    office.ending._tell = lambda event: stored.append((office.queue.job(job), event))
    follow = office.ending.follower(claim)
    for at_s, value, stage in (
        (10.0, 0.2, "generating"),
        (10.05, 0.3, "generating"),
        (10.2, 0.4, "generating"),
        (10.21, 0.5, "conforming"),
    ):
        now[0] = at_s
        follow(value, stage, "words")
    assert [(event.value, event.stage) for _, event in stored] == [
        (0.6, "generating: words"), (0.7, "generating: words"), (0.75, "conforming: words"),
    ]  # fmt: skip
    # the share is stored once a second, and with each new step
    assert [(at.state, at.progress) for at, _ in stored] == [
        ("generating", 0.6), ("generating", 0.6), ("conforming", 0.75),
    ]  # fmt: skip


def test_a_clip_without_a_disk_goes_back_uncounted_once_that_can_be_stored(office, monkeypatch):
    monkeypatch.setattr(module, "_PAUSES_S", (0.0, 0.0))
    job = office.accept()
    claim = office.claim()
    give_back, refusals = office.queue.give_back, [QueueError("the job table cannot be written")]

    def at_first_not(given):
        if refusals:
            raise refusals.pop()
        give_back(given)

    monkeypatch.setattr(office.queue, "give_back", at_first_not)
    asyncio.run(office.ending.give_back(claim, CrateError("the disk is full", "disk")))
    assert [event.stage for event in office.told] == [
        "waiting: the disk is full", "waiting: the job table cannot be written",
    ]  # fmt: skip
    assert office.states(job) == ["queued"] and office.queue.clips(job)[0]["tries"] == 0


def test_what_is_done_before_anything_is_made_is_stored_and_told_within_bounds(office):
    job = office.queue.job(office.accept())
    office.ending.note(job, "waiting for your answer: " + "la " * 500)
    (told,) = office.told
    assert isinstance(told, Progress) and told.stage.startswith("improving: waiting for your")
    assert len(told.stage) == 400 and len(office.queue.job(job.id).stage) == 300
