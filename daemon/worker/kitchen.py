"""Where a worker's work is done: in children of its own process."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

from daemon.brief import Brief
from daemon.children.host import Child
from daemon.engines.contract import EngineInfo
from daemon.engines.remote.protocol import VERBS
from daemon.verbs.registry import daemon_verb
from daemon.verbs.tell import TellStage
from daemon.worker.orders import Order, TakeOrder, VerbOrder

MAKE_TAKE = "daemon.clip.takes:make_take"
DO_VERB = "daemon.worker.verb_work:do_verb"
#: Timeout of a verb that states none, in seconds.
_VERB_S = 3600.0


class Kitchen(Protocol):
    """Does the work, `slots` pieces of it at once."""

    slots: int
    verbs: tuple[str, ...]
    """The verbs that it does beside takes."""

    def turn(self, order: Order) -> Any:
        """An async context that begins when this may be begun."""

    async def make(self, order: Order, folder: Path, follow: TellStage) -> None:
        """Do it; its files are then in `folder`/take0. SidecrateError; ends when cancelled."""

    async def close(self) -> None:
        """End all work."""


def order_of(info: EngineInfo, brief: Brief, folder: Path) -> dict[str, Any]:
    """A take's task for a child. Its maker and settings are this machine's own."""
    return {"brief": brief.to_json(), "k": 0, "folder": str(folder), **info.for_child()}


def verb_order_of(order: VerbOrder, folder: Path) -> dict[str, Any]:
    """A verb's task for a child; its sounds have names of ours, with their endings."""
    placed = {}
    for field, (path, ending) in order.sources.items():
        placed[field] = str(folder / f"{field}{ending}")
        try:
            os.link(path, placed[field])
        except OSError:
            shutil.copyfile(path, placed[field])
    return {
        "brief": order.brief.amended(**placed).to_json(),
        "request": dict(order.request),
        "folder": str(folder),
        "work": daemon_verb(order.brief.do).work,
    }


class Children:
    """A child for each slot, and one for the local models."""

    verbs: tuple[str, ...] = VERBS

    def __init__(self, slots: int, idle_s: float) -> None:
        self.slots = slots
        self._free = asyncio.Semaphore(slots)
        self._children = [Child(f"worker {n + 1}", idle_s) for n in range(slots)]
        self._model = Child("local model", idle_s)
        self._model_free = asyncio.Lock()

    @asynccontextmanager
    async def turn(self, order: Order) -> AsyncIterator[None]:
        async with self._model_free if _is_for_model(order) else self._free:
            yield

    async def make(self, order: Order, folder: Path, follow: TellStage) -> None:
        child = self._model if _is_for_model(order) else self._children.pop()
        try:
            if isinstance(order, TakeOrder):
                task = order_of(order.info, order.brief, folder)
                await child.ask(MAKE_TAKE, task, follow, order.info.deadline_for(order.brief))
            else:
                deadline_s = daemon_verb(order.brief.do).deadline_s or _VERB_S
                await child.ask(DO_VERB, verb_order_of(order, folder), follow, deadline_s)
        finally:
            if child is not self._model:
                self._children.append(child)

    async def close(self) -> None:
        for child in [*self._children, self._model]:
            await child.end()


def _is_for_model(order: Order) -> bool:
    return isinstance(order, TakeOrder) and order.info.runs == "local"
