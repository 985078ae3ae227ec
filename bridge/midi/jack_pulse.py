"""A heartbeat of a JACK server: a message that it carries between two ports of ours.

RtMidi puts sent messages in a buffer of 16 kB until the server's next cycle; a full buffer blocks,
and Python with it. Opening, connecting and closing ports block too. A server that is stopped, or
whose sound device hangs, would so hang the whole program. A message that does not return reveals
it first.
"""

from __future__ import annotations

import itertools
import os
import time
from collections import deque
from typing import Final, NamedTuple

from bridge.midi.backend import Client, backend
from bridge.midi.clients import let_go

#: Timeout of a message's return, after which the server counts as hanging.
STILL_S: Final = 1.0
#: Bytes that may be under way, of the 16,383 that fit RtMidi's buffer.
_ROOM: Final = 12_288
#: Bytes sent after which the server is asked for a sign of life.
_ASK_AFTER: Final = 2_048
#: Bytes that RtMidi puts before each message in its buffer.
_HEAD: Final = 4
#: Messages of our own that may wait for a server; they have a buffer too.
_MOST_UNDER_WAY: Final = 64
#: Pause before a message is sent again, and between two looks for its return.
_AGAIN_S: Final = 0.05
_LOOK_S: Final = 0.002
_numbers = itertools.count(1)


class _UnderWay(NamedTuple):
    number: int
    sent_s: float
    bytes_before: int


class JackPulse:
    """Two clients of a JACK server, and a message between them. Belongs to one thread.

    name: prefix of the clients' names. MidiFault where the server refuses them.
    """

    def __init__(self, name: str) -> None:
        # with process id and number: the port is looked up by a name that must be unique
        own = f"{name} pulse {os.getpid()} {next(_numbers)}"
        self._out = backend().output("jack", own)
        self._in = backend().input("jack", f"{own} back")
        self._under_way: deque[_UnderWay] = deque()
        self._number = 0
        self._bytes = 0
        """Bytes sent by all ports that this guards."""
        self._proven = 0
        """How many of them the server is known to have taken."""
        try:
            self._out.open_virtual_port("out")
            self._in.open_port(f"{own}:out", "in")
        except BaseException:
            self.close()
            raise

    @property
    def clients(self) -> tuple[Client, ...]:
        """Its two clients."""
        return self._out, self._in

    @property
    def stands_still(self) -> bool:
        """Whether a message is overdue."""
        self._look()
        return bool(self._under_way) and time.monotonic() - self._under_way[0].sent_s > STILL_S

    def ask(self) -> None:
        """Send a message that will return, unless many are under way."""
        if len(self._under_way) < _MOST_UNDER_WAY:
            self._number = (self._number + 1) % 0x4000
            self._out.send_message([0xB0, self._number >> 7, self._number & 0x7F])
            self._under_way.append(_UnderWay(self._number, time.monotonic(), self._bytes))

    def goes(self, wait_s: float = STILL_S) -> bool:
        """Whether the server carries a message within `wait_s`.

        It is sent repeatedly, since the first after connecting is lost.
        """
        began_s = time.monotonic()
        asked_s = 0.0
        before = self._number
        while (now_s := time.monotonic()) - began_s < wait_s:
            if now_s - asked_s >= _AGAIN_S:
                self.ask()
                asked_s = now_s
            time.sleep(_LOOK_S)
            latest = self._look()
            if latest is not None and 0 < (latest - before) % 0x4000 < 0x2000:
                return True
        return False

    def has_room(self, message_bytes: int) -> bool:
        """Whether a message can be sent without blocking; if so, it counts as sent."""
        self._look()
        size = message_bytes + _HEAD
        if self._bytes - self._proven + size > _ROOM and (self.stands_still or not self.goes()):
            return False
        asked_at = self._under_way[-1].bytes_before if self._under_way else self._proven
        if self._bytes - asked_at > _ASK_AFTER:
            self.ask()
        self._bytes += size
        return True

    def close(self) -> None:
        let_go(*self.clients)

    def _look(self) -> int | None:
        """The number of the latest message that returned since the last look."""
        latest: int | None = None
        while event := self._in.get_message():
            latest = event[0][1] << 7 | event[0][2]
        if latest is None:
            return None
        for place, one in enumerate(self._under_way):
            if one.number == latest:
                self._proven = one.bytes_before
                for _ in range(place + 1):
                    self._under_way.popleft()
                break
        return latest
