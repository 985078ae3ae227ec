"""The daemon's side of a child that does many tasks at once: ask, store what a task wants stored, cancel one, end when idle."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bridge.errors import SidecrateError
from daemon.children.host import Child, OnProgress
from daemon.errors import EngineError, WorkerError
from daemon.home.masking import mask

log = logging.getLogger(__name__)

OnStore = Callable[[dict[str, Any]], None]
#: How much longer than its own deadline a task may take before the child is taken for stuck.
_GRACE_S = 60.0


@dataclass
class _Asked:
    on_progress: OnProgress
    on_store: OnStore
    result: asyncio.Future[dict[str, Any]]


class ManyChild(Child):
    """One process for many tasks. It ends when it has had none for `idle_s`."""

    module = "daemon.children.many_inside"

    def __init__(self, name: str, idle_s: float) -> None:
        super().__init__(name, idle_s)
        self._asked: dict[int, _Asked] = {}
        self._reader: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()

    async def ask_storing(
        self, function: str, task: dict[str, Any], on_progress: OnProgress, on_store: OnStore, *, deadline_s: float,
        begun: Callable[[int], None] = lambda task: None,
    ) -> dict[str, Any]:  # fmt: skip
        """As `Child.ask`, beside others; `begun` is told the task's number, for `cancel`. EngineError with what the task said,
        WorkerError when the child died. The task keeps its deadline itself; the child is ended only where it does not."""
        self._rest()
        async with self._starting:
            await self.start()
            if self._reader is None:
                self._reader = asyncio.create_task(self._read())
        self._next_id += 1
        number = self._next_id
        asked = _Asked(on_progress, on_store, asyncio.get_running_loop().create_future())
        self._asked[number] = asked
        try:
            begun(number)
            self._send({**task, "id": number, "do": function})
            async with asyncio.timeout(deadline_s + _GRACE_S):
                return await asked.result
        except TimeoutError:
            self.kill()
            raise WorkerError(
                f"it took longer than {deadline_s:g} s and was ended; it is taken up again",
                "deadline",
            ) from None
        finally:
            self._asked.pop(number, None)
            if not self._asked:
                self._rest_when_idle()

    async def end(self) -> None:
        """Kill and wait until it is gone, and all who asked it something have been told."""
        await super().end()
        reader, self._reader = self._reader, None
        if reader:
            await asyncio.wait([reader])

    def cancel(self, number: int) -> None:
        """Have a task end what it has brought about, and then itself."""
        if number in self._asked:
            self._send({"id": number, "cancel": True})

    def _send(self, line: dict[str, Any]) -> None:
        if self._process and not self._process.stdin.is_closing():
            self._process.stdin.write((json.dumps(line) + "\n").encode())

    async def _read(self) -> None:
        process = self._process
        assert process is not None
        try:
            while line := await process.stdout.readline():
                self._hear(json.loads(line))
        except (ConnectionError, ValueError, LookupError, TypeError, AttributeError):
            # no JSON, or JSON of another shape: whoever asked must not wait until the deadline for one who is not heard
            log.exception("%s said what cannot be read", self.name)
            self.kill()
        await process.gone()
        for asked in self._asked.values():
            if not asked.result.done():
                asked.result.set_exception(
                    WorkerError(
                        "the process for hosted engines died; its work is taken up again", "died"
                    )
                )

    def _hear(self, said: dict[str, Any]) -> None:
        asked = self._asked.get(said["id"])
        if asked is None or asked.result.done():
            return
        try:
            if "progress" in said:
                asked.on_progress(said["progress"], said["stage"], said["words"])
            elif "store" in said:
                asked.on_store(said["store"])
                self._send({"id": said["id"], "stored": True})
            elif "error" in said:
                error = said["error"]
                asked.result.set_exception(
                    EngineError(mask(error["text"]), error["code"], again=error["again"])
                )
            else:
                asked.result.set_result(said["result"])
        except SidecrateError as error:  # what could not be stored must not be sent: the task waits, and is ended with its child
            asked.result.set_exception(error)
            self.kill()
        except Exception as error:
            # also of an answer that lacks a part: as if the child had died, so that its work is taken up again
            log.exception("%s said %.200r", self.name, said)
            text = f"the process for hosted engines was ended ({type(error).__name__}: {error}); its work is taken up again"
            asked.result.set_exception(WorkerError(text, "died"))
            self.kill()
