"""Paid takes without a clip: they stay on disk, to be fitted for free."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from bridge.files.whole import replace_patiently


def keep_paid_take(folder: Path, kept: Path, clip: str) -> Path | None:
    """Move a clip's newest paid take to `kept/<clip>.wav`. None where nothing was paid for.

    Of a longer piece that was not joined every segment is kept, as `<clip>-segment0.wav` and so on.
    """
    for take in sorted(folder.glob("take*/take.json"), reverse=True):
        if found := _moved(take, kept / f"{clip}.wav"):
            return found
    segments = sorted(folder.glob("take*-segments/segment*/take.json"))
    moved = [_moved(take, kept / f"{clip}-{take.parent.name}.wav") for take in segments]
    return next(filter(None, moved), None)


def _moved(take: Path, target: Path) -> Path | None:
    """Move a take's sound where it was paid for; None where it was not, or cannot be read."""
    with contextlib.suppress(OSError, ValueError):
        if json.loads(take.read_text(encoding="utf-8")).get("cost_usd", 0) > 0:
            target.parent.mkdir(parents=True, exist_ok=True)
            replace_patiently(take.parent / "take.wav", target)
            return target
    return None
