"""One child for many tasks, when what it says cannot be understood."""

import asyncio
import os

import pytest

from daemon.children.many_host import ManyChild
from daemon.errors import WorkerError


@pytest.mark.parametrize(
    "nonsense", [{}, {"id": []}, {"id": 1, "progress": 0.5}, {"id": 1}, [], None]
)
def test_who_waits_for_a_child_that_says_nonsense_is_told_at_once(monkeypatch, nonsense):
    monkeypatch.setenv("PYTHONPATH", os.getcwd())

    async def run():
        child = ManyChild("test", 60.0)
        task = {"nonsense": nonsense}
        asking = child.ask_storing(
            "tests.helpers.child_tasks:say_nonsense",
            task,
            lambda *said: None,
            lambda what: None,
            deadline_s=600,
        )
        try:
            async with asyncio.timeout(60):
                return (await asyncio.gather(asking, return_exceptions=True))[0]
        finally:
            await child.end()

    outcome = asyncio.run(run())
    assert isinstance(outcome, WorkerError) and "taken up again" in outcome.text
