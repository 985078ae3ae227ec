"""The clip's record inside its WAV file, read without decoding and without decoder libraries.

The file may be a stranger's: a record whose values are of other types than ours is none.
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO

from bridge.music import Key, Meter
from bridge.request import KINDS
from daemon.audio.riff import read_chunk, read_container
from daemon.errors import AudioError
from daemon.record import ClipRecord, parse_record

#: Identifier of the private chunk that holds the clip's whole record as UTF-8 JSON.
RECORD_CHUNK = b"sdcr"
#: An id is a folder's name too.
_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_TEXTS = (
    "id", "engine", "license", "genre", "project", "prompt", "words", "collection", "job", "part",
    "from", "model", "features",
)  # fmt: skip
_NUMBERS = ("bpm", "bars", "seconds", "note", "made", "sample_rate", "frames")
#: Beyond this no number of a clip lies; SQLite takes no whole one beyond 64 bits.
_MOST = 1e12
#: Bytes of a sound's features; none where it is silent.
_FEATURES = (0, 21)


def read_record(path: str | PathLike[str]) -> ClipRecord | None:
    """The record that `write_clip` stored; None where the file is no WAV or has none of ours.

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
        record = parse_record(text.decode("utf-8"))
        return record if _is_ours(record) else None
    except (ValueError, RecursionError):
        return None


def _is_ours(record: Mapping[str, Any]) -> bool:
    """Whether what is read of a record is of our types. ValueError where a text is malformed."""
    report = record.get("report", {})
    if not isinstance(report, dict) or not isinstance(record.get("tags") or [], list):
        return False
    after, found = report.get("after", {}), report.get("found", {})
    if not isinstance(after, dict) or not isinstance(found, dict):
        return False
    if not all(isinstance(record.get(name) or "", str) for name in _TEXTS):
        return False
    Key.parse(str(record.get("key") or "C"))
    Meter.parse(str(record.get("meter") or "4/4"))
    features = base64.b64decode(record.get("features") or "", validate=True)
    numbers = [record.get(name) for name in _NUMBERS]
    numbers += [after.get("lufs"), found.get("confidence")]
    return (
        all(_is_number(value or 0) for value in numbers)
        and _ID.fullmatch(record.get("id", "x") or "") is not None
        and record.get("kind", KINDS[0]) in KINDS
        and len(features) in _FEATURES
    )


def _is_number(value: Any) -> bool:
    is_one = isinstance(value, int | float) and not isinstance(value, bool)
    return is_one and math.isfinite(value) and abs(value) < _MOST


def is_clips_own(record: ClipRecord | None) -> bool:
    """Whether a file's record is a clip's, and not that of a stem beside one."""
    return record is not None and ("part" not in record or "from" in record)


def find_chunk(file: BinaryIO, wanted: bytes) -> bytes | None:
    """The payload of the first chunk named `wanted` in an open WAV, or None."""
    container = read_container(file)
    found = None if container is None else container.find(wanted)
    return None if found is None or found.is_short else read_chunk(file, found)
