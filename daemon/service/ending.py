"""Progress of clips and jobs, and their end without a clip in the crate. Every slot uses it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import time
from collections.abc import Callable, Iterator
from itertools import chain, islice, repeat
from pathlib import Path

from bridge.errors import SidecrateError
from bridge.events import Event, Failed, Finished, Progress
from daemon.errors import QueueError
from daemon.jobs.queue import Claim, Queue, Verdict
from daemon.jobs.table import ENDED, WAITING, Job
from daemon.service.pace import Pace
from daemon.spending.paid_takes import keep_paid_take
from daemon.verbs.tell import TellStage

log = logging.getLogger(__name__)

#: Rate limit of progress told to doors.
PROGRESS_EVERY_S = 0.1
#: Rate limit of progress stored on disk: each is a write.
NOTED_EVERY_S = 1.0
#: Backoff while a disk or a crate is unreachable; the last pause repeats.
_PAUSES_S = (1.0, 2.0, 5.0, 10.0)
#: Every place where clips wait to be begun.
ANY = "*"
#: Characters of a stage that are told: more does not fit a packet beside its other fields.
_MOST_TOLD = 400
#: Characters of a stage that are stored.
_MOST_NOTED = 300


def pauses() -> Iterator[float]:
    """Seconds to wait before each further try, without end."""
    return chain(_PAUSES_S, repeat(_PAUSES_S[-1]))


class Ending:
    """Ends clips and jobs. Belongs to the daemon's loop.

    `jobs` holds a folder for each clip that is not in the crate yet.
    """

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
        self._waits: dict[str, str] = {}
        """What jobs with a clip at work wait for, by their ids."""
        self._held: dict[str, str] = {}
        """What keeps all clips of a place from being begun (ANY: of every place)."""
        self.pace = Pace(lambda job: queue.count_clips(job, *ENDED))

    # -- progress

    def follower(self, claim: Claim) -> TellStage:
        """A progress callback of one clip.

        Progress is told ten times a second at most. A new stage is stored before it is told, the
        share once a second.
        """
        told_s = 0.0
        noted_s = 0.0
        last_stage = "generating"

        def follow(value: float, stage: str, words: str) -> None:
            nonlocal told_s, noted_s, last_stage
            now = time.monotonic()
            share = claim.share(value)
            is_new = stage != last_stage
            if is_new:
                self._queue.enter(claim, stage)
            elif now - told_s < PROGRESS_EVERY_S:
                return
            pace = self.pace.words(claim.job, claim.count)
            told = "; ".join(part for part in (pace, words) if part)
            if is_new or now - noted_s >= NOTED_EVERY_S:
                self._queue.note_progress(claim.job, share, told)
                noted_s = now
            told_s = now
            last_stage = stage
            self.tell(claim, share, f"{stage}: {told}" if told else stage)

        return follow

    def tell(self, claim: Claim, share: float, stage: str) -> None:
        """Tell a job's progress (share: 0..1) and its stage."""
        self._waits.pop(claim.job, None)
        self._tell(Progress(claim.origin, claim.job, share, stage))

    # -- waiting

    def tell_waiting(self, claim: Claim, value: float, error: SidecrateError) -> None:
        """Tell why a clip cannot go on for now."""
        if self._waits.get(claim.job) != error.text:
            log.error("clip %s of job %s waits: %s", claim.clip, claim.job, error.text)
            self._note_waiting([claim.job], error.text)
        self.tell(claim, claim.share(value), f"{WAITING}{error.text}"[:_MOST_TOLD])
        self._waits[claim.job] = error.text

    def hold(self, place: str, text: str) -> None:
        """Tell all jobs with a clip that waits for a place why none is begun there; once a text.

        place: worker, local, hosted or ANY. text: empty where work goes on.
        """
        if self._held.get(place, "") == text:
            return
        if not text:
            del self._held[place]
            self._note_waiting([], "")
            return
        self._held[place] = text
        log.error("work waits: %s", text)
        with contextlib.suppress(QueueError):
            jobs = self._queue.waiting("" if place == ANY else place)
            for job in jobs:
                self._tell_why(job)
            if jobs:
                self._note_waiting([job.id for job in jobs], text)

    def tell_hold(self, job: Job) -> None:
        """Tell a job what it waits for, where it waits for more than its turn."""
        if why := self._tell_why(job):
            self._note_waiting([job.id], why)

    def _note_waiting(self, jobs: list[str], text: str) -> None:
        """Store it for the page and for `status`, where the disk takes that."""
        with contextlib.suppress(QueueError):
            self._queue.note_waiting(jobs, f"{WAITING}{text}"[:_MOST_NOTED] if jobs else "")

    def _tell_why(self, job: Job) -> str:
        why = self.why_waits(job)
        if why:
            self._tell(Progress(job.origin, job.id, job.progress, f"{WAITING}{why}"[:_MOST_TOLD]))
        return why

    def why_waits(self, job: Job) -> str:
        """What a job waits for beside its turn; empty where for nothing."""
        if why := self._waits.get(job.id, ""):
            return why
        if job.state != "queued" or not self._held:
            return ""
        places = self._queue.places(job.id)
        return next(
            (text for place, text in self._held.items() if place == ANY or place in places), ""
        )

    def note(self, job: Job, words: str) -> None:
        """Store for `status`, and tell, what is done for a job that has no clip at work yet."""
        self._queue.note_progress(job.id, 0.0, words[:_MOST_NOTED])
        self._tell(Progress(job.origin, job.id, 0.0, f"improving: {words}"[:_MOST_TOLD]))

    # -- a clip

    def fail(self, claim: Claim, code: str, text: str, *, again: bool) -> Verdict | None:
        """End a clip that was not made, or queue it again where `again`: see `Queue.clip_failed`.

        The take that was paid for is kept, after the last try of one that could be repeated too.
        """
        again = again and not self._queue.is_last_try(claim.clip, self._tries)
        if not again and (kept := self._keep_paid_take(claim.clip)):
            text += (
                f"; the take that was paid for is kept, and fits for free: sidecrate fit '{kept}'"
            )
        verdict = self._queue.clip_failed(claim, code, text, again=again, tries=self._tries)
        if verdict == "failed":
            self.pace.clip_over(claim.job, claim.count)
            self.forget(claim.clip)
        return verdict

    async def give_back(self, claim: Claim, error: SidecrateError) -> None:
        """Queue a clip again once the disk is back, without counting a try."""
        # not the shortest pause: a slot claims the clip again at once
        for pause_s in islice(pauses(), 1, None):
            self.tell_waiting(claim, 0.0, error)
            # what stops one clip stops those behind it too
            self.hold(ANY, error.text)
            await asyncio.sleep(pause_s)
            try:
                self._queue.give_back(claim)
                self.settle(claim.job)
                return
            except QueueError as still:
                error = still

    def forget(self, clip: str) -> None:
        """Remove an ended clip's folder of work."""
        shutil.rmtree(self._jobs / clip, ignore_errors=True)

    def _keep_paid_take(self, clip: str) -> Path | None:
        return keep_paid_take(self._jobs / clip, self._paid_takes, clip)

    # -- a job

    def settle(self, job: str) -> None:
        """End a job whose clips have all ended, and tell it once."""
        ended = self._queue.settle_job(job)
        if ended is None:
            return
        self._waits.pop(job, None)
        self.pace.forget(job)
        clips = self._queue.states_of_clips(job)
        published = [state for _, state in clips].count("done")
        if published:
            missing = len(clips) - published
            self._tell(Finished(ended.origin, job, published, missing, ended.error_text))
        else:
            self._tell(Failed(ended.origin, job, ended.error_code, ended.error_text))
        for clip, state in clips:
            if state != "done":
                self._keep_paid_take(clip)
            self.forget(clip)

    def settle_ended(self) -> None:
        """At start: end jobs whose last clip ended just before the daemon was killed."""
        for job in self._queue.unfinished():
            self.settle(job.id)
