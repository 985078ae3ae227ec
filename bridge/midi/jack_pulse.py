"""Whether a JACK server is going: a message of ours that it has to carry from one of our ports to another, and its return.

RtMidi keeps what is sent in a buffer of 16 kB until the server's next cycle takes it, and when that is full it waits for room,
and Python with it. The same goes for whatever asks the server to answer: opening, joining and closing ports. A server that is
stopped, or whose sound device hangs, would so hold the whole program; a message that does not come back gives it away before.
"""

from __future__ import annotations

import itertools
import os
import time
from collections import deque
from typing import Final, NamedTuple

from bridge.midi.backend import Client, backend
from bridge.midi.clients import let_go

#: A server whose messages do not come back for so long stands still.
STILL_S: Final = 1.0
#: Bytes that may be under way, of the 16,383 that fit; and after how many of them the server is asked for a sign.
_ROOM, _ASK_AFTER = 12_288, 2_048
#: What RtMidi puts before each message in its buffer.
_HEAD = 4
#: The most messages of our own that wait for a server; they have a buffer too.
_MOST_UNDER_WAY = 64
_AGAIN_S, _LOOK_S = 0.05, 0.002
_numbers = itertools.count(1)


class _UnderWay(NamedTuple):
    number: int
    sent_s: float
    bytes_before: int


class JackPulse:
    """Two clients of a JACK server and what goes from one to the other. Belongs to one thread.

    name: what the clients' names begin with. MidiFault where the server does not take them.
    """

    def __init__(self, name: str) -> None:
        # the process and a number: the port must be found by a name that no other client has
        own = f"{name} pulse {os.getpid()} {next(_numbers)}"
        self._out = backend().output("jack", own)
        self._in = backend().input("jack", f"{own} back")
        self._under_way: deque[_UnderWay] = deque()
        self._number = 0
        self._bytes = self._proven = 0
        """Bytes sent by all ports that this watches over, and how many of them the server is known to have taken."""
        try:
            self._out.open_virtual_port("out")
            self._in.open_port(f"{own}:out", "in")
        except BaseException:
            self.close()
            raise

    @property
    def clients(self) -> tuple[Client, ...]:
        return self._out, self._in

    @property
    def stands_still(self) -> bool:
        """Whether a message has waited too long for its return."""
        self._look()
        return bool(self._under_way) and time.monotonic() - self._under_way[0].sent_s > STILL_S

    def ask(self) -> None:
        """Send a message that will come back, unless many are under way."""
        if len(self._under_way) < _MOST_UNDER_WAY:
            self._number = (self._number + 1) % 0x4000
            self._out.send_message([0xB0, self._number >> 7, self._number & 0x7F])
            self._under_way.append(_UnderWay(self._number, time.monotonic(), self._bytes))

    def goes(self, wait_s: float = STILL_S) -> bool:
        """Whether the server carries a message within `wait_s`; said again now and then, as the first after joining is lost."""
        began_s, asked_s = time.monotonic(), 0.0
        before = self._number
        while (now_s := time.monotonic()) - began_s < wait_s:
            if now_s - asked_s >= _AGAIN_S:
                self.ask()
                asked_s = now_s
            time.sleep(_LOOK_S)
            heard = self._look()
            if heard is not None and 0 < (heard - before) % 0x4000 < 0x2000:
                return True
        return False

    def has_room(self, message_bytes: int) -> bool:
        """Whether a message can be sent without waiting for the server; it counts as sent then."""
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
        """The number of the latest message that has come back since this was last asked."""
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
