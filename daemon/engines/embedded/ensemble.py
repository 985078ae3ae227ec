"""Who plays: each part of a piece with its instruments, as the notes have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from daemon.engines.embedded.notes import Note
from daemon.engines.embedded.patches import called
from daemon.engines.embedded.voices.table import VOICES
from daemon.record import Performer

#: Parts whose voices have a General MIDI key each, or none, and no program.
_NO_PROGRAM = frozenset({"drums", "texture", "fx"})


def ensemble(parts: Mapping[str, Sequence[Note]], bed: str = "") -> tuple[Performer, ...]:
    """One performer for each voice that sounds, in the order of the parts and of their entries.

    bed: the texture's voice where one is heard; it has no notes.
    """
    found: list[Performer] = []
    for part, notes in parts.items():
        for voice in dict.fromkeys(note.voice for note in notes):
            program = None if part in _NO_PROGRAM else VOICES[voice].gm + 1
            found.append({"part": part, "instrument": called(voice), "program": program})
    if bed:
        found.append({"part": "texture", "instrument": bed, "program": None})
    return tuple(found)
