"""All kinds of slots behind one face: the desk and the wiring know only this."""

from __future__ import annotations

import contextlib
from typing import Protocol

from daemon.jobs.table import Job
from daemon.service.ending import Ending


class Slots(Protocol):
    """Slots of one kind: each claims work of that kind, does it, and waits for the bell."""

    def start(self) -> None:
        """Begin to claim work."""

    async def stop(self) -> None:
        """End at once; unfinished work is taken over at the next start."""

    def cancel(self, job: str) -> None:
        """End the work under way for a job, now."""


class Departments:
    """Every kind of slots. Belongs to the daemon's loop."""

    def __init__(self, ending: Ending, *slots: Slots) -> None:
        self._ending = ending
        self._slots = slots

    def start(self) -> None:
        """Start each kind, in the order given."""
        for slots in self._slots:
            slots.start()

    async def stop(self) -> None:
        """Stop each kind in reverse order, even where another one's stop raises."""
        async with contextlib.AsyncExitStack() as stack:
            for slots in self._slots:
                stack.push_async_callback(slots.stop)

    def tell_hold(self, job: Job) -> None:
        """Tell a job what it waits for, where it waits for more than its turn."""
        self._ending.tell_hold(job)

    def why_waits(self, job: Job) -> str:
        """What a job waits for beside its turn; empty where for nothing."""
        return self._ending.why_waits(job)

    def cancel(self, job: str) -> None:
        """End the work of a job whose clips were cancelled in the queue, then the job itself.

        A clip that is being published still arrives; the job ends after that.
        """
        for slots in self._slots:
            slots.cancel(job)
        self._ending.settle(job)
