"""OSC packets, validated before they are parsed (pure): bytes to messages and back.

python-osc's parser trusts sizes, types and depth; a bundle of twenty bytes can hang it. The
structure is therefore walked here first. Only a whole, small message of known types is parsed.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import Any

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from bridge.errors import SidecrateError
from bridge.text import shorten

#: Larger packets are refused: none of our messages comes near it.
MAX_PACKET_BYTES = 16_384
#: Bundles in bundles, at most: limits recursion.
MAX_DEPTH = 4
#: Messages in a packet, at most: limits the work that one packet causes.
MAX_MESSAGES = 64
#: Tags of texts, which have a length of their own. `S` is a symbol; programs that have symbols send
#: names as such.
_TEXTS = "sS"
#: Bytes of an argument by its type tag.
_FIXED_SIZES = {"i": 4, "f": 4, "d": 8, "h": 8, "T": 0, "F": 0}


class OscError(SidecrateError):
    """An invalid packet or message. `address`: where it was sent; empty if unreadable."""

    code = "bad_osc"

    def __init__(self, text: str, address: str = "", code: str | None = None) -> None:
        super().__init__(text, code)
        self.address = address


@dataclass(frozen=True)
class Message:
    address: str
    arguments: tuple[Any, ...] = ()


def parse_packet(data: bytes) -> list[Message]:
    """All messages of a packet, those of its bundles included. OscError where it is not whole.

    Time tags are ignored (docs/decisions/osc_time_tags.md).
    """
    if len(data) > MAX_PACKET_BYTES:
        raise OscError(
            f"a packet of {len(data)} bytes is not taken; send at most {MAX_PACKET_BYTES}"
        )
    messages: list[Message] = []
    _walk(memoryview(data), 0, messages)
    return messages


def _walk(data: memoryview, depth: int, messages: list[Message]) -> None:
    if bytes(data[:8]) != b"#bundle\0":
        if len(messages) >= MAX_MESSAGES:
            raise OscError(
                f"a packet of more than {MAX_MESSAGES} messages is not taken; send several"
            )
        messages.append(_message(bytes(data)))
        return
    if depth >= MAX_DEPTH:
        raise OscError(f"bundles deeper than {MAX_DEPTH} are not taken")
    at = 16
    if len(data) < at:
        raise OscError("a bundle ends before its time tag does")
    while at < len(data):
        if len(data) - at < 4:
            raise OscError("a bundle ends in the middle of an element's size")
        (size,) = struct.unpack(">i", data[at : at + 4])
        at += 4
        if size <= 0 or size % 4 or size > len(data) - at:
            raise OscError(
                f"a bundle's element says it is {size} bytes long, where {len(data) - at} are left"
            )
        _walk(data[at : at + size], depth + 1, messages)
        at += size


def _message(data: bytes) -> Message:
    address, at = _string(data, 0)
    if not address.startswith("/") or any(c in address for c in "*?[]{}# ,"):
        raise OscError(f"{shorten(address)} is not a plain OSC address")
    if at == len(data):
        return Message(address)
    tags_at = at
    tags, at = _string(data, at)
    if not tags.startswith(","):
        raise OscError("the argument types do not begin with a comma", address)
    for tag in tags[1:]:
        if tag in _TEXTS:
            _, at = _string(data, at)
        elif tag in _FIXED_SIZES:
            at += _FIXED_SIZES[tag]
        else:
            raise OscError(
                f"arguments of type {tag!r} are not taken; use i, f, d, h, s, S, T or F", address
            )
        if at > len(data):
            raise OscError("the message ends in the middle of an argument", address)
    if at != len(data):
        raise OscError(f"{len(data) - at} bytes are left over after the last argument", address)
    # python-osc leaves symbols out; their bytes are those of a string
    known = data[:tags_at] + tags.replace("S", "s").encode() + data[tags_at + len(tags) :]
    arguments = tuple(OscMessage(known).params)
    if any(isinstance(value, float) and not math.isfinite(value) for value in arguments):
        raise OscError("an argument is not a finite number", address)
    return Message(address, arguments)


def _string(data: bytes, at: int) -> tuple[str, int]:
    end = data.find(b"\0", at)
    if end < 0:
        raise OscError("a text has no end")
    after = end + 4 - end % 4
    if after > len(data):
        raise OscError("a text is not padded to four bytes")
    try:
        return data[at:end].decode("utf-8"), after
    except UnicodeDecodeError:
        raise OscError("a text is not UTF-8") from None


def build_message(address: str, *arguments: str | int | float) -> bytes:
    """An OSC message: text as s, whole numbers as i, others as f."""
    builder = OscMessageBuilder(address)
    for value in arguments:
        if isinstance(value, str):
            tag = "s"
        elif isinstance(value, int):
            tag = "i"
        else:
            tag = "f"
        builder.add_arg(value, tag)
    packet: bytes = builder.build().dgram
    return packet
