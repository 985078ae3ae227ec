"""The language model's slot: a child asks the model for one job at a time, then its clips go on."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from typing import Any

from bridge.errors import SidecrateError
from bridge.events import Event, Told
from bridge.request import Request
from daemon.brief import Brief
from daemon.children.host import Child
from daemon.errors import QueueError
from daemon.home.masking import internal_text
from daemon.improve.amend import amend, is_shown_first, proposal
from daemon.improve.server import estimate_usd
from daemon.improve.store import Improvements
from daemon.jobs.table import Job
from daemon.jobs.waiting import ASK
from daemon.service.bell import Bell
from daemon.service.ending import Ending
from daemon.service.under_way import UnderWay
from daemon.spending.ledger import end_usd, reserve_usd

log = logging.getLogger(__name__)

ASK_MODEL = "daemon.improve.child:ask_model"
#: Prefix of the stage of a job that waits for its user's answer.
WAITING = "waiting for your answer"
#: Time that the child gets beyond the server's own timeout.
_GRACE_S = 10.0
#: Pause after the queue could not be read.
_QUEUE_PAUSE_S = 2.0
#: Pause after a job that failed by a fault of ours.
_PAUSE_S = 0.2


class LanguageSlot:
    """Asks the language model. Belongs to the daemon's loop.

    `server`: the model's settings, as the child gets them. `check(brief, request)` raises where no
    engine can make what an amended Brief says.
    """

    def __init__(
        self,
        *,
        store: Improvements,
        ending: Ending,
        bell: Bell,
        tell: Callable[[Event], None],
        server: Mapping[str, Any],
        per_day_usd: float,
        idle_s: float,
        check: Callable[[Brief, Request], None],
    ) -> None:
        self._store = store
        self._ending = ending
        self._bell = bell
        self._tell = tell
        self._server = server
        self._per_day_usd = per_day_usd
        self._check = check
        self._child = Child("language model", idle_s)
        self._slot: asyncio.Task[None] | None = None
        self._under_way = UnderWay()

    def start(self) -> None:
        """Begin to ask."""
        self._slot = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End at once; a question without an answer is looked at again at the next start."""
        if self._slot:
            self._slot.cancel()
            await asyncio.gather(self._slot, return_exceptions=True)
        await self._child.end()

    def cancel(self, job: str) -> None:
        """Stop asking for a job."""
        self._under_way.cancel(job)

    async def _run(self) -> None:
        while True:
            job: Job | None = None
            try:
                job = self._store.next_job()
                if job is None:
                    await self._bell.wait()
                else:
                    await self._under_way.run(job.id, self._improve(job))
            except QueueError as error:
                log.error("%s", error.text)
                await asyncio.sleep(_QUEUE_PAUSE_S)
            except Exception as error:
                # whatever the fault: one job must not block all others
                log.exception("language model: a fault of ours")
                if job is not None:
                    with contextlib.suppress(QueueError):
                        self._fail(job, internal_text(error))
                await asyncio.sleep(_PAUSE_S)

    def _fail(self, job: Job, text: str) -> None:
        self._store.fail(job.id, text)
        self._ending.settle(job.id)

    async def _improve(self, job: Job) -> None:
        shown = self._store.step(job.id, ASK)
        self._store.begin(job.id)
        brief = await self._amended(job)
        if brief is None:
            return
        if shown is None and is_shown_first(job.brief, job.request.values):
            if text := proposal(brief):
                self._propose(job, text)
                return
        elif shown is not None and shown[0] == "no":
            if job.brief.lyrics != brief.lyrics:
                text = (
                    "the lyrics that were proposed were declined; write them yourself, or ask again"
                )
                self._fail(job, text)
                return
            brief = _declined(job.brief, brief.improved)
        self._store.release(job.id, brief)
        self._bell.ring()

    async def _amended(self, job: Job) -> Brief | None:
        """The job's Brief with every result; None where that failed, and the job has ended."""
        brief = job.brief
        for step in brief.steps_wanted():
            result = await self._result(job, brief, step)
            if step == "lyrics" and "why" in result:
                why = f"no words were written ({result['why']})"
                self._fail(job, f"lyrics: auto: {why}; write them yourself, or ask again")
                return None
            brief = amend(
                brief, job.request, step, result, lambda tried: self._check(tried, job.request)
            )
        return brief

    def _propose(self, job: Job, text: str) -> None:
        self._store.put(job.id, ASK, "waiting", {"text": text})
        self._ending.note(job, f"{WAITING}: {text}")
        self._tell(Told(job.origin, "proposed", job.id, {"text": text}))

    async def _result(self, job: Job, brief: Brief, step: str) -> dict[str, Any]:
        """A step's stored result, or else the model's: stored, with its cost, before it is used."""
        known = self._store.step(job.id, step)
        if known and known[0] == "done":
            return known[1]
        if known and known[2] is not None:
            # sent before the daemon ended, and perhaps paid for: nothing is paid for twice
            why = "the daemon ended while it was asked; it is not paid for twice"
            return self._keep(job, step, {"why": why, "cost_usd": None}, known[2])
        purchase = None
        estimate = estimate_usd(self._server, step, len(brief.prompt))
        if estimate:
            model = str(self._server["model"])
            per_day_usd = self._per_day_usd
            purchase = reserve_usd(self._store.database, job.id, model, estimate, per_day_usd)
            if purchase is None:
                spent = f"the day's {per_day_usd:.2f} USD are spent"
                why = f"it would cost up to {estimate:.3f} USD, and {spent}"
                result = {"why": f"{why}; raise spend.per_day_usd", "cost_usd": 0.0}
                return self._keep(job, step, result, None)
        self._store.put(job.id, step, "asked", {}, purchase)
        self._ending.note(job, "asking the language model")
        return self._keep(job, step, await self._asked(job, brief, step), purchase)

    async def _asked(self, job: Job, brief: Brief, step: str) -> dict[str, Any]:
        task = {
            "step": step,
            "brief": brief.to_json(),
            "request": dict(job.request.values),
            "server": dict(self._server),
        }
        deadline_s = float(self._server["timeout_s"]) + _GRACE_S
        try:
            return await self._child.ask(ASK_MODEL, task, lambda *_: None, deadline_s)
        except SidecrateError as error:
            return {"why": error.text, "cost_usd": None}

    def _keep(
        self, job: Job, step: str, result: dict[str, Any], purchase: int | None
    ) -> dict[str, Any]:
        if purchase is not None:
            end_usd(self._store.database, purchase, result)
        self._store.put(job.id, step, "done", result, purchase)
        if "why" in result:
            log.warning("job %s: the step %s has no result: %s", job.id, step, result["why"])
        return result


def _declined(brief: Brief, answers: Mapping[str, Any]) -> Brief:
    """The Brief before it was amended. It keeps the declined answers: nothing is asked again."""
    return brief.amended(
        improved={step: dict(result, declined=True) for step, result in answers.items()},
        said=(*brief.said, "what the language model proposed was declined"),
        improve="off",
        compose="rules",
    )
