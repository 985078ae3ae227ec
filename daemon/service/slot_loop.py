"""What slots of every kind do alike: look for work until they are stopped, and bring it to an end.

Workers, servers and hosted services differ in what they claim and how they work on it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bridge.errors import SidecrateError
from daemon.errors import EngineError, QueueError, WorkerError
from daemon.home.masking import internal_text
from daemon.jobs.queue import Claim
from daemon.service.bell import Bell
from daemon.service.ending import ANY, Ending

log = logging.getLogger(__name__)
T = TypeVar("T")

#: Pause after the queue could not be read, or after a fault of ours.
_PAUSE_S = 2.0


@dataclass(frozen=True)
class Slot(Generic[T]):
    """One place at which one thing is worked on at a time."""

    claim: Callable[[], T | None]
    work: Callable[[T], Awaitable[None]]
    ending: Ending
    bell: Bell

    async def serve(self) -> None:
        """Work on whatever is found, one after the other. No fault ends it."""
        while True:
            try:
                found = self.claim()
                if found is None:
                    await self.bell.wait()
                else:
                    await self.work(found)
            except QueueError as error:
                self.ending.hold(ANY, error.text)
                await asyncio.sleep(_PAUSE_S)
            except Exception:
                log.exception("a slot: a fault of ours")
                await asyncio.sleep(_PAUSE_S)


async def bring_to_end(
    claims: Sequence[Claim],
    attempt: Awaitable[None],
    failed: Callable[[SidecrateError], Awaitable[None]],
    ending: Ending,
) -> None:
    """One piece of work, to its end or back into the queue.

    failed: ends a try with its own error. A full disk and an unreadable queue cost no try.
    """
    try:
        try:
            await attempt
        except QueueError:
            raise
        except SidecrateError as error:
            if error.code == "disk":
                raise
            await failed(error)
        except Exception as error:
            clips = ", ".join(claim.clip for claim in claims)
            log.exception("clip %s of job %s: a fault of ours", clips, claims[0].job)
            for claim in claims:
                ending.fail(claim, "internal", internal_text(error), again=True)
        for job in {claim.job for claim in claims}:
            ending.settle(job)
    except SidecrateError as error:
        await asyncio.gather(*(ending.give_back(claim, error) for claim in claims))


def may_help_again(error: SidecrateError) -> bool:
    """Whether another try may succeed: the process died, or the engine says so."""
    return isinstance(error, WorkerError) or (isinstance(error, EngineError) and error.again)
