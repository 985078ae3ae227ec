"""Held tones without a beat, written beside the other lessons: no piece has them alone.

    python -m tools.train_separator.held MIXES --count 200

Sines, organs, strings and voices' vowels as chords, and low ones as a bass; what is low is bass,
the others are the rest, and no moment is drums.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from tools.train_hearing.music import RATE
from tools.train_separator.mixes import mixed, placed, roomed, stored

#: s of a lesson, and of a chord in it at least and at most.
_LENGTH_S, _CHORD_S = 4.0, (0.7, 4.5)
#: Shares of lessons with the rest alone, and with the bass alone; the others have both.
_REST, _BASS = 0.6, 0.15
#: Notes, as MIDI counts them, of the rest and of a bass.
_NOTES, _LOW_NOTES = (48, 88), (26, 48)
#: Semitones of a chord's notes over its lowest.
_CHORDS = (
    (0,),
    (0, 7),
    (0, 4, 7),
    (0, 3, 7),
    (0, 5, 7),
    (0, 4, 7, 11),
    (0, 3, 7, 10),
    (0, 7, 12, 16),
)
#: A drawn organ's pipes, as shares of the note's frequency.
_PIPES = (0.5, 1, 1.5, 2, 3, 4, 5, 6, 8)
#: Seed apart from the pieces' own.
_FIRST_SEED = 20_001
_LOW = 0.4


def tone(rng: np.random.Generator, hz: float, frames: int, kind: str) -> np.ndarray:
    """float32 (frames, 2): a note held."""
    t = np.arange(frames) / RATE
    wobble = rng.uniform(0, 0.004) * np.sin(2 * np.pi * rng.uniform(3, 7) * t + rng.uniform(0, 6))
    if kind == "sine":
        partials = [(1.0, 1.0)]
        wobble *= rng.random() < 0.3
    elif kind == "organ":
        partials = [(pipe, rng.uniform(0, 1)) for pipe in _PIPES]
    else:
        slope = rng.uniform(0.8, 2.5)
        partials = [(float(n), n**-slope) for n in range(1, 25)]
        if kind == "vowel":
            peaks = rng.uniform((300, 800, 2200), (900, 2200, 3500))
            partials = [
                (n, size * (0.1 + sum(np.exp(-(((n * hz - peak) / 150) ** 2)) for peak in peaks)))
                for n, size in partials
            ]
    out = np.zeros((frames, 2))
    for voice in range(3 if kind == "strings" else 1):
        apart = 2 ** (rng.normal(0, 7) / 1200) if kind == "strings" else 1.0
        phase = 2 * np.pi * hz * apart * np.cumsum(1 + np.roll(wobble, 4001 * voice)) / RATE
        pan = rng.uniform(-0.7, 0.7)
        sound = sum(
            size * np.sin(n * phase + rng.uniform(0, 6))
            for n, size in partials
            if n * hz < 0.45 * RATE
        )
        out += np.asarray(sound)[:, None] * [1 - pan, 1 + pan]
    rise_s, fall_s = 10 ** rng.uniform(-2, 0.2, 2)
    ends = np.minimum(t / rise_s, (t[-1] - t) / fall_s)
    swell = 1 + rng.uniform(0, 0.4) * np.sin(2 * np.pi * rng.uniform(0.2, 6) * t)
    return (out * (np.clip(ends, 0, 1) ** 2 * swell)[:, None]).astype(np.float32)


def part(rng: np.random.Generator, *, low: bool) -> np.ndarray:
    """float32 (frames, 2): chords one after another, or the notes of a bass."""
    frames = round((_LENGTH_S + 1) * RATE)
    out = np.zeros((frames, 2), np.float32)
    kind = str(rng.choice(("sine", "organ", "strings", "vowel", "reed")))
    if low and kind in ("organ", "vowel"):
        kind = "sine"
    chord_s, tail = rng.uniform(*_CHORD_S), rng.uniform(0, 0.3)
    at = 0
    while at < frames:
        ends = min(frames, at + round(chord_s * (1 + tail) * RATE))
        lowest = rng.uniform(*(_LOW_NOTES if low else _NOTES))
        chord = (0,) if low else _CHORDS[int(rng.integers(len(_CHORDS)))]
        for step in chord:
            hz = 440 * 2 ** ((lowest + step - 69) / 12)
            out[at:ends] += tone(rng, hz, ends - at, kind) * np.float32(rng.uniform(0.5, 1))
        at += round(chord_s * RATE)
    if low or rng.random() < 0.5:
        out = np.repeat(out.mean(axis=1, keepdims=True), 2, axis=1)
    return placed(rng, out if low else np.asarray(roomed(rng, out), np.float32))


def main() -> int:
    about = argparse.ArgumentParser(description=__doc__)
    about.add_argument("folder", type=Path)
    about.add_argument("--count", type=int, default=200)
    asked = about.parse_args()
    for seed in range(_FIRST_SEED, _FIRST_SEED + asked.count):
        rng = np.random.default_rng([23, seed])
        drawn = rng.random()
        lows = (False,) if drawn < _REST else (True,) if drawn < _REST + _BASS else (False, True)
        found = {"bass" if low else "other": part(rng, low=low) for low in lows}
        sounds = mixed(rng, found, _LENGTH_S)
        np.savez(
            asked.folder / f"mix{seed}-0.npz",
            allow_pickle=False,
            **stored(rng, sounds, low=rng.random() < _LOW),
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
