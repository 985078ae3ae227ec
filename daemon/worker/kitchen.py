"""Where a worker's takes are made: in children of its own process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

from daemon.brief import Brief
from daemon.children.host import Child, OnProgress
from daemon.engines.contract import EngineInfo

MAKE_TAKE = "daemon.clip.takes:make_take"


class Kitchen(Protocol):
    """Makes takes, `slots` at once."""

    slots: int

    def turn(self, info: EngineInfo) -> Any:
        """An async context that begins when a take of this engine may be begun."""

    async def make(self, info: EngineInfo, brief: Brief, folder: Path, follow: OnProgress) -> None:
        """Make a take into `folder`/take0. SidecrateError with the reason; ends when cancelled."""

    async def close(self) -> None:
        """End all work."""


def order_of(info: EngineInfo, brief: Brief, folder: Path) -> dict[str, Any]:
    """A take's task for a child. Its maker and settings are this machine's own."""
    return {"brief": brief.to_json(), "k": 0, "folder": str(folder), **info.for_child()}


class Children:
    """A child for each slot, and one for the local models."""

    def __init__(self, slots: int, idle_s: float) -> None:
        self.slots = slots
        self._free = asyncio.Semaphore(slots)
        self._children = [Child(f"worker {n + 1}", idle_s) for n in range(slots)]
        self._model = Child("local model", idle_s)
        self._model_free = asyncio.Lock()

    @asynccontextmanager
    async def turn(self, info: EngineInfo) -> AsyncIterator[None]:
        async with self._model_free if info.runs == "local" else self._free:
            yield

    async def make(self, info: EngineInfo, brief: Brief, folder: Path, follow: OnProgress) -> None:
        child = self._model if info.runs == "local" else self._children.pop()
        try:
            order = order_of(info, brief, folder)
            await child.ask(MAKE_TAKE, order, follow, info.deadline_for(brief))
        finally:
            if child is not self._model:
                self._children.append(child)

    async def close(self) -> None:
        for child in [*self._children, self._model]:
            await child.end()
