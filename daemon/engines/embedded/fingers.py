"""Chords as hands take them: on a guitar's six strings, and with a pianist's two hands."""

from __future__ import annotations

from functools import lru_cache

from daemon.engines.embedded.harmony import Chord

#: MIDI notes of the open strings: E2 A2 D3 G3 B3 E4.
_OPEN = (40, 45, 50, 55, 59, 64)
#: Frets that one position of the hand reaches, and the highest position that is tried.
_REACH = 3
_HIGHEST = 7
#: Where a pianist's left hand has the root.
_LEFT_LOW = 36


def fingering(chord: Chord) -> list[int]:
    """The notes of a chord on a guitar, low to high: the root lies lowest, three strings at least.

    Of all positions the one that has most of the chord's notes and the fullest sound, near the nut.
    """
    bass = chord.root if chord.under is None else chord.under
    return list(_fingering(tuple(sorted(chord.pitch_classes)), bass % 12))


@lru_cache(512)
def _fingering(pitch_classes: tuple[int, ...], bass: int) -> tuple[int, ...]:
    best: tuple[float, tuple[int, ...]] = (-1e9, ())
    for position in range(_HIGHEST + 1):
        notes = [_on_string(open_, position, {*pitch_classes, bass}) for open_ in _OPEN]
        first = next(
            (k for k, note in enumerate(notes) if note is not None and note % 12 == bass), 9
        )
        held = tuple(note for note in notes[first:] if note is not None)
        if len(held) < 3:
            continue
        found = len({note % 12 for note in held} & set(pitch_classes))
        merit = 3.0 * found + 0.6 * len(held) - 0.35 * position
        if merit > best[0]:
            best = (merit, held)
    return best[1] or tuple(sorted(48 + (one - 48) % 12 for one in pitch_classes))


def _on_string(open_: int, position: int, wanted: set[int]) -> int | None:
    """The lowest note of a chord on a string that the hand reaches, or the open string."""
    if open_ % 12 in wanted and position <= 2:
        return open_
    frets = range(max(1, position), position + _REACH + 1)
    return next((open_ + fret for fret in frets if (open_ + fret) % 12 in wanted), None)


def two_hands(chord: Chord, right: list[int]) -> list[int]:
    """A chord with its root and fifth, or octave, in a left hand below the right one's notes."""
    bass = chord.root if chord.under is None else chord.under
    low = _LEFT_LOW + (bass - _LEFT_LOW) % 12
    fifth = next((low + step for step in chord.steps if step in (6, 7, 8)), low + 12)
    left = [low] if low + 7 > min(right) - 3 else [low, fifth if low > 40 else low + 12]
    return [note for note in left if note < min(right)] + right
