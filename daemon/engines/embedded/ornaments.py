"""What fingers and breath add to a line: bends, slides, grace notes. Notes in, notes out."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise

from bridge.music import Key
from daemon.engines.embedded.notes import STEP, Note

#: How often a note that has room is adorned, by the manner.
_SHARE = {"bent": 0.4, "slid": 0.45, "graced": 0.22, "sliding": 0.8}
#: Manners that `Lead.manner` takes; what a driven guitar's riff has, `chugged` adds.
MANNERS = (*_SHARE, "chugged")
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


#: Lowest note of a riff's open string and how softly a palm-muted stroke is struck on it.
_OPEN_LOW, _CHUG = 40, 0.62
#: Intervals over a riff's long notes: fifth and octave, which stay clear through an amplifier.
_POWER = (7, 12)


def chugged(notes: list[Note], key: Key, ticks: int, muted: int) -> list[Note]:
    """A driven guitar's riff: long notes are power chords, and palm-muted eighths fill the rests.

    `ticks` is the length of all, `muted` that of a stroke which the palm damps.
    """
    low = _OPEN_LOW + (key.tonic - _OPEN_LOW) % 12
    done: list[Note] = []
    for k, note in enumerate(notes):
        done.append(note)
        if note.length >= STEP:
            done += [replace(note, pitch=note.pitch + up) for up in _POWER]
        after = notes[k + 1].start if k + 1 < len(notes) else ticks
        # the strokes between keep the hand's lateness
        late = (note.start + STEP // 2) % STEP - STEP // 2
        first = -(-(note.start - late + max(note.length, STEP)) // (2 * STEP)) * 2 * STEP
        for at in range(first, after - STEP + 1, 2 * STEP):
            strength = max(0.1, _CHUG * note.velocity * (1.1 if at % (4 * STEP) == 0 else 0.9))
            length = min(muted, after - at - late)
            done.append(Note(at + late, length, low, strength, note.voice))
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
