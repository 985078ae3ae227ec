"""The daemon's side of a child process: start, send a task, follow, kill on timeout or cancel."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
from asyncio.subprocess import PIPE, Process, SubprocessStreamProtocol
from collections.abc import Mapping
from typing import Any

from daemon.children.blas_threads import one_thread
from daemon.children.inside import NORMAL_PRIORITY
from daemon.children.stderr import lines_of
from daemon.errors import EngineError, WorkerError
from daemon.home.masking import mask
from daemon.verbs.tell import TellStage

log = logging.getLogger(__name__)

#: A longer line is a fault; without a limit it would fill the daemon's memory.
_MOST_LINE_BYTES = 16 << 20
#: Timeout in s for the last lines of a process's stderr. A program that it has started may hold
#: that pipe open for hours.
_LAST_WORDS_S = 1.0


class ChildProcess:
    """A child process with its stderr in the log. Ctrl-C in the terminal reaches the daemon alone.

    It has a process group of its own and no session. Linux shares out the cores by session first,
    and `nice` would then no longer hold it below the DAW.
    """

    def __init__(
        self, name: str, transport: asyncio.SubprocessTransport, protocol: _Protocol
    ) -> None:
        self._name = name
        self._transport = transport
        self._exited = protocol.exited
        self._process = Process(transport, protocol, asyncio.get_running_loop())
        self._killed = False
        self._logging = asyncio.create_task(self._log_stderr())

    @classmethod
    async def start(
        cls,
        name: str,
        *command: str,
        stdout: int = PIPE,
        environment: Mapping[str, str] | None = None,
    ) -> ChildProcess:
        """Start it, with pipes to its stdin and from its stderr. OSError where it can't be."""
        apart: dict[str, Any] = {"process_group": 0}
        if sys.platform == "win32":
            apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        # `asyncio.create_subprocess_exec` does the same, but keeps the transport to itself, and
        # only the transport can close the pipes
        transport, protocol = await asyncio.get_running_loop().subprocess_exec(
            _Protocol, *command, stdin=PIPE, stdout=stdout, stderr=PIPE, env=environment, **apart
        )
        return cls(name, transport, protocol)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def stdin(self) -> asyncio.StreamWriter:
        assert self._process.stdin is not None
        return self._process.stdin

    @property
    def stdout(self) -> asyncio.StreamReader:
        assert self._process.stdout is not None
        return self._process.stdout

    @property
    def lives(self) -> bool:
        """Whether it runs, and has not been told to end."""
        return not self._killed and not self._exited.is_set()

    def kill(self) -> None:
        """End it now, and what it has started too; on Windows that one lives on."""
        if self.lives:
            self._kill_group()

    def _kill_group(self) -> None:
        self._killed = True
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if sys.platform == "win32":
                self._process.kill()
            else:
                os.killpg(self.pid, signal.SIGKILL)

    async def gone(self) -> int:
        """Wait until it has ended and its last words are in the log; its exit status.

        A program that it has started may still hold its stderr open. That program is killed, or
        its output is no longer read.
        """
        await self._exited.wait()
        await asyncio.wait([self._logging], timeout=_LAST_WORDS_S)
        if not self._logging.done() and not self._killed:
            # it exited by itself, and a process of its group still lives: so no other group has
            # its number
            self._kill_group()
            await asyncio.wait([self._logging], timeout=_LAST_WORDS_S)
        self._logging.cancel()
        self._transport.close()
        return await self._process.wait()

    async def _log_stderr(self) -> None:
        assert self._process.stderr is not None
        async for line in lines_of(self._process.stderr):
            log.info("%s: %s", self._name, line)


class _Protocol(SubprocessStreamProtocol):
    """Signals the exit of the process itself.

    `Process.wait` also waits until its pipes are closed, and another program may hold those.
    """

    def __init__(self) -> None:
        super().__init__(_MOST_LINE_BYTES, asyncio.get_running_loop())
        self.exited = asyncio.Event()

    def process_exited(self) -> None:
        super().process_exited()
        self.exited.set()


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
        self._process: ChildProcess | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._next_id = 0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.lives else None

    async def start(self) -> None:
        """Start the process if none runs. WorkerError when that fails."""
        if self.pid is not None:
            return
        await self.end()
        environment = dict(os.environ, PYTHONUNBUFFERED="1", PYTHONIOENCODING="utf-8")
        one_thread(environment)
        try:
            self._process = await ChildProcess.start(
                self.name,
                sys.executable,
                "-P",
                "-m",
                self.module,
                *self._options,
                environment=environment,
            )
        except OSError as error:
            raise WorkerError(
                f"a worker could not be started ({error}); see that Python at {sys.executable} is"
                " intact"
            ) from None

    async def ask(
        self, function: str, task: dict[str, Any], on_progress: TellStage, deadline_s: float
    ) -> dict[str, Any]:
        """Run `package.module:function` on a task in the child and return its result.

        EngineError with the task's own error; WorkerError when the child died or passed the
        timeout (it is then killed). Cancelling the awaiting asyncio task kills the child at once.
        """
        self._cancel_idle()
        await self.start()
        process = self._process
        assert process is not None
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
        finally:
            self._rest_when_idle()
        return result

    async def _follow(self, process: ChildProcess, on_progress: TellStage) -> dict[str, Any]:
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

    def _rest_when_idle(self) -> None:
        if self._idle_s is not None and self.pid is not None:
            self._cancel_idle()
            self._idle = asyncio.get_running_loop().call_later(self._idle_s, self.kill)

    def kill(self) -> None:
        """End the process now; what it was doing is lost."""
        self._cancel_idle()
        if self._process:
            self._process.kill()

    async def end(self) -> None:
        """Kill the process and wait until it is gone."""
        self.kill()
        process, self._process = self._process, None
        if process:
            await process.gone()
