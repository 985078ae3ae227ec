"""Slots for hosted engines: a helper child buys takes, and the workers finish the clips."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bridge.errors import SidecrateError
from daemon.children.many_host import ManyChild
from daemon.engines.registry import engine_info
from daemon.errors import EngineError, WorkerError
from daemon.home.room import check_space
from daemon.jobs.queue import Claim, Queue
from daemon.service.bell import Bell
from daemon.service.ending import ANY, Ending
from daemon.service.slot_loop import Slot, bring_to_end, may_help_again
from daemon.spending.ledger import Purchase, Purchases

log = logging.getLogger(__name__)

STOP = "daemon.engines.replicate.run:stop"
HOSTED = "hosted"
#: Pause before a purchase whose process died is taken up again.
_BREATH_S = 1.0
#: Timeout for ending predictions of cancelled jobs.
_STOP_S = 60.0

_Next = Claim | Purchase


class HostedSlots:
    """`at_once` slots, served by one helper process that ends after `idle_s` without work.

    Belongs to the daemon's loop.
    """

    def __init__(
        self,
        *,
        queue: Queue,
        purchases: Purchases,
        jobs: Path,
        ending: Ending,
        bell: Bell,
        at_once: int,
        idle_s: float,
    ) -> None:
        self._queue = queue
        self._purchases = purchases
        self._jobs = jobs
        self._ending = ending
        self._bell = bell
        self._at_once = at_once
        self._child = ManyChild("hosted engines", idle_s)
        self._slots: list[asyncio.Task[None]] = []
        self._under_way: dict[int, Purchase] = {}
        """By the child's number of the task."""

    def start(self) -> None:
        """Begin to buy, and to end predictions of cancelled jobs."""
        self._slots = [asyncio.create_task(self._slot()) for _ in range(self._at_once)]
        self._slots.append(asyncio.create_task(self._end_abandoned()))

    async def stop(self) -> None:
        """Stop waiting. Predictions at the service go on, and are taken up at the next start."""
        for slot in self._slots:
            slot.cancel()
        await asyncio.gather(*self._slots, return_exceptions=True)
        await self._child.end()

    def cancel(self, job: str) -> None:
        """End a job's predictions, at the service too."""
        for number, purchase in self._under_way.items():
            if any(claim.job == job for claim in purchase.claims):
                self._child.cancel(number)

    async def _slot(self) -> None:
        await Slot[_Next](self._claim, self._work, self._ending, self._bell).serve()

    def _claim(self) -> _Next | None:
        found = self._purchases.claim()
        self._ending.hold(HOSTED, self._purchases.waits_for)
        return found

    async def _work(self, one: _Next) -> None:
        if isinstance(one, Claim):
            self._refuse(one)
        else:
            await self._buy(one)

    def _refuse(self, claim: Claim) -> None:
        try:
            error = self._purchases.refusal(claim)
        except EngineError as unknown:
            error = unknown
        self._ending.fail(claim, error.code, error.text, again=False)
        self._ending.settle(claim.job)

    async def _buy(self, purchase: Purchase) -> None:
        async def attempt() -> None:
            check_space(self._jobs)
            result = await self._ask(purchase)
            self._ending.hold(ANY, "")
            self._bought(purchase, result)

        # where it costs no try, the purchase goes on where it was
        await bring_to_end(
            purchase.claims,
            attempt(),
            lambda error: self._not_bought(purchase, error),
            self._ending,
        )
        # workers have new takes, or the cap has room for another purchase
        self._bell.ring()

    async def _ask(self, purchase: Purchase) -> dict[str, Any]:
        first = purchase.claims[0]
        follow = self._ending.follower(first)
        task = {
            "purchase": {
                "takes": purchase.takes,
                "intent": purchase.intent,
                "intended": purchase.intended,
                "remote": purchase.remote,
                "others": self._purchases.others(purchase.id),
            },
            "engine": purchase.info.name,
            "spec": dict(purchase.info.spec),
            "brief": first.brief.to_json(),
            "k": first.index,
            "clips": [
                {"folder": str(self._jobs / claim.clip), "number": number}
                for claim, number in zip(purchase.claims, purchase.numbers, strict=True)
            ],
        }
        number = 0

        def begun(given: int) -> None:
            nonlocal number
            number = given
            self._under_way[given] = purchase

        try:
            return await self._child.ask_storing(
                purchase.info.maker,
                task,
                lambda value, stage, words: follow(0.6 * value, stage, words),
                self._storing(purchase.id),
                deadline_s=2 * purchase.info.deadline_s,
                begun=begun,
            )
        finally:
            self._under_way.pop(number, None)

    def _storing(self, purchase: int) -> Callable[[dict[str, Any]], None]:
        return lambda what: self._purchases.store(purchase, what)

    def _bought(self, purchase: Purchase, result: dict[str, Any]) -> None:
        """Hand clips with a take to the workers; end those without one, with the reason."""
        aborted = result["state"] == "aborted"
        for place, claim in enumerate(purchase.claims):
            why = result["missing"].get(str(place))
            if result["state"] in ("cancelled", "unknown"):
                self._ending.fail(claim, "cancelled", result["text"], again=False)
            elif why is None:
                self._queue.hand_over(claim, "worker")
            elif self._ending.fail(claim, "engine", why, again=aborted) == "again":
                self._queue.part(claim.clip)
        state = "dropped" if aborted else result["state"]
        self._purchases.end(purchase.id, state, result["cost_usd"], result["text"])

    async def _not_bought(self, purchase: Purchase, error: SidecrateError) -> None:
        """End or repeat a purchase without a result.

        The child knows that nothing was bought, or cannot know; or it died, and the purchase is
        taken up again.
        """
        job = purchase.claims[0].job
        log.warning("%s made no take for job %s: %s", purchase.info.name, job, error.text)
        died = isinstance(error, WorkerError)
        again = may_help_again(error)
        verdicts = {
            self._ending.fail(claim, error.code, error.text, again=again)
            for claim in purchase.claims
        }
        if "again" in verdicts:
            await asyncio.sleep(_BREATH_S)
            return
        is_unsure = died or again or error.code == "unknown"
        self._end_unmade(purchase.id, error.text, is_unsure=is_unsure)

    def _end_unmade(self, purchase: int, text: str, *, is_unsure: bool) -> None:
        """Close a purchase without a take: at no cost, or at an unknown one where `is_unsure`."""
        if is_unsure:
            self._purchases.end(purchase, "unknown", None, text)
        else:
            self._purchases.end(purchase, "dropped", 0.0, text)

    async def _end_abandoned(self) -> None:
        """End predictions of jobs that were cancelled just before the daemon died."""
        for row in self._purchases.abandoned():
            try:
                if row["state"] == "created":
                    info = engine_info(row["engine"])
                    task = {
                        "remote": row["remote"],
                        "spec": dict(info.spec),
                        "takes": row["takes"],
                        "intent": None,
                        "others": [],
                    }
                    result = await self._child.ask_storing(
                        STOP, task, _nobody, lambda what: None, deadline_s=_STOP_S
                    )
                    self._purchases.end(
                        row["id"], "cancelled", result["cost_usd"], "its job was cancelled"
                    )
                else:
                    is_unsure = row["state"] == "intended"
                    self._end_unmade(row["id"], "its job ended", is_unsure=is_unsure)
            except SidecrateError as error:
                log.error("%s", error.text)


def _nobody(value: float, stage: str, words: str) -> None:
    """A progress callback for work whose progress is not shown."""
