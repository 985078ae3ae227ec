"""Slots for other programs' servers: one for each, since most make one take at a time.

One light helper process waits for all of them, and ends when there is nothing to wait for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from bridge.errors import SidecrateError
from daemon.children.many_host import ManyChild
from daemon.engines.registry import engine_info, engines
from daemon.engines.remote.boxes import TIMEOUT_S, Box, load_box, load_boxes, why_not
from daemon.engines.remote.verb_places import AWAY, BRING_RESULTS, RENEW, elsewhere, lacking
from daemon.errors import EngineError
from daemon.home.room import check_space
from daemon.jobs.queue import Claim, Queue
from daemon.service.bell import Bell
from daemon.service.ending import ANY, Ending
from daemon.service.slot_loop import Slot, bring_to_end, may_help_again
from daemon.verbs.registry import daemon_verb

log = logging.getLogger(__name__)

MAKE_TAKE = "daemon.clip.takes:make_take_beside_others"
#: Pause before a take that failed is asked for again: its server may be starting anew.
_BREATH_S = 1.0
#: Timeout of the question what a box offers.
_RENEW_S = 60.0


def server_places() -> dict[str, int]:
    """The places in the queue that servers and boxes have, each with its number of slots."""
    served = {info.waits_at: info.places_there for info in engines() if info.runs == "server"}
    # a box may do verbs alone
    return {**{box.place: max(1, box.slots) for box in load_boxes()}, **served}


class ServerSlots:
    """Slots for each place; a box that is paired meanwhile gets its own. Belongs to the loop."""

    def __init__(
        self,
        *,
        queue: Queue,
        jobs: Path,
        ending: Ending,
        bell: Bell,
        idle_s: float,
        box_verbs: Mapping[str, tuple[str, ...]],
    ) -> None:
        """box_verbs: what the config has boxes do beside takes, by box."""
        self._queue = queue
        self._jobs = jobs
        self._ending = ending
        self._bell = bell
        self._child = ManyChild("servers' engines", idle_s)
        self._slots: list[asyncio.Task[None]] = []
        self._served: dict[str, int] = {}
        self._box_verbs = box_verbs
        self._renewed: set[str] = set()
        self._under_way: dict[int, str] = {}
        """Jobs by the child's number of the task."""

    def start(self) -> None:
        """Begin to claim clips."""
        self._open_slots()
        self._ask_anew()
        self._slots.append(asyncio.create_task(self._watch_places()))

    def _open_slots(self) -> None:
        for place, count in server_places().items():
            for _ in range(count - self._served.get(place, 0)):
                self._slots.append(asyncio.create_task(self._slot(place)))
            self._served[place] = max(count, self._served.get(place, 0))

    async def _watch_places(self) -> None:
        while True:
            await self._bell.wait()
            self._open_slots()
            self._ask_anew()

    def _ask_anew(self) -> None:
        """Boxes that were paired by an older version, or run another by now: each is asked once."""
        for box in lacking(load_boxes(), self._box_verbs):
            if box.name not in self._renewed:
                self._renewed.add(box.name)
                self._slots.append(asyncio.create_task(self._renew(box)))

    async def _renew(self, box: Box) -> None:
        if await asyncio.to_thread(why_not, box):
            # it is off; at the next order it may be on
            self._renewed.discard(box.name)
            return
        task = {"box": box.name, "address": box.address}
        try:
            await self._child.ask_storing(
                RENEW, task, _nothing_to_tell, _nothing_to_store, deadline_s=_RENEW_S
            )
        except SidecrateError as error:
            log.info("what the box %s offers is not known: %s", box.name, error.text)

    async def stop(self) -> None:
        """End at once; what servers make for us is ordered anew at the next start."""
        for slot in self._slots:
            slot.cancel()
        await asyncio.gather(*self._slots, return_exceptions=True)
        await self._child.end()

    def cancel(self, job: str) -> None:
        """End a job's takes, at the server too where it can."""
        for number, its_job in self._under_way.items():
            if its_job == job:
                self._child.cancel(number)

    async def _slot(self, place: str) -> None:
        claim = partial(self._queue.claim, place)
        await Slot(claim, self._work, self._ending, self._bell).serve()

    async def _work(self, claim: Claim) -> None:
        async def attempt() -> None:
            check_space(self._jobs)
            self._ending.hold(ANY, "")
            await self._make_take(claim)
            self._queue.hand_over(claim, "worker")

        async def failed(error: SidecrateError) -> None:
            log.warning("clip %s of job %s failed: %s", claim.clip, claim.job, error.text)
            if error.code == AWAY and self._move(claim, error.text):
                return
            again = may_help_again(error)
            if self._ending.fail(claim, error.code, error.text, again=again) == "again":
                await asyncio.sleep(_BREATH_S)

        await bring_to_end([claim], attempt(), failed, self._ending)
        # the worker has a new take to finish
        self._bell.ring()

    def _move(self, claim: Claim, why: str) -> bool:
        """Have a clip done here whose box is away; whether it is."""
        name = elsewhere(claim.brief, claim.brief.clip_engine(claim.index))
        return bool(name) and self._queue.move(claim, name, f"done here: {why}")

    def _may_move(self, claim: Claim) -> bool:
        name = elsewhere(claim.brief, claim.brief.clip_engine(claim.index))
        try:
            return bool(name) and (name == "file" or engine_info(name).needs() is None)
        except EngineError:
            return False

    def _task_of(self, claim: Claim) -> tuple[str, dict[str, Any], float]:
        """What the child does for a clip, its task, and its timeout in s."""
        name = claim.brief.clip_engine(claim.index)
        task = {"brief": claim.brief.to_json(), "folder": str(self._jobs / claim.clip)}
        if claim.brief.do == "make":
            info = engine_info(name)
            own: dict[str, Any] = {"k": claim.index, **info.for_child()}
            if self._may_move(claim):
                own["spec"]["may_move"] = True
            return MAKE_TAKE, {**task, **own}, info.deadline_for(claim.brief)
        box = load_box(name.partition(":")[0])
        deadline_s = daemon_verb(claim.brief.do).deadline_s or TIMEOUT_S
        more = {
            "request": claim.request, "box": box.name, "address": box.address,
            "deadline_s": deadline_s, "may_move": self._may_move(claim),
        }  # fmt: skip
        return BRING_RESULTS, {**task, **more}, deadline_s

    async def _make_take(self, claim: Claim) -> None:
        function, task, deadline_s = self._task_of(claim)
        number = 0

        def begun(given: int) -> None:
            nonlocal number
            number = given
            self._under_way[given] = claim.job

        try:
            await self._child.ask_storing(
                function,
                task,
                self._ending.follower(claim),
                _nothing_to_store,
                deadline_s=deadline_s,
                begun=begun,
            )
        finally:
            self._under_way.pop(number, None)


def _nothing_to_tell(share: float, stage: str, words: str) -> None:
    """Nobody waits for this."""


def _nothing_to_store(what: dict[str, Any]) -> None:
    """A server's take costs nothing, so there is no purchase to keep."""
