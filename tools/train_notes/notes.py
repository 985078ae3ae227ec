"""Teach the network of notes on the maps that `pieces` stored, first layer and second."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from daemon.notes.log_spectra import FRAME_S, LOWEST, Maps
from daemon.notes.note_net import (
    FIRST,
    INPUTS,
    LAST,
    PITCHES,
    SECOND_INPUTS,
    FirstSaid,
    NoteNet,
    Padded,
)
from tools.train_notes.learn import Batch, started, taught

SIZES = {"first": (INPUTS, 160, 64, 2), "second": (SECOND_INPUTS, 96, 32, 2)}
#: Pieces of a step, and cells of each of them.
_PIECES, _CELLS = 16, 256
_RATE = 1.5e-3
#: What counts more: onsets are few.
_WEIGH = np.array([2.0, 1.0], np.float32)
#: Columns by which an onset's answer fades.
_WIDTH = 1.0
#: Semitones from a note at which its partials, and another's, are mistaken for notes.
_NEAR = np.array(
    [0] * 12
    + [-1, 1, -2, 2, -3, 3, -4, 4, -5, 5, 7, -7]
    + [-12, 12, -19, 19, -24, 24] * 2
    + [28, 31, 36, -28, -36]
)


class Taught:
    """A stored sound, its maps padded, and its wanted answers as uint8 (columns, PITCHES)."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as stored:
            maps = Maps(stored["sharp"], stored["quick"])
            notes, hits = stored["notes"], stored["hits"]
        self.maps = maps
        self.padded = Padded(maps)
        levels = maps.quick.mean(axis=1)
        self.rise = np.diff(levels, prepend=levels[:1])
        self.notes = notes[(notes[:, 2] >= FIRST) & (notes[:, 2] <= LAST)]
        self.hits = hits
        columns = len(maps)
        onsets, tones = np.zeros((2, columns, PITCHES), np.float32)
        for start, end, pitch, _ in self.notes:
            at, row = start / FRAME_S, int(pitch) - FIRST
            near = np.arange(max(0, int(at) - 3), min(columns, int(at) + 5))
            onsets[near, row] = np.maximum(
                onsets[near, row], np.exp(-0.5 * ((near - at) / _WIDTH) ** 2)
            )
            tones[max(0, round(at)) : max(0, round(end / FRAME_S)), row] = 1
        self.wanted = (np.stack([onsets, tones], axis=2) * 255).astype(np.uint8)
        self.first: FirstSaid | None = None

    def _anywhere(self, rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Of a few cells drawn, each time the one where most rises and sounds: silence is easy."""
        columns = rng.integers(0, len(self.maps), (3, count))
        columns = columns[self.rise[columns].argmax(axis=0), np.arange(count)]
        pitches = rng.integers(FIRST, LAST + 1, (4, count))
        loud = self.maps.quick[columns, pitches - LOWEST]
        return columns, pitches[loud.argmax(axis=0), np.arange(count)]

    def cells(self, rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Columns and pitches: many about the onsets, some about the notes, some anywhere."""
        columns, pitches = self._anywhere(rng, count)
        if len(self.notes):
            about = rng.random(count)
            one = self.notes[rng.integers(0, len(self.notes), count)]
            on, off = one[:, 0] / FRAME_S, one[:, 1] / FRAME_S
            near = np.clip(one[:, 2] + rng.choice(_NEAR, count), FIRST, LAST).astype(int)
            starts = np.round(on).astype(int) + rng.integers(-4, 6, count)
            within = (on - 4 + rng.random(count) * (off - on + 16)).astype(int)
            columns = np.where(about < 0.5, starts, np.where(about < 0.75, within, columns))
            pitches = np.where(about < 0.75, near, pitches)
        if len(self.hits):
            struck = np.round(rng.choice(self.hits[:, 0], count) / FRAME_S).astype(int)
            columns = np.where(
                rng.random(count) < 0.12, struck + rng.integers(-1, 3, count), columns
            )
        return np.clip(columns, 0, len(self.maps) - 1), pitches


def batches(rng: np.random.Generator, sounds: list[Taught], layer: str):
    def batch() -> Batch:
        seen, wanted = [], []
        for k in rng.integers(0, len(sounds), _PIECES):
            sound = sounds[int(k)]
            columns, pitches = sound.cells(rng, _CELLS)
            looked = sound.padded if layer == "first" else sound.first
            assert looked is not None
            seen.append(looked.seen(columns, pitches))
            wanted.append(sound.wanted[columns, pitches - FIRST].astype(np.float32) / 255)
        return np.concatenate(seen), np.concatenate(wanted)

    return batch


def teach(sounds: list[Taught], steps: int, second: int, before: NoteNet | None, out: Path) -> None:
    """A net taught on `sounds`, written to `out` layer by layer; the second on `second` of them.

    It goes on from `before`, where there is one.
    """
    rng = np.random.default_rng(18)
    found: dict[str, np.ndarray] = dict(before.weights) if before else {}
    for layer, its in (("first", sounds), ("second", sounds[:: max(1, len(sounds) // second)])):
        if layer == "second":
            net = NoteNet(found)
            for n, sound in enumerate(its):
                sound.first = FirstSaid(net.first_said(sound.maps))
                if n % 50 == 0:
                    print("heard", n, "of", len(its), flush=True)
        weights = before.layer(layer) if before else started(rng, SIZES[layer], 0.05)
        weights = taught(
            weights, batches(rng, its, layer), steps, _RATE,
            lambda step, loss, layer=layer: print(layer, step, f"{loss:.4f}", flush=True), _WEIGH,
        )  # fmt: skip
        found |= {f"{layer}.{name}": value for name, value in weights.items()}
        np.savez(out, **{name: value.astype(np.float16) for name, value in found.items()})


def main() -> int:
    about = argparse.ArgumentParser(description=__doc__)
    about.add_argument("folder", type=Path)
    about.add_argument("out", type=Path)
    about.add_argument("--steps", type=int, default=4000)
    about.add_argument("--second", type=int, default=400, help="sounds of the second layer")
    about.add_argument("--before", type=Path, help="a net to go on from")
    asked = about.parse_args()
    files = sorted(asked.folder.glob("*.npz"))
    before = NoteNet.load(asked.before) if asked.before else None
    teach([Taught(path) for path in files], asked.steps, asked.second, before, asked.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
