"""Statements in the chunks of loops: `acid` and `smpl` in WAV, `basc` in AIFF, strings in CAF.

Layouts as libsndfile reads them (`acid`, `smpl`, `basc`), and as Apple's CAF specification has the
strings. Pure parsers of payloads; one function walks a file. No samples are read.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO

from bridge.music import Key
from daemon.witness.statement import Statement, Weight

#: Bits of the `acid` chunk's flags.
_ACID_ONE_SHOT = 1
_ACID_ROOT_SET = 2
#: The key that samplers write where nobody has set one: middle C says nothing.
_UNSET_ROOT = 60
#: Scales of `basc`: the words that make a key of its root.
_BASC_SCALES = {1: "m", 2: ""}
#: The CAF `uuid` chunk in which Apple's loops keep their strings.
_APPLE_LOOP = bytes.fromhex("29819273b5bf4aefb78d62d1ef90bb2c")
#: Larger chunks hold no statements: bytes.
_MOST_BYTES = 1 << 20


def chunk_statements(file: BinaryIO) -> list[Statement]:
    """All statements of an open file's chunks; none where it is of another format or broken."""
    found: list[Statement] = []
    for name, payload in _chunks(file):
        with suppress(struct.error, ValueError):
            match name:
                case b"acid":
                    found.append(read_acid(payload))
                case b"smpl":
                    found.append(read_smpl(payload))
                case b"basc":
                    found.append(read_basc(payload))
                case b"info":
                    found.append(read_strings(payload))
                case b"uuid" if payload[:16] == _APPLE_LOOP:
                    found.append(read_strings(payload[16:]))
    return [one for one in found if one.words]


def read_acid(payload: bytes) -> Statement:
    """Sony's loop chunk: flags, root, beats, meter, tempo. struct.error where it is cut short."""
    flags, root, _, _, beats, _, _, bpm = struct.unpack_from("<IHHfIHHf", payload)
    one_shot = bool(flags & _ACID_ONE_SHOT)
    return Statement(
        "its acid chunk",
        Weight.CHUNK,
        bpm=None if one_shot and not bpm else round(float(bpm), 4),
        beats=float(beats) if beats else None,
        root=int(root) if flags & _ACID_ROOT_SET and root < 128 else None,
        one_shot=one_shot or None,
    )


def read_smpl(payload: bytes) -> Statement:
    """The sampler chunk: the root key, where it was set."""
    root = struct.unpack_from("<4I", payload)[3]
    return Statement(
        "its smpl chunk",
        Weight.CHUNK,
        root=root if 0 < root < 128 and root != _UNSET_ROOT else None,
    )


def read_basc(payload: bytes) -> Statement:
    """Apple's loop chunk: beats, root (48 is C) and scale. Its tempo follows from the length."""
    _, beats, root, scale, _, _, loops = struct.unpack_from(">IIHHHHH", payload)
    key = None
    if scale in _BASC_SCALES:
        key = Key.parse(_tonic(root % 12) + _BASC_SCALES[scale])
    return Statement(
        "its Apple loop chunk",
        Weight.CHUNK,
        beats=float(beats) if beats else None,
        key=key,
        one_shot=None if loops or beats else True,
    )


def read_strings(payload: bytes) -> Statement:
    """The strings of a CAF file: a number of pairs, then names and values, each ended by a zero."""
    texts = payload[4:].decode("utf-8", "replace").split("\0")
    pairs = {
        name.strip().lower(): value.strip()
        for name, value in zip(texts[::2], texts[1::2], strict=False)
    }
    return Statement(
        "its Apple loop strings",
        Weight.CHUNK,
        bpm=_number(pairs.get("tempo", "")),
        beats=_number(pairs.get("beat count", "")) or None,
        key=_key(pairs.get("key signature", ""), pairs.get("key type", "")),
    )


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def _key(tonic: str, kind: str) -> Key | None:
    """`A` and `minor`; `Am` alone. None where neither or both scales are meant."""
    if kind and kind not in ("major", "minor"):
        return None
    try:
        return Key.parse(f"{tonic} {kind}".strip()) if tonic else None
    except ValueError:
        return None


def _tonic(pitch_class: int) -> str:
    return ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")[pitch_class]


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """(name, payload) of the small chunks of a RIFF, RF64, AIFF or CAF file."""
    head = file.read(12)
    if head[:4] in (b"RIFF", b"RF64") and head[8:] == b"WAVE":
        yield from _walk(file, "<4sI", pad=True)
    elif head[:4] == b"FORM" and head[8:] in (b"AIFF", b"AIFC"):
        yield from _walk(file, ">4sI", pad=True)
    elif head[:4] == b"caff":
        file.seek(8)
        yield from _walk(file, ">4sq", pad=False)


def _walk(file: BinaryIO, head: str, *, pad: bool) -> Iterator[tuple[bytes, bytes]]:
    length = struct.calcsize(head)
    here = file.tell()
    end = file.seek(0, 2)
    file.seek(here)
    while len(begun := file.read(length)) == length:
        name, size = struct.unpack(head, begun)
        if size < 0:
            return  # CAF's last chunk may leave its size open
        behind = file.tell() + size + (size % 2 if pad else 0)
        if size <= _MOST_BYTES:
            yield name, file.read(size)
        if behind >= end:
            return  # the last one, or one whose size is wrong
        file.seek(behind)
