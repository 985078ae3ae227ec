"""The way from the doors' threads to the daemon's loop: a bounded box, emptied a few orders at a time."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable

from bridge.events import Event, Order, Refused

MOST_WAITING = 2000
BATCH = 16


class OrderBox:
    """`put` is a door's `take`: callable from any thread, returns at once. Orders beyond the bound are refused."""

    def __init__(self, loop: asyncio.AbstractEventLoop, handle: Callable[[Order], None], tell: Callable[[Event], None]) -> None:
        self._loop = loop
        self._handle = handle
        self._tell = tell
        self._lock = threading.Lock()
        self._waiting: deque[Order] = deque()
        self._scheduled = False

    def put(self, order: Order) -> None:
        with self._lock:
            full = len(self._waiting) >= MOST_WAITING
            if not full:
                self._waiting.append(order)
            wake = not self._scheduled and not full
            self._scheduled = self._scheduled or wake
        if full:
            text = f"more than {MOST_WAITING} orders are waiting; slow down and send it again"
            self._post(lambda: self._tell(Refused(order.origin, "busy", text, order.verb)))
        elif wake:
            self._post(self._empty)

    def _post(self, call: Callable[[], None]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call)

    def _empty(self) -> None:
        with self._lock:
            batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            self._scheduled = bool(self._waiting)
        for order in batch:
            self._handle(order)
        if self._scheduled:
            # let the loop turn: workers' answers and events come between batches
            self._loop.call_soon(self._empty)
