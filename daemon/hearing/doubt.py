"""When a beat that was heard is doubted, and what is told of it."""

from __future__ import annotations

#: Confidence from which a beat, or the first beat of a bar, is taken as it was heard.
SURE = 0.5


def beat_doubt(confidence: float) -> str:
    """What to tell of a beat heard with so much confidence, 0-1; empty where it is sure."""
    if confidence >= SURE:
        return ""
    return f"the beat is not sure ({confidence:.0%}): listen before you trust it"
