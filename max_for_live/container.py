"""The `.amxd` container: a patcher as Max for Live stores it, alone or frozen with its files.

It holds flat chunks: a four-letter tag, a little-endian size, a payload. Chunks inside a frozen
patcher are big-endian, and their size counts their own eight bytes.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

AUDIO_EFFECT = b"aaaa"
#: Values of the `meta` chunk.
PLAIN = 0
PLAIN_WITH_FILES = 1
FROZEN_ALONE = 4
FROZEN = 7
#: Flags of a part.
_FLAG_DEVICE = 0x11
_FLAG_FILE = 0
#: Bytes before the parts of a frozen payload.
_HEAD = 16


@dataclass(frozen=True)
class Part:
    """A file of a frozen device; the first is the device's own patcher."""

    name: str
    data: bytes
    type: bytes = b"TEXT"
    flag: int = _FLAG_FILE
    made: int = 0
    """Seconds since 1904."""


def patcher_bytes(text: str) -> bytes:
    """A patcher's JSON as it stands in a container: a line end and a NUL behind it."""
    return text.encode("utf-8") + b"\n\0"


def pack(payload: bytes, meta: int) -> bytes:
    """The whole file around the payload of the `ptch` chunk."""
    head = b"ampf" + struct.pack("<I", 4) + AUDIO_EFFECT
    return (
        head
        + b"meta"
        + struct.pack("<II", 4, meta)
        + b"ptch"
        + struct.pack("<I", len(payload))
        + payload
    )


def freeze(parts: list[Part]) -> bytes:
    """The payload of a frozen device: its parts back to back, then the list of them."""
    body = b""
    rows = b""
    for part in parts:
        rows += _row(part, _HEAD + len(body))
        body += part.data
    return b"mx@c" + struct.pack(">IQ", _HEAD, _HEAD + len(body)) + body + _chunk(b"dlst", rows)


def _row(part: Part, offset: int) -> bytes:
    name = part.name.encode("ascii")
    fields = [
        (b"type", part.type),
        (b"fnam", name.ljust((len(name) // 4 + 1) * 4, b"\0")),
        (b"sz32", struct.pack(">I", len(part.data))),
        (b"of32", struct.pack(">I", offset)),
        (b"vers", struct.pack(">I", 0)),
        (b"flag", struct.pack(">I", part.flag)),
        (b"mdat", struct.pack(">I", part.made)),
    ]
    return _chunk(b"dire", b"".join(_chunk(tag, value) for tag, value in fields))


def _chunk(tag: bytes, payload: bytes) -> bytes:
    return tag + struct.pack(">I", len(payload) + 8) + payload


def unpack(data: bytes) -> tuple[int, bytes]:
    """(meta, payload of `ptch`) of a device file. ValueError where it is not one."""
    if data[:4] != b"ampf" or data[12:16] != b"meta" or data[24:28] != b"ptch":
        raise ValueError("this is not a Max for Live device")
    (meta,) = struct.unpack_from("<I", data, 20)
    (size,) = struct.unpack_from("<I", data, 28)
    if len(data) != 32 + size:
        raise ValueError(f"the device says it holds {size} bytes, where {len(data) - 32} are")
    return meta, data[32:]


def thaw(payload: bytes) -> list[Part]:
    """The parts of a frozen payload. ValueError where it is damaged."""
    if payload[:4] != b"mx@c":
        raise ValueError("the device is not frozen")
    (footer,) = struct.unpack_from(">Q", payload, 8)
    [(tag, rows)] = _chunks(payload[footer:])
    if tag != b"dlst":
        raise ValueError("the frozen device has no list of its files")
    parts = []
    for _, row in _chunks(rows):
        said = dict(_chunks(row))
        size, offset, flag, made = (
            struct.unpack(">I", said[name])[0] for name in (b"sz32", b"of32", b"flag", b"mdat")
        )
        name = said[b"fnam"].rstrip(b"\0").decode("ascii")
        parts.append(Part(name, payload[offset : offset + size], said[b"type"], flag, made))
    return parts


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    found = []
    at = 0
    while at < len(data):
        tag, size = struct.unpack_from(">4sI", data, at)
        if size < 8 or at + size > len(data):
            raise ValueError("a part of the frozen device is cut short")
        found.append((tag, data[at + 8 : at + size]))
        at += size
    return found


def device_part(name: str, data: bytes, made: int) -> Part:
    """The first part of a frozen device: its own patcher."""
    return Part(name, data, b"JSON", _FLAG_DEVICE, made)
