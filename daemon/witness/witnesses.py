"""All that is said of a file beside what is heard: its record, chunks, tags and name; its user."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bridge.inbox.names import user_name
from bridge.music import Key, Meter, loop_frames
from daemon.audio.wav_record import is_clips_own, read_record
from daemon.correction import Correction
from daemon.errors import AudioError
from daemon.record import ClipRecord
from daemon.witness.chunks import chunk_statements
from daemon.witness.file_name import read_name
from daemon.witness.statement import Statement, Weight, believable
from daemon.witness.tags import tag_statements

#: What the page adds to the name of a file that it keeps for `again`.
_KEPT_AS = re.compile(r"-[0-9a-f]{8}$")
#: Confidence of a clip's own fit from which its record counts as sure.
SURE = 0.7


@dataclass(frozen=True)
class Witnesses:
    """What a file and its user say, checked against the file's length.

    `statements` come best first. `doubts` are for people: what was not believed, and why.
    `own_grid` says that the file is a clip of ours whose grid is known: it begins on the one.
    """

    statements: tuple[Statement, ...] = ()
    doubts: tuple[str, ...] = ()
    correction: Correction = field(default_factory=Correction)
    own_grid: bool = False

    @property
    def tempi(self) -> tuple[Statement, ...]:
        """The statements with a tempo."""
        return tuple(one for one in self.statements if one.bpm is not None)

    @property
    def keys(self) -> tuple[Statement, ...]:
        """The statements with a key."""
        return tuple(one for one in self.statements if one.key is not None)

    @property
    def one_shot(self) -> bool:
        """Whether the file calls itself a one-shot."""
        return any(one.one_shot for one in self.statements)

    def to_json(self) -> dict[str, Any]:
        """For a report: `stated` and `corrected`, each only where something was said."""
        said: dict[str, Any] = {}
        if self.statements:
            said["stated"] = [one.to_json() for one in self.statements]
        if self.correction:
            said["corrected"] = self.correction.to_json()
        return said


def read_witnesses(
    path: Path, seconds: float, correction: Correction | None = None, *, whole: bool = True
) -> Witnesses:
    """What the file at `path` says of itself, and its user's `correction`.

    `seconds` is the length of what is heard of it; `whole` False for a passage, whose beats the
    file does not count. Reads no samples. AudioError where the file cannot be opened.
    """
    record = read_record(path)
    found: list[Statement] = []
    if is_clips_own(record) and record is not None:
        found += _of_record(record)
    try:
        with path.open("rb") as file:
            found += chunk_statements(file)
    except OSError as fault:
        raise AudioError(f"{path.name} cannot be opened: {fault.strerror or fault}") from None
    found += tag_statements(path)
    if (named := read_name(_KEPT_AS.sub("", Path(user_name(path)).stem))) is not None:
        found.append(named)
    if not whole:
        found = [replace(one, beats=None) for one in found if one.bpm is not None or one.key]
    kept, doubts = believable(tuple(found), seconds)
    own = whole and record is not None and _knows_its_grid(record, seconds)
    return Witnesses(kept, tuple(doubts), correction or Correction(), own)


def _of_record(record: ClipRecord) -> list[Statement]:
    bpm, bars = record.get("bpm"), record.get("bars")
    meter = Meter.parse(record.get("meter") or "4/4")
    key = record.get("key")
    one = Statement(
        "its own record",
        Weight.RECORD,
        bpm=bpm,
        beats=bars * meter.quarters_per_bar if bpm and bars else None,
        key=Key.parse(key) if key else None,
        root=record.get("note"),
        one_shot=record.get("kind") == "oneshot" or None,
    )
    return [one] if one.words else []


def _knows_its_grid(record: ClipRecord, seconds: float) -> bool:
    """Whether a loop's grid was composed or surely heard, and its length is still the loop's."""
    bpm, bars, rate = record.get("bpm"), record.get("bars"), record.get("sample_rate")
    if record.get("kind") != "loop" or not bpm or not bars or not rate or "part" in record:
        return False
    frames = loop_frames(bars, Meter.parse(record.get("meter") or "4/4"), bpm, rate)
    found = (record.get("report") or {}).get("found") or {}
    sure = record.get("engine") != "file" or (found.get("confidence") or 0.0) >= SURE
    return sure and abs(seconds * rate - frames) <= 1
