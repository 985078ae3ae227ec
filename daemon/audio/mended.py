"""A file with a wrong header, as libsndfile would have it: a right header before the same samples.

Nothing is copied and nothing is changed on the disk.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from daemon.audio.riff import Chunk, Container, read_chunk
from daemon.errors import AudioError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

#: A piece of a spliced file: bytes, or (place, size) in the file beneath.
Piece = bytes | tuple[int, int]
#: The largest size that a WAV's header can name.
_MOST_WAV = 2**32 - 1
#: Formats whose frames follow from their bytes: PCM, float, A-law, mu-law, extensible.
_PLAIN_CODES = frozenset({1, 3, 6, 7, 0xFFFE})
#: Kinds of AIFF-C whose frames follow from their bytes.
_PLAIN_AIFC = frozenset(
    b"NONE|none|twos|sowt|fl32|FL32|fl64|FL64|in24|in32|raw |alaw|ulaw|ALAW|ULAW".split(b"|")
)


class SplicedFile(io.RawIOBase):
    """Pieces of bytes and of an open file, read as one file."""

    def __init__(self, file: BinaryIO, pieces: Sequence[Piece]) -> None:
        self._file = file
        self._pieces: list[tuple[int, int, Piece]] = []
        end = 0
        for piece in pieces:
            size = len(piece) if isinstance(piece, bytes) else piece[1]
            if size > 0:
                self._pieces.append((end, size, piece))
                end += size
        self._end = end
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._end}[whence]
        self._place = max(0, base + offset)
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        done = 0
        for begin, size, piece in self._pieces:
            within = self._place - begin
            if not 0 <= within < size or done == len(view):
                continue
            count = min(size - within, len(view) - done)
            if isinstance(piece, bytes):
                view[done : done + count] = piece[within : within + count]
            else:
                self._file.seek(piece[0] + within)
                read = self._file.read(count)
                count = len(read)
                view[done : done + count] = read
            self._place += count
            done += count
        return done


@dataclass(frozen=True)
class Format:
    """The samples of a WAV or AIFF, as its header says."""

    channels: int
    rate: int
    frame_bytes: int
    """0 where frames do not follow from bytes."""


@dataclass(frozen=True)
class Mended:
    """A readable file, the seconds that were promised where that is more, notes for the user."""

    file: SplicedFile
    promised_s: float | None
    notes: tuple[str, ...]


def mended_file(file: BinaryIO, container: Container, name: str) -> Mended | None:
    """The file with a right header; None where libsndfile reads it as it is.

    AudioError where the header names no channel or no rate, or where there are no samples.
    """
    is_aiff = container.kind in ("AIFF", "AIFC")
    head, sound = container.find(b"COMM" if is_aiff else b"fmt "), container.sound
    if head is None or sound is None:
        return None
    said = _aiff_format(file, head, container) if is_aiff else _wav_format(file, head, container)
    if said is None:
        return None
    if said.channels == 0 or said.rate == 0:
        what = "no channel" if said.channels == 0 else "a sample rate of 0 Hz"
        raise AudioError(f"{name} names {what} in its header: export it again")
    skipped = 8 if is_aiff else 0
    size = max(0, sound.size - skipped)
    if size < max(1, said.frame_bytes):
        raise AudioError(f"{name} holds no audio (0 frames): export it again")
    if said.frame_bytes:
        size -= size % said.frame_bytes
    several = sum(chunk.name == sound.name for chunk in container.chunks) > 1
    if _is_plain(container, head, sound) and not several:
        return None
    at = sound.at + skipped
    notes, promised_s = [], None
    if sound.promised is None:
        notes.append("its header does not say how long it is: it was read to its end")
    elif sound.is_short and said.frame_bytes:
        promised_s = (sound.promised - skipped) / said.frame_bytes / said.rate
    if several:
        notes.append("it holds several pieces of sound: the longest was read")
    payload = read_chunk(file, head)
    if is_aiff:
        return Mended(SplicedFile(file, _aiff(container, payload, said, at, size)),
                      promised_s, tuple(notes))  # fmt: skip
    extra = container.find(b"fact")
    fact = read_chunk(file, extra) if extra and not said.frame_bytes else b""
    return Mended(SplicedFile(file, _wav(container.order, payload, fact, at, size)), promised_s,
                  tuple(notes))  # fmt: skip


def _is_plain(container: Container, head: Chunk, sound: Chunk) -> bool:
    return not container.is_odd and sound.promised == sound.size and head.at < sound.at


def _wav_format(file: BinaryIO, head: Chunk, container: Container) -> Format | None:
    payload = read_chunk(file, head, 16)
    if len(payload) < 16:
        return None
    code, channels, rate, _, block, _ = struct.unpack(f"{container.order}HHIIHH", payload)
    return Format(channels, rate, block if code in _PLAIN_CODES else 0)


def _aiff_format(file: BinaryIO, head: Chunk, container: Container) -> Format | None:
    payload = read_chunk(file, head, 22)
    if len(payload) < 18:
        return None
    channels, _, bits = struct.unpack_from(">hIh", payload)
    exponent, mantissa = struct.unpack_from(">HQ", payload, 8)
    power = (exponent & 0x7FFF) - 16383 - 63
    rate = round(mantissa * 2.0**power) if -200 < power < 64 else 0
    is_plain = container.kind == "AIFF" or payload[18:22] in _PLAIN_AIFC
    return Format(max(0, channels), rate, channels * (-(-bits // 8)) if is_plain else 0)


def _wav(order: str, layout: bytes, fact: bytes, at: int, size: int) -> list[Piece]:
    def chunk(name: bytes, payload: bytes) -> bytes:
        return name + struct.pack(f"{order}I", len(payload)) + payload + b"\0" * (len(payload) % 2)

    before = chunk(b"fmt ", layout) + (chunk(b"fact", fact) if fact else b"")
    whole = 4 + len(before) + 8 + size
    if whole <= _MOST_WAV - 100:
        form = (b"RIFF" if order == "<" else b"RIFX") + struct.pack(f"{order}I", whole) + b"WAVE"
        return [form + before + b"data" + struct.pack(f"{order}I", size), (at, size)]
    sizes = chunk(b"ds64", struct.pack("<QQQI", whole + 36, size, 0, 0))
    form = b"RF64\xff\xff\xff\xffWAVE"
    return [form + sizes + before + b"data\xff\xff\xff\xff", (at, size)]


def _aiff(container: Container, layout: bytes, said: Format, at: int, size: int) -> list[Piece]:
    if said.frame_bytes:
        layout = layout[:2] + struct.pack(">I", size // said.frame_bytes) + layout[6:]
    layout += b"\0" * (len(layout) % 2)
    body = b"COMM" + struct.pack(">I", len(layout)) + layout
    body += b"SSND" + struct.pack(">III", size + 8, 0, 0)
    form = b"FORM" + struct.pack(">I", 4 + len(body) + size) + container.kind.encode()
    return [form + body, (at, size)]
