"""Chords a note after the other, each ringing on: a harp's waves, broken or picked."""

from __future__ import annotations

from collections.abc import Sequence

from daemon.engines.embedded.harmony import Chord
from daemon.engines.embedded.notes import STEP, Note

#: Ways of breaking a chord that `Chords.style` takes.
FIGURES = ("harped", "broken", "picked")
#: Sixteenths a second above which a figure goes in eighths.
_FASTEST = {"harped": 9.0, "broken": 6.5, "picked": 6.5}
#: The lowest note of a harp's wave and how far it reaches, in semitones.
_WAVE_LOW, _WAVE_REACH = 43, 37
#: Order of a right hand's notes by their count, and of the fingers on the upper strings.
_TURNS = {2: (0, 1), 3: (0, 1, 2, 1), 4: (0, 2, 1, 3, 2, 1)}
_FINGERS = (1, 0, 2, 1)
#: Velocity of what is not the figure's first note.
_SOFTER = 0.82


def unit_of(style: str, bpm: float) -> int:
    """Ticks between the notes of a figure at a tempo: sixteenths, or eighths where those race."""
    return STEP if bpm / 15 <= _FASTEST[style] else 2 * STEP


def wave(chord: Chord, count: int, falls: bool = False) -> list[int]:
    """`count` notes of a chord up over three octaves and down again, or down and up."""
    bass = chord.root if chord.under is None else chord.under
    low = _WAVE_LOW + (bass - _WAVE_LOW) % 12
    tones = [n for n in range(low, low + _WAVE_REACH) if n == low or n % 12 in chord.pitch_classes]
    tones = tones[: max(4, count // 2 + 1)]
    order = [*tones, *tones[-2:0:-1]]
    if falls:
        # the bass comes first whichever way the hand goes
        order = [low, *tones[:0:-1], *tones[1:-1]]
    return [order[k % len(order)] for k in range(count)]


def in_turn(notes: Sequence[int], count: int) -> list[int]:
    """`count` notes of a chord in the turns of a hand."""
    order = _TURNS.get(len(notes), range(len(notes)))
    return [notes[order[k % len(order)]] for k in range(count)]


def picked(strings: Sequence[int], count: int) -> list[int]:
    """`count` notes on a guitar: a thumb on bass and fifth by turns, fingers on the upper three."""
    low, upper = strings[:-3] or strings[:1], strings[-3:]
    found = []
    for k in range(count):
        if k % 4 == 0:
            found.append(low[(k // 4) % min(2, len(low))])
        else:
            found.append(upper[_FINGERS[k % 4] % len(upper)])
    return found


def ringing(
    pitches: Sequence[int], start: int, room: int, unit: int, velocity: float, voice: str
) -> list[Note]:
    """Notes from `start` on, `unit` ticks apart, each held to the end of the `room` ticks."""
    notes = []
    for k, pitch in enumerate(pitches):
        again = next((j for j in range(k + 1, len(pitches)) if pitches[j] == pitch), None)
        held = room - k * unit if again is None else (again - k) * unit
        swell = 1.0 if k == 0 else _SOFTER + 0.1 * (2 * k / len(pitches) if k % 2 == 0 else 0)
        notes.append(Note(start + k * unit, held, pitch, min(1.0, velocity * swell), voice))
    return notes
