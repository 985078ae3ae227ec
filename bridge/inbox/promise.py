"""What an audio file's header promises against what is there: how many bytes a file still lacks.

A file can lie still in the middle of its way: sync tools, network drives and slow programs open and
close it several times. RIFF, RF64, RIFX, W64 and AIFF name their size, a MIDI file that of each
track, an MP3's Xing header its bytes, a FLAC its samples, and an OGG marks its last page. Sizes
that a writer fills in later (0, all ones) promise nothing. Only the header and the end are read.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import BinaryIO

#: Bytes of a file's beginning that are read: a WAV's chunks before its sound rarely take more.
_HEAD_BYTES = 4096
#: What a kind of file is known by, at the most.
_MAGIC_BYTES = 16
_BEGINS = (b"RIFF", b"RIFX", b"RF64", b"BW64", b"FORM", b"fLaC", b"OggS", b"riff", b"MThd")
#: Chunks that are looked through for the one with the sound.
_MOST_CHUNKS = 64
#: From here on a 32-bit size stands for one that was not known: writers to pipes use all ones, or
#: the largest signed number.
_UNKNOWN = 0x7FFF_0000
#: A RIFF's chunks without its sound, at the least that writers put there first.
_HEADER_BYTES = 64
#: A WAV's chunk of its format has 16 to some dozen bytes.
_MOST_FORMAT_BYTES = 4096
#: Writers disagree by some bytes about a RIFF's size: the pad byte, or the eight of its head.
_SLACK_BYTES = 8
#: The largest page of an OGG file (RFC 3533, section 6).
_OGG_PAGE_BYTES = 65_307
#: A FLAC frame is smaller than this, at any usual block size.
_FLAC_FRAME_BYTES = 131_072
#: Bytes of an old tag behind an MP3 or FLAC.
_ID3V1_BYTES = 128
_W64_RIFF = bytes.fromhex("726966662e91cf11a5d628db04c10000")
_W64_DATA = bytes.fromhex("64617461f3acd3118cd100c04f8edb8a")
#: The first bytes of an MPEG frame. A Xing header's count of bytes begins with its own frame.
_SYNC = re.compile(rb"\xff[\xe2-\xff][\x10-\xef]")


def lacks(path: Path) -> str:
    """What is missing of a file by its own header, in words; empty where nothing is, as far as it
    can tell. OSError where the file cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        if 0 < len(head) < _MAGIC_BYTES and any(begin.startswith(head[:4]) for begin in _BEGINS):
            return f"its header is not there yet, only {len(head)} bytes"
        for magic, read in _READERS:
            if magic.match(head):
                return read(file, head, size)
    return ""


def _bytes_lack(size: int, promised: int) -> str:
    if size >= promised:
        return ""
    return f"{size:,} of {promised:,} bytes are there, by its header"


def _midi(file: BinaryIO, head: bytes, size: int) -> str:
    """A MIDI file says how many tracks follow, and each how long it is."""
    length, _, tracks = struct.unpack(">IHH", head[4:12])
    at = 8 + length
    for _ in range(tracks):
        file.seek(at)
        chunk = file.read(8)
        if len(chunk) < 8:
            return f"it says that it has {tracks} tracks, and they are not all there"
        at += 8 + struct.unpack(">I", chunk[4:8])[0]
    return _bytes_lack(size, at)


def _riff(file: BinaryIO, head: bytes, size: int) -> str:
    order = ">" if head[:4] == b"RIFX" else "<"
    (stated,) = struct.unpack(f"{order}I", head[4:8])
    if head[12:16] == b"fmt " and len(head) >= 20:
        (length,) = struct.unpack(f"{order}I", head[16:20])
        if length > _MOST_FORMAT_BYTES:
            return ""  # a header that is no WAV's promises nothing
    sound_end = _sound_end(file, order)
    # a size that covers no more than the header was written before the sound
    if _HEADER_BYTES < stated < _UNKNOWN or (sound_end is None and 12 <= stated < _UNKNOWN):
        return _stated_lack(size, int(stated) + 8, sound_end)
    return "" if sound_end is None else _bytes_lack(size, sound_end)


def _stated_lack(size: int, promised: int, sound_end: int | None) -> str:
    if sound_end is not None and sound_end <= size and promised - size <= _SLACK_BYTES:
        return ""
    return _bytes_lack(size, promised)


