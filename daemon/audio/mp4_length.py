"""The exact length of a sound in an MP4 or QuickTime file, which its codec's last block hides.

AAC comes in blocks of 1,024 frames. A player that decodes the last one whole gets up to 23 ms more
than was recorded, and a loop of whole bars is none. Boxes as in ISO/IEC 14496-12; `iTunSMPB` is
what iTunes and Logic write: priming, remainder and length in frames, in hexadecimal.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import BinaryIO

#: A `moov` box that is larger is not read: it belongs to hours of video.
_MOST_BYTES = 32 << 20
_GAPLESS = re.compile(
    rb"iTunSMPB.{0,64}? 0[0-9A-F]{7} ([0-9A-F]{8}) ([0-9A-F]{8}) ([0-9A-F]{16})", re.S
)


def stated_frames(file: BinaryIO, sample_rate: int) -> int | None:
    """The frames of the first sound of an MP4 file, by what it states; None where it does not.

    Nothing is told of a track in pieces, or of one whose clock is not its sample rate in Hz.
    """
    moov = _moov(file)
    if moov is None:
        return None
    if gapless := _GAPLESS.search(moov):
        return int(gapless[3], 16) or None
    clock = _clock(_first(moov, b"mvhd"))
    for kind, track in _boxes(moov):
        media = _first(track, b"mdia") if kind == b"trak" else b""
        if _first(media, b"hdlr")[8:12] == b"soun":
            return _of_track(track, media, clock, sample_rate)
    return None


def _of_track(
    track: bytes, media: bytes, movie: tuple[int, int] | None, sample_rate: int
) -> int | None:
    own = _clock(_first(media, b"mdhd"))
    edits = _edits(_first(_first(track, b"edts"), b"elst"))
    if own is None or movie is None or own[0] != sample_rate or len(edits) != 1:
        return None
    shown, begin = edits[0]
    frames = own[1] - begin
    # the edit's own end counts where the movie's clock, often of 1 ms, clearly says an earlier one
    by_edit = shown * sample_rate / movie[0]
    tick = sample_rate / movie[0]
    return frames if by_edit >= frames - 2 * tick else round(by_edit)


def _moov(file: BinaryIO) -> bytes | None:
    file.seek(0)
    while len(head := file.read(8)) == 8:
        size, kind = struct.unpack(">I4s", head)
        begin = 8
        if size == 1:
            size, begin = struct.unpack(">Q", file.read(8).rjust(8, b"\0"))[0], 16
        if kind == b"moov":
            return file.read(size - begin) if begin < size <= _MOST_BYTES else None
        if size < begin:
            return None
        file.seek(size - begin, 1)
    return None


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(kind, content) of each box of 32-bit size in another box's content."""
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if size < 8:
            return
        yield kind, data[at + 8 : at + size]
        at += size


def _first(data: bytes, kind: bytes) -> bytes:
    return next((content for name, content in _boxes(data) if name == kind), b"")


def _clock(header: bytes) -> tuple[int, int] | None:
    """(ticks a second, length in ticks) of `mvhd` or `mdhd`; None where it is no such box."""
    form = ">QQIQ" if header[:1] == b"\1" else ">IIII"
    if len(header) < 4 + struct.calcsize(form):
        return None
    _, _, ticks, length = struct.unpack_from(form, header, 4)
    return (ticks, length) if ticks else None


def _edits(elst: bytes) -> list[tuple[int, int]]:
    """(length in ticks of the movie, first tick of the media) of each edit that shows something."""
    if len(elst) < 8:
        return []
    form = ">Qqhh" if elst[0] == 1 else ">Iihh"
    count = struct.unpack_from(">I", elst, 4)[0]
    each = struct.calcsize(form)
    found = [
        struct.unpack_from(form, elst, at)[:2]
        for at in range(8, min(len(elst) - each, 8 + (count - 1) * each) + 1, each)
    ]
    return [(length, begin) for length, begin in found if begin >= 0]
