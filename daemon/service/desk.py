"""The front desk: checks and stores the orders of every door, and answers them by events."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, assert_never

from bridge import events
from bridge.errors import SidecrateError
from bridge.events import Ask, Event, Order, Origin, order_about
from bridge.request import Request
from bridge.session import Session
from bridge.text import shorten
from daemon.audition.audition import Audition
from daemon.brief import Brief
from daemon.briefing.allowed_folders import AllowedFolders
from daemon.briefing.brief_of import check_amended, make_brief
from daemon.briefing.named_sounds import Material
from daemon.briefing.repeat import repeat_request
from daemon.crate.crate import Crate
from daemon.engines.registry import Policy, engine_info
from daemon.errors import EngineError, QueueError
from daemon.home.masking import internal_text
from daemon.improve.amend import again
from daemon.improve.store import Improvements
from daemon.jobs.batch_file import Batch, forget_batch, read_batch
from daemon.jobs.queue import Queue
from daemon.jobs.table import WAITING, Job
from daemon.prompt.defaults import PromptDefaults
from daemon.record import ClipRecord, ClipReport, Repeatable, done_info, parse_record
from daemon.service.bell import Bell
from daemon.service.departments import Departments
from daemon.verbs.registry import draw_in_verbs

log = logging.getLogger(__name__)

#: A report goes in one packet: its longest lists are left out; the crate's record has them.
MOST_REPORT_BYTES = 8000
#: Entries of a report's list that are sent, and values of a list inside one of its parts.
_MOST_ROWS = 4
_MOST_VALUES = 16
#: Jobs that one answer to a cancel names: it goes in one packet too.
_MOST_CANCELLED = 100
#: Clips of a job that a status names, the newest: each is a packet.
_MOST_TOLD_CLIPS = 200


class Desk:
    """Handles every order. Runs on the daemon's loop; never blocks for long."""

    def __init__(
        self,
        *,
        queue: Queue,
        crate: Crate,
        improvements: Improvements,
        departments: Departments,
        bell: Bell,
        session: Session,
        defaults: PromptDefaults,
        policy: Policy,
        tell: Callable[[Event], None],
        store_pins: Callable[[Mapping[str, Any]], None],
        audition: Audition,
        allowed: AllowedFolders,
        batches: Path,
        material: Material,
    ) -> None:
        self._queue = queue
        self._crate = crate
        self._improvements = improvements
        self._departments = departments
        self._bell = bell
        self._session = session
        self._defaults = defaults
        self._policy = policy
        self._tell = tell
        self._store_pins = store_pins
        self._heard = audition
        self._allowed = allowed
        self._batches = batches
        self._taken: set[asyncio.Task[None]] = set()
        """Batches that are being read: the loop itself holds no reference to them."""
        self._material = material
        # before the doors open: they read the table that every installed verb must be in
        draw_in_verbs()

    def handle(self, order: Order) -> None:
        """Do what an order says. Where that fails, the door that sent it gets the reason."""
        try:
            self._do(order)
        except SidecrateError as error:
            self._tell(events.Refused(order.origin, error.code, error.text, order_about(order)))
        except Exception as error:
            log.exception("an order failed by a fault of ours: %s", order)
            text = internal_text(error)
            self._tell(events.Refused(order.origin, "internal", text, order_about(order)))

    def _do(self, order: Order) -> None:
        match order:
            case events.Ask():
                self._ask(order)
            case events.Batch():
                self._batch(order)
            case events.Cancel():
                self._cancel(order)
            case events.Answer():
                self._answer(order)
            case events.Status():
                self._status(order)
            case events.Report():
                self._report(order)
            case events.Keep():
                self._keep(order)
            case events.Trash():
                self._trash(order)
            case events.Audition():
                self._heard.take(order)
            case events.Pin():
                self._pin(order)
            case events.Context():
                self._context(order)
            case events.Bye():
                self._session.bye(order.source)
                self._session_changed()
            case events.Known():
                self._tell(events.Told(order.origin, "known", "", self._session_values()))
            case _:
                assert_never(order)

    # -- jobs

    def _ask(self, ask: Ask) -> None:
        """Store the requests as jobs; where they are stored already, answer those jobs' state."""
        if known := self._queue.known(ask.claim, ask.once):
            for job in known:
                self.tell_state(job, ask.origin if ask.once else job.origin)
            return
        self._crate.check()
        drafts = [self._repeat(ask)] if ask.verb == "again" else self._drafts(ask)
        self._store(drafts, ask)

    def _drafts(self, ask: Ask) -> list[tuple[Request, Brief]]:
        for request in ask.requests:
            self._allowed.check(request, ask.verb)
        return [(request, self._brief(request, ask, ask.verb)) for request in ask.requests]

    def _brief(self, request: Request, ask: Ask, do: str) -> Brief:
        policy = self._policy if ask.may_spend else replace(self._policy, free_only=True)
        return make_brief(request, self._session, self._defaults, policy, self._material, do=do)

    def _store(self, drafts: list[tuple[Request, Brief]], ask: Ask) -> None:
        jobs, _ = self._queue.accept(drafts, ask.origin, ask.claim, ask.once)
        self._tell_accepted(jobs)

    def _tell_accepted(self, jobs: list[Job]) -> None:
        for job in jobs:
            log.info(
                "job %s accepted by %s: %s", job.id, job.origin.door, shorten(job.brief.title, 200)
            )
            self._tell(
                events.Accepted(job.origin, job.id, self._queue.position(job.id), job.brief.words)
            )
            self._departments.tell_hold(job)
        self._bell.ring()

    def _batch(self, order: events.Batch) -> None:
        task = asyncio.create_task(self._take_batch(order))
        self._taken.add(task)
        task.add_done_callback(self._taken.discard)

    async def _take_batch(self, order: events.Batch) -> None:
        """Read a batch beside other orders, and store it."""
        try:
            batch = await asyncio.to_thread(read_batch, self._batches, order.batch)
            self._store_batch(order, batch)
            await asyncio.to_thread(forget_batch, self._batches, order.batch)
        except SidecrateError as error:
            self._tell(events.Refused(order.origin, error.code, error.text, order_about(order)))
        except Exception as error:
            log.exception("a batch failed by a fault of ours: %s", order)
            text = internal_text(error)
            self._tell(events.Refused(order.origin, "internal", text, order_about(order)))

    def _store_batch(self, order: events.Batch, batch: Batch) -> None:
        """Store a batch as one job; where it is stored already, tell that job's state."""
        if known := self._queue.known(once=batch.once):
            self.tell_state(known[0], order.origin)
            return
        self._crate.check()
        for name in {row.engine for row in batch.rows}:
            if engine_info(name).costs_money:
                raise EngineError(
                    f"engine {name} costs money, and a batch is free; name one that is free", "cap"
                )
        draft = _draft_of(batch)
        jobs, _ = self._queue.accept([draft], order.origin, once=batch.once, rows=batch.rows)
        self._tell_accepted(jobs)

    def _repeat(self, ask: Ask) -> tuple[Request, Brief]:
        """The request and the Brief for a repeat of a clip, with its changes."""
        changes = ask.requests[0] if ask.requests else Request()
        record = self._record_to_repeat(ask.what or "last")
        do, request, amend = repeat_request(record, changes)
        self._allowed.check(request, do)
        brief = self._brief(request, ask, do).amended(**amend)
        if not {"prompt", "engine", "improve", "lyrics"} & set(changes.values):
            brief = again(
                brief, request, record, lambda tried: check_amended(tried, request, self._policy)
            )
        return request, brief

    def _record_to_repeat(self, what: str) -> Repeatable:
        """The record to repeat: a clip's, or that of a job's newest clip.

        For a job without clips: the values of its request.
        """
        if what != "last":
            try:
                job = self._queue.job(what)
            except QueueError:
                return self._crate.find(what)
        else:
            job = self._find_job("last")
        done = self._queue.done_clips(job.id, 1)
        if done:
            return parse_record(done[-1]["record"])
        return {
            "do": job.brief.do,
            "request": dict(job.request.values),
            "engine": "file" if job.brief.do == "fit" else job.brief.engines[0],
        }

    def _record_of(self, job: Job, what: str) -> ClipRecord:
        done = [row for row in self._queue.clips(job.id) if row["state"] == "done"]
        if not done:
            raise QueueError(
                f"job {job.id} has no clip that could be changed; name one that is done",
                "unknown_clip",
            )
        named = next((row for row in done if row["id"] == what), done[-1])
        return parse_record(named["record"])

    def _answer(self, order: events.Answer) -> None:
        """Store the user's yes or no to a language model's proposal for a job."""
        job = self._find_job(order.job or "last")
        self._improvements.answer(job.id, order.yes)
        self._bell.ring()
        self._tell(events.Told(order.origin, "answer", job.id, {"yes": order.yes}))

    def _cancel(self, order: events.Cancel) -> None:
        unfinished = self._queue.unfinished()
        if order.what == "all":
            jobs = unfinished
        elif order.what in ("", "last"):
            jobs = unfinished[-1:]
        else:
            jobs = [job for job in unfinished if order.what in (job.id, job.origin.label)]
            if not jobs:
                job = self._queue.job(order.what)
                raise QueueError(f"job {job.id} has ended already ({job.state})", "ended")
        for job in jobs:
            if self._queue.cancel(job.id):
                self._departments.cancel(job.id)
        cancelled = [job.id for job in jobs][:_MOST_CANCELLED]
        self._tell(events.Told(order.origin, "cancel", order.what, {"jobs": cancelled}))

    def _find_job(self, what: str) -> Job:
        if what == "last":
            newest = self._queue.newest(1)
            if not newest:
                raise QueueError(
                    "nothing has been asked for yet, so there is no last job; ask for a clip first",
                    "unknown_job",
                )
            return newest[0]
        try:
            return self._queue.job(what)
        except QueueError:
            job = self._crate.find(what).get("job")
            if not job:
                raise QueueError(
                    f"clip {what} was made without the daemon; ask for it anew with its prompt",
                    "unknown_job",
                ) from None
            return self._queue.job(job)

    def _status(self, order: events.Status) -> None:
        if order.job:
            job = self._find_job(order.job)
            self.tell_state(job, replace(order.origin, label=job.origin.label, lane=""))
            return
        for job in reversed(self._queue.newest()):
            self.tell_state(job, replace(order.origin, label=job.origin.label, lane=""), short=True)

    def tell_state(self, job: Job, origin: Origin, *, short: bool = False) -> None:
        """Send a job's state as the events of its door. short: one event for each job."""
        if not job.ended:
            if job.state == "queued" or not short:
                self._tell(
                    events.Accepted(origin, job.id, self._queue.position(job.id), job.brief.words)
                )
            why = self._departments.why_waits(job)
            if job.state != "queued" or why:
                stage = f"{WAITING}{why}" if why else job.state
                self._tell(events.Progress(origin, job.id, job.progress, stage))
        most = (1 if job.ended else 0) if short else _MOST_TOLD_CLIPS
        told = self._queue.done_clips(job.id, most)
        for row in told:
            record = parse_record(row["record"])
            self._tell(events.Done(origin, job.id, row["id"], row["path"], done_info(record)))
        if not job.ended:
            return
        if not told:
            self._tell(events.Failed(origin, job.id, job.error_code, job.error_text))
        elif not short:
            done = self._queue.count_clips(job.id, "done")
            missing = self._queue.count_clips(job.id, "failed", "cancelled")
            self._tell(events.Finished(origin, job.id, done, missing, job.error_text))

    def _report(self, order: events.Report) -> None:
        job = self._find_job(order.job or "last")
        report = self._record_of(job, order.job)["report"]
        self._tell(events.Told(order.origin, "report", job.id, _in_one_packet(report)))

    # -- clips

    def _keep(self, order: events.Keep) -> None:
        clip = self._crate.find(order.clip)["id"]
        path = self._crate.keep(clip)
        self._tell(events.Told(order.origin, "keep", clip, {"path": str(path)}))

    def _trash(self, order: events.Trash) -> None:
        record = self._crate.trash(self._crate.find(order.clip)["id"])
        self._tell(events.Told(order.origin, "trash", record["id"], {"path": record["path"]}))

    # -- the session

    def _pin(self, order: events.Pin) -> None:
        for name, value in order.values.items():
            self._session.pin(name, value)
        self._store_pins(self._session.pins)
        self._tell(events.Told(order.origin, "pin", "", dict(order.values)))
        self._session_changed()

    def _context(self, order: events.Context) -> None:
        if self._session.hear(order.source, order.values, time.monotonic()):
            self._session_changed()
        else:
            self._heard.follow()

    def _session_values(self) -> dict[str, Any]:
        return self._session.view(time.monotonic()).to_json()

    def _session_changed(self) -> None:
        self._tell(events.SessionChanged(self._session_values()))
        self._heard.follow()


def _draft_of(batch: Batch) -> tuple[Request, Brief]:
    """What the job of a batch is called; its clips have Briefs of their own."""
    count = len(batch.rows)
    title = f"{batch.name}: {count:,} clips"
    brief = Brief(title, title, kind=batch.kind, count=count, engines=(batch.rows[0].engine,))
    return Request({"prompt": title}), brief


def _in_one_packet(report: ClipReport) -> dict[str, Any]:
    """A report that fits one packet: lists are cut, then whole parts left out (`left_out`)."""
    small = {part: _cut(inner) for part, inner in report.items()}
    left_out: list[str] = []
    while len(json.dumps(small)) > MOST_REPORT_BYTES - 200 and small:
        largest = max(small, key=lambda part: len(json.dumps(small[part])))
        left_out.append(largest)
        del small[largest]
    if left_out:
        small["left_out"] = left_out
    return small


def _cut(part: Any) -> Any:
    """A part of a report with shorter lists."""
    if isinstance(part, list):
        return part[:_MOST_ROWS]
    if isinstance(part, dict):
        return {
            name: value[:_MOST_VALUES] if isinstance(value, list) else value
            for name, value in part.items()
        }
    return part
