"""The chunks of WAV, RF64, Wave64 and AIFF files, also where a header is wrong.

Recorders that were stopped, pipes and old programs leave sizes of 0, of FFFFFFFF or beyond the
file, and odd chunks without their pad byte. Every chunk is given with the bytes that are there.
Sources: the RIFF specification of 1991, EBU Tech 3306 (RF64), Sonic Foundry's Wave64, and Apple's
AIFF-C draft of 1991. The standard library alone: the daemon itself reads records with it.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

#: From here on a size is a placeholder of a program that could not seek back to write the true one.
_PLACEHOLDER = 0x7FFF0000
#: Names of chunks that follow the samples, or come before them, in files of common programs.
_KNOWN = frozenset(
    b"fmt |data|fact|LIST|id3 |ID3 |bext|cue |smpl|inst|acid|iXML|PEAK|JUNK|junk|PAD |plst|strc|"
    b"sdcr|axml|_PMX|cart|chna|ds64|levl|umid|AFAn|ResU|minf|elm1|regn|DISP|LGWV|FLLR|afsp|COMM|"
    b"SSND|MARK|INST|COMT|NAME|AUTH|ANNO|(c) |basc|APPL|CHAN|FVER|MIDI|AESD|SAXL|trns|cate".split(
        b"|"
    )
)
#: A Wave64 name is a GUID: these four letters, then one of two fixed endings.
_W64_TAIL = bytes.fromhex("f3acd3118cd100c04f8edb8a")
_W64_RIFF = b"riff" + bytes.fromhex("2e91cf11a5d628db04c10000")
#: Bytes of a Wave64 chunk's own header, which its size counts too.
_W64_HEAD = 24
#: How far a lost chunk is looked for, and how long the chunks after unsized samples may be.
_SEARCHED = 1 << 20
#: More chunks than this are no file of anybody's.
_MOST_CHUNKS = 10_000


@dataclass(frozen=True)
class Chunk:
    """A chunk: its name, where its payload begins, its bytes that are there."""

    name: bytes
    at: int
    size: int
    promised: int | None = None
    """Bytes that its header names; None where it names none (0, FFFFFFFF and the like)."""

    @property
    def is_short(self) -> bool:
        """The header promises more than there is."""
        return self.promised is not None and self.promised > self.size


@dataclass(frozen=True)
class Container:
    """A file's kind (`WAV`, `RF64`, `W64`, `AIFF`, `AIFC`), byte order (`<` or `>`) and chunks."""

    kind: str
    order: str
    chunks: tuple[Chunk, ...]
    is_odd: bool = False
    """A chunk was not where the header before it says."""

    def find(self, name: bytes) -> Chunk | None:
        """The first chunk of a name."""
        return next((chunk for chunk in self.chunks if chunk.name == name), None)

    @property
    def sound(self) -> Chunk | None:
        """The longest chunk of samples."""
        found = [chunk for chunk in self.chunks if chunk.name in (b"data", b"SSND")]
        return max(found, key=lambda chunk: chunk.size, default=None)


def read_container(file: BinaryIO) -> Container | None:
    """The chunks of an open file; None where it is no WAV, RF64, Wave64 or AIFF."""
    length = file.seek(0, os.SEEK_END)
    start = _behind_a_tag(file)
    head = _at(file, start, 40)
    kinds = {b"RIFF": "WAV", b"RIFX": "WAV", b"RF64": "RF64", b"BW64": "RF64"}
    if head[:16] == _W64_RIFF:
        return Container("W64", "<", tuple(_w64_chunks(file, start + 40, length)))
    if head[:4] in kinds and head[8:12] == b"WAVE":
        order = ">" if head[:4] == b"RIFX" else "<"
        return _Walk(file, length, order).container(kinds[head[:4]], start + 12)
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return _Walk(file, length, ">").container(head[8:12].decode(), start + 12)
    return None


def read_chunk(file: BinaryIO, chunk: Chunk, most: int | None = None) -> bytes:
    """A chunk's payload, or its first `most` bytes."""
    return _at(file, chunk.at, chunk.size if most is None else min(most, chunk.size))


def tag_bytes(head: bytes) -> int:
    """The bytes of an ID3v2 tag at a file's beginning, by its first ten; 0 where there is none."""
    if head[:3] != b"ID3" or len(head) < 10:
        return 0
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 127
    return 10 + size


def _at(file: BinaryIO, place: int, size: int) -> bytes:
    file.seek(place)
    return file.read(size)


def _behind_a_tag(file: BinaryIO) -> int:
    """Where the file begins: some programs put an ID3v2 tag before everything."""
    size = tag_bytes(_at(file, 0, 10))
    return size if _at(file, size, 4) in (b"RIFF", b"RIFX", b"RF64", b"FORM") else 0


