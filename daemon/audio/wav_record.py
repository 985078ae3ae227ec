"""The clip's record inside its WAV file, read without decoding and without decoder libraries."""

from __future__ import annotations

import struct
from os import PathLike
from pathlib import Path
from typing import BinaryIO

from daemon.errors import AudioError
from daemon.record import ClipRecord, parse_record

#: Identifier of the private chunk that holds the clip's whole record as UTF-8 JSON.
RECORD_CHUNK = b"sdcr"


def read_record(path: str | PathLike[str]) -> ClipRecord | None:
    """The record that `write_clip` stored; None where the file is no WAV or has none.

    AudioError where it cannot be opened.
    """
    try:
        with Path(path).open("rb") as file:
            text = find_chunk(file, RECORD_CHUNK)
    except OSError as fault:
        raise AudioError(f"{path} cannot be opened: {fault.strerror or fault}") from None
    if text is None:
        return None
    try:
        return parse_record(text.decode("utf-8"))
    except ValueError:
        return None


def is_clips_own(record: ClipRecord | None) -> bool:
    """Whether a file's record is a clip's, and not that of a stem beside one."""
    return record is not None and ("part" not in record or "from" in record)


def find_chunk(file: BinaryIO, wanted: bytes) -> bytes | None:
    """The payload of the first chunk named `wanted` in an open RIFF/WAVE file, or None."""
    head = file.read(12)
    if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != b"WAVE":
        return None
    while len(start := file.read(8)) == 8:
        name, size = start[:4], struct.unpack("<I", start[4:])[0]
        if name == wanted:
            payload = file.read(size)
            return payload if len(payload) == size else None
        file.seek(size + size % 2, 1)
    return None
