"""The form of a track in a prompt: `house, intro 8 bars, drop 16, outro 8`."""

from __future__ import annotations

from bridge.sections import MOST_BARS, MOST_OF_ONE, NAMES, Section, are_playable, runs_of
from daemon.prompt.marked_text import MarkedText


def read_sections(text: MarkedText) -> tuple[Section, ...]:
    """The sections that are named with their bars, in order; none where no form is written."""
    if not text.has(*NAMES):
        return ()
    found: tuple[Section, ...] = ()
    for start, end, run in runs_of(text.rest):
        named = text.text[start:end]
        if not are_playable(run):
            text.take(start, end)
            text.said.append(
                f"{named}: not used; a section has 1 to {MOST_OF_ONE} bars, "
                f"and all together have {MOST_BARS} at most"
            )
        elif found:
            text.said.append(f"the prompt names two forms; {named} is not used")
            text.take(start, end)
        else:
            found = tuple(run)
            text.take(start, end, named)
    return found
