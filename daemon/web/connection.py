"""A connection to the page's server, with a timeout for requests that never end (slow loris)."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

#: Timeout of a request's first line and headers; the rest may take its time.
REQUEST_WAIT_S = 10.0
#: Connection limit; further ones are answered 503.
MOST_CONNECTIONS = 500


class Connection(H11Protocol):
    """uvicorn's protocol, which alone would hold an unfinished request open for ever."""

    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_for_request()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._wait_for_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_wait()
        super().connection_lost(exc)

    def _is_served(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _wait_for_request(self) -> None:
        if self._is_served():
            self._end_wait()
        elif self._patience is None:
            self._patience = self.loop.call_later(REQUEST_WAIT_S, self._hang_up)

    def _end_wait(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _hang_up(self) -> None:
        self._patience = None
        if not self._is_served():
            self.transport.close()
