"""The daemon's side of a child process: start, send a task, follow, kill on timeout or cancel."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
from collections.abc import Callable
from typing import Any

from daemon.children.blas_threads import one_thread
from daemon.children.inside import NORMAL_PRIORITY
from daemon.children.stderr import lines_of
from daemon.errors import EngineError, WorkerError
from daemon.home.masking import mask

log = logging.getLogger(__name__)

#: Called with (0..1, stage, a few words).
OnProgress = Callable[[float, str, str], None]

#: A longer line is a fault; without a limit it would fill the daemon's memory.
_MOST_LINE_BYTES = 16 << 20


class Child:
    """One child process, started by its first task and ended after `idle_s` without one.

    idle_s None: it runs until `end`. normal_priority: not below the DAW's priority, for a child
    that must answer in time.
    """

    #: The module that runs in it.
    module = "daemon.children.inside"

    def __init__(self, name: str, idle_s: float | None, *, normal_priority: bool = False) -> None:
        self.name = name
        self._idle_s = idle_s
        self._options = (NORMAL_PRIORITY,) if normal_priority else ()
        self._process: asyncio.subprocess.Process | None = None
        self._drain: asyncio.Task[None] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._next_id = 0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        """Start the process if none runs. WorkerError when that fails."""
        if self.pid is not None:
            return
        environment = dict(os.environ, PYTHONUNBUFFERED="1", PYTHONIOENCODING="utf-8")
        one_thread(environment)
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self.module,
                *self._options,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=environment,
                limit=_MOST_LINE_BYTES,
            )
        except OSError as error:
            raise WorkerError(
                f"a worker could not be started ({error}); see that Python at {sys.executable} is"
                " intact"
            ) from None
        self._drain = asyncio.create_task(self._log_stderr(self._process))

    async def _log_stderr(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        async for line in lines_of(process.stderr):
            log.info("%s: %s", self.name, line)

    async def ask(
        self, function: str, task: dict[str, Any], on_progress: OnProgress, deadline_s: float
    ) -> dict[str, Any]:
        """Run `package.module:function` on a task in the child and return its result.

        EngineError with the task's own error; WorkerError when the child died or passed the
        timeout (it is then killed). Cancelling the awaiting asyncio task kills the child at once.
        """
        self._cancel_idle()
        await self.start()
        process = self._process
        assert process is not None and process.stdin is not None
        self._next_id += 1
        line = json.dumps({**task, "id": self._next_id, "do": function}) + "\n"
        try:
            async with asyncio.timeout(deadline_s):
                process.stdin.write(line.encode())
                await process.stdin.drain()
                result = await self._follow(process, on_progress)
        except TimeoutError:
            await self.end()
            text = (
                f"it took longer than {deadline_s:g} s and was ended; ask for less, or raise"
                " workers.deadline_s"
            )
            raise WorkerError(text, "deadline") from None
        except (ConnectionError, asyncio.IncompleteReadError):
            await self.end()
            raise WorkerError(
                "a worker process died in mid-work; it will be tried again", "died"
            ) from None
        except BaseException as error:
            if not isinstance(error, EngineError) or error.code == "memory":
                # A child that ran out of memory is about to exit; it must get no other task.
                await self.end()
            raise
        if self._idle_s is not None:
            self._idle = asyncio.get_running_loop().call_later(self._idle_s, lambda: self.kill())
        return result

    async def _follow(
        self, process: asyncio.subprocess.Process, on_progress: OnProgress
    ) -> dict[str, Any]:
        assert process.stdout is not None
        while True:
            line = await process.stdout.readline()
            if not line:
                raise ConnectionError
            answer = json.loads(line)
            if answer["id"] != self._next_id:
                continue
            if "progress" in answer:
                on_progress(answer["progress"], answer["stage"], answer["words"])
            elif "error" in answer:
                error = answer["error"]
                raise EngineError(mask(error["text"]), error["code"], again=error["again"])
            else:
                result: dict[str, Any] = answer["result"]
                return result

    def _cancel_idle(self) -> None:
        if self._idle:
            self._idle.cancel()
            self._idle = None

    def kill(self) -> None:
        """Kill the process now; its task is lost."""
        self._cancel_idle()
        if self._process and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def end(self) -> None:
        """Kill the process and wait until it is gone."""
        self.kill()
        if self._process:
            await self._process.wait()
        if self._drain:
            await self._drain
        self._process = self._drain = None
