import asyncio
import logging
import os
import sys
import time

import pytest

from daemon.children.host import Child
from daemon.errors import EngineError, WorkerError

HERE = "tests.helpers.child_tasks:"


def ask(name, *, deadline_s=20.0, idle_s=60.0, cancel_after_s=None, then=None):
    """Run one task in a real child and return (result or raised error, progress, seconds)."""

    async def run():
        child, heard = Child("test worker", idle_s), []
        began = time.monotonic()
        work = asyncio.create_task(
            child.ask(HERE + name, {"x": 2}, lambda *said: heard.append(said), deadline_s)
        )
        if cancel_after_s is not None:
            await asyncio.sleep(cancel_after_s)
            began = time.monotonic()
            work.cancel()
        outcome = (await asyncio.gather(work, return_exceptions=True))[0]
        took_s = time.monotonic() - began
        after = await then(child) if then else None
        await child.end()
        return outcome, heard, took_s, after

    return asyncio.run(run())


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.getcwd())


def test_a_task_answers_with_progress_and_prints_do_not_disturb():
    outcome, heard, _, _ = ask("double")
    assert outcome["answer"] == 4
    assert heard == [(0.5, "halfway", "there")]
    if sys.platform != "win32":
        assert outcome["nice"] >= 10, "below the DAW"


def test_a_child_that_chatters_without_end_is_read_to_its_end_and_cut(caplog):
    with caplog.at_level(logging.INFO):
        outcome, *_ = ask("chatter")
    assert outcome == {"answer": 4}
    said = [record.getMessage() for record in caplog.records]
    assert "test worker: 50 % of the model" in said
    assert max(map(len, said)) < 2100 and len(said) < 110


def test_our_errors_keep_code_text_and_whether_to_try_again():
    outcome, *_ = ask("refuse")
    assert isinstance(outcome, EngineError) and (outcome.code, outcome.text, outcome.again) == (
        "busy",
        "come back later",
        True,
    )


def test_a_bug_is_an_error_and_the_child_lives_on():
    async def again(child):
        return await child.ask(HERE + "double", {"x": 3}, lambda *said: None, 20)

    outcome, _, _, after = ask("bug", then=again)
    assert isinstance(outcome, EngineError) and "ZeroDivisionError" in outcome.text
    assert after["answer"] == 6


@pytest.mark.parametrize("fault", ["segfault", "leave"])
def test_a_child_that_dies_is_said_and_the_next_task_runs(fault):
    async def again(child):
        return await child.ask(HERE + "double", {"x": 3}, lambda *said: None, 20)

    outcome, _, _, after = ask(fault, then=again)
    assert isinstance(outcome, WorkerError) and outcome.code == "died"
    assert after["answer"] == 6


def test_a_child_that_hangs_is_ended_at_the_deadline():
    outcome, *_ = ask("hang", deadline_s=1.0)
    assert isinstance(outcome, WorkerError) and outcome.code == "deadline" and "1 s" in outcome.text


def test_cancel_ends_work_even_inside_c_code():
    outcome, _, took_s, after = ask(
        "spin_in_c", cancel_after_s=1.0, then=lambda child: asyncio.sleep(0, child.pid)
    )
    assert isinstance(outcome, asyncio.CancelledError)
    assert after is None
    assert took_s < 1.0


def test_an_idle_child_goes_away():
    async def wait(child):
        until = time.monotonic() + 5
        while child.pid is not None and time.monotonic() < until:
            await asyncio.sleep(0.05)
        return child.pid

    *_, after = ask("double", idle_s=0.2, then=wait)
    assert after is None
