"""What is played: lines, stabs, chords, arpeggios and strums, drawn anew each time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Semitones of scales that lines and chords are drawn from.
_SCALES = ((0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 5, 7, 9, 11), (0, 3, 5, 7, 10), (0, 1, 3, 5, 7, 8, 10))
#: Ways to play, and how often each is drawn.
WAYS = {"line": 0.4, "stabs": 0.2, "chords": 0.12, "arpeggio": 0.14, "strum": 0.14}
#: 16ths of a bar.
_SLOTS = 16


@dataclass(frozen=True)
class Note:
    """From `start_s`, held for `held_s`; MIDI `pitch`, `velocity` 0-1, slid to from another one."""

    start_s: float
    held_s: float
    pitch: int
    velocity: float
    slid_from: int | None = None


def written(
    rng: np.random.Generator, way: str, low: int, high: int, six_s: float, bars: int
) -> list[Note]:
    """The notes of so many bars whose 16ths last `six_s`, from `low` to `high`."""
    scale = _SCALES[int(rng.integers(len(_SCALES)))]
    span = max(12, min(high - low, int(rng.integers(12, 26))))
    first = int(rng.integers(low, max(low + 1, high - span + 1)))
    tones = [p for p in range(first, min(high, first + span) + 1) if (p - first) % 12 in scale]
    own = {
        "line": _line,
        "stabs": _stabs,
        "chords": _chords,
        "arpeggio": _arpeggio,
        "strum": _strum,
    }
    bar = own[way](rng, tones, six_s)
    length_s = _SLOTS * six_s
    out: list[Note] = []
    for n in range(bars):
        if n and rng.random() < 0.35:
            bar = own[way](rng, tones, six_s)
        loose_s = rng.uniform(0, 0.006)
        out += [
            Note(
                max(0.0, note.start_s + n * length_s + rng.normal(0, loose_s)),
                note.held_s, note.pitch, note.velocity, note.slid_from,
            )
            for note in bar
        ]  # fmt: skip
    return sorted(out, key=lambda note: note.start_s)


def _pattern(rng: np.random.Generator, dense: float) -> np.ndarray:
    """Slots that sound, at least one; half of them on eighths where it is sparse."""
    odds = np.full(_SLOTS, dense)
    odds[::2] = min(1.0, dense * 1.4)
    odds[::4] = min(1.0, dense * 1.7)
    slots = np.flatnonzero(rng.random(_SLOTS) < odds)
    return slots if len(slots) else np.array([0])


def _line(rng: np.random.Generator, tones: list[int], six_s: float) -> list[Note]:
    slots = _pattern(rng, rng.choice([0.3, 0.5, 0.75, 1.0]))
    gate, same, slides = rng.uniform(0.3, 1.0), rng.uniform(0.05, 0.6), rng.uniform(0, 0.35)
    slides = slides if rng.random() < 0.5 else 0.0
    at, out, before = int(rng.integers(len(tones))), [], None
    for n, slot in enumerate(slots):
        if rng.random() > same:
            leap = 7 if rng.random() < 0.15 else 2
            at = int(np.clip(at + rng.integers(-leap, leap + 1), 0, len(tones) - 1))
        apart = (slots[n + 1] if n + 1 < len(slots) else _SLOTS) - slot
        is_slid = before is not None and before != tones[at] and rng.random() < slides
        held = min(apart, int(rng.choice([1, 2, 4, 16]))) * (1.0 if rng.random() < 0.2 else gate)
        loud = 0.95 if rng.random() < 0.25 else rng.uniform(0.45, 0.75)
        out.append(Note(slot * six_s, held * six_s, tones[at], loud, before if is_slid else None))
        before = tones[at]
    return out


def _chord(rng: np.random.Generator, tones: list[int]) -> list[int]:
    count = int(rng.integers(2, 5))
    first = int(rng.integers(max(1, len(tones) - 2 * count)))
    return tones[first::2][:count]


def _stabs(rng: np.random.Generator, tones: list[int], six_s: float) -> list[Note]:
    slots = _pattern(rng, rng.uniform(0.15, 0.6))
    gate, chord, out = rng.uniform(0.4, 1.5), _chord(rng, tones), []
    for slot in slots:
        if rng.random() < 0.3:
            chord = _chord(rng, tones)
        loud = rng.uniform(0.5, 1)
        out += [Note(slot * six_s, gate * six_s, pitch, loud) for pitch in chord]
    return out


def _chords(rng: np.random.Generator, tones: list[int], six_s: float) -> list[Note]:
    step = int(rng.choice([4, 8, 16]))
    return [
        Note(slot * six_s, step * six_s * 0.95, pitch, rng.uniform(0.5, 0.9))
        for slot in range(0, _SLOTS, step)
        for pitch in _chord(rng, tones)
    ]


def _arpeggio(rng: np.random.Generator, tones: list[int], six_s: float) -> list[Note]:
    step = int(rng.choice([1, 1, 2]))
    chord = np.array(sorted({p + o for p in _chord(rng, tones) for o in (0, 12)}))
    if rng.random() < 0.5:
        chord = np.concatenate([chord, chord[-2:0:-1]])
    gate = rng.uniform(0.3, 1.2) * step
    return [
        Note(slot * six_s, gate * six_s, int(chord[n % len(chord)]), rng.uniform(0.5, 0.9))
        for n, slot in enumerate(range(0, _SLOTS, step))
    ]


def _strum(rng: np.random.Generator, tones: list[int], six_s: float) -> list[Note]:
    slots = (
        _pattern(rng, rng.uniform(0.3, 0.7)) // 2 * 2 if rng.random() < 0.6 else _pattern(rng, 0.6)
    )
    slots = np.unique(slots)
    spread_s, gate, chord, out = rng.uniform(0.004, 0.03), rng.uniform(0.3, 3.0), [], []
    for n, slot in enumerate(slots):
        if n == 0 or rng.random() < 0.2:
            chord = sorted({*_chord(rng, tones), *_chord(rng, tones)})
        is_down = slot % 4 == 0 or rng.random() < 0.4
        loud = rng.uniform(0.4, 1) * (1 if is_down else 0.8)
        for k, pitch in enumerate(chord if is_down else chord[::-1]):
            out.append(Note(slot * six_s + k * spread_s, gate * six_s, pitch, loud))
    return out
