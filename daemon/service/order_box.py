"""The way from the doors' threads to the daemon's loop: a bounded box, emptied a little at a time, fair to every sender."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from bridge.events import Event, Order, Refused, order_name

#: Over all senders, and of one: so that there is always room for another's order.
MOST_WAITING = 8000
MOST_WAITING_OF_ONE = 2000
#: So many refusals wait to be told; what is refused beyond that is not answered.
MOST_REFUSALS = 1000
#: For so long orders are handled at a stretch: events and answers to others come between.
STRETCH_S = 0.01


class OrderBox:
    """`put` is a door's `take`: callable from any thread, returns at once. Orders beyond the bounds are refused.

    Each sender has a lane of its own, and the lanes take turns: whoever sends thousands keeps nobody else waiting.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        handle: Callable[[Order], None],
        tell: Callable[[Event], None],
    ) -> None:
        self._loop = loop
        self._handle = handle
        self._tell = tell
        self._lock = threading.Lock()
        self._lanes: OrderedDict[str, deque[Order]] = OrderedDict()
        self._waiting = 0
        self._refusals = 0
        self._scheduled = False

    def put(self, order: Order) -> None:
        key = f"{order.origin.door} {order.origin.address.get('peer')}"
        with self._lock:
            lane = self._lanes.get(key)
            full = self._waiting >= MOST_WAITING or (
                lane is not None and len(lane) >= MOST_WAITING_OF_ONE
            )
            if not full:
                self._lanes.setdefault(key, deque()).append(order)
                self._waiting += 1
            wake = not self._scheduled and not full
            self._scheduled = self._scheduled or wake
            told = full and self._refusals < MOST_REFUSALS
            self._refusals += told
        if told:
            self._post(lambda: self._refuse(order))
        elif wake:
            self._post(self._empty)

    def _refuse(self, order: Order) -> None:
        with self._lock:
            self._refusals -= 1
        text = f"more than {MOST_WAITING_OF_ONE} orders are waiting; slow down and send it again"
        self._tell(Refused(order.origin, "busy", text, order_name(order)))

    def _post(self, call: Callable[[], None]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call)

    def _empty(self) -> None:
        until_s = time.monotonic() + STRETCH_S
        while True:
            with self._lock:
                order = self._next() if self._waiting else None
                self._scheduled = order is not None
            if order is None:
                return
            self._handle(order)
            if time.monotonic() >= until_s:
                break
        self._loop.call_soon(self._empty)

    def _next(self) -> Order:
        """The oldest order of the lane whose turn it is."""
        key, lane = self._lanes.popitem(last=False)
        order = lane.popleft()
        self._waiting -= 1
        if lane:
            self._lanes[key] = lane
        return order
