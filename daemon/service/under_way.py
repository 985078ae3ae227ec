"""Work under way by job: a job's cancel ends its work and the slot goes on; a stop ends both."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class UnderWay:
    """Tasks by job. Belongs to the daemon's loop."""

    def __init__(self) -> None:
        self._jobs: dict[asyncio.Task[Any], str] = {}

    async def run(self, job: str, work: Coroutine[Any, Any, T]) -> T | None:
        """Await `work`, and return or raise as it does; None where `cancel` ended it.

        Where the caller is cancelled, the work is ended and awaited first.
        """
        task = asyncio.create_task(work)
        self._jobs[task] = job
        try:
            # returns where the task is cancelled; raises only where this caller is
            await asyncio.wait([task])
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            raise
        finally:
            del self._jobs[task]
        return None if task.cancelled() else task.result()

    def cancel(self, job: str) -> None:
        """End a job's work, now."""
        for task, its_job in self._jobs.items():
            if its_job == job:
                task.cancel()
