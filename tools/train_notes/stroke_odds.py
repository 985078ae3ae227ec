r"""What a drum's odds are worth beside all else that is heard (`daemon/hearing/stroke_odds.npz`).

    python -m tools.train_notes.stroke_odds BANK.npz daemon/hearing/stroke_odds.npz \
        --more KITS.npz --count 80

Loops of the musician, and their drums once more on kits that the network learnt from, on kits of
`--more` that it never heard, and on a kit that lacks one of the drums; each alone, in the mix, and
that behind a low-pass; and the loops without drums. Moments that the network takes for strokes,
however doubtful, are right where a stroke is within 50 ms; of two the likelier is. Boosted trees
learn to tell them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy import signal

from daemon.hearing.attacks_beside import Attacks
from daemon.hearing.drum_net import ROLES, drum_net, role_of
from daemon.hearing.log_spectra import FRAME_S, RATE, quick_of
from daemon.hearing.stroke_odds import WEIGHED, seen
from daemon.hearing.strokes import loudness_of_drum, moments_of
from tools.train_hearing.music import Bank
from tools.train_notes.pieces import on_kit, played
from tools.train_notes.trees import Growth, grown
from tools.train_separator.mixes import split_kits

#: Seeds from here on, that nothing else is taught or judged by.
_FIRST_SEED = 900_000
_TOLERANCE_S, _LOW_PASS_HZ = 0.05, 6000
#: s of a loop's own other end that are heard before and after it.
_AROUND_S = 2.0
_GROWTH = Growth(count=150)


def main() -> int:
    about = argparse.ArgumentParser(description=__doc__)
    about.add_argument("bank", type=Path)
    about.add_argument("out", type=Path)
    about.add_argument("--more", type=Path, action="append", default=[])
    about.add_argument("--count", type=int, default=80)
    asked = about.parse_args()
    known = split_kits(Bank.load(asked.bank), held_out=False)
    strange = [Bank.load(path) for path in asked.more]
    rows: dict[str, list[np.ndarray]] = {role: [] for role in WEIGHED}
    right: dict[str, list[np.ndarray]] = {role: [] for role in WEIGHED}
    for seed in range(_FIRST_SEED, _FIRST_SEED + asked.count):
        for sound, strokes in _sounds(seed, known, strange):
            for role, own in _moments(sound).items():
                at_s, odds, found = own
                rows[role].append(found)
                right[role].append(_are_right(at_s, odds, strokes.get(role, [])))
    stored: dict[str, np.ndarray] = {}
    for role in WEIGHED:
        # a sound with many moments counts for more, but not as much as it has more
        share = np.concatenate([np.full(len(one), max(1, len(one)) ** -0.5) for one in right[role]])
        are = np.concatenate(right[role])
        trees = grown(np.concatenate(rows[role]), are, share / share.mean(), _GROWTH, 19)
        print(f"{role}: {len(are)} moments, {are.mean():.2f} are right", flush=True)
        stored |= trees.arrays(role)
    np.savez_compressed(asked.out, allow_pickle=False, **stored)
    return 0


def _sounds(
    seed: int, known: Bank, strange: list[Bank]
) -> Iterator[tuple[np.ndarray, dict[str, list[float]]]]:
    """float32 (frames,) at `RATE`, loops, and the strokes in s by role."""
    rng = np.random.default_rng([19, seed])
    piece = played(rng, seed)
    strokes = piece.notes.get("drums", np.zeros((0, 4)))
    if not len(strokes):
        return
    own = piece.stems["drums"]
    others = sum(stem for part, stem in piece.stems.items() if part != "drums")
    low = signal.butter(4, _LOW_PASS_HZ, fs=RATE, output="sos")
    found = [(own, strokes), _on_kit(rng, strokes, known, own)]
    if strange:
        found.append(_on_kit(rng, strokes, strange[seed % len(strange)], own))
    lacks = WEIGHED[int(rng.integers(len(WEIGHED)))]
    rows = [row for row in strokes if role_of(int(row[2])) != lacks]
    kits = [known, *strange][int(rng.integers(1 + len(strange)))]
    found.append(_on_kit(rng, np.array(rows).reshape(-1, 4), kits, own))
    for drums, notes in found:
        by_role: dict[str, list[float]] = {}
        for at_s, _, pitch, _ in notes:
            by_role.setdefault(role_of(int(pitch)), []).append(float(at_s))
        mix = np.asarray(drums + others, np.float32)
        for one in (drums, mix, signal.sosfilt(low, mix).astype(np.float32)):
            yield one, by_role
    if np.any(others):
        yield np.asarray(others, np.float32), {}


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
    around = round(_AROUND_S * RATE)
    quick = quick_of(np.take(sound, np.arange(-around, len(sound) + around), mode="wrap"))
    odds = drum_net().heard(quick)
    moments = [moments_of(odds, row) for row in range(len(ROLES))]
    attacks = Attacks.of(odds, quick, np.concatenate(moments))
    found = {}
    for row, (role, columns) in enumerate(zip(ROLES, moments, strict=True)):
        if role in WEIGHED and len(columns):
            what = seen(odds, row, columns, loudness_of_drum(quick, columns, role), attacks)
            at_s = columns * FRAME_S - _AROUND_S
            inside = (at_s > -_TOLERANCE_S) & (at_s < len(sound) / RATE - _TOLERANCE_S)
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


if __name__ == "__main__":
    sys.exit(main())