def _sound_end(file: BinaryIO, order: str) -> int | None:
    """Where a RIFF's sound ends by its chunk's size; None where that is not known."""
    at, wide = 12, 0
    for _ in range(_MOST_CHUNKS):
        file.seek(at)
        chunk = file.read(8)
        if len(chunk) < 8:
            return None
        name, length = struct.unpack(f"{order}4sI", chunk)
        if name == b"ds64":
            sizes = file.read(16)
            wide = struct.unpack("<QQ", sizes)[1] if len(sizes) == 16 else 0
        if name == b"data":
            known = wide or (length if 0 < length < _UNKNOWN else 0)
            return at + 8 + known if known else None
        at += 8 + length + length % 2
    return None


def _rf64(file: BinaryIO, head: bytes, size: int) -> str:
    if head[12:16] == b"ds64" and len(head) >= 36:
        (stated,) = struct.unpack("<Q", head[20:28])
        if stated >= 12:
            return _stated_lack(size, int(stated) + 8, _sound_end(file, "<"))
    end = _sound_end(file, "<")
    return "" if end is None else _bytes_lack(size, end)


def _w64(file: BinaryIO, head: bytes, size: int) -> str:
    (stated,) = struct.unpack("<Q", head[16:24]) if len(head) >= 24 else (0,)
    # all ones, or a size that no disk has, stands for one that was not known
    return _bytes_lack(size, int(stated)) if 40 <= stated < 1 << 62 else ""


def _aiff(file: BinaryIO, head: bytes, size: int) -> str:
    (stated,) = struct.unpack(">I", head[4:8])
    if not 4 <= stated < _UNKNOWN:
        return ""
    promised = int(stated) + 8
    # a missing pad byte is no missing sound
    return "" if promised - size <= 1 else _bytes_lack(size, promised)


def _ogg(file: BinaryIO, head: bytes, size: int) -> str:
    start = max(0, size - _OGG_PAGE_BYTES)
    file.seek(start)
    tail = file.read(_OGG_PAGE_BYTES)
    at = tail.rfind(b"OggS")
    if at < 0 or len(tail) < at + 27:
        return "its last page is not there"
    table = tail[at + 27 : at + 27 + tail[at + 26]]
    end = at + 27 + tail[at + 26] + sum(table)
    if len(table) < tail[at + 26] or end > len(tail):
        return "its last page is cut off"
    return "" if tail[at + 5] & 4 else "the page that ends it is not there"


def _id3_bytes(head: bytes) -> int:
    """The length of an ID3v2 tag at the beginning, 0 where there is none."""
    if head[:3] != b"ID3" or len(head) < 10:
        return 0
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 0x7F
    return 10 + size + (10 if head[5] & 0x10 else 0)


def _mp3(file: BinaryIO, head: bytes, size: int) -> str:
    begin = _id3_bytes(head)
    if begin >= size:
        return _bytes_lack(size, begin + 1)
    file.seek(begin)
    frame = file.read(_HEAD_BYTES)
    if frame[:4] == b"fLaC":
        return _flac(file, frame, size, begin)
    # some writers pad the tag with zeros beyond its size
    sync = _SYNC.search(frame)
    if sync is None:
        return ""
    at = sync.start()
    for name in (b"Xing", b"Info"):
        tag = frame.find(name, at, at + 64)
        if tag >= 0 and len(frame) >= tag + 16:
            (flags,) = struct.unpack(">I", frame[tag + 4 : tag + 8])
            if flags & 2:
                count_at = tag + 8 + (4 if flags & 1 else 0)
                (count,) = struct.unpack(">I", frame[count_at : count_at + 4])
                return _bytes_lack(size, begin + at + int(count))
    return ""


