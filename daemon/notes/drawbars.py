"""Lines of a drawbar organ: its lowest drawbar sounds an octave under the key that is pressed.

A net takes that for the note. Such a tone is known by what it lacks: of the tone an octave below,
the first four partials are there, and the sixth or the eighth, but neither the fifth nor the
seventh, for which there are no drawbars.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from daemon.hearing.log_spectra import FRAME_S, LOWEST, PER_SEMITONE, RANGE_DB, Maps
from daemon.notes.heard_notes import HeardNote

#: Partials that are looked at, and columns after a note's beginning.
_PARTIALS = range(1, 9)
_HELD = slice(4, 14)
#: dB under the loudest partial down to which those that must be there are, and from which on those
#: that must not be are not. Of the musician's organs the first are at -12 at the least, the others
#: at -30 at the most; of 45 other voices of his none is like that.
_THERE_DB, _LACKS_DB = -18.0, -24.0
#: Confidence of the notes that are asked, s within which notes begin together, the fewest notes of
#: a line, and the share of them that must be an organ's.
_SURE, _TOGETHER_S, _FEWEST, _MOST = 0.5, 0.04, 3, 0.7


def as_played(notes: Sequence[HeardNote], maps: Maps) -> list[HeardNote]:
    """The notes of a line of drawbars by the keys that were pressed; any others as they are."""
    sure = [note for note in notes if note.confidence >= _SURE]
    start_s = np.array([note.start_s for note in sure])
    pitch = np.array([note.pitch for note in sure])
    lowest = [
        note
        for note in sure
        if not ((pitch < note.pitch) & (np.abs(start_s - note.start_s) < _TOGETHER_S)).any()
    ]
    organs = sum(_is_organ(note, maps) for note in lowest)
    if organs < max(_FEWEST, _MOST * len(lowest)):
        return list(notes)
    return _once(
        [replace(note, pitch=note.pitch + 12) if _is_organ(note, maps) else note for note in notes]
    )


def _is_organ(note: HeardNote, maps: Maps) -> bool:
    """Whether the tone at a note is that of the lowest drawbar."""
    at = round(note.start_s / FRAME_S)
    columns = maps.sharp[at + _HELD.start : at + _HELD.stop]
    if not len(columns):
        return False
    held = columns.astype(np.float32).mean(axis=0)
    levels = np.full(len(_PARTIALS) + 1, -RANGE_DB)
    for partial in _PARTIALS:
        row = round((note.pitch - LOWEST + 12 * np.log2(partial)) * PER_SEMITONE) + 1
        near = held[max(0, row - 1) : row + 2]
        if len(near):
            levels[partial] = near.max() * RANGE_DB / 255 - RANGE_DB
    levels = levels - levels[1:].max()
    there = [*levels[1:5], max(levels[6], levels[8])]
    return bool(min(there) > _THERE_DB and max(levels[5], levels[7]) < _LACKS_DB)


def _once(notes: list[HeardNote]) -> list[HeardNote]:
    """Of notes of one pitch that begin together the surest; by start."""
    kept: list[HeardNote] = []
    for note in sorted(notes, key=lambda one: -one.confidence):
        same = (one for one in kept if one.pitch == note.pitch)
        if not any(abs(one.start_s - note.start_s) < _TOGETHER_S for one in same):
            kept.append(note)
    return sorted(kept, key=lambda one: (one.start_s, one.pitch))
