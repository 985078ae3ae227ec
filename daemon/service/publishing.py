"""The way of a finished clip into the crate: stored, brought there however long that takes,
told."""

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

#: How much of a clip is done when it sets out for the crate.
_SETS_OUT = 0.98


class Publishing:
    """Belongs to the daemon's loop; files are copied in a thread.

    `shelve(clip)` puts a clip into the library before anybody is told of it. `audition(record)`
    plays one that is to be heard.
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
        """Held here, for the loop itself holds no task."""

    async def publish(self, claim: Claim, made: list[MadeClip]) -> None:
        """Bring what came of a clip's work into the crate; nothing where it is no longer ours.

        Once it is under way it arrives, if the daemon lives long enough, even where the caller is
        cancelled. QueueError where that cannot be stored.
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
        await asyncio.to_thread(self._queue.flush)
        for record in published:
            self._shelve(record["id"])
            info = done_info(record)
            self._tell(Done(claim.origin, claim.job, record["id"], record["path"], info))
        self._ending.forget(claim.clip)
        if claim.brief.then == "audition" and self._is_first(claim.job, len(published)):
            self._audition(published[0])

    async def _bring(self, claim: Claim, made: MadeClip) -> ClipRecord:
        """The record with its paths, once the crate can be written."""
        for pause_s in pauses():
            try:
                return await asyncio.to_thread(self._put_into_crate, made)
            except CrateError as error:
                self._ending.tell_waiting(claim, _SETS_OUT, error)
                await asyncio.sleep(pause_s)
        raise AssertionError("unreachable")

    def _put_into_crate(self, made: MadeClip) -> ClipRecord:
        """In a thread of its own. Where the clip will stand is on the disk before it stands
        there."""
        self._queue.flush()
        return self._crate.publish(made.record, made.folder)

    def _is_first(self, job: str, results: int) -> bool:
        """Whether no other clip of a job was done before: of several, the first alone is heard by
        itself."""
        return [row["state"] for row in self._queue.clips(job)].count("done") == results
