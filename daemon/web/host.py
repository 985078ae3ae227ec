"""The daemon's side of the page's process.

The process is started with `web: on`, restarted if it dies, and ended with the daemon.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import Sequence

from bridge.port_holder import held_port
from daemon.children.host import ChildProcess
from daemon.home.page_address import forget_address
from daemon.home.places import Places

log = logging.getLogger(__name__)

#: Backoff before a restart: the first wait, doubled each time.
_FIRST_WAIT_S = 1.0
#: The backoff's ceiling; a process that lives longer than this resets it.
_LONGEST_WAIT_S = 60.0
#: How often a port that another program holds is tried again.
_HELD_WAIT_S = 2.0


class WebProcess:
    """Supervises the child program that serves the API and the page.

    Belongs to the daemon's loop; imports nothing of the web.
    """

    def __init__(self, places: Places, ports: Sequence[int]) -> None:
        """ports: those that it will serve at; 0 is any."""
        self._places = places
        self._ports = tuple(ports)
        self.trouble = ""
        """What the page waits for, in words; empty while for nothing."""
        self._task: asyncio.Task[None] | None = None
        self._process: ChildProcess | None = None

    def start(self) -> None:
        """Start serving; once it does, the address stands in the state folder."""
        self._task = asyncio.create_task(self._keep_up())

    async def end(self) -> None:
        forget_address(self._places)
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._process:
            self._process.kill()
            await self._process.gone()

    async def _keep_up(self) -> None:
        wait_s = _FIRST_WAIT_S
        while True:
            places = {
                name: str(getattr(self._places, name))
                for name in ("config_file", "state", "crate", "inbox")
            }
            await self._ports_free()
            began = asyncio.get_running_loop().time()
            code = await self._serve(json.dumps(places))
            forget_address(self._places)
            if asyncio.get_running_loop().time() - began > _LONGEST_WAIT_S:
                wait_s = _FIRST_WAIT_S
            log.error("the page's process ended (%s); it is started again in %g s", code, wait_s)
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, _LONGEST_WAIT_S)

    async def _ports_free(self) -> None:
        """Wait until nobody else holds our ports; who does is logged once."""
        while held := next(((port, who) for port in self._ports if (who := held_port(port))), None):
            port, who = held
            text = f"the page waits for port {port}, which {who} holds; end that, or set web.port"
            if text != self.trouble:
                log.error("%s", text)
            self.trouble = text
            await asyncio.sleep(_HELD_WAIT_S)
        self.trouble = ""

    async def _serve(self, places: str) -> str:
        """Run the process to its end, and return its exit status in words."""
        try:
            self._process = await ChildProcess.start(
                "web", sys.executable, "-P", "-m", "daemon.web", places, stdout=DEVNULL
            )
        except OSError as error:
            return f"it could not be started: {error}"
        return str(await self._process.gone())
