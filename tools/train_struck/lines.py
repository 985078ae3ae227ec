"""Teach how sure a stretch of a line is a note (`daemon/notes/line.npz`), on lines that are known.

    python -m tools.train_struck.lines daemon/notes/line.npz --count 16

Half of the lines are out of tune by up to half a semitone, as tapes, samplers and guitars are.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import soxr
from scipy import signal

from benchmarks.notes import f_of
from daemon.hearing.log_spectra import RATE
from daemon.notes.line_notes import SEEN, candidates_of
from daemon.notes.listen import line_heard
from daemon.notes.listeners import LISTENERS
from tools.train_notes.learn import Batch, started, taught
from tools.train_struck import players
from tools.train_struck.written import Note, written

_BASSES = ("acid", "sub", "808", "saw bass", "pluck bass", "round bass", "reese", "finger bass",
           "fingered bass", "picked bass", "slapped bass", "fretless bass", "double bass",
           "sliding bass", "chip bass", "chip triangle")  # fmt: skip
_LEADS = ("lead", "soft lead", "saxophone", "tenor saxophone", "whistling", "flute", "trumpet",
          "clarinet", "violin", "solo guitar", "theremin", "choir ah", "chip square", "pluck",
          "supersaw", "cello", "baritone saxophone", "bassoon", "erhu", "muted guitar",
          "trombone")  # fmt: skip
#: What plays lines: the musician's basses and leads, synthesizers, those like a TB-303.
KINDS = ("bass", "lead", "synth", "acid")
_BARS, _NEAR_S = 3, 0.05
#: Semitones above its lowest note that a bass goes to.
_BASS_SPAN = 22
#: Shares of lines with echoes, and in a room.
_ECHOED, _ROOMED = 0.45, 0.4
_STEPS, _RATE, _CELLS = 4000, 3e-3, 256


@dataclass(frozen=True)
class KnownLine:
    """A line float32 (frames,) at `RATE`, its notes (s, MIDI pitch), and who plays it."""

    kind: str
    name: str
    sound: np.ndarray
    notes: list[tuple[float, int]]


def line_of(kind: str, seed: int, kept: bool) -> KnownLine:
    """One of a kind; `kept`: played by those who are kept to judge by."""
    rng = np.random.default_rng([181, seed, int(kept)])
    six_s = 15 / float(np.clip(np.exp(rng.normal(np.log(120), 0.2)), 75, 175))
    player = _player(rng, kind, kept)
    high = min(player.high, player.low + _BASS_SPAN) if kind == "bass" else player.high
    notes = _one_at_a_time(written(rng, "line", player.low, high, six_s, _BARS))
    sound = player.play(notes)
    sound = sound / (np.abs(sound).max() + 1e-9) * 0.5
    speed = 2 ** (rng.uniform(-0.5, 0.5) / 12) if rng.random() < 0.5 else 1.0
    sound = np.asarray(soxr.resample(sound, RATE * speed, RATE), np.float32)
    sound = _echoed(rng, sound, six_s / speed)
    if rng.random() < 0.4:  # tape, amplifiers and rooms hiss
        level = 10 ** (rng.uniform(-50, -18) / 20) * float(np.sqrt(np.mean(sound**2)))
        sound = sound + np.float32(level) * rng.standard_normal(len(sound), np.float32)
    return KnownLine(
        kind, player.name, sound, [(note.start_s / speed, note.pitch) for note in notes]
    )


def _echoed(rng: np.random.Generator, sound: np.ndarray, six_s: float) -> np.ndarray:
    """With echoes on the grid or off it, in a room, each now and then: none of them is a note."""
    if rng.random() < _ECHOED:
        steps = float(rng.choice([1, 1.5, 2, 3, 3, 4, rng.uniform(0.8, 4)]))
        late, gain = round(steps * six_s * RATE), 10 ** (rng.uniform(-20, -6) / 20)
        echo = sound
        for _ in range(4):
            echo = np.float32(gain) * np.pad(echo, (late, 0))[: len(sound)]
            sound = sound + echo
    if rng.random() < _ROOMED:
        length = int(rng.uniform(0.3, 2.0) * RATE)
        tail = rng.standard_normal(length) * np.exp(-6 * np.arange(length) / length)
        tail *= rng.uniform(0.1, 0.6) / np.sqrt((tail**2).sum())
        sound = sound + signal.oaconvolve(sound, tail)[: len(sound)]
    return np.asarray(sound, np.float32)


def _player(rng: np.random.Generator, kind: str, kept: bool) -> players.Player:
    if kind in ("bass", "lead"):
        names = _BASSES if kind == "bass" else _LEADS
        own = [name for n, name in enumerate(names) if (n % 3 == 2) == kept]
        return players.voice_player(rng, str(rng.choice(own)))
    while True:
        player = players.synth_player(rng, True)
        shape = player.name.split()[1]
        if kind == "synth" or (shape in ("saw", "square") and player.low < 36):
            return player


def _one_at_a_time(notes: list[Note]) -> list[Note]:
    """Each held until the next one at most; those that would be no more than a click are left."""
    cut = [
        replace(a, held_s=min(a.held_s, b.start_s - a.start_s)) for a, b in pairwise(notes)
    ] + notes[-1:]
    return [note for note in cut if note.held_s > 0.02]


def f_of_line(found: list[tuple[float, int]], wanted: list[tuple[float, int]]) -> float:
    """F of beginnings; a line half a semitone off is right by either name of its tuning."""
    return max(f_of([(at_s, pitch + up) for at_s, pitch in found], wanted) for up in (-1, 0, 1))


def stretches(lines: Iterator[KnownLine]) -> tuple[np.ndarray, np.ndarray]:
    """float32 (candidates, SEEN) of what is known of each, and whether it is a note."""
    own, seen, are = LISTENERS["own"], [], []
    for line in lines:
        heard, alone, _ = line_heard(line.sound, own, own.curve(line.sound))
        candidates = candidates_of(heard, alone)
        if not candidates:
            continue
        found = [(one.start_s, pitch) for one, pitch, _ in candidates]
        up = max((0, 1, -1), key=lambda up: f_of([(at_s, p + up) for at_s, p in found], line.notes))
        true = np.array(line.notes)
        for (at_s, pitch), (*_, row) in zip(found, candidates, strict=True):
            near = (np.abs(true[:, 0] - at_s) < _NEAR_S) & (true[:, 1] == pitch + up)
            seen.append(row)
            are.append([near.any()])
    return np.array(seen, np.float32), np.array(are, np.float32)


def teach(seen: np.ndarray, are: np.ndarray) -> dict[str, np.ndarray]:
    """The weights that tell a note from what is none."""
    rng = np.random.default_rng(181)

    def batch() -> Batch:
        k = rng.integers(0, len(seen), _CELLS)
        return seen[k] + 0.03 * rng.standard_normal((_CELLS, SEEN), np.float32), are[k]

    weights = started(rng, (SEEN, 1), 0.4)
    return taught(weights, batch, _STEPS, _RATE, lambda step, loss: None)


def main() -> int:
    about = argparse.ArgumentParser(description=__doc__)
    about.add_argument("out", type=Path)
    about.add_argument("--count", type=int, default=9, help="lines of each kind")
    asked = about.parse_args()
    lines = (line_of(kind, seed, False) for seed in range(asked.count) for kind in KINDS)
    weights = teach(*stretches(lines))
    np.savez(asked.out, allow_pickle=False, **{k: v.astype(np.float16) for k, v in weights.items()})
    return 0


if __name__ == "__main__":
    sys.exit(main())