class _Walk:
    """Goes from chunk to chunk of a file with names of four letters."""

    def __init__(self, file: BinaryIO, length: int, order: str) -> None:
        self._file = file
        self._length = length
        self._size = struct.Struct(order + "I")
        self._order = order
        self._long: dict[bytes, int] = {}
        self.is_odd = False

    def container(self, kind: str, start: int) -> Container:
        chunks = tuple(self._chunks(start))
        return Container(kind, self._order, chunks, self.is_odd)

    def _chunks(self, place: int) -> Iterator[Chunk]:
        for _ in range(_MOST_CHUNKS):
            head = self._header(place)
            if head is None:
                return
            name, said = head
            if name in self._long and said == 0xFFFFFFFF:
                said = self._long[name]
            chunk = self._there(name, place + 8, said)
            if name == b"ds64":
                self._read_long_sizes(chunk)
            yield chunk
            place = self._next(chunk)

    def _header(self, place: int) -> tuple[bytes, int] | None:
        head = _at(self._file, place, 8)
        if len(head) < 8 or not all(32 <= letter < 127 for letter in head[:4]):
            return None
        return head[:4], self._size.unpack(head[4:])[0]

    def _read_long_sizes(self, chunk: Chunk) -> None:
        payload = read_chunk(self._file, chunk, 28)
        if len(payload) >= 16:
            self._long[b"data"] = struct.unpack_from("<Q", payload, 8)[0]

    def _there(self, name: bytes, at: int, said: int) -> Chunk:
        rest = self._length - at
        if name in (b"data", b"SSND"):
            if said == 0 and (rest == 0 or self._is_known(at)):
                return Chunk(name, at, 0, 0)
            if said == 0 or (said > rest and _PLACEHOLDER <= said <= 0xFFFFFFFF):
                return Chunk(name, at, rest - self._tail(at))
            if said > rest:
                return Chunk(name, at, rest - self._tail(at), said)
        elif said > rest:
            self.is_odd = True
            return Chunk(name, at, min(rest, self._lost(at)), said)
        return Chunk(name, at, said, said)

    def _next(self, chunk: Chunk) -> int:
        """Where the next chunk begins: after the pad byte of an odd one, if that was written."""
        end = chunk.at + chunk.size
        if chunk.size % 2 == 0:
            return end
        if not self._is_known(end + 1) and self._is_known(end):
            self.is_odd = True
            return end
        return end + 1

    def _is_known(self, place: int) -> bool:
        """Whether a chunk of a known name begins here and ends within the file."""
        head = self._header(place)
        if head is None or head[0] not in _KNOWN:
            return False
        samples = head[0] in (b"data", b"SSND")
        return samples or head[1] <= self._length - place - 8

    def _lost(self, at: int) -> int:
        """Bytes from here to the next samples or format, behind a chunk of a wrong size."""
        text = _at(self._file, at, _SEARCHED)
        places = (text.find(name) for name in (b"fmt ", b"data", b"COMM", b"SSND"))
        return min((place for place in places if place >= 0), default=self._length - at)

    def _tail(self, at: int) -> int:
        """Bytes at the file's end that are whole chunks after samples of unknown length."""
        begin = max(at, self._length - _SEARCHED)
        text = _at(self._file, begin, _SEARCHED)
        for name in (b"LIST", b"id3 ", b"ID3 ", b"bext", b"acid", b"smpl", b"cue ", b"MARK"):
            place = text.find(name)
            while place >= 0:
                if self._reaches_the_end(begin + place):
                    return self._length - begin - place
                place = text.find(name, place + 1)
        return 0

    def _reaches_the_end(self, place: int) -> bool:
        while place < self._length - 8:
            if not self._is_known(place):
                return False
            size = self._size.unpack(_at(self._file, place + 4, 4))[0]
            place += 8 + size + size % 2
        return place >= self._length - 1


def _w64_chunks(file: BinaryIO, place: int, length: int) -> Iterator[Chunk]:
    for _ in range(_MOST_CHUNKS):
        head = _at(file, place, _W64_HEAD)
        if len(head) < _W64_HEAD or head[4:16] != _W64_TAIL:
            return
        said = int(struct.unpack_from("<Q", head, 16)[0]) - _W64_HEAD
        at = place + _W64_HEAD
        chunk = Chunk(head[:4], at, min(max(0, said), length - at), said)
        if chunk.name == b"data" and (said <= 0 or said >= 2**62):
            chunk = replace(chunk, size=length - at, promised=None)
        yield chunk
        end = at + chunk.size
        place = end + -end % 8
