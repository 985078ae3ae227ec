"""Fit what the note network's odds are worth beside how the pitch sounds (`note_odds.npz`).

    python -m tools.train_notes.note_odds PIECES daemon/notes/note_odds.npz

PIECES is a folder of sounds with their notes (`pieces`, `bands`, `tracker`), that the network was
not taught on. Beginnings that it takes for notes, however doubtful, are right where a note of that
pitch begins within 50 ms; of two the likelier is. Weights by logistic regression, each sound
counting by the root of its beginnings; then the constant is moved, so that a half is where F is
best. Printed is F by threshold, of all and of each maker's sounds by weights that the other makers'
gave.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import optimize

from daemon.hearing.drum_net import drum_net
from daemon.hearing.log_spectra import FRAME_S, Maps, levels_db
from daemon.hearing.peaks import peaks
from daemon.notes.heard_notes import NOTE_APART, loudness_of_notes
from daemon.notes.listeners import LISTENERS, note_net
from daemon.notes.note_net import FIRST
from daemon.notes.note_odds import seen

_TOLERANCE_S = 0.05
#: Odds at which the mean F is best, of sounds without drums as they are and of those with drums
#: heard twice (`drumless.py`).
_EVEN = 0.4
#: Fewest notes of a sound that is learnt from, how far weights are held to nought, and thresholds.
_FEWEST, _HELD = 5, 1e-4
_SURE = (0.3, 0.4, 0.45, 0.5, 0.55, 0.6)


@dataclass(frozen=True)
class Sound:
    """Who made it, what is seen of its beginnings, which of them are right, and its notes' count."""

    maker: str
    seen: np.ndarray
    right: np.ndarray
    notes: int


def sound_of(path: Path) -> Sound | None:
    """What the networks hear of a stored sound; None where it has few notes."""
    stored = np.load(path)
    notes = stored["notes"]
    if len(notes) < _FEWEST:
        return None
    maps = Maps(stored["sharp"], stored["quick"])
    odds = note_net().heard(maps, drum_net().heard(maps.quick))
    columns, rows = np.nonzero(peaks(odds[:, :, 0], NOTE_APART, LISTENERS["own"].least))
    if not len(columns):
        return None
    levels = levels_db(maps.quick)
    loud = loudness_of_notes(levels, columns, rows)
    right = _are_right(columns, rows, odds[columns, rows, 0], notes)
    maker = path.stem.partition("_")[0] if "_" in path.stem else "musician"
    return Sound(maker, seen(odds, columns, rows, loud), right, len(notes))


def _are_right(
    columns: np.ndarray, rows: np.ndarray, odds: np.ndarray, notes: np.ndarray
) -> np.ndarray:
    """1 for each beginning that is a note's, the likeliest first; 0 for the others."""
    right = np.zeros(len(columns))
    free: dict[int, list[float]] = defaultdict(list)
    for start_s, _, pitch, _ in notes:
        free[round(float(pitch)) - FIRST].append(float(start_s))
    for k in np.argsort(-odds):
        own, at_s = free[int(rows[k])], columns[k] * FRAME_S
        nearest = min(own, key=lambda start_s: abs(start_s - at_s), default=None)
        if nearest is not None and abs(nearest - at_s) <= _TOLERANCE_S:
            right[k] = 1
            own.remove(nearest)
    return right


def fitted(sounds: Sequence[Sound]) -> np.ndarray:
    """The weights of logistic regression, a constant last."""
    x = np.concatenate([np.column_stack([s.seen, np.ones(len(s.seen))]) for s in sounds])
    right = np.concatenate([s.right for s in sounds])
    each = np.concatenate([np.full(len(s.right), len(s.right) ** -0.5) for s in sounds])
    each /= each.sum()

    def loss(own: np.ndarray) -> tuple[float, np.ndarray]:
        z = x @ own
        wrong = each * (1 / (1 + np.exp(-z)) - right)
        value = float((each * (np.logaddexp(0, z) - right * z)).sum())
        return value + _HELD * float((own**2).sum()), x.T @ wrong + 2 * _HELD * own

    found = np.asarray(optimize.minimize(loss, np.zeros(x.shape[1]), jac=True).x)
    found[-1] -= np.log(_EVEN / (1 - _EVEN))
    return found


def table(sounds: list[Sound], own: np.ndarray) -> str:
    """The mean F by threshold."""
    rows = []
    for sound in sounds:
        likely = 1 / (1 + np.exp(-sound.seen @ own[:-1] - own[-1]))
        kept = [likely >= sure for sure in _SURE]
        rows.append([2 * sound.right[k].sum() / (k.sum() + sound.notes) for k in kept])
    means = np.mean(rows, axis=0)
    return "  ".join(f"{sure:g}: {f:.3f}" for sure, f in zip(_SURE, means, strict=True))


def main() -> int:
    about = argparse.ArgumentParser(description=__doc__)
    about.add_argument("folder", type=Path)
    about.add_argument("out", type=Path)
    asked = about.parse_args()
    sounds = [s for path in sorted(asked.folder.glob("*.npz")) if (s := sound_of(path))]
    for maker in sorted({sound.maker for sound in sounds}):
        others = fitted([sound for sound in sounds if sound.maker != maker])
        of_maker = [sound for sound in sounds if sound.maker == maker]
        print(f"{maker:<20}{table(of_maker, others)}  ({len(of_maker)} sounds, by the others)")
    own = fitted(sounds)
    print(f"{'all':<20}{table(sounds, own)}  weights {np.round(own, 2)}")
    np.savez(asked.out, allow_pickle=False, notes=own.astype(np.float32))
    return 0


if __name__ == "__main__":
    sys.exit(main())
