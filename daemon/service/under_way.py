"""What slots are doing for which job: a cancel of the job ends it and its slot goes on, a stop of
the slot ends both."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class UnderWay:
    """Belongs to the daemon's loop."""

    def __init__(self) -> None:
        self._jobs: dict[asyncio.Task[Any], str] = {}

    async def run(self, job: str, work: Coroutine[Any, Any, T]) -> T | None:
        """Do `work` and return or raise what it does; None where `cancel` has ended it.

        The caller may be cancelled too, even in the moment in which the work is: then the work ends
        first.
        """
        task = asyncio.create_task(work)
        self._jobs[task] = job
        try:
            # it returns when the task is cancelled, and raises only where this wait itself is
            await asyncio.wait([task])
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            raise
        finally:
            del self._jobs[task]
        return None if task.cancelled() else task.result()

    def cancel(self, job: str) -> None:
        """End what is being done for a job, now."""
        for task, its_job in self._jobs.items():
            if its_job == job:
                task.cancel()
