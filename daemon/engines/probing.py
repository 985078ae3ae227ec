"""An answer that is remembered for a few seconds, and asked for again beside the daemon's loop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

#: TTL of an answer. An older one still serves while a new one is fetched.
FRESH_S = 5.0
#: An older answer says nothing of today: it is awaited.
STALE_S = 60.0


class Probe(Generic[T]):
    """The last answer of `ask`, and its age."""

    def __init__(self, ask: Callable[[], T]) -> None:
        self._question = ask
        self._answer: T | None = None
        self._asked_s = -STALE_S
        self._asking = threading.Lock()

    def found(self) -> T | None:
        """The last answer; None until there is one."""
        age_s = time.monotonic() - self._asked_s
        if age_s >= STALE_S:
            self._ask()
        elif age_s >= FRESH_S and not self._asking.locked():
            threading.Thread(target=self._ask, daemon=True).start()
        return self._answer

    def _ask(self) -> None:
        with self._asking:
            self._answer = self._question()
            self._asked_s = time.monotonic()
