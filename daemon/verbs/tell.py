"""How far work is: the callbacks by which those that do it say so."""

from __future__ import annotations

from collections.abc import Callable

#: Called by a verb's or an engine's function with (0..1, a few words for people). It raises to
#: cancel.
Tell = Callable[[float, str], None]
#: The same with the stage between, a word for programs: (0..1, stage, a few words).
TellStage = Callable[[float, str, str], None]


def no_progress(value: float, stage: str, words: str) -> None:
    """Discards progress, for callers that only want the result."""
