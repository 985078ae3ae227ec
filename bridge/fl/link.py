"""The link with FL Studio's script: SysEx frames, with acks and resends (pure, clock passed in).

A frame is at most 256 bytes, since FL's input on Windows has 1024 and breaks on more:

    F0 7D 53 43 version direction type id seq total payload... F7

    direction   1 to FL, 2 to the daemon, 3 between two instances of the script. Looped ports
                return one's own frames: a receiver drops frames of another direction.
    type        1 ping (no payload), 2 ack (no payload), 3 data
    id          1 to 127, then 1 again; one message, or one ping
    seq, total  the part of the message, from 0, and the number of parts (1 to 64). In an ack, seq
                is that of its frame, and total the number of frames waiting behind it (0 to 127).
    payload     of data: a piece of the message, a JSON object in UTF-8 as base64. At most 245
                bytes.

Each ping and each data frame is answered by an ack of the same id and seq. A sender has one frame
under way at a time. It resends the frame when no ack comes, and gives up after a few tries. A part
or message that comes twice counts once.

The script sends nothing before its first ping, and one frame at most each time FL calls it. FL may
call it only when something arrives, so the daemon pings once a second, and at once while the script
says that frames wait.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

#: The virtual port; parts of two loopback ports' names where the system has no virtual ones.
NAME: Final = "Sidecrate FL"
INPUTS: Final = ("Sidecrate from FL",)
OUTPUTS: Final = ("Sidecrate to FL",)

#: Start of a frame: SysEx, the maker's id for private use, then SC.
MAGIC: Final = bytes((0xF0, 0x7D, 0x53, 0x43))
#: The protocol's version; the daemon and the script must have the same.
VERSION: Final = 1
# directions
TO_FL: Final = 1
TO_DAEMON: Final = 2
BETWEEN: Final = 3
# types
PING: Final = 1
ACK: Final = 2
DATA: Final = 3
#: Bytes of a frame.
MAX_FRAME: Final = 256
#: Bytes of its payload.
MAX_PAYLOAD: Final = 245
#: Frames of a message.
MAX_PARTS: Final = 64

#: Interval of pings.
PING_S = 1.0
#: Pause before the next ping of a script that says frames wait.
MORE_S = 0.02
#: Timeout of an ack.
RESEND_S = 0.7
#: Tries of a data frame.
MOST_TRIES = 6
#: Timeout of the script. A project that loads silences it for longer; then it says hello again.
SILENCE_S = 6.0
#: Timeout of an unfinished message.
_STALE_S = 15.0
#: Messages that may wait to be sent, and acks too.
_MOST_WAITING = 64
#: Unfinished messages held at once.
_MOST_PARTIAL = 4
#: Finished messages remembered to detect duplicates.
_MOST_REMEMBERED = 32

#: MIDI's identity request, without its channel byte: FL sends it to every port.

#: What FL asks every port, and what follows its channel byte.
_IDENTITY = (0xF0, 0x7E, 0x06, 0x01, 0xF7)


@dataclass(frozen=True)
class Frame:
    """One frame. `payload` is 7-bit."""

    direction: int
    type: int
    id: int
    seq: int = 0
    total: int = 1
    payload: bytes = b""
    version: int = VERSION

    def to_bytes(self) -> bytes:
        head = bytes((self.version, self.direction, self.type, self.id, self.seq, self.total))
        return MAGIC + head + self.payload + b"\xf7"


def read_frame(data: Sequence[int]) -> Frame | None:
    """The frame in a MIDI message; None for a foreign, broken or too long one."""
    if (
        not 11 <= len(data) <= MAX_FRAME
        or bytes(data[:4]) != MAGIC
        or data[-1] != 0xF7
        or max(data[4:-1]) > 127
    ):
        return None
    version, direction, kind, number, seq, total = data[4:10]
    payload = bytes(data[10:-1])
    if kind in (PING, DATA) and not (1 <= total <= MAX_PARTS and seq < total):
        return None
    return Frame(direction, kind, number, seq, total, payload, version)


def split_message(message: Mapping[str, Any], number: int, direction: int) -> list[Frame]:
    """The frames of a message. ValueError where it is too long."""
    text = base64.b64encode(json.dumps(message, separators=(",", ":")).encode())
    parts = [text[k : k + MAX_PAYLOAD] for k in range(0, len(text), MAX_PAYLOAD)]
    if len(parts) > MAX_PARTS:
        raise ValueError(f"a message of {len(text)} bytes does not fit into {MAX_PARTS} frames")
    return [Frame(direction, DATA, number, k, len(parts), part) for k, part in enumerate(parts)]


def identity_reply(data: Sequence[int]) -> bytes | None:
    """The answer to MIDI's identity request: maker 7D, family 53 43. None for other messages."""
    if len(data) != 6 or (data[0], data[1], *data[3:]) != _IDENTITY:
        return None
    return bytes(
        (0xF0, 0x7E, data[2], 0x06, 0x02, 0x7D, 0x53, 0x43, 0x01, 0x00, VERSION, 0, 0, 0, 0xF7)
    )


@dataclass
class _Partial:
    total: int
    begun_s: float
    parts: dict[int, bytes] = field(default_factory=dict)


