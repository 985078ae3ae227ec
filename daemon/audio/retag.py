"""Tags put into encoded files: FLAC, Ogg Vorbis and MP3, copied with other headers.

Sources: RFC 9639 (FLAC's metadata blocks), the block `riff` of `flac --keep-foreign-metadata`,
RFC 3533 (Ogg pages), and the Vorbis I specification, annex A.
"""

from __future__ import annotations

import shutil
import struct
from collections.abc import Sequence
from typing import BinaryIO

from daemon.audio.riff import tag_bytes
from daemon.errors import AudioError

#: Types of FLAC's metadata blocks.
_PADDING, _APPLICATION, _COMMENTS, _LAST = 1, 2, 4, 0x80
#: Room for programs that add tags of their own, without a copy of the whole file.
_PADDING_BYTES = 4096
#: Most bytes that a block's three-byte size can name.
_MOST_BLOCK = 2**24 - 1
#: Ogg's checksum: this polynomial, not mirrored.
_POLYNOMIAL = 0x04C11DB7
#: Most parts of 255 bytes in a page.
_MOST_SEGMENTS = 255


def retag_flac(
    source: BinaryIO, target: BinaryIO, comments: bytes, riff: Sequence[bytes] = ()
) -> None:
    """Copy a FLAC with these comments, and with a WAV's pieces (`riff`) as foreign metadata."""
    if source.read(4) != b"fLaC":
        raise AudioError("the encoder gave no FLAC")
    blocks: list[tuple[int, bytes]] = []
    is_last = False
    while not is_last:
        head = source.read(4)
        is_last = bool(head[0] & _LAST)
        payload = source.read(int.from_bytes(head[1:], "big"))
        if head[0] & ~_LAST not in (_COMMENTS, _PADDING):
            blocks.append((head[0] & ~_LAST, payload))
    blocks.append((_COMMENTS, comments))
    blocks += [(_APPLICATION, b"riff" + piece) for piece in riff if len(piece) + 4 <= _MOST_BLOCK]
    blocks.append((_PADDING | _LAST, bytes(_PADDING_BYTES)))
    target.write(b"fLaC")
    for kind, payload in blocks:
        target.write(bytes([kind]) + len(payload).to_bytes(3, "big") + payload)
    shutil.copyfileobj(source, target, 1 << 20)


def retag_mp3(source: BinaryIO, target: BinaryIO, tag: bytes) -> None:
    """Copy an MP3 with this ID3v2 tag in place of its own."""
    source.seek(tag_bytes(source.read(10)))
    target.write(tag)
    shutil.copyfileobj(source, target, 1 << 20)


def retag_ogg(source: BinaryIO, target: BinaryIO, comments: bytes) -> None:
    """Copy an Ogg Vorbis stream with these comments.

    Its first page holds the identification alone, the next ones the comments and the codebooks.
    """
    first, _ = _page(source)
    packets: list[bytes] = []
    serial = b""
    pages, unfinished = 0, b""
    while len(packets) < 2:
        page, lengths = _page(source)
        serial = page[14:18]
        pages += 1
        at = 27 + len(lengths)
        for length in lengths:
            unfinished += page[at : at + length]
            at += length
            if length < _MOST_SEGMENTS:
                packets.append(unfinished)
                unfinished = b""
    if len(packets) != 2 or unfinished or packets[0][:7] != b"\3vorbis":
        raise AudioError("the encoder gave no Ogg Vorbis")
    made = _pages([b"\3vorbis" + comments + b"\1", packets[1]], serial)
    if len(made) != pages:
        raise AudioError("the tags are too long for an Ogg file; shorten the prompt")
    target.write(first + b"".join(made))
    shutil.copyfileobj(source, target, 1 << 20)


def _page(source: BinaryIO) -> tuple[bytes, bytes]:
    """(a whole page, the lengths of its parts)."""
    head = source.read(27)
    if len(head) < 27 or head[:4] != b"OggS":
        raise AudioError("the encoder gave no Ogg")
    lengths = source.read(head[26])
    return head + lengths + source.read(sum(lengths)), lengths


def _pages(packets: Sequence[bytes], serial: bytes) -> list[bytes]:
    """The pages of header packets, from number 1 on."""
    parts: list[bytes] = []
    for packet in packets:
        parts += [packet[at : at + 255] for at in range(0, len(packet) + 1, 255)]
    made = []
    for number, at in enumerate(range(0, len(parts), _MOST_SEGMENTS), 1):
        some = parts[at : at + _MOST_SEGMENTS]
        goes_on = at > 0 and len(parts[at - 1]) == 255
        ends = any(len(part) < 255 for part in some)
        head = b"OggS\0" + bytes([goes_on]) + (bytes(8) if ends else b"\xff" * 8) + serial
        lengths = bytes([len(some)]) + bytes(len(part) for part in some)
        page = head + struct.pack("<II", number, 0) + lengths + b"".join(some)
        made.append(page[:22] + struct.pack("<I", _checksum(page)) + page[26:])
    return made


def _checksum(page: bytes) -> int:
    value = 0
    for byte in page:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ _POLYNOMIAL if value & 0x80000000 else value << 1) & 0xFFFFFFFF
    return value
