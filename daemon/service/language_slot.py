"""Has a language model asked for each job that wants it, one question at a time, in a child; then the job's clips go on."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from typing import Any

from bridge.errors import SidecrateError
from bridge.events import Event, Progress, Told
from daemon.brief import Brief
from daemon.children.host import Child
from daemon.errors import QueueError
from daemon.improve.amend import amend, is_shown_first, proposal
from daemon.improve.server import estimate_usd
from daemon.improve.store import Improvements
from daemon.jobs.queue import Job
from daemon.jobs.waiting import ASK
from daemon.service.slots import Runner
from daemon.spending.ledger import end_usd, reserve_usd

log = logging.getLogger(__name__)

ASK_MODEL = "daemon.improve.child:ask_model"
#: What the progress of a job begins with that waits for a person.
WAITING = "waiting for your answer"
#: s that the child may take beside the server's own time.
_GRACE_S = 10.0


class Improver:
    """Runs until it is stopped. `check(brief, request)` raises where no engine can make what an amended Brief says."""

    def __init__(
        self, store: Improvements, runner: Runner, tell: Callable[[Event], None], server: Mapping[str, Any], *,
        per_day_usd: float, idle_s: float, check: Callable[[Brief, Any], object],
    ) -> None:  # fmt: skip
        self._store = store
        self._runner = runner
        self._tell = tell
        self._server = server
        self._per_day_usd = per_day_usd
        self._check = check
        self._child = Child("language model", idle_s)
        self._wake = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._at_work: tuple[str, asyncio.Task[None]] | None = None
        self._stopping = False

    def start(self) -> None:
        self._loop = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End at once; what was asked and not answered is looked at again at the next start."""
        self._stopping = True
        if self._loop:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
        await self._child.end()

    def wake(self) -> None:
        self._wake.set()

    def cancel(self, job: str) -> None:
        """Stop asking for a job."""
        if self._at_work and self._at_work[0] == job:
            self._at_work[1].cancel()

    def answer(self, job: str, yes: bool) -> None:
        """A person's word on what was proposed. QueueError where nothing was."""
        self._store.answer(job, yes)
        self.wake()

    async def _run(self) -> None:
        while True:
            job: Job | None = None
            try:
                job = self._store.next_job()
                if job is None:
                    self._wake.clear()
                    await self._wake.wait()
                    continue
                work = asyncio.create_task(self._improve(job))
                self._at_work = (job.id, work)
                try:
                    await asyncio.shield(work)
                except asyncio.CancelledError:
                    if self._stopping or not work.done():
                        work.cancel()
                        await asyncio.gather(work, return_exceptions=True)
                        raise
                finally:
                    self._at_work = None
            except QueueError as error:
                log.error("%s", error.text)
                await asyncio.sleep(2)
            except Exception as error:
                # whatever it was: the job must not stand in the way of all others
                log.exception("language model")
                with contextlib.suppress(QueueError):
                    self._give_up(job, error)
                await asyncio.sleep(0.2)

    def _give_up(self, job: Job | None, error: Exception) -> None:
        if job is not None:
            self._store.fail(
                job.id,
                f"something went wrong inside Sidecrate ({type(error).__name__}); the log has the details",
            )
            self._runner.settle(job.id)

    async def _improve(self, job: Job) -> None:
        brief = job.brief
        shown = self._store.step(job.id, ASK)
        self._store.begin(job.id)
        for step in brief.steps_wanted():
            result = await self._result(job, brief, step)
            if step == "lyrics" and "why" in result:
                text = f"lyrics: auto: no words were written ({result['why']}); write them yourself, or ask again"
                self._store.fail(job.id, text)
                self._runner.settle(job.id)
                return
            brief = amend(
                brief, job.request, step, result, lambda tried: self._check(tried, job.request)
            )
        if (
            shown is None
            and is_shown_first(job.brief, job.request.values)
            and (text := proposal(brief))
        ):
            self._propose(job, text)
            return
        if shown is not None and shown[0] == "no":
            if job.brief.lyrics == brief.lyrics:
                refused = {
                    step: dict(result, declined=True) for step, result in brief.improved.items()
                }
                said = (*job.brief.said, "what the language model proposed was declined")
                brief = job.brief.amended(
                    improved=refused, said=said, improve="off", compose="rules"
                )
            else:
                self._store.fail(
                    job.id,
                    "the lyrics that were proposed were declined; write them yourself, or ask again",
                )
                self._runner.settle(job.id)
                return
        self._store.release(job.id, brief)
        self._runner.wake()

    def _propose(self, job: Job, text: str) -> None:
        self._store.put(job.id, ASK, "waiting", {"text": text})
        self._say(job, f"{WAITING}: {text}")
        self._tell(Told(job.origin, "proposed", job.id, {"text": text}))

    def _say(self, job: Job, words: str) -> None:
        self._runner.note(job.id, words[:300])
        self._tell(Progress(job.origin, job.id, 0.0, f"improving: {words}"[:400]))

    async def _result(self, job: Job, brief: Brief, step: str) -> dict[str, Any]:
        """A step's stored result, or that of asking now: stored, with its cost, before it is used."""
        known = self._store.step(job.id, step)
        if known and known[0] == "done":
            return known[1]
        if known and known[2] is not None:
            # sent before the daemon ended, and perhaps paid for: nothing is bought twice
            result = {
                "why": "the daemon ended while it was asked; it is not paid for twice",
                "cost_usd": None,
            }
            return self._keep(job, step, result, known[2])
        purchase = None
        estimate = estimate_usd(self._server, step, len(brief.prompt))
        if estimate:
            purchase = reserve_usd(
                self._store.database,
                job.id,
                str(self._server["model"]),
                estimate,
                self._per_day_usd,
            )
            if purchase is None:
                why = f"it would cost up to {estimate:.3f} USD, and the day's {self._per_day_usd:.2f} USD are spent"
                return self._keep(
                    job, step, {"why": f"{why}; raise spend.per_day_usd", "cost_usd": 0.0}, None
                )
        self._store.put(job.id, step, "asked", {}, purchase)
        self._say(job, "asking the language model")
        return self._keep(job, step, await self._asked(job, brief, step), purchase)

    async def _asked(self, job: Job, brief: Brief, step: str) -> dict[str, Any]:
        task = {
            "step": step,
            "brief": brief.to_json(),
            "request": dict(job.request.values),
            "server": dict(self._server),
        }
        try:
            return await self._child.ask(
                ASK_MODEL, task, lambda *_: None, float(self._server["timeout_s"]) + _GRACE_S
            )
        except SidecrateError as error:
            return {"why": error.text, "cost_usd": None}

    def _keep(
        self, job: Job, step: str, result: dict[str, Any], purchase: int | None
    ) -> dict[str, Any]:
        if purchase is not None:
            end_usd(self._store.database, purchase, result)
        self._store.put(job.id, step, "done", result, purchase)
        if "why" in result:
            log.warning("job %s: %s: %s", job.id, step, result["why"])
        return result
