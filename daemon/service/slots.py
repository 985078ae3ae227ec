"""The worker slots: each claims a clip, has a child make it, and publishes the results."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bridge.errors import SidecrateError
from daemon.children.host import Child
from daemon.clip.results import MadeClip, finished_parts, made_clips
from daemon.clip.takes import TAKE_WANTED
from daemon.crate.crate import Crate
from daemon.engines.registry import engine_info
from daemon.engines.remote.verb_places import RESULTS_THERE, is_there
from daemon.errors import EngineError
from daemon.home.room import check_space
from daemon.jobs.queue import Claim, Queue
from daemon.service.bell import Bell
from daemon.service.ending import ANY, Ending
from daemon.service.publishing import Publishing
from daemon.service.slot_loop import Slot, bring_to_end, may_help_again
from daemon.service.under_way import UnderWay
from daemon.verbs.registry import daemon_verb

log = logging.getLogger(__name__)

MAKE_TAKE = "daemon.clip.takes:make_take"


@dataclass(frozen=True)
class WorkerSettings:
    """The number of workers, and their settings."""

    count: int
    idle_s: float
    """Idle time after which a worker ends; `local_idle_s`: that of the local model's child."""
    local_idle_s: float
    deadline_s: float
    """Timeout of one clip."""
    note_names: str
    spend_retry: bool
    """Whether another take is bought where the quality gate refused one."""


class WorkerSlots:
    """A slot for each worker, and one for the child with a local model. Belongs to the loop."""

    def __init__(
        self,
        settings: WorkerSettings,
        *,
        queue: Queue,
        crate: Crate,
        jobs: Path,
        publishing: Publishing,
        ending: Ending,
        bell: Bell,
    ) -> None:
        self._settings = settings
        self._queue = queue
        self._crate = crate
        self._jobs = jobs
        self._publishing = publishing
        self._ending = ending
        self._bell = bell
        self._workers = [Child(f"worker {n + 1}", settings.idle_s) for n in range(settings.count)]
        self._local = Child("local model", settings.local_idle_s)
        self._slots: list[asyncio.Task[None]] = []
        self._under_way = UnderWay()
        self._claims: dict[str, Claim] = {}
        """The claims under way, by clip."""
        self._kept: dict[str, list[MadeClip]] = {}
        """Finished parts of clips that were cancelled, until they are published."""

    def start(self) -> None:
        """Begin to claim clips."""
        children = [*((child, "worker") for child in self._workers), (self._local, "local")]
        self._slots = [asyncio.create_task(self._slot(*one)) for one in children]

    async def stop(self) -> None:
        """End all work at once; unfinished clips are taken over at the next start."""
        for slot in self._slots:
            slot.cancel()
        await asyncio.gather(*self._slots, return_exceptions=True)
        for child in [*self._workers, self._local]:
            await child.end()

    def cancel(self, job: str) -> None:
        """End a job's work, now. A clip that is being published still arrives.

        Of a verb's several results those that are finished arrive too.
        """
        for claim in [one for one in self._claims.values() if one.job == job]:
            self._keep_parts(claim)
        self._under_way.cancel(job)

    def _keep_parts(self, claim: Claim) -> None:
        parts = finished_parts(self._jobs / claim.clip)
        if not parts:
            return
        names = ", ".join(str(one.record["part"] or one.record["words"]) for one in parts)
        text = f"cancelled as asked; done before, and kept: {names}"
        if self._queue.keep_parts(claim, text):
            self._kept[claim.clip] = parts

    async def _slot(self, child: Child, place: str) -> None:
        claim = partial(self._queue.claim, place)
        work = partial(self._work, child, place)
        await Slot(claim, work, self._ending, self._bell).serve()

    async def _work(self, child: Child, place: str, claim: Claim) -> None:
        async def failed(error: SidecrateError) -> None:
            log.warning("clip %s of job %s failed: %s", claim.clip, claim.job, error.text)
            self._ending.fail(claim, error.code, error.text, again=may_help_again(error))

        self._claims[claim.clip] = claim
        try:
            await bring_to_end([claim], self._attempt(child, claim, place), failed, self._ending)
        finally:
            self._claims.pop(claim.clip, None)
            self._kept.pop(claim.clip, None)

    async def _attempt(self, child: Child, claim: Claim, place: str) -> None:
        make = self._make_take if place == "local" else self._make
        made = await self._under_way.run(claim.job, make(child, claim))
        made = made or self._kept.get(claim.clip)
        if made is not None:
            # too late for a cancel: half a publish would be worse than one clip too many
            await self._publishing.publish(claim, made)

    async def _make(self, child: Child, claim: Claim) -> list[MadeClip] | None:
        """A clip's results; None where its engine's own child must make another take first."""
        check_space(self._jobs, self._crate.folder)
        self._ending.hold(ANY, "")
        place, more_takes, engine = self._engine_of(claim)
        verb = daemon_verb(claim.brief.do)
        task = {
            **engine,
            "brief": claim.brief.to_json(),
            "request": claim.request,
            "job": claim.job,
            "clip": claim.clip,
            "k": claim.index,
            "created": claim.created,
            "folder": str(self._jobs / claim.clip),
            "note_names": self._settings.note_names,
            "elsewhere": place != "worker",
            "more_takes": more_takes,
        }
        follow = self._ending.follower(claim)
        deadline_s = verb.deadline_s or self._settings.deadline_s
        try:
            task["work"] = self._work_of(claim, place)
            answer = await child.ask(verb.function, task, follow, deadline_s)
            return made_clips(answer, self._jobs / claim.clip)
        except EngineError as error:
            if error.code != TAKE_WANTED:
                raise
            self._hand_over(claim, place)
            return None

    def _engine_of(self, claim: Claim) -> tuple[str, bool, dict[str, Any]]:
        """Where a clip's takes are made, whether another may be made, and the engine's settings.

        The settings are those that a worker gets; they are empty where it makes no take itself.
        """
        if claim.brief.do != "make":
            # a verb may be done by a box; its results then wait in the clip's folder
            return self._queue.place_of(claim.brief.clip_engine(claim.index)), False, {}
        info = engine_info(claim.brief.clip_engine(claim.index))
        # of a longer piece a worker joins the segments that were bought
        told = {"worker": info.for_child(), "hosted": {"max_seconds": info.max_seconds}}
        return (
            info.waits_at,
            self._settings.spend_retry or not info.costs_money,
            told.get(info.runs, {}),
        )

    def _work_of(self, claim: Claim, place: str) -> str:
        """The function of a verb's work. EngineError TAKE_WANTED where a box must do it first."""
        if claim.brief.do in ("make", "fit") or place == "worker":
            return daemon_verb(claim.brief.do).work
        if not is_there(self._jobs / claim.clip):
            raise EngineError("its results are wanted", TAKE_WANTED)
        return RESULTS_THERE

    async def _make_take(self, child: Child, claim: Claim) -> None:
        """Have the child with the local model make a take; the clip then waits for a worker."""
        check_space(self._jobs)
        self._ending.hold(ANY, "")
        info = engine_info(claim.brief.clip_engine(claim.index))
        task = {
            "brief": claim.brief.to_json(),
            "k": claim.index,
            "folder": str(self._jobs / claim.clip),
            **info.for_child(),
        }
        follow = self._ending.follower(claim)
        deadline_s = info.deadline_for(claim.brief)
        await child.ask(MAKE_TAKE, task, follow, deadline_s)
        self._hand_over(claim, "worker")

    def _hand_over(self, claim: Claim, place: str) -> None:
        self._queue.hand_over(claim, place)
        self._bell.ring()
