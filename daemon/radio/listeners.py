"""Listeners of the stream by HTTP: each gets the encoded bytes, and with ICY what plays now."""

from __future__ import annotations

import asyncio
from collections import deque

import numpy as np

from daemon.radio.encoder import Encoder
from daemon.radio.phrase import Phrase

#: Bytes between two ICY notes.
ICY_EVERY = 16000
#: Chunks that a new listener gets at once, a tenth of a second each, and that a slow one may lag.
_AT_ONCE, _MOST_BEHIND = 20, 300
#: Listeners at one time.
MOST = 50


class Listener:
    """One listener: a queue of bytes, which ends where it cannot keep up."""

    def __init__(self, icy: bool) -> None:
        self.queue: asyncio.Queue[bytes | None] = asyncio.Queue(_MOST_BEHIND)
        self.title = ""
        self._icy = icy
        self._told = ""
        self._until_note = ICY_EVERY

    def framed(self, data: bytes) -> bytes:
        """The bytes, with a note of what plays wherever one is due."""
        if not self._icy:
            return data
        out = bytearray()
        while len(data) >= self._until_note:
            out += data[: self._until_note] + self._note()
            data = data[self._until_note :]
            self._until_note = ICY_EVERY
        self._until_note -= len(data)
        return bytes(out + data)

    def _note(self) -> bytes:
        if self.title == self._told:
            return b"\0"
        self._told = self.title
        return icy_note(self.title)


def icy_note(title: str) -> bytes:
    """An ICY note: its length in 16 bytes, then `StreamTitle='...';`, filled up with zeros."""
    text = f"StreamTitle='{title.replace(chr(39), '’')}';".encode()[: 16 * 255]
    count = -(-len(text) // 16)
    return bytes([count]) + text.ljust(16 * count, b"\0")


class Hub:
    """The output that encodes once and gives the bytes to all listeners of one format."""

    def __init__(self, encoder: Encoder, loop: asyncio.AbstractEventLoop) -> None:
        self.encoder = encoder
        self._loop = loop
        self._listeners: set[Listener] = set()
        self._recent: deque[bytes] = deque(maxlen=_AT_ONCE)
        self.title = ""

    @property
    def count(self) -> int:
        return len(self._listeners)

    def join(self, icy: bool) -> Listener | None:
        """A new listener; None where there are too many. Call it on the loop's thread."""
        if len(self._listeners) >= MOST:
            return None
        listener = Listener(icy)
        listener.title = self.title
        first = self.encoder.header + b"".join(self._recent)
        if first:
            listener.queue.put_nowait(first)
        self._listeners.add(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        self._listeners.discard(listener)

    def put(self, block: np.ndarray) -> None:
        data = self.encoder.encode(block)
        if data:
            self._loop.call_soon_threadsafe(self._give, data)

    def now(self, phrase: Phrase) -> None:
        self._loop.call_soon_threadsafe(self._tell, phrase.title)

    def _tell(self, title: str) -> None:
        self.title = title
        for listener in self._listeners:
            listener.title = title

    def _give(self, data: bytes) -> None:
        self._recent.append(data)
        for listener in list(self._listeners):
            if listener.queue.full():
                # it is half a minute behind: the stream does not wait for it
                self._listeners.discard(listener)
                while not listener.queue.empty():
                    listener.queue.get_nowait()
                listener.queue.put_nowait(None)
            else:
                listener.queue.put_nowait(data)
