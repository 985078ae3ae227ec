"""The segments of a piece that is longer than its engine's takes: how long, how many, and where."""

from __future__ import annotations

import math
from pathlib import Path

from bridge.music import bar_seconds
from daemon.brief import Brief

#: Share of a segment that it has in common with the one before, and the fewest bars of it.
_OVERLAP, _FEWEST_BARS = 0.2, 2
#: A take may be longer or shorter than asked for by its drift.
_DRIFT = 0.99
#: Distance between the seeds of segments, within that of takes.
SEED_STEP = 101


def is_long(brief: Brief, max_s: float) -> bool:
    """Whether a brief asks for more than its engine makes at once, and can be joined."""
    return brief.kind == "track" and brief.bpm is not None and (brief.seconds or 0) > max_s + 1e-6


def bars_of(brief: Brief, max_s: float) -> tuple[int, int]:
    """(bars of a segment, bars that it has in common with the one before)."""
    assert brief.bpm is not None
    most = max(1, int(max_s * _DRIFT / bar_seconds(brief.meter, brief.bpm)))
    return most, min(max(_FEWEST_BARS, round(_OVERLAP * most)), max(0, most - 1))


def count_of(brief: Brief, max_s: float) -> int:
    """Segments that a piece takes at most: each overlaps the one before by all that it may."""
    if not is_long(brief, max_s):
        return 1
    assert brief.bpm is not None and brief.seconds is not None
    most, overlap = bars_of(brief, max_s)
    wanted = math.ceil((brief.ends_s or brief.seconds) / bar_seconds(brief.meter, brief.bpm))
    return 1 + math.ceil(max(0, wanted - most) / max(1, most - overlap))


def segment_brief(brief: Brief, max_s: float) -> Brief:
    """The brief of one segment."""
    assert brief.bpm is not None
    seconds = bars_of(brief, max_s)[0] * bar_seconds(brief.meter, brief.bpm)
    return brief.amended(seconds=seconds, bars=None, until="length", tail_s=None, stems=False)


def segments_beside(take: Path) -> Path:
    """The folder of the segments of a take, by the take's own folder."""
    return take.with_name(f"{take.name}-segments")


def segment_folder(segments: Path, number: int) -> Path:
    return segments / f"segment{number}"


def first_missing(segments: Path) -> int:
    """The number of the first segment that is not there."""
    number = 0
    while (segment_folder(segments, number) / "take.json").exists():
        number += 1
    return number
