"""From the doors' threads to the daemon's loop: a bounded queue, fair to every sender."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from bridge.events import Event, Order, Refused, order_name

#: Orders that may wait, over all senders.
MOST_WAITING = 8000
#: Orders of one sender that may wait: others always find room.
MOST_WAITING_OF_ONE = 2000
#: Refusals that may wait to be sent; further ones are dropped.
MOST_REFUSALS = 1000
#: Time slice for orders: events and answers to others get the loop in between.
STRETCH_S = 0.01


class OrderBox:
    """A bounded queue of orders. `put` is a door's `Hand`: any thread may call it, and none waits.

    Orders beyond the bounds are refused. Each sender has a lane, and the lanes take turns: a sender
    of thousands delays nobody else.
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
        """The oldest order of the lane whose turn it is; the lane goes to the end."""
        key, lane = self._lanes.popitem(last=False)
        order = lane.popleft()
        self._waiting -= 1
        if lane:
            self._lanes[key] = lane
        return order
