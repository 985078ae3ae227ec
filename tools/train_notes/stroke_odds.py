"""Fit what a drum's odds are worth beside all else that is heard (`daemon/hearing/stroke_odds.npz`).

    python -m tools.train_notes.stroke_odds BANK.npz daemon/hearing/stroke_odds.npz --count 60

Loops of the musician, and their drums once more on kits that may be learnt from, each alone, in the
mix, and that behind a low-pass; every other loop also on a kit that lacks one of the drums. Moments that the drums' network takes for strokes, however doubtful,
are right where a stroke is within 50 ms; of two the likelier is. Weights by logistic regression.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy import optimize, signal

from daemon.hearing.drum_net import ROLES, drum_net, role_of
from daemon.hearing.log_spectra import FRAME_S, RATE
from daemon.hearing.stroke_odds import seen
from daemon.hearing.strokes import loudness_of_drum, moments_of
from daemon.notes.listen import Ear
from tools.train_hearing.music import Bank
from tools.train_notes.pieces import on_kit, played
from tools.train_separator.mixes import split_kits

#: Drums that are weighed: of the others too few are struck to learn from.
_WEIGHED = ("kick", "snare", "hats")
#: Seeds from here on, that nothing else is taught or judged by.
_FIRST_SEED = 900_000
_TOLERANCE_S, _LOW_PASS_HZ = 0.05, 6000
#: How far weights are held to nought.
_HELD = 1e-3


def main() -> int:
    about = argparse.ArgumentParser(description=__doc__)
    about.add_argument("bank", type=Path)
    about.add_argument("out", type=Path)
    about.add_argument("--count", type=int, default=60)
    asked = about.parse_args()
    kits = split_kits(Bank.load(asked.bank), held_out=False)
    rows: dict[str, list[np.ndarray]] = {role: [] for role in _WEIGHED}
    right: dict[str, list[np.ndarray]] = {role: [] for role in _WEIGHED}
    for seed in range(_FIRST_SEED, _FIRST_SEED + asked.count):
        for sound, strokes in _sounds(seed, kits):
            for role, own in _moments(sound).items():
                at_s, odds, found = own
                rows[role].append(found)
                right[role].append(_are_right(at_s, odds, strokes.get(role, [])))
    fits = {
        role: _fit(np.concatenate(rows[role]), np.concatenate(right[role])) for role in _WEIGHED
    }
    for role, fit in fits.items():
        print(role, np.round(fit, 2), f"{np.concatenate(right[role]).mean():.2f} are right")
    stored = {role: fit.astype(np.float32) for role, fit in fits.items()}
    np.savez(asked.out, allow_pickle=False, **stored)
    return 0


def _sounds(seed: int, kits: Bank) -> Iterator[tuple[np.ndarray, dict[str, list[float]]]]:
    """float32 (frames,) at `RATE`, loops, and the strokes in s by role."""
    rng = np.random.default_rng([19, seed])
    piece = played(rng, seed)
    strokes = piece.notes.get("drums", np.zeros((0, 4)))
    if not len(strokes):
        return
    own = piece.stems["drums"]
    others = sum(stem for part, stem in piece.stems.items() if part != "drums")
    low = signal.butter(4, _LOW_PASS_HZ, fs=RATE, output="sos")
    found = [(own, strokes), _on_kit(rng, strokes, kits, own)]
    if seed % 2:
        lacks = _WEIGHED[seed // 2 % len(_WEIGHED)]
        rows = [row for row in strokes if role_of(int(row[2])) != lacks]
        found.append(_on_kit(rng, np.array(rows).reshape(-1, 4), kits, own))
    for drums, notes in found:
        by_role: dict[str, list[float]] = {}
        for at_s, _, pitch, _ in notes:
            by_role.setdefault(role_of(int(pitch)), []).append(float(at_s))
        mix = np.asarray(drums + others, np.float32)
        for one in (drums, mix, signal.sosfilt(low, mix).astype(np.float32)):
            yield one, by_role


def _on_kit(
    rng: np.random.Generator, strokes: np.ndarray, kits: Bank, own: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """A loop on a kit, as long and loud as `own`, float32 (frames,), and those strokes it has."""
    sound, kept = on_kit(rng, strokes, kits)
    around = np.pad(sound, (0, 2 * len(own)))[: 2 * len(own)].reshape(2, len(own)).sum(axis=0)
    around *= np.sqrt((own**2).mean() / ((around**2).mean() + 1e-12))
    return around.astype(np.float32), kept


def _moments(sound: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Role -> times in s, odds, and what is weighed of each moment."""
    ear = Ear.of(sound, is_loop=True)
    odds = drum_net().heard(ear.maps.quick)
    found = {}
    for row, role in enumerate(ROLES):
        columns = moments_of(odds, row)
        if role in _WEIGHED and len(columns):
            what = seen(odds, row, columns, loudness_of_drum(ear.maps.quick, columns, role))
            at_s = columns * FRAME_S - ear.around_s
            inside = (at_s > -_TOLERANCE_S) & (at_s < ear.length_s - _TOLERANCE_S)
            found[role] = at_s[inside], odds[columns, row][inside], what[inside]
    return found


def _are_right(at_s: np.ndarray, odds: np.ndarray, strokes: list[float]) -> np.ndarray:
    """1 for each moment that is a stroke, the likeliest first; 0 for the others."""
    right, free = np.zeros(len(at_s)), list(strokes)
    for k in np.argsort(-odds):
        near = [stroke for stroke in free if abs(stroke - at_s[k]) <= _TOLERANCE_S]
        if near:
            right[k] = 1
            nearest = min(near, key=lambda stroke: abs(stroke - at_s[k]))
            # two sounds of one role at one time are one stroke
            free = [stroke for stroke in free if abs(stroke - nearest) > 0.03]
    return right


def _fit(rows: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The weights of logistic regression, a constant last."""
    x = np.column_stack([rows, np.ones(len(rows))])

    def loss(own: np.ndarray) -> tuple[float, np.ndarray]:
        z = x @ own
        wrong = 1 / (1 + np.exp(-z)) - right
        value = np.logaddexp(0, z) - right * z
        return float(value.mean() + _HELD * (own**2).sum()), x.T @ wrong / len(x) + 2 * _HELD * own

    return np.asarray(optimize.minimize(loss, np.zeros(x.shape[1]), jac=True).x)


if __name__ == "__main__":
    sys.exit(main())
