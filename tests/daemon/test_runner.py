"""The loops of the runner and of the improver, without a daemon around them."""

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest

from daemon.improve.improver import Improver
from daemon.runner import Runner


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
