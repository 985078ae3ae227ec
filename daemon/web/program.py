"""Commands of Sidecrate that the page's process runs beside it: a radio, a run of a project.

`python -m daemon.web.program WORDS` is `sidecrate WORDS`, which ends when its stdin does: so none
outlives the page's process.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import runpy
import signal
import sys
import threading
from asyncio.subprocess import DEVNULL, PIPE

from daemon.errors import ServiceError
from daemon.home.places import HOME_VARIABLE, Places

#: s that it may take to end by itself.
_ENDS_WITHIN_S = 10.0
#: Letters of its last line on stderr that are kept: why it ended.
_MOST_SAID = 1000


class Program:
    """One run of a command. It belongs to one event loop."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._said = ""
        self._listens = asyncio.create_task(self._listen())

    @classmethod
    async def start(cls, places: Places, *words: str) -> Program:
        """Begin it. ServiceError where it cannot be started."""
        home = {HOME_VARIABLE: os.environ[HOME_VARIABLE]} if HOME_VARIABLE in os.environ else {}
        if not home and places != Places.find():
            home = {HOME_VARIABLE: str(places.state.parent)}
        try:
            return cls(
                await asyncio.create_subprocess_exec(
                    sys.executable, "-P", "-m", "daemon.web.program", *words,
                    stdin=PIPE, stdout=DEVNULL, stderr=PIPE,
                    env={**os.environ, **home, "PYTHONIOENCODING": "utf-8"},
                )
            )  # fmt: skip
        except OSError as error:
            text = (
                f"it could not be started ({error}); see that Python at {sys.executable} is intact"
            )
            raise ServiceError(text, "internal") from None

    @property
    def runs(self) -> bool:
        return self._process.returncode is None

    @property
    def why(self) -> str:
        """Why it ended early; empty while it runs, and where all went well."""
        if self.runs or self._process.returncode in (0, -signal.SIGTERM):
            return ""
        return self._said or f"it ended with status {self._process.returncode}"

    async def end(self) -> None:
        """Have it end, at once where it does not by itself."""
        if self.runs:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
            try:
                async with asyncio.timeout(_ENDS_WITHIN_S):
                    await self._process.wait()
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    self._process.kill()
        await self._listens

    async def _listen(self) -> None:
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            if said := line.decode("utf-8", "replace").strip():
                self._said = said[:_MOST_SAID]
        await self._process.wait()


def _end_with_stdin() -> None:
    # not `sys.stdin`, whose lock a thread would hold while Python ends
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    runpy.run_module("daemon.cli", run_name="__main__")
