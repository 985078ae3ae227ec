"""The tensors of a TensorFlow V2 checkpoint, read without TensorFlow.

Its `.index` is a table of sorted keys as LevelDB writes it: a footer of 48 bytes points to the
index block, whose values point to data blocks. A key gives the bytes that it shares with the key
before it. A value is a protobuf message with the tensor's type, shape, offset and size in the
`.data` file, which holds the numbers as they are, little end first. Blocks are not compressed here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from daemon.errors import ModelError

_FOOTER_BYTES = 48
_MAGIC = 0xDB4775248B80FB57
#: Type byte and checksum after each block.
_PLAIN = 0
#: TensorFlow's number of 32-bit floats.
_FLOAT = 1
#: Field numbers of the message: type, shape, offset, size; within a shape, its dimensions.
_TYPE, _SHAPE, _OFFSET, _SIZE = 1, 2, 4, 5
_DIMENSION, _LENGTH = 2, 1


def read_tensors(index: Path, data: Path) -> dict[str, np.ndarray]:
    """Every float32 tensor by its name. ModelError where the files are no such checkpoint."""
    try:
        table, numbers = index.read_bytes(), data.read_bytes()
        found = {}
        for key, value in _entries(table):
            fields = dict(_fields(value))
            if key and fields.get(_TYPE) == _FLOAT:
                shape = [dict(_fields(one)).get(_LENGTH, 0) for one in _shape(value)]
                start, size = fields.get(_OFFSET, 0), fields[_SIZE]
                found[key.decode()] = np.frombuffer(numbers[start : start + size], "<f4").reshape(
                    shape
                )
        return found
    except (IndexError, KeyError, ValueError, TypeError):
        raise ModelError(f"{index.name} is no checkpoint that can be read here") from None


def _entries(table: bytes) -> Iterator[tuple[bytes, bytes]]:
    footer = table[-_FOOTER_BYTES:]
    if int.from_bytes(footer[-8:], "little") != _MAGIC:
        raise ValueError("no table")
    at = 0
    for _ in range(2):
        _, at = _number(footer, at)
    start, at = _number(footer, at)
    size, at = _number(footer, at)
    for _, handle in _block(table, start, size):
        start, at = _number(handle, 0)
        size, at = _number(handle, at)
        yield from _block(table, start, size)


def _block(table: bytes, start: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    block = table[start : start + size]
    if table[start + size] != _PLAIN:
        raise ValueError("a compressed block")
    restarts = int.from_bytes(block[-4:], "little")
    end, at, key = len(block) - 4 * (restarts + 1), 0, b""
    while at < end:
        shared, at = _number(block, at)
        own, at = _number(block, at)
        length, at = _number(block, at)
        key = key[:shared] + block[at : at + own]
        yield key, block[at + own : at + own + length]
        at += own + length


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, and the place after it."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def _fields(message: bytes) -> Iterator[tuple[int, int]]:
    """(field, value) of the numbers in a message."""
    for field, value in _all_fields(message):
        if isinstance(value, int):
            yield field, value


def _shape(message: bytes) -> list[bytes]:
    """The dimensions in a message's shape, a message each."""
    shapes = [value for field, value in _all_fields(message) if field == _SHAPE]
    if not shapes or not isinstance(shapes[0], bytes):
        return []
    return [
        value
        for field, value in _all_fields(shapes[0])
        if field == _DIMENSION and isinstance(value, bytes)
    ]


def _all_fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(message):
        tag, at = _number(message, at)
        field, kind = tag >> 3, tag & 7
        if kind == 0:
            value, at = _number(message, at)
            yield field, value
        elif kind == 2:
            length, at = _number(message, at)
            yield field, message[at : at + length]
            at += length
        else:
            at += {1: 8, 5: 4}[kind]
