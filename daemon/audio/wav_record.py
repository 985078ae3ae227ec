"""The clip's record inside its WAV file, read without decoding and without decoder libraries."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import BinaryIO

from daemon.audio.riff import read_chunk, read_container
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
    """The payload of the first chunk named `wanted` in an open WAV, or None."""
    container = read_container(file)
    found = None if container is None else container.find(wanted)
    return None if found is None or found.is_short else read_chunk(file, found)
