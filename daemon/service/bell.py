"""The slots' wake-up: one ring says that there may be new work, and each kind looks for its own."""

from __future__ import annotations

import asyncio


class Bell:
    """A wake-up signal on the daemon's loop. A ring wakes all waiting tasks and is not stored."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake every waiting task: there may be new work."""
        self._rung.set()

    async def wait(self) -> None:
        """Wait for the next ring.

        Call it with no `await` since the look that found no work, or a ring may be missed.
        """
        self._rung.clear()
        await self._rung.wait()