def _flac(file: BinaryIO, head: bytes, size: int, begin: int = 0) -> str:
    if len(head) < 42:
        return "its header is not there yet"
    block_size, packed = struct.unpack(">H", head[10:12])[0], int.from_bytes(head[18:26], "big")
    total = packed & 0xF_FFFF_FFFF
    if total == 0:
        return ""  # the writer did not know
    file.seek(max(begin, size - _FLAC_FRAME_BYTES))
    tail = file.read(_FLAC_FRAME_BYTES)
    if tail[-_ID3V1_BYTES : -_ID3V1_BYTES + 3] == b"TAG":
        tail = tail[:-_ID3V1_BYTES]
    at = len(tail)
    while (at := tail.rfind(b"\xff", 0, at)) >= 0:
        end = _flac_frame_end(tail[at : at + 17], block_size)
        if end is None:
            continue
        if end >= total and _ends_whole(tail[at:]):
            return ""
        if end >= total:
            return "its last frame is cut off"
        return f"{end:,} of {total:,} samples are there, by its header"
    return f"none of its {total:,} samples are there, by its header"


def _flac_frame_end(head: bytes, block_size: int) -> int | None:
    """The number of the sample behind a FLAC frame, by its header; None where that is none.

    RFC 9639, section 9.1.
    """
    if len(head) < 6 or head[1] & 0xFE != 0xF8 or head[2] >> 4 == 0 or head[3] & 1:
        return None
    number, used = _coded_number(head[4:11])
    if used == 0:
        return None
    at = 4 + used
    code = head[2] >> 4
    if code == 6:
        samples, at = int.from_bytes(head[at : at + 1], "big") + 1, at + 1
    elif code == 7:
        samples, at = int.from_bytes(head[at : at + 2], "big") + 1, at + 2
    else:
        samples = 192 if code == 1 else 576 << code - 2 if code < 6 else 256 << code - 8
    at += {12: 1, 13: 2, 14: 2}.get(head[2] & 0xF, 0)
    if at >= len(head) or _crc(_crc8_table(), head[:at], 8) != head[at]:
        return None
    is_variable = head[1] & 1
    return (number if is_variable else number * block_size) + samples


def _coded_number(data: bytes) -> tuple[int, int]:
    """(number, bytes of it) in the UTF-8-like code of FLAC; 0 bytes where it is none."""
    first = data[0] if data else 0xFF
    if first < 0x80:
        return first, 1
    length = 8 - (first ^ 0xFF).bit_length()
    if not 2 <= length <= 7 or len(data) < length:
        return 0, 0
    number = first & (0x7F >> length)
    for byte in data[1:length]:
        if byte & 0xC0 != 0x80:
            return 0, 0
        number = number << 6 | byte & 0x3F
    return number, length


def _ends_whole(frame: bytes) -> bool:
    """Whether a FLAC frame's check sum comes out right somewhere: junk may stand behind it."""
    table = _crc16_table()
    value = 0
    for count, byte in enumerate(frame):
        value = (value << 8 & 0xFFFF) ^ table[value >> 8 ^ byte]
        if value == 0 and count > 8:
            return True
    return False


def _crc(table: tuple[int, ...], data: bytes, bits: int) -> int:
    value = 0
    for byte in data:
        value = table[value ^ byte]
    return value & (1 << bits) - 1


@cache
def _crc8_table() -> tuple[int, ...]:
    return _crc_table(0x07, 8)


@cache
def _crc16_table() -> tuple[int, ...]:
    return _crc_table(0x8005, 16)


def _crc_table(polynomial: int, bits: int) -> tuple[int, ...]:
    top = 1 << bits - 1
    table = []
    for byte in range(256):
        value = byte << bits - 8
        for _ in range(8):
            value = (value << 1 ^ polynomial if value & top else value << 1) & (1 << bits) - 1
        table.append(value)
    return tuple(table)


_Reader = Callable[[BinaryIO, bytes, int], str]
_READERS: tuple[tuple[re.Pattern[bytes], _Reader], ...] = (
    (re.compile(rb"RIF[FX].{4}WAVE", re.DOTALL), _riff),
    (re.compile(rb"(?:RF64|BW64).{4}WAVE", re.DOTALL), _rf64),
    (re.compile(re.escape(_W64_RIFF)), _w64),
    (re.compile(rb"FORM.{4}AIF[FC]", re.DOTALL), _aiff),
    (re.compile(rb"MThd"), _midi),
    (re.compile(rb"OggS"), _ogg),
    (re.compile(rb"fLaC"), _flac),
    (re.compile(rb"ID3|\xff[\xe2-\xff][\x10-\xef]", re.DOTALL), _mp3),
)
