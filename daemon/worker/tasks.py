"""Tasks of a worker: taken up once by their id, made in children, kept until they are fetched."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bridge.errors import SidecrateError
from bridge.files.whole import write_whole
from daemon.engines.contract import EngineInfo
from daemon.engines.registry import engine_info
from daemon.errors import EngineError, ServiceError, WorkerError
from daemon.home.masking import internal_text
from daemon.worker.files import KEPT_S, HashedFiles
from daemon.worker.kitchen import Kitchen
from daemon.worker.orders import Order, TakeOrder, id_of_task, read_order

log = logging.getLogger(__name__)

#: Tasks that may wait for each slot. Who sends more is told to come back.
_WAITING_EACH = 2
#: What a full worker asks for, in seconds.
COME_BACK_S = 3.0
#: Interval in which the state of a task is told, though nothing has changed.
_TOLD_EVERY_S = 1.0


@dataclass
class Task:
    """One take, or a verb's work. state: waiting, working, done, failed."""

    id: str
    owner: str
    engine: str
    """The engine, or the verb."""
    state: str = "waiting"
    progress: float = 0.0
    words: str = ""
    code: str = ""
    text: str = ""
    again: bool = False
    files: list[dict[str, Any]] = field(default_factory=list)
    touched_s: float = field(default_factory=time.time)

    @property
    def ended(self) -> bool:
        return self.state in ("done", "failed")

    def said(self) -> dict[str, Any]:
        """Its state for its owner."""
        told = ("id", "state", "progress", "words", "code", "text", "again", "files")
        return {name: getattr(self, name) for name in told}


