import asyncio
import contextlib
import logging
import os
import subprocess
import sys
import time

import psutil
import pytest

from daemon.children.host import Child
from daemon.children.many_host import ManyChild
from daemon.errors import EngineError, WorkerError
from tests.helpers.daemon_process import wait_until

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
    assert took_s < 20, "the power alone takes longer, on any machine"


@pytest.mark.parametrize("task", ["double", "refuse", "bug"])
def test_an_idle_child_goes_away_whatever_its_last_task_came_to(task):
    async def wait(child):
        until = time.monotonic() + 60
        while child.pid is not None and time.monotonic() < until:
            await asyncio.sleep(0.05)
        return child.pid

    *_, after = ask(task, idle_s=0.2, then=wait)
    assert after is None


def test_a_child_that_was_just_ended_for_being_idle_is_started_anew():
    async def again(child):
        child.kill()
        return await child.ask(HERE + "double", {"x": 3}, lambda *said: None, 20)

    *_, after = ask("double", then=again)
    assert after["answer"] == 6


@pytest.fixture
def helper_file(tmp_path, monkeypatch):
    """Where a task writes the pid of a program that it has started; that program is ended with the test."""
    file = tmp_path / "helper"
    monkeypatch.setenv("HELPER_FILE", str(file))
    yield file
    with contextlib.suppress(OSError, ValueError, psutil.NoSuchProcess):
        psutil.Process(int(file.read_text())).kill()


def is_running(pid):
    """Where nobody collects it, what was ended stays in the list of processes."""
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


async def waited_for(file):
    async with asyncio.timeout(15):
        while not file.exists() or not file.read_text():
            await asyncio.sleep(0.02)


#: s for what must not wait for a program that lives for 60.
PROMPTLY_S = 20.0
HELPERS = ["with_helper", *(["with_helper_apart"] if sys.platform != "win32" else [])]


@pytest.mark.parametrize("task", HELPERS)
@pytest.mark.parametrize("kind", [Child, ManyChild])
def test_the_end_waits_for_no_program_that_the_child_has_started(task, kind, helper_file):
    async def run():
        child = kind("test worker", 60.0)
        if kind is Child:
            work = asyncio.create_task(child.ask(HERE + task, {}, lambda *_: None, 60.0))
        else:
            work = asyncio.create_task(
                child.ask_storing(HERE + task, {}, lambda *_: None, lambda _: None, deadline_s=60.0)
            )
        await waited_for(helper_file)
        async with asyncio.timeout(PROMPTLY_S):
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            await child.end()
        assert child.pid is None

    asyncio.run(run())
    helper = int(helper_file.read_text())
    if task == "with_helper_apart" or sys.platform == "win32":
        assert psutil.pid_exists(helper), "it has left the group, and is nobody's to end"
    else:
        wait_until(lambda: not is_running(helper), 10, "the end of what the child has started")


@pytest.mark.parametrize("kind", [Child, ManyChild])
def test_a_child_that_dies_beside_a_program_it_has_started_is_said_and_the_next_task_runs(
    kind, helper_file
):
    async def run():
        child = kind("test worker", 60.0)

        async def ask(task):
            if kind is Child:
                return await child.ask(HERE + task, {"x": 2}, lambda *_: None, 20.0)
            return await child.ask_storing(
                HERE + task, {"x": 2}, lambda *_: None, lambda _: None, deadline_s=20.0
            )

        async with asyncio.timeout(PROMPTLY_S):
            with pytest.raises(WorkerError) as died:
                await ask("leave_helper")
            assert died.value.code == "died"
            assert (await ask("double"))["answer"] == 4
            await child.end()

    asyncio.run(run())


def test_the_deadline_waits_for_no_program_that_the_child_has_started(helper_file):
    async def run():
        child = Child("test worker", 60.0)
        async with asyncio.timeout(PROMPTLY_S):
            with pytest.raises(WorkerError) as ended:
                await child.ask(HERE + "with_helper", {}, lambda *_: None, 5.0)
        assert ended.value.code == "deadline"

    asyncio.run(run())


TERMINAL = """
import asyncio, os, signal, sys
from daemon.children.host import Child

async def main():
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, lambda: None)
    child = Child("test worker", 60.0)
    begun = asyncio.Event()
    work = asyncio.create_task(child.ask("tests.helpers.child_tasks:told_rest", {"seconds": 1.0}, lambda *_: begun.set(), 20.0))
    await begun.wait()
    if sys.argv[1] == "ctrl-c":
        os.killpg(0, signal.SIGINT)
    else:
        os.kill(child.pid, signal.SIGTERM)
    print((await work)["answer"])
    await child.end()

asyncio.run(main())
"""


@pytest.mark.skipif(
    sys.platform == "win32",
    reason="a console's Ctrl-C cannot be sent to a part of its programs there",
)
@pytest.mark.parametrize("how", ["ctrl-c", "log-out"])
def test_ctrl_c_in_the_terminal_and_the_end_of_the_session_are_the_daemons_to_answer(how):
    done = subprocess.run(
        [sys.executable, "-c", TERMINAL, how],
        start_new_session=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.stdout, done.returncode) == ("rested\n", 0), done.stderr