class Reassembly:
    """Messages from frames that may be lost, repeated or out of order. Drops stale parts."""

    def __init__(self) -> None:
        self._partial: dict[int, _Partial] = {}
        self._finished: deque[tuple[int, bytes]] = deque(maxlen=_MOST_REMEMBERED)

    def add(self, frame: Frame, now_s: float) -> dict[str, Any] | None:
        """The message that this frame completes, once; else None."""
        self._partial = {
            n: one for n, one in self._partial.items() if now_s - one.begun_s < _STALE_S
        }
        partial = self._partial.get(frame.id)
        is_other = (
            partial is None
            or partial.total != frame.total
            or partial.parts.get(frame.seq, frame.payload) != frame.payload
        )
        if partial is None or is_other:
            # the same id with other content: the sender was restarted, or its ids went round
            partial = _Partial(frame.total, now_s)
            self._partial[frame.id] = partial
            while len(self._partial) > _MOST_PARTIAL:
                del self._partial[next(iter(self._partial))]
        partial.parts[frame.seq] = frame.payload
        if len(partial.parts) < partial.total:
            return None
        del self._partial[frame.id]
        text = b"".join(partial.parts[k] for k in range(partial.total))
        if (frame.id, text) in self._finished:
            return None
        self._finished.append((frame.id, text))
        return _message(text)


def _message(text: bytes) -> dict[str, Any] | None:
    try:
        message = json.loads(base64.b64decode(text, validate=True))
    except (ValueError, binascii.Error, RecursionError):
        return None
    return message if isinstance(message, dict) else None


@dataclass
class _Waiting:
    message: Mapping[str, Any]
    what: str


@dataclass
class _OnItsWay:
    frame: Frame
    sent_s: float
    tries: int = 1


class FlLink:
    """The daemon's end. Not thread-safe.

    Give it received messages, send what is `due`, and come back after `wait_s`.
    """

    def __init__(self) -> None:
        self._reassembly = Reassembly()
        self._waiting: deque[_Waiting] = deque()
        self._parts: deque[Frame] = deque()
        self._acks: deque[Frame] = deque(maxlen=_MOST_WAITING)
        self._on_its_way: _OnItsWay | None = None
        self._number = 0
        self._ping_s = 0.0
        self._heard_s: float | None = None
        self.other_version: int | None = None
        """The version of a script that differs from ours; None where none does."""

    def is_answered(self, now_s: float) -> bool:
        """Whether a script of our version has answered lately."""
        return self._heard_s is not None and now_s - self._heard_s < SILENCE_S

    def put(self, message: Mapping[str, Any], what: str = "") -> None:
        """Queue a message for the script. It replaces a waiting one with the same `what`."""
        for waiting in self._waiting:
            if what and waiting.what == what:
                waiting.message = message
                return
        self._waiting.append(_Waiting(message, what))
        while len(self._waiting) > _MOST_WAITING:
            self._waiting.popleft()

    def forget(self) -> None:
        """Drop all waiting messages: their receiver has gone."""
        self._waiting.clear()
        self._parts.clear()
        self._on_its_way = None

    def hear(self, data: Sequence[int], now_s: float) -> dict[str, Any] | None:
        """The script's message that this MIDI message completes, or None. Never raises."""
        frame = read_frame(data)
        if frame is None or frame.direction != TO_DAEMON:
            return None
        if frame.version != VERSION:
            self.other_version = frame.version
            return None
        self.other_version = None
        self._heard_s = now_s
        if frame.type == ACK:
            self._acknowledged(frame, now_s)
        elif frame.type == DATA:
            waiting = min(len(self._waiting) + len(self._parts), 127)
            self._acks.append(Frame(TO_FL, ACK, frame.id, frame.seq, waiting))
            return self._reassembly.add(frame, now_s)
        return None

    def _acknowledged(self, ack: Frame, now_s: float) -> None:
        way = self._on_its_way
        if way and (way.frame.id, way.frame.seq) == (ack.id, ack.seq):
            self._on_its_way = None
        if ack.total:
            self._ping_s = min(self._ping_s, now_s + MORE_S)

    def due(self, now_s: float) -> list[bytes]:
        """The frames to send now, in order."""
        frames = [*self._acks]
        self._acks.clear()
        way = self._on_its_way
        if way and now_s >= way.sent_s + RESEND_S:
            tries = 1 if way.frame.type == PING else MOST_TRIES
            if way.tries < tries:
                way.tries += 1
                way.sent_s = now_s
                frames.append(way.frame)
            else:
                self._on_its_way = None
                self._parts.clear()
        if self._on_its_way is None:
            frame = self._next(now_s)
            if frame:
                self._on_its_way = _OnItsWay(frame, now_s)
                self._ping_s = now_s + PING_S
                frames.append(frame)
        return [frame.to_bytes() for frame in frames]

    def _next(self, now_s: float) -> Frame | None:
        while not self._parts and self._waiting and self.is_answered(now_s):
            try:
                message = self._waiting.popleft().message
                self._parts.extend(split_message(message, self._new_number(), TO_FL))
            except ValueError:
                continue  # a message of ours that is too long
        if self._parts:
            return self._parts.popleft()
        return Frame(TO_FL, PING, self._new_number()) if now_s >= self._ping_s else None

    def _new_number(self) -> int:
        self._number = self._number % 127 + 1
        return self._number

    def wait_s(self, now_s: float) -> float:
        """Seconds until something may be due."""
        if self._acks:
            return 0.0
        if self._on_its_way:
            return max(0.0, self._on_its_way.sent_s + RESEND_S - now_s)
        if self._parts or (self._waiting and self.is_answered(now_s)):
            return 0.0
        return max(0.0, self._ping_s - now_s)
