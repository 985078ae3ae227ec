"""The daemon's side of the page's process: it is started with `web: on`, started again if it dies, and ended with the daemon."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys

from daemon.children.stderr import lines_of
from daemon.home.places import Places
from daemon.web.access import forget_address

log = logging.getLogger(__name__)

#: s between an unwished end and the next start, doubled up to the last.
_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 60.0


class WebProcess:
    """One child program that serves the API and the page. Belongs to the daemon's loop; imports nothing of the web."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._task: asyncio.Task[None] | None = None
        self._process: asyncio.subprocess.Process | None = None

    def start(self) -> None:
        """Begin to serve; the address stands in the state folder once it does."""
        self._task = asyncio.create_task(self._keep_up())

    async def end(self) -> None:
        forget_address(self._places)
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def _keep_up(self) -> None:
        wait_s = _FIRST_WAIT_S
        while True:
            places = {
                name: str(getattr(self._places, name))
                for name in ("config_file", "state", "crate", "inbox")
            }
            began, code = asyncio.get_running_loop().time(), await self._serve(json.dumps(places))
            forget_address(self._places)
            if asyncio.get_running_loop().time() - began > _LONGEST_WAIT_S:
                wait_s = _FIRST_WAIT_S
            log.error("the page's process ended (%s); it is started again in %g s", code, wait_s)
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, _LONGEST_WAIT_S)

    async def _serve(self, places: str) -> str:
        """Run the process to its end; what that was."""
        try:
            self._process = process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "daemon.web", places,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
        except OSError as error:
            return f"it could not be started: {error}"
        assert process.stderr is not None
        async for line in lines_of(process.stderr):
            log.info("web: %s", line)
        return str(await process.wait())
