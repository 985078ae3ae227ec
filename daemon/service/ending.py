"""How a clip or a job ends without a clip in the crate, and how that, and the way to it, is told.
Every kind of slot uses it."""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
from collections.abc import Callable, Iterator
from itertools import chain, islice, repeat
from pathlib import Path

from bridge.errors import SidecrateError
from bridge.events import Event, Failed, Finished, Progress
from daemon.children.host import OnProgress
from daemon.errors import QueueError
from daemon.jobs.queue import Claim, Job, Queue, Verdict
from daemon.spending.paid_takes import keep_paid_take

log = logging.getLogger(__name__)

PROGRESS_EVERY_S = 0.1
NOTED_EVERY_S = 1.0
#: s between two tries to reach a disk or a crate that is gone; the last one repeats until it is
#: back.
_PAUSES_S = (1.0, 2.0, 5.0, 10.0)
#: Letters of what is told, and stored, of a job of which nothing is made yet.
_MOST_TOLD, _MOST_NOTED = 400, 300


def pauses() -> Iterator[float]:
    """s to wait before each further try, without end."""
    return chain(_PAUSES_S, repeat(_PAUSES_S[-1]))


class Ending:
    """Belongs to the daemon's loop. `jobs` holds a folder for each clip that is not in the crate
    yet."""

    def __init__(
        self,
        *,
        queue: Queue,
        jobs: Path,
        paid_takes: Path,
        tries: int,
        tell: Callable[[Event], None],
    ) -> None:
        self._queue = queue
        self._jobs = jobs
        self._paid_takes = paid_takes
        self._tries = tries
        self._tell = tell

    # -- the way there

    def follower(self, claim: Claim) -> OnProgress:
        """Tells progress at most ten times a second, stores each step before it is told, and the
        share done once a second."""
        told_s, noted_s, last_stage = 0.0, 0.0, "generating"

        def follow(value: float, stage: str, words: str) -> None:
            nonlocal told_s, noted_s, last_stage
            now, share, is_new = time.monotonic(), claim.share(value), stage != last_stage
            if is_new:
                self._queue.enter(claim, stage)
            elif now - told_s < PROGRESS_EVERY_S:
                return
            if is_new or now - noted_s >= NOTED_EVERY_S:
                self._queue.note_progress(claim.job, share, words)
                noted_s = now
            told_s, last_stage = now, stage
            self.tell(claim, share, f"{stage}: {words}" if words else stage)

        return follow

    def tell(self, claim: Claim, share: float, stage: str) -> None:
        """How far a clip's job is (0..1), and what is being done."""
        self._tell(Progress(claim.origin, claim.job, share, stage))

    def tell_waiting(self, claim: Claim, value: float, error: SidecrateError) -> None:
        """Why a clip does not go on for now."""
        log.error("clip %s of job %s waits: %s", claim.clip, claim.job, error.text)
        self.tell(claim, claim.share(value), f"waiting: {error.text}")

    def note(self, job: Job, words: str) -> None:
        """What is being done for a job of which nothing is made yet: stored for `status`, and
        told."""
        self._queue.note_progress(job.id, 0.0, words[:_MOST_NOTED])
        self._tell(Progress(job.origin, job.id, 0.0, f"improving: {words}"[:_MOST_TOLD]))

    # -- a clip

    def fail(self, claim: Claim, code: str, text: str, *, again: bool) -> Verdict | None:
        """A clip was not made: queued again where that may help, else ended; as
        `Queue.clip_failed`."""
        if not again and (kept := self._keep_paid_take(claim.clip)):
            text += (
                f"; the take that was paid for is kept, and fits for free: sidecrate fit '{kept}'"
            )
        verdict = self._queue.clip_failed(claim, code, text, again=again, tries=self._tries)
        if verdict == "failed":
            self.forget(claim.clip)
        return verdict

    async def give_back(self, claim: Claim, error: SidecrateError) -> None:
        """The disk is full or gone: the clip is queued again once that can be stored, and it counts
        as no try."""
        # the shortest is left out: once it is queued again a slot claims it at once
        for pause_s in islice(pauses(), 1, None):
            self.tell_waiting(claim, 0.0, error)
            await asyncio.sleep(pause_s)
            try:
                self._queue.give_back(claim)
                self.settle(claim.job)
                return
            except QueueError as still:
                error = still

    def forget(self, clip: str) -> None:
        """What a clip that has ended left in the jobs folder goes."""
        shutil.rmtree(self._jobs / clip, ignore_errors=True)

    def _keep_paid_take(self, clip: str) -> Path | None:
        return keep_paid_take(self._jobs / clip, self._paid_takes, clip)

    # -- a job

    def settle(self, job: str) -> None:
        """Tell that a job has ended, when it just has."""
        ended = self._queue.settle_job(job)
        if ended is None:
            return
        clips = self._queue.clips(job)
        published = [row["state"] for row in clips].count("done")
        if published:
            missing = len(clips) - published
            self._tell(Finished(ended.origin, job, published, missing, ended.error_text))
        else:
            self._tell(Failed(ended.origin, job, ended.error_code, ended.error_text))
        for row in clips:
            if row["state"] != "done":
                self._keep_paid_take(row["id"])
            self.forget(row["id"])

    def settle_ended(self) -> None:
        """At start: a kill may have come between a job's last clip and the job's own end."""
        for job in self._queue.unfinished():
            self.settle(job.id)
