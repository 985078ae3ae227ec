"""The bell of the slots: one ring says that there may be new work, and each looks for work of its
kind."""

from __future__ import annotations

import asyncio


class Bell:
    """Belongs to the daemon's loop. A ring wakes all who wait, and is not kept for those who do
    not."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """There may be new work."""
        self._rung.set()

    async def wait(self) -> None:
        """Until the next ring. To be called with no `await` since the look that found no work, or a
        ring may be missed."""
        self._rung.clear()
        await self._rung.wait()
