"""Publishing: a finished clip is stored, copied into the crate with retries, and told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from bridge.events import Done, Event
from daemon.clip.results import MadeClip
from daemon.crate.crate import Crate
from daemon.errors import CrateError
from daemon.jobs.queue import Claim, Queue
from daemon.record import ClipRecord, done_info
from daemon.service.ending import Ending, pauses

#: Share of a clip's work that is done when publishing begins.
_SETS_OUT = 0.98


class Publishing:
    """Belongs to the daemon's loop; files are copied in a thread.

    `shelve(clip)` enters a clip into the library before any door is told of it. `audition(record)`
    plays a clip whose request wants that.
    """

    def __init__(
        self,
        *,
        queue: Queue,
        crate: Crate,
        jobs: Path,
        ending: Ending,
        tell: Callable[[Event], None],
        shelve: Callable[[str], None],
        audition: Callable[[ClipRecord], None],
    ) -> None:
        self._queue = queue
        self._crate = crate
        self._jobs = jobs
        self._ending = ending
        self._tell = tell
        self._shelve = shelve
        self._audition = audition
        self._arriving: set[asyncio.Task[None]] = set()
        """Tasks under way: the loop itself holds no reference to them."""

    async def publish(self, claim: Claim, made: list[MadeClip]) -> None:
        """Bring a clip's results into the crate; nothing where the claim was lost meanwhile.

        Once begun it is completed, even where the caller is cancelled, as long as the daemon lives.
        QueueError where the beginning cannot be stored.
        """
        if not self._queue.enter(claim, "publishing", str(self._crate.place(made[0].record))):
            return
        self._ending.tell(claim, claim.share(_SETS_OUT), "publishing")
        arriving = asyncio.create_task(self._arrive(claim, made))
        self._arriving.add(arriving)
        arriving.add_done_callback(self._arriving.discard)
        await asyncio.shield(arriving)

    async def _arrive(self, claim: Claim, made: list[MadeClip]) -> None:
        published = [await self._bring(claim, one) for one in made]
        if not self._queue.clip_done(claim, published[0], published[1:]):
            return
        self._ending.pace.clip_over(claim.job, claim.count)
        await asyncio.to_thread(self._queue.flush)
        for record in published:
            self._shelve(record["id"])
            info = done_info(record)
            self._tell(Done(claim.origin, claim.job, record["id"], record["path"], info))
        self._ending.forget(claim.clip)
        if claim.brief.then == "audition" and self._is_first(claim.job, len(published)):
            self._audition(published[0])

    async def _bring(self, claim: Claim, made: MadeClip) -> ClipRecord:
        """The record with its paths. Retries with backoff until the crate can be written."""
        for pause_s in pauses():
            try:
                return await asyncio.to_thread(self._put_into_crate, made)
            except CrateError as error:
                self._ending.tell_waiting(claim, _SETS_OUT, error)
                await asyncio.sleep(pause_s)
        raise AssertionError("unreachable")

    def _put_into_crate(self, made: MadeClip) -> ClipRecord:
        """Copy the files, in a thread. Their place is flushed to disk before they stand there."""
        self._queue.flush()
        return self._crate.publish(made.record, made.folder)

    def _is_first(self, job: str, results: int) -> bool:
        """Whether these are a job's first results: of several clips only the first is played."""
        return len(self._queue.done_clips(job, results + 1)) == results
