"""The daemon's side of a child with many tasks at once: send, store, cancel, end when idle."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bridge.errors import SidecrateError
from daemon.children.host import Child
from daemon.errors import EngineError, WorkerError
from daemon.home.masking import mask
from daemon.verbs.tell import TellStage

log = logging.getLogger(__name__)

OnStore = Callable[[dict[str, Any]], None]
#: Time over its own timeout that a task gets before the child counts as stuck.
_GRACE_S = 60.0


@dataclass
class _Pending:
    on_progress: TellStage
    on_store: OnStore
    result: asyncio.Future[dict[str, Any]]


class ManyChild(Child):
    """One process for many tasks. It ends after `idle_s` without one."""

    module = "daemon.children.many_inside"

    def __init__(self, name: str, idle_s: float) -> None:
        super().__init__(name, idle_s)
        self._pending: dict[int, _Pending] = {}
        self._reader: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()

    async def ask_storing(
        self,
        function: str,
        task: dict[str, Any],
        on_progress: TellStage,
        on_store: OnStore,
        *,
        deadline_s: float,
        begun: Callable[[int], None] = lambda task: None,
    ) -> dict[str, Any]:
        """As `Child.ask`, beside other tasks; `begun` gets the task's number, for `cancel`.

        EngineError with the task's own error, WorkerError when the child died. The task keeps its
        timeout itself; the child is killed only where it does not.
        """
        self._cancel_idle()
        async with self._starting:
            await self.start()
            if self._reader is None:
                self._reader = asyncio.create_task(self._read())
        self._next_id += 1
        number = self._next_id
        pending = _Pending(on_progress, on_store, asyncio.get_running_loop().create_future())
        self._pending[number] = pending
        try:
            begun(number)
            self._send({**task, "id": number, "do": function})
            async with asyncio.timeout(deadline_s + _GRACE_S):
                return await pending.result
        except TimeoutError:
            self.kill()
            raise WorkerError(
                f"it took longer than {deadline_s:g} s and was ended; it is taken up again",
                "deadline",
            ) from None
        finally:
            self._pending.pop(number, None)
            if not self._pending:
                self._rest_when_idle()

    async def end(self) -> None:
        """Kill and wait until it is gone, and all who asked it something have been told."""
        await super().end()
        reader, self._reader = self._reader, None
        if reader:
            await asyncio.wait([reader])

    def cancel(self, number: int) -> None:
        """Let a task undo its work outside, and then end."""
        if number in self._pending:
            self._send({"id": number, "cancel": True})

    def _send(self, line: dict[str, Any]) -> None:
        if self._process and not self._process.stdin.is_closing():
            self._process.stdin.write((json.dumps(line) + "\n").encode())

    async def _read(self) -> None:
        process = self._process
        assert process is not None
        try:
            while line := await process.stdout.readline():
                self._receive(json.loads(line))
        except (ConnectionError, ValueError, LookupError, TypeError, AttributeError):
            # No JSON, or JSON of another shape: callers must not wait for their timeout.
            log.exception("%s sent an answer that cannot be read", self.name)
            self.kill()
        await process.gone()
        for pending in self._pending.values():
            if not pending.result.done():
                pending.result.set_exception(
                    WorkerError(
                        "the process for hosted engines died; its work is taken up again", "died"
                    )
                )

    def _receive(self, answer: dict[str, Any]) -> None:
        pending = self._pending.get(answer["id"])
        if pending is None or pending.result.done():
            return
        try:
            if "progress" in answer:
                pending.on_progress(answer["progress"], answer["stage"], answer["words"])
            elif "store" in answer:
                pending.on_store(answer["store"])
                self._send({"id": answer["id"], "stored": True})
            elif "error" in answer:
                error = answer["error"]
                pending.result.set_exception(
                    EngineError(mask(error["text"]), error["code"], again=error["again"])
                )
            else:
                pending.result.set_result(answer["result"])
        except SidecrateError as error:
            # What could not be stored must not be sent: the task waits, and is killed with its
            # child.
            pending.result.set_exception(error)
            self.kill()
        except Exception as error:
            # An answer that lacks a part too: as if the child had died, so that its work resumes.
            log.exception("%s sent an answer that cannot be used: %.200r", self.name, answer)
            text = (
                f"the process for hosted engines was ended ({type(error).__name__}: {error}); its"
                " work is taken up again"
            )
            pending.result.set_exception(WorkerError(text, "died"))
            self.kill()
