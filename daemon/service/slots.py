"""The worker slots: each takes the next clip of the queue, has a child make it, and publishes what comes back."""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
from collections.abc import Callable
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bridge.errors import SidecrateError
from bridge.events import Done, Event, Failed, Finished, Progress
from daemon.children.host import Child
from daemon.clip.results import MadeClip, made_clips
from daemon.clip.takes import TAKE_WANTED
from daemon.crate.crate import Crate
from daemon.engines.registry import engine_info
from daemon.errors import CrateError, EngineError, QueueError, WorkerError
from daemon.home.room import check_space
from daemon.jobs.queue import Claim, Queue
from daemon.spending.paid_takes import keep_paid_take
from daemon.verbs import daemon_verb

if TYPE_CHECKING:
    from daemon.service.hosted_slots import Buyer
    from daemon.service.language_slot import Improver

log = logging.getLogger(__name__)

MAKE_TAKE = "daemon.clip.takes:make_take"
PROGRESS_EVERY_S = 0.1
NOTED_EVERY_S = 1.0
#: Pauses before a clip that cannot be published is tried again; the last one repeats until the crate is back.
PUBLISH_PAUSES_S = (1.0, 2.0, 5.0, 10.0)


def done_info(record: dict[str, Any]) -> dict[str, Any]:
    """What `done` says of a clip: flat, under 1 KB."""
    confidence = record["report"].get("found", {}).get("confidence")
    names = (
        "n",
        "of",
        "kind",
        "bpm",
        "key",
        "meter",
        "bars",
        "frames",
        "sample_rate",
        "note_name",
        "engine",
    )
    parts = ", ".join(record.get("parts") or ())[:100]
    said = {name: record.get(name) for name in names} | {"parts": parts, "confidence": confidence}
    # of what a verb has made of a source; a long path is left to the record
    derived = {name: str(record.get(name) or "") for name in ("part", "role", "from")}
    return said | {name: value for name, value in derived.items() if 0 < len(value) <= 300}


