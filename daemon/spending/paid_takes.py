"""Paid takes without a clip: they stay on disk, to be fitted for free."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from bridge.files.whole import replace_patiently


def keep_paid_take(folder: Path, kept: Path, clip: str) -> Path | None:
    """Move a clip's newest paid take to `kept/<clip>.wav`. None where nothing was paid for."""
    for take in sorted(folder.glob("take*/take.json"), reverse=True):
        with contextlib.suppress(OSError, ValueError):
            if json.loads(take.read_text(encoding="utf-8")).get("cost_usd", 0) > 0:
                kept.mkdir(parents=True, exist_ok=True)
                target = kept / f"{clip}.wav"
                replace_patiently(take.parent / "take.wav", target)
                return target
    return None
