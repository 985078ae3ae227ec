"""Orders of several clips at once: checked whole, sent, followed, and cancelled with their call."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import anyio

from bridge.errors import Fault, RequestError, SidecrateError
from bridge.request import Request
from bridge.verbs import SOURCE, Verb, find_verb
from daemon.errors import ServiceError
from daemon.jobs.waiting import waiting_text
from daemon.mcp.house import House, absolute
from daemon.mcp.prices import check_prices, order_price_usd
from daemon.mcp.shapes import job_shape

#: Polling interval of the job table.
_LOOK_EVERY_S = 0.2
#: Orders of one call.
MOST_ORDERS = 32

#: Tells the host how far a call is: (done, of, words).
Tell = Callable[[float, float, str], Awaitable[None]]


def read_orders(verb: str, given: Sequence[Mapping[str, Any]]) -> list[tuple[str, Request]]:
    """(the clip to repeat, the request) of each order. RequestError holds every fault of all."""
    row = find_verb(verb)
    if not 0 < len(given) <= MOST_ORDERS:
        text = f"{len(given)} orders were given; one call takes 1 to {MOST_ORDERS}"
        raise RequestError(Fault("orders", str(len(given)), text))
    read: list[tuple[str, Request]] = []
    faults: list[Fault] = []
    for number, values in enumerate(given, 1):
        try:
            read.append(_read(row, values))
        except RequestError as error:
            which = f"order {number}: " if len(given) > 1 else ""
            faults += [Fault(one.field, one.value, which + one.text) for one in error.faults]
    if faults:
        raise RequestError(*faults)
    return read


def _read(row: Verb, values: Mapping[str, Any]) -> tuple[str, Request]:
    pairs = [(name, value) for name, value in values.items() if value not in (None, "")]
    what, request = row.read(pairs)
    missing = not what if not row.holds else row.holds not in request
    if missing:
        raise RequestError(row.missing())
    return what, request.with_paths(row.paths, absolute)


async def run_orders(
    house: House,
    verb: str,
    orders: Sequence[tuple[str, Request]],
    max_price: float,
    wait_s: float,
    tell: Tell,
) -> list[dict[str, Any]]:
    """Send orders and follow them: the jobs' shapes once all have ended, or after `wait_s`.

    Nothing is sent where together they would cost more than `max_price` USD, or where one of them
    cannot be. Where the daemon refuses one, those before it are cancelled; so are all when the call
    is cancelled.
    """
    line = house.line
    if find_verb(verb).works_on in ("words", "clip"):
        check_prices([order_price_usd(house, verb, *one) for one in orders], max_price)
    jobs: list[str] = []
    try:
        for what, request in orders:
            about = {SOURCE: what} if what else {}
            accepted = await line.order(verb, {**about, **request.to_send()})
            jobs.append(accepted["job"])
        return await follow_jobs(house, jobs, wait_s, tell)
    except (SidecrateError, anyio.get_cancelled_exc_class()):
        with anyio.CancelScope(shield=True):
            await cancel_jobs(house, jobs)
        raise


async def follow_jobs(
    house: House, jobs: Sequence[str], wait_s: float, tell: Tell
) -> list[dict[str, Any]]:
    """The jobs' shapes once all have ended or wait for an answer, or after `wait_s`."""
    until = time.monotonic() + wait_s
    before = -1.0
    while True:
        rows = [house.job(job) for job in jobs]
        done = sum(1.0 if row.ended else row.progress or 0.0 for row in rows)
        if done > before:
            before = done
            stage = next((row.stage for row in rows if not row.ended), "done")
            await tell(round(done, 2), float(len(jobs)), stage or "waiting")
        proposals = {job: _proposal(house, job) for job in jobs}
        if all(row.ended or proposals[row.id] for row in rows) or time.monotonic() > until:
            return [job_shape(one, house.clips_of(one.id), proposals[one.id]) for one in rows]
        await asyncio.sleep(_LOOK_EVERY_S)


def _proposal(house: House, job: str) -> str | None:
    """A language model's proposal that waits for a yes, or None."""
    row = house.job(job)
    return waiting_text(house.jobs, job) if row.state == "improving" else None


async def cancel_jobs(house: House, jobs: Sequence[str]) -> list[str]:
    """Cancel what has not ended; the jobs that were."""
    cancelled = []
    for job in jobs:
        if house.job(job).ended:
            continue
        try:
            told = await house.line.ask("/sidecrate/cancel", job)
        except ServiceError:
            continue
        cancelled += told.get("values", {}).get("jobs", [])
    return cancelled
