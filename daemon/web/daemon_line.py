"""The page's line to the daemon: one OSC sender, as the command line is one.

The daemon's answers become events for all open pages.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from typing import Any

from bridge.events import (
    Accepted,
    Done,
    Failed,
    Finished,
    Progress,
    Refused,
    SessionChanged,
    Told,
)
from bridge.osc.answers import Answer, read_answer
from bridge.osc.packet import Message
from daemon.client.connection import DaemonClient, is_answer_to
from daemon.errors import RequestRefused, ServiceError
from daemon.home.places import Places

#: Timeout of an answer to an order.
_ANSWER_S = 3.0
#: Heartbeat: the daemon forgets senders that stay silent.
_HELLO_EVERY_S = 30.0
#: Backoff of requests without a label: the timeout of each try.
_TRIES_S = (0.4, 1.2, 3.0)
#: Events queued for a page that does not read; the oldest go first.
_MOST_WAITING = 500
#: Events remembered, so that a repeated one is passed on only once.
_MOST_REMEMBERED = 500


class DaemonLine:
    """Belongs to one asyncio loop; the socket is read on a thread of its own.

    ServiceError where the daemon does not answer.
    """

    def __init__(self, places: Places) -> None:
        link = DaemonClient.to(places)
        if link is None:
            raise ServiceError(
                "no daemon answers by OSC; the page needs osc.enabled and `sidecrate run`"
            )
        self._link = link
        self._loop = asyncio.get_running_loop()
        self._pages: set[asyncio.Queue[dict[str, Any]]] = set()
        self.opened = 0
        """How many pages have asked for events since the start."""
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._asking = asyncio.Lock()
        self._answer: asyncio.Future[dict[str, Any]] | None = None
        self._asked = ""
        """The address whose answer `_answer` waits for."""
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._ending = threading.Event()
        self.session: dict[str, Any] = {}
        self.heard: dict[str, float] = {}
        """When each source of the session last spoke, in s since 1970."""
        threading.Thread(target=self._read, name="line", daemon=True).start()

    def close(self) -> None:
        self._ending.set()

    def _read(self) -> None:
        while not self._ending.is_set():
            for message in self._link.listen(_HELLO_EVERY_S):
                if self._ending.is_set():
                    break
                try:
                    self._loop.call_soon_threadsafe(self._heard, message)
                except RuntimeError:
                    # the loop ended between two messages, and nobody hears this line any more
                    self._ending.set()
                    break
            self._link.send("/sidecrate/hello", "sidecrate", 0, self._link.nonce)
        self._link.close()

    def _heard(self, message: Message) -> None:
        answer = read_answer(message)
        event = _page_event(answer)
        if answer is None or event is None:
            return
        if isinstance(answer, Done | Finished | Failed):
            self._link.send("/sidecrate/got", answer.job)
            name = f"{event['event']} {answer.job} {event.get('clip', '')}"
            if name in self._seen:
                return
            self._seen[name] = None
            if len(self._seen) > _MOST_REMEMBERED:
                self._seen.popitem(last=False)
        if isinstance(answer, SessionChanged):
            # one that has gone quiet was there until now
            now = dict.fromkeys(self.session.get("sources", ()), time.time())
            self.session = dict(answer.values)
            now |= dict.fromkeys(self.session.get("sources", ()), time.time())
            self.heard |= now
        self._answer_with(answer, event)
        self.tell(event)

    def _answer_with(self, answer: Answer, event: dict[str, Any]) -> None:
        waiting = self._waiting.get(event.get("label", ""))
        if waiting is not None:
            if not waiting.done():
                waiting.set_result(event)
        elif (
            self._answer is not None
            and not self._answer.done()
            and is_answer_to(answer, self._asked)
        ):
            self._answer.set_result(event)

    def tell(self, event: dict[str, Any]) -> None:
        """Send an event to every open page. A page that does not read loses its oldest."""
        for queue in self._pages:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(event)

    @property
    def has_pages(self) -> bool:
        return bool(self._pages)

    async def events(self) -> AsyncIterator[dict[str, Any]]:
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(_MOST_WAITING)
        self._pages.add(queue)
        self.opened += 1
        try:
            if self.session:
                yield {"event": "session", "session": self.session}
            while True:
                try:
                    yield await asyncio.wait_for(queue.get(), 15)
                except TimeoutError:
                    yield {"event": "alive"}
        finally:
            self._pages.discard(queue)

    @staticmethod
    def new_label() -> str:
        """A unique label for an order."""
        return f"web-{secrets.token_hex(6)}"

    async def order(
        self, verb: str, values: Mapping[str, Any], *, label: str = ""
    ) -> dict[str, Any]:
        """Order a job by a verb of the table, with `label` or a new one as its `id`.

        Returns the `accepted` event. RequestRefused carries the daemon's error text. With any other
        ServiceError the daemon may still have accepted the order.
        """
        label = label or self.new_label()
        future = self._waiting[label] = self._loop.create_future()
        try:
            self._link.generate(verb, dict(values), label)
            return _or_refused(await asyncio.wait_for(future, _ANSWER_S))
        except TimeoutError:
            raise ServiceError(
                f"the daemon did not answer within {_ANSWER_S:g} s; it may still take this up:"
                " see the queue before asking anew",
                "no_answer",
            ) from None
        finally:
            del self._waiting[label]

    async def ask(self, address: str, *arguments: str | int | float) -> dict[str, Any]:
        """Send a request that makes no job: keep, trash, cancel, pins.

        One at a time, for these answers carry no label. It is repeated when no answer comes: the
        daemon debounces repeats within 150 ms, and limits errors to ten a second for each sender.
        """
        async with self._asking:
            self._asked = address
            for wait_s in _TRIES_S:
                self._answer = self._loop.create_future()
                self._link.send(address, *arguments)
                try:
                    return _or_refused(await asyncio.wait_for(self._answer, wait_s))
                except TimeoutError:
                    continue
                finally:
                    self._answer = None
            raise ServiceError(
                "the daemon did not answer; `sidecrate doctor` looks into it", "no_answer"
            )


def _page_event(answer: Answer | None) -> dict[str, Any] | None:
    """An answer as open pages are told of it; None where it is none of theirs."""
    match answer:
        case Accepted():
            told = {"job": answer.job, "position": answer.position}
            return {"event": "accepted", "label": answer.origin.label, **told}
        case Progress():
            told = {"job": answer.job, "value": answer.value, "stage": answer.stage}
            return {"event": "progress", "label": answer.origin.label, **told}
        case Done():
            told = {
                "job": answer.job,
                "clip": answer.clip,
                "path": answer.path,
                "info": answer.info,
            }
            return {"event": "done", "label": answer.origin.label, **told}
        case Finished():
            told = {"job": answer.job, "published": answer.published, "failed": answer.failed}
            return {"event": "finished", "label": answer.origin.label, **told}
        case Failed():
            told = {"job": answer.job, "code": answer.code, "text": answer.text}
            return {"event": "failed", "label": answer.origin.label, **told}
        case Refused():
            told = {"what": answer.what, "code": answer.code, "text": answer.text}
            return {"event": "error", **told, "label": answer.origin.label}
        case Told() if answer.verb != "report":
            told = {"verb": answer.verb, "what": answer.what, "values": answer.values}
            return {"event": "told", **told}
        case SessionChanged():
            return {"event": "session", "session": answer.values}
    return None


def _or_refused(event: dict[str, Any]) -> dict[str, Any]:
    if event["event"] in ("error", "failed"):
        raise RequestRefused(event["text"], event["code"])
    return event