class Runner:
    """Runs `count` slots until it is stopped."""

    def __init__(
        self, queue: Queue, crate: Crate, jobs: Path, tell: Callable[[Event], None], *,
        count: int, idle_s: float, local_idle_s: float, deadline_s: float, tries: int, note_names: str,
        audition: Callable[[dict[str, Any]], None], paid_takes: Path, spend_retry: bool,
    ) -> None:  # fmt: skip
        self._queue = queue
        self._crate = crate
        self._jobs = jobs
        self._tell = tell
        self._deadline_s = deadline_s
        self._tries = tries
        self._note_names = note_names
        self._audition = audition
        self._children = [Child(f"worker {n + 1}", idle_s) for n in range(count)]
        self._local = Child("local model", local_idle_s)
        self._paid_takes = paid_takes
        self._spend_retry = spend_retry
        self.buyer: Buyer | None = None
        """Who takes the clips of hosted engines."""
        self.improver: Improver | None = None
        """Who has a language model asked first."""
        self._wake = asyncio.Event()
        self._slots: list[asyncio.Task[None]] = []
        self._at_work: dict[str, tuple[Claim, asyncio.Task[None]]] = {}
        """By clip: what is being made now."""
        self._stopping = False

    def start(self) -> None:
        self._slots = [asyncio.create_task(self._slot(child, "worker")) for child in self._children]
        self._slots.append(asyncio.create_task(self._slot(self._local, "local")))

    async def stop(self) -> None:
        """End all work at once; what was not finished is taken over at the next start."""
        self._stopping = True
        for slot in self._slots:
            slot.cancel()
        await asyncio.gather(*self._slots, return_exceptions=True)
        for child in [*self._children, self._local]:
            await child.end()

    def wake(self) -> None:
        """There may be new work."""
        self._wake.set()
        for other in (self.improver, self.buyer):
            if other:
                other.wake()

    def cancel(self, job: str) -> None:
        """End what is being made of a job, now. What is on its way into the crate arrives."""
        for claim, work in self._at_work.values():
            if claim.job == job:
                work.cancel()
        for other in (self.improver, self.buyer):
            if other:
                other.cancel(job)

    def note(self, job: str, words: str) -> None:
        """What is being done for a job of which nothing is made yet."""
        self._queue.note_progress(job, 0.0, words)

    @property
    def pids(self) -> list[int]:
        return [child.pid for child in [*self._children, self._local] if child.pid is not None]

    async def _slot(self, child: Child, place: str) -> None:
        while True:
            try:
                claim = self._queue.claim(place)
            except QueueError as error:
                log.error("%s", error.text)
                await asyncio.sleep(2)
                continue
            if claim is None:
                self._wake.clear()
                await self._wake.wait()
                continue
            work = asyncio.create_task(self._work(child, claim, place))
            self._at_work[claim.clip] = (claim, work)
            try:
                await asyncio.shield(work)
            except asyncio.CancelledError:
                if self._stopping or not work.done():
                    # the whole runner stops, perhaps in the very moment in which the clip was cancelled
                    work.cancel()
                    await asyncio.gather(work, return_exceptions=True)
                    raise
                # else only this clip was cancelled, and the queue knows it
            finally:
                # a clip that was handed over may be another slot's by now, or even finished there
                if self._at_work.get(claim.clip, (claim, None))[1] is work:
                    del self._at_work[claim.clip]

    async def _work(self, child: Child, claim: Claim, place: str) -> None:
        """One clip, to its end or back into the queue. Whatever it brings about, the slot goes on to the next."""
        try:
            try:
                if place == "local":
                    await self._make_take(child, claim)
                else:
                    results = await self._make(child, claim)
                    if results is not None:
                        await self._publish(claim, results)
            except QueueError:
                raise
            except SidecrateError as error:
                if error.code == "disk":
                    raise
                again = isinstance(error, WorkerError) or (
                    isinstance(error, EngineError) and error.again
                )
                log.warning("clip %s of job %s: %s", claim.clip, claim.job, error.text)
                self.fail(claim, error.code, error.text, again=again)
            except Exception as error:
                log.exception("clip %s of job %s", claim.clip, claim.job)
                text = f"something went wrong inside Sidecrate ({type(error).__name__}: {error}); the log has the details"
                self.fail(claim, "internal", text, again=True)
            self.settle(claim.job)
        except SidecrateError as error:
            await self._wait_and_give_back(claim, error)

    def fail(self, claim: Claim, code: str, text: str, *, again: bool) -> str | None:
        """A clip was not made: queued again where that may help, else ended; as `Queue.clip_failed`."""
        if not again:
            kept = keep_paid_take(self._folder(claim), self._paid_takes, claim.clip)
            text += (
                f"; the take that was paid for is kept, and fits for free: sidecrate fit '{kept}'"
                if kept
                else ""
            )
        verdict = self._queue.clip_failed(claim, code, text, again=again, tries=self._tries)
        if verdict == "failed":
            self._forget_folder(claim)
        return verdict

    async def _wait_and_give_back(self, claim: Claim, error: SidecrateError) -> None:
        """The disk is full or gone: the clip goes back into the queue once that can be stored, and it counts as no try."""
        of = claim.brief.count * len(claim.brief.engines)
        for pause_s in chain(PUBLISH_PAUSES_S[1:], repeat(PUBLISH_PAUSES_S[-1])):
            log.error("clip %s of job %s waits: %s", claim.clip, claim.job, error.text)
            self._tell(Progress(claim.origin, claim.job, claim.k / of, f"waiting: {error.text}"))
            await asyncio.sleep(pause_s)
            try:
                self._queue.give_back(claim)
                self.settle(claim.job)
                return
            except QueueError as still:
                error = still

    async def _make(self, child: Child, claim: Claim) -> list[MadeClip] | None:
        """What came of a clip's work; None where its engine's own child must make another take first."""
        check_space(self._jobs, self._crate.folder)
        place, more_takes = self._place_of(claim)
        task = {
            "brief": claim.brief.to_json(),
            "request": claim.request,
            "job": claim.job,
            "clip": claim.clip,
            "k": claim.k,
            "created": claim.created,
            "folder": str(self._folder(claim)),
            "note_names": self._note_names,
            "elsewhere": place != "worker",
            "more_takes": more_takes,
        }
        verb = daemon_verb(claim.brief.do)
        task["work"] = verb.work
        deadline_s = verb.deadline_s or self._deadline_s
        try:
            answer = await child.ask(verb.function, task, self.follower(claim), deadline_s)
            return made_clips(answer, self._folder(claim))
        except EngineError as error:
            if error.code != TAKE_WANTED:
                raise
            self._queue.hand_over(claim, place)
            self.wake()
            return None

    def _place_of(self, claim: Claim) -> tuple[str, bool]:
        """Which child makes a clip's takes, and whether it may make another when one was refused."""
        if claim.brief.do != "make":
            return "worker", False
        info = engine_info(claim.brief.clip_engine(claim.k))
        return info.runs, self._spend_retry or not info.costs_money

    async def _make_take(self, child: Child, claim: Claim) -> None:
        """A local model's take, in the child that keeps the model; then the clip waits for a worker."""
        check_space(self._jobs)
        info = engine_info(claim.brief.clip_engine(claim.k))
        task = {
            "brief": claim.brief.to_json(),
            "k": claim.k,
            "folder": str(self._folder(claim)),
            "maker": info.maker,
        }
        await child.ask(MAKE_TAKE, task, self.follower(claim), info.deadline_for(claim.brief))
        self._queue.hand_over(claim, "worker")
        self.wake()

    def follower(self, claim: Claim) -> Callable[[float, str, str], None]:
        """Tells progress at most ten times a second, stores each step before it is told, and the share done once a second."""
        last_s, noted_s, last_stage = 0.0, 0.0, "generating"
        of = claim.brief.count * len(claim.brief.engines)

        def follow(value: float, stage: str, words: str) -> None:
            nonlocal last_s, noted_s, last_stage
            now, done = time.monotonic(), (claim.k + value) / of
            if stage != last_stage:
                self._queue.enter(claim, stage)
            elif now - last_s < PROGRESS_EVERY_S:
                return
            if stage != last_stage or now - noted_s >= NOTED_EVERY_S:
                self._queue.note_progress(claim.job, done, words)
                noted_s = now
            last_s, last_stage = now, stage
            self._tell(
                Progress(claim.origin, claim.job, done, f"{stage}: {words}" if words else stage)
            )

        return follow

    async def _publish(self, claim: Claim, results: list[MadeClip]) -> None:
        record = results[0].record
        if not self._queue.enter(claim, "publishing", str(self._crate.place(record))):
            return
        self._tell(Progress(claim.origin, claim.job, (claim.k + 0.98) / record["of"], "publishing"))
        arriving = asyncio.create_task(self._arrive(claim, results))
        while not arriving.done():
            try:
                await asyncio.shield(arriving)
            except asyncio.CancelledError:
                # too late: half a publish would be worse than a clip too many, and the job ends when it has arrived
                if self._stopping:
                    raise
        arriving.result()

    async def _arrive(self, claim: Claim, results: list[MadeClip]) -> None:
        published = [await self._bring_home(claim, one.record, one.folder) for one in results]
        if self._queue.clip_done(claim, published[0], published[1:]):
            await asyncio.to_thread(self._queue.flush)
            for record in published:
                self._tell(
                    Done(claim.origin, claim.job, record["id"], record["path"], done_info(record))
                )
            self._forget_folder(claim)
            if claim.brief.then == "audition" and self._is_first(claim.job, len(published)):
                self._audition(published[0])

    def _is_first(self, job: str, results: int) -> bool:
        """Whether no other clip of a job was done before: of several, the first alone is heard by itself."""
        return [row["state"] for row in self._queue.clips(job)].count("done") == results

    async def _bring_home(
        self, claim: Claim, record: dict[str, Any], folder: Path
    ) -> dict[str, Any]:
        for pause_s in chain(PUBLISH_PAUSES_S, repeat(PUBLISH_PAUSES_S[-1])):
            try:
                return await asyncio.to_thread(self._put_into_crate, record, folder)
            except CrateError as error:
                log.error("%s", error.text)
                self._tell(
                    Progress(
                        claim.origin,
                        claim.job,
                        (claim.k + 0.98) / record["of"],
                        f"waiting: {error.text}",
                    )
                )
                await asyncio.sleep(pause_s)
        raise AssertionError("unreachable")

    def _put_into_crate(self, record: dict[str, Any], folder: Path) -> dict[str, Any]:
        """In a thread of its own. Where the clip will stand is on the disk before it stands there."""
        self._queue.flush()
        return self._crate.publish(record, folder)

    def settle_ended(self) -> None:
        """At start: a kill may have come between a job's last clip and the job's own end."""
        for job in self._queue.unfinished():
            self.settle(job.id)

    def settle(self, job: str) -> None:
        """Tell that a job has ended, when it just has."""
        ended = self._queue.settle_job(job)
        if ended is None:
            return
        states = [row["state"] for row in self._queue.clips(job)]
        published = states.count("done")
        if published:
            self._tell(
                Finished(ended.origin, job, published, len(states) - published, ended.error_text)
            )
        else:
            self._tell(Failed(ended.origin, job, ended.error_code, ended.error_text))
        for row in self._queue.clips(job):
            if row["state"] != "done":
                keep_paid_take(self._jobs / row["id"], self._paid_takes, row["id"])
            shutil.rmtree(self._jobs / row["id"], ignore_errors=True)

    def _folder(self, claim: Claim) -> Path:
        return self._jobs / claim.clip

    def _forget_folder(self, claim: Claim) -> None:
        shutil.rmtree(self._folder(claim), ignore_errors=True)
