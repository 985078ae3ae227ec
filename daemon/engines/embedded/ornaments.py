"""What fingers and breath add to a line: bends, slides, grace notes. Notes in, notes out."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise

from bridge.music import Key
from daemon.engines.embedded.notes import STEP, Note

#: How often a note that has room is adorned, by the manner.
_SHARE = {"bent": 0.4, "slid": 0.45, "graced": 0.22, "sliding": 0.8}
#: Manners that `Lead.manner` takes.
MANNERS = tuple(_SHARE)
#: Widest distance in semitones that a finger slides over, and a bar.
_SLIDE = {"slid": 5, "sliding": 9}


def adorned(notes: list[Note], manner: str, key: Key, stream: random.Random) -> list[Note]:
    """The line with its manner's ornaments. Notes come in their order, one at a time.

    bent: a long note begins a tone or a semitone low. slid: a note slides from the one before.
    sliding: nearly all notes do, as under a bar of glass or steel. graced: the scale's neighbour is
    struck a 32nd before a note, in the time of the one before.
    """
    if manner not in _SHARE or not notes:
        return notes
    done = [notes[0]]
    for before, note in pairwise(notes):
        if stream.random() >= _SHARE[manner]:
            done.append(note)
        elif manner == "bent" and note.length >= 2 * STEP:
            done.append(replace(note, glide_from=note.pitch - stream.choice((1, 2))))
        elif 0 < abs(note.pitch - before.pitch) <= _SLIDE.get(manner, 0):
            done.append(replace(note, glide_from=before.pitch))
        elif manner == "graced" and note.length >= 2 * STEP:
            done += _graced(done.pop(), note, key, stream)
        else:
            done.append(note)
    return done


def _graced(before: Note, note: Note, key: Key, stream: random.Random) -> list[Note]:
    """The note before, made shorter where it must be, the grace note and the note."""
    at = note.start - STEP // 2
    if at < before.start + STEP // 2:
        return [before, note]
    up = stream.random() < 0.5
    steps = (1, 2) if up else (-1, -2)
    pitch = next((note.pitch + d for d in steps if (note.pitch + d) % 12 in key.scale), note.pitch)
    kept = replace(before, length=min(before.length, at - before.start))
    return [kept, replace(note, start=at, length=STEP // 2, pitch=pitch,
                          velocity=0.7 * note.velocity), note]  # fmt: skip
