"""All kinds of slots as one: the desk and the wiring know them by this alone."""

from __future__ import annotations

import contextlib
from typing import Protocol

from daemon.service.ending import Ending


class Slots(Protocol):
    """Slots of one kind: each takes the next work of that kind, does it, and waits for the bell."""

    def start(self) -> None:
        """Begin to take work."""

    async def stop(self) -> None:
        """End at once; what was not finished is taken up at the next start."""

    def cancel(self, job: str) -> None:
        """End what is being done for a job, now."""


class Departments:
    """Belongs to the daemon's loop."""

    def __init__(self, ending: Ending, *slots: Slots) -> None:
        self._ending = ending
        self._slots = slots

    def start(self) -> None:
        """Start each kind, in the order given."""
        for slots in self._slots:
            slots.start()

    async def stop(self) -> None:
        """Stop each kind in reverse order, whatever another one raises meanwhile."""
        async with contextlib.AsyncExitStack() as stack:
            for slots in self._slots:
                stack.push_async_callback(slots.stop)

    def cancel(self, job: str) -> None:
        """A job's clips were cancelled in the queue: end what is being done for it, then the job.

        What is on its way into the crate arrives; the job ends after that.
        """
        for slots in self._slots:
            slots.cancel(job)
        self._ending.settle(job)