class Tasks:
    """Belongs to the worker's loop. `kitchen` does the work."""

    def __init__(
        self, folder: Path, files: HashedFiles, *, kitchen: Kitchen, offered: list[str]
    ) -> None:
        self._folder = folder
        self._files = files
        self._offered = offered
        self._kitchen = kitchen
        self.slots = kitchen.slots
        self.verbs = kitchen.verbs
        self._tasks: dict[tuple[str, str], Task] = {}
        self._work: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._changed = asyncio.Event()
        self._take_up_ended()

    def _take_up_ended(self) -> None:
        """At start: takes that were done and not fetched are still there; others begin anew."""
        for path in self._folder.glob("*/done.json"):
            try:
                task = Task(**json.loads(path.read_text(encoding="utf-8")))
            except (OSError, ValueError, TypeError):
                continue
            self._tasks[(task.owner, task.id)] = task
        for folder in self._folder.glob("*"):
            if not (folder / "done.json").exists():
                shutil.rmtree(folder, ignore_errors=True)

    # -- asked by daemons

    def order(self, owner: str, said: dict[str, Any]) -> Task:
        """Take a task up, or find it: an id is one take.

        ServiceError with the fault, or with the code `full`.
        """
        name = id_of_task(said)
        known = self._tasks.get((owner, name))
        if known is not None and known.state != "failed" and self._is_whole(known):
            known.touched_s = time.time()
            return known
        order = read_order(said, self._files.path, self._offered, self._kitchen.verbs)
        if sum(not task.ended for task in self._tasks.values()) >= self.slots * (1 + _WAITING_EACH):
            raise ServiceError("all slots are taken; come back later", "full")
        task = self._tasks[(owner, name)] = Task(name, owner, order.name)
        self._work[(owner, name)] = asyncio.create_task(self._run(task, order))
        return task

    def _is_whole(self, task: Task) -> bool:
        """Whether the files of a finished task are still here."""
        return all(self._files.path(about["sha256"]) is not None for about in task.files)

    def find(self, owner: str, task_id: str) -> Task | None:
        """A task of this owner; that of another is not there."""
        task = self._tasks.get((owner, task_id))
        if task is not None:
            task.touched_s = time.time()
        return task

    async def drop(self, owner: str, task_id: str) -> bool:
        """Cancel a task, or forget one that has ended."""
        task = self._tasks.pop((owner, task_id), None)
        work = self._work.pop((owner, task_id), None)
        if work is not None:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
        shutil.rmtree(self._place(owner, task_id), ignore_errors=True)
        self._tell()
        return task is not None

    async def states(self, task: Task) -> AsyncIterator[dict[str, Any]]:
        """Its state at once, at each change and each second, until it has ended."""
        while True:
            task.touched_s = time.time()
            yield task.said()
            if task.ended or self._tasks.get((task.owner, task.id)) is not task:
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_TOLD_EVERY_S):
                    await self._changed.wait()

    # -- work

    async def _run(self, task: Task, order: Order) -> None:
        try:
            async with self._kitchen.turn(order):
                task.state = "working"
                await self._make(task, order)
        except SidecrateError as error:
            again = isinstance(error, WorkerError) or getattr(error, "again", False)
            task.state, task.code, task.text, task.again = "failed", error.code, error.text, again
        except Exception as error:
            log.exception("task %s: a fault of ours", task.id)
            task.state, task.code, task.text = "failed", "internal", internal_text(error)
            task.again = True
        finally:
            self._work.pop((task.owner, task.id), None)
            self._tell()

    async def _make(self, task: Task, order: Order) -> None:
        folder = self._place(task.owner, task.id)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

        def follow(value: float, stage: str, words: str) -> None:
            task.progress, task.words = round(min(value / share, 1.0), 4), (words or stage)[:200]
            self._tell()

        # a take's share of a clip's progress
        share = 0.6 if isinstance(order, TakeOrder) else 1.0
        await self._kitchen.make(order, folder, follow)
        self._finish(task, folder)

    def _finish(self, task: Task, folder: Path) -> None:
        """Put the take's files under their hashes, and the task's end on disk."""
        for path in sorted((folder / "take0").iterdir()):
            digest, size = self._files.adopt(path)
            task.files.append({"name": path.name, "sha256": digest, "bytes": size})
        task.state, task.progress, task.words = "done", 1.0, ""
        write_whole(folder / "done.json", json.dumps(task.__dict__))

    def _place(self, owner: str, task_id: str) -> Path:
        return self._folder / f"{owner[:16]}-{task_id}"

    def _tell(self) -> None:
        """Wake all who follow a task."""
        self._changed.set()
        self._changed = asyncio.Event()

    # -- in between

    async def tidy(self) -> None:
        """Forget tasks that nobody has asked about in a while; their work ends too."""
        oldest_s = time.time() - KEPT_S
        for (owner, task_id), task in list(self._tasks.items()):
            if task.touched_s < oldest_s:
                await self.drop(owner, task_id)
        self._files.tidy()

    async def close(self) -> None:
        """End all work."""
        for work in list(self._work.values()):
            work.cancel()
        await asyncio.gather(*self._work.values(), return_exceptions=True)
        await self._kitchen.close()


def offer_of(info: EngineInfo) -> dict[str, Any]:
    """What a daemon is told of an engine."""
    return {
        "name": info.name,
        "title": info.title,
        "kinds": list(info.kinds),
        "license": info.license,
        "commercial": info.commercial,
        "model": info.model,
        "version": info.version,
        "max_seconds": info.max_seconds,
        "channels": info.channels,
        "bpm_range": list(info.bpm_range),
        "conditioning": list(info.conditioning),
        "honours": dict(info.honours),
    }


def check_offer(names: list[str]) -> list[str]:
    """The engines to offer: those named, else all that are ready and cost nothing.

    EngineError for a name that cannot be offered.
    """
    from daemon.engines.registry import engines

    if not names:
        return [info.name for info in engines() if _may_be_offered(info) and info.needs() is None]
    for name in names:
        info = engine_info(name)
        if not _may_be_offered(info):
            raise EngineError(
                f"engine {name!r} is not offered to others: it costs money, or is a box's own",
                "bad_request",
            )
        if why := info.needs():
            raise EngineError(f"engine {name!r} is not ready: {why}", "engine_not_ready")
    return list(dict.fromkeys(names))


def _may_be_offered(info: EngineInfo) -> bool:
    return not info.costs_money and ":" not in info.name and not info.for_tests
