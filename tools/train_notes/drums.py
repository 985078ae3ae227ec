"""Teach the network of drums on the kits and mixes that `pieces` stored."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from daemon.hearing.drum_net import (
    BANDS,
    INPUTS,
    ROLES,
    Bands,
    DrumNet,
    equalised,
    levels_of,
    loudest_of,
)
from daemon.hearing.log_spectra import FRAME_S
from tools.train_notes.learn import Batch, started, taught

SIZES = (INPUTS, 192, 96, len(ROLES))
_PIECES, _COLUMNS = 12, 96
_RATE = 1.5e-3
#: What is learnt: drums alone and in mixes, and what is none.
_LEARNT = ("drums", "mix", "pitched", "chords", "noise")
#: Columns by which a stroke's answer fades.
_WIDTH = 0.8


class Struck:
    """A stored sound's bands and its wanted answers, float32 (columns, pieces)."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as stored:
            self.levels = levels_of(stored["quick"]).astype(np.float16)
            self.hits = stored["hits"]
        self.loudest = loudest_of(self.levels.astype(np.float32))
        rise = np.maximum(np.diff(self.levels.astype(np.float32), axis=0, prepend=0), 0).sum(axis=1)
        # what has no drums is learnt where it rises; so are moments that are no strokes
        self.risen = np.argsort(rise)[-max(1, len(rise) // 12) :]
        self.struck = np.round(self.hits[:, 0] / FRAME_S).astype(int)
        # few are toms and cymbals: each role that is here is looked at as often
        rows = self.hits[:, 1].astype(int)
        share = 1 / np.sqrt(np.bincount(rows, minlength=len(ROLES))[rows]) if len(rows) else rows
        self.share = share / share.sum() if len(rows) else share
        columns = np.arange(len(self.levels))
        self.wanted = np.zeros((len(columns), len(ROLES)), np.float32)
        for at_s, row, _ in self.hits:
            fades = np.exp(-0.5 * ((columns - at_s / FRAME_S) / _WIDTH) ** 2)
            self.wanted[:, int(row)] = np.maximum(self.wanted[:, int(row)], fades)


def teach(
    sounds: list[Struck], steps: int, before: dict[str, np.ndarray] | None, rate: float = _RATE
) -> dict[str, np.ndarray]:
    """The weights after `steps`, from `before` on where there is a net already."""
    rng = np.random.default_rng(18)

    def batch() -> Batch:
        seen, wanted = [], []
        for k in rng.integers(0, len(sounds), _PIECES):
            sound = sounds[int(k)]
            columns = rng.integers(0, len(sound.levels), _COLUMNS)
            risen = rng.choice(sound.risen, _COLUMNS) + rng.integers(-1, 3, _COLUMNS)
            columns = np.where(rng.random(_COLUMNS) < 0.35, risen, columns)
            if len(sound.struck):
                near = rng.choice(sound.struck, _COLUMNS, p=sound.share)
                near += rng.integers(-3, 4, _COLUMNS)
                columns = np.where(rng.random(_COLUMNS) < 0.5, near, columns)
            columns = np.clip(columns, 0, len(sound.levels) - 1)
            gains_db = equaliser_db(rng)
            levels = equalised(sound.levels.astype(np.float32), gains_db)
            seen.append(Bands(levels, equalised(sound.loudest, gains_db)).seen(columns))
            wanted.append(sound.wanted[columns])
        return np.concatenate(seen), np.concatenate(wanted)

    return taught(
        before or started(rng, SIZES, 0.05), batch, steps, rate,
        lambda step, loss: print(step, f"{loss:.4f}", flush=True),
    )  # fmt: skip


def equaliser_db(rng: np.random.Generator) -> np.ndarray:
    """The gains of an equaliser, (bands,), and often of a low-pass: more kits."""
    bands = np.linspace(0, np.pi, BANDS)
    gains_db = sum(rng.normal(0, 4 / k) * np.cos(k * bands + rng.uniform(0, 6)) for k in (1, 2, 3))
    if rng.random() < 0.35:
        # 12 to 24 dB an octave above a corner; a band there is three semitones wide
        corner = rng.uniform(0.6, 0.97) * BANDS
        slope_db = rng.uniform(3, 6)
        gains_db = gains_db - slope_db * np.maximum(np.arange(BANDS) - corner, 0)
    return np.asarray(gains_db + rng.normal(0, 3))


def main() -> int:
    about = argparse.ArgumentParser(description=__doc__)
    about.add_argument("folder", type=Path)
    about.add_argument("out", type=Path)
    about.add_argument("--steps", type=int, default=6000)
    about.add_argument("--before", type=Path, help="a net to go on from")
    about.add_argument("--rate", type=float, default=_RATE)
    asked = about.parse_args()
    files = sorted(file for kind in _LEARNT for file in asked.folder.glob(f"{kind}*.npz"))
    before = DrumNet.load(asked.before).weights if asked.before else None
    weights = teach([Struck(path) for path in files], asked.steps, before, asked.rate)
    np.savez(
        asked.out,
        allow_pickle=False,
        **{name: value.astype(np.float16) for name, value in weights.items()},
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
