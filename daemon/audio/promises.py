"""How much sound a file's own marks promise: FLAC, Ogg, MP3. A file cut short keeps its promise.

Sources: RFC 3533 (Ogg), ISO/IEC 11172-3 (MPEG audio), and the Xing and LAME tags as LAME writes
them. The standard library alone; nothing is decoded.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from typing import BinaryIO

from daemon.audio.riff import tag_bytes

#: Where an MP3's first frame is looked for behind its tag.
_SEARCHED = 1 << 16
#: Share of its bytes that an MP3 may lack: taggers cut and pad a little.
_MISSING = 0.01
#: kbit/s by the header's four bits: MPEG 1 layer III, then MPEG 2 and 2.5.
_BITRATES_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
_BITRATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)
#: Hz by the header's two bits, of MPEG 1.
_RATES = (44100, 48000, 32000, 0)
#: Divisor of those by the version's two bits: 2.5, none, 2, 1.
_SLOWER = {0: 4, 2: 2, 3: 1}
#: Flags of a Xing tag: the frames and the bytes are told.
_HAS_FRAMES = 1
_HAS_BYTES = 2
#: Flags of an Ogg page: it begins a stream, it ends one.
_BEGINS = 2
_ENDS = 4
#: Most Ogg pages or MP3 frames that are counted: a day of music.
_MOST_STEPS = 4_000_000


@dataclass(frozen=True)
class Mp3:
    """What an MP3's first frames say of its length."""

    promised_s: float | None
    """Seconds by its Xing or Info tag."""
    is_short: bool
    """Bytes are missing."""


def look_at_mp3(file: BinaryIO) -> Mp3 | None:
    """What an open MP3 promises; None where no frame of layer III is found."""
    length = file.seek(0, os.SEEK_END)
    first = _first_frame(file, length)
    if first is None:
        return None
    at, frame = first
    end = _end_of_frames(file, length)
    head = _at(file, at, frame.length)
    for tag in (b"Xing", b"Info"):
        place = head.find(tag)
        if place > 0:
            found = _by_tag(head, place, end - at, frame)
            if found is not None:
                return found
    place = at
    for _ in range(_MOST_STEPS):
        one = _frame(_at(file, place, 4))
        if one is None or place >= end:
            return Mp3(None, False)
        place += one.length
        if place > end:
            return Mp3(None, True)
    return Mp3(None, False)


def _by_tag(head: bytes, place: int, there: int, frame: _Frame) -> Mp3 | None:
    if len(head) < place + 16:
        return None
    flags, frames, size = struct.unpack_from(">III", head, place + 4)
    if flags & (_HAS_FRAMES | _HAS_BYTES) != _HAS_FRAMES | _HAS_BYTES or not (frames and size):
        return None
    seconds = frames * frame.samples / frame.rate
    return Mp3(seconds, there < size * (1 - _MISSING))


@dataclass(frozen=True)
class _Frame:
    length: int
    samples: int
    rate: int


def _frame(head: bytes) -> _Frame | None:
    """A frame of MPEG audio layer III by its four bytes."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bitrate, rate = head[2] >> 4, _RATES[head[2] >> 2 & 3]
    if layer != 1 or version not in _SLOWER or not rate:
        return None
    kbits = (_BITRATES_1 if version == 3 else _BITRATES_2)[bitrate]
    if not kbits:
        return None
    rate //= _SLOWER[version]
    samples = 1152 if version == 3 else 576
    return _Frame(samples // 8 * kbits * 1000 // rate + (head[2] >> 1 & 1), samples, rate)


def _first_frame(file: BinaryIO, length: int) -> tuple[int, _Frame] | None:
    """The first frame that another one follows, or that the file ends in."""
    start = tag_bytes(_at(file, 0, 10))
    text = _at(file, start, _SEARCHED)
    place = text.find(b"\xff")
    while place >= 0:
        frame = _frame(text[place : place + 4])
        if frame is not None:
            after = start + place + frame.length
            if after >= length or _frame(_at(file, after, 4)) is not None:
                return start + place, frame
        place = text.find(b"\xff", place + 1)
    return None


def _end_of_frames(file: BinaryIO, length: int) -> int:
    """Where the last frame ends: an ID3v1 tag is no sound."""
    return length - 128 if length > 128 and _at(file, length - 128, 3) == b"TAG" else length


@dataclass(frozen=True)
class Ogg:
    """What the pages of an Ogg file say: whether it ends, and how many pieces follow each other."""

    is_short: bool
    pieces: int


def look_at_ogg(file: BinaryIO) -> Ogg | None:
    """The pages of an open Ogg file; None where it is none."""
    length = file.seek(0, os.SEEK_END)
    place, pieces, open_streams = 0, 0, set[bytes]()
    for _ in range(_MOST_STEPS):
        head = _at(file, place, 27)
        if len(head) < 27 or head[:4] != b"OggS":
            # bytes of another kind after the last page, such as a tag, are no part of the stream
            return Ogg(bool(open_streams), pieces) if pieces else None
        flags, stream, segments = head[5], head[14:18], head[26]
        table = _at(file, place + 27, segments)
        place += 27 + segments + sum(table)
        if flags & _BEGINS:
            pieces += not open_streams
            open_streams.add(stream)
        if place > length or len(table) < segments:
            return Ogg(True, pieces)
        if flags & _ENDS:
            open_streams.discard(stream)
        if place == length:
            return Ogg(bool(open_streams), pieces)
    return Ogg(False, pieces)


def _at(file: BinaryIO, place: int, size: int) -> bytes:
    file.seek(place)
    return file.read(size)
