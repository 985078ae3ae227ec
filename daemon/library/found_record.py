"""The record inside a WAV that was found in the crate. A stranger's file may hold anything."""

from __future__ import annotations

import base64
import math
import re
from typing import Any

from daemon.audio.wav_record import is_clips_own, read_record
from daemon.crate.names import KIND_FOLDERS
from daemon.errors import AudioError
from daemon.record import ClipRecord, without

#: An id is a folder's name too.
_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
#: A film is no WAV.
_KINDS = tuple(kind for kind in KIND_FOLDERS if kind != "video")
_TEXTS = ("engine", "license", "genre", "project", "key", "prompt", "words", "collection", "job")
_NUMBERS = ("bpm", "bars", "seconds")
#: Beyond this no number of a clip lies; SQLite takes no whole one beyond 64 bits.
_MOST = 1e12
#: Bytes of a sound's features; none where it is silent.
_FEATURES = (0, 21)
#: Paths on the machine that wrote it: what lies beside the file here is looked for.
_PATHS = ("path", "midi", "stems", "picture")


def found_record(path: str) -> ClipRecord | None:
    """A clip's record without paths, its types checked.

    None where there is none, or none that we wrote, and in a clip's stem.
    """
    try:
        record = read_record(path)
    except AudioError:
        return None
    if record is None or not is_clips_own(record) or not _is_sound(dict(record)):
        return None
    return without(record, *_PATHS)


def _is_sound(record: dict[str, Any]) -> bool:
    report = record.get("report")
    after = report.get("after") or {} if isinstance(report, dict) else None
    tags = record.get("tags") or []
    return (
        isinstance(record.get("id"), str)
        and _ID.fullmatch(record["id"]) is not None
        and record.get("kind") in _KINDS
        and isinstance(after, dict)
        and isinstance(tags, list)
        and all(isinstance(record.get(name) or "", str) for name in _TEXTS)
        and all(_is_number(record.get(name) or 0) for name in _NUMBERS)
        and _is_number(record.get("made") or record.get("created") or 0)
        and _is_number(after.get("lufs") or 0)
        and _is_features(record.get("features"))
    )


def _is_number(value: object) -> bool:
    is_one = isinstance(value, int | float) and not isinstance(value, bool)
    return is_one and math.isfinite(value) and abs(value) < _MOST  # type: ignore[arg-type]


def _is_features(said: object) -> bool:
    if said is None:
        return True
    try:
        return len(base64.b64decode(str(said), validate=True)) in _FEATURES
    except ValueError:
        return False
