"""A kit cut out of drums with known pieces: are its sounds what their roles say, and whole?

The drums are drawn patterns on sampled kits that no training heard (`--bank BANK.npz` of
`tools/train_hearing/bank.py`), taken apart piece by piece by our own network and cut as
`split --into kit` does. A sound is right where its piece is struck at its start and has a third of
what sounds there; it is a tail where nothing is struck there; it is cut short where it ends before
the next stroke though a tenth of its peak still sounds.

    python -m benchmarks.kits --bank BANK.npz --count 24
"""

from __future__ import annotations

import argparse
from collections import Counter
from itertools import chain
from pathlib import Path

import numpy as np

from benchmarks.apart import FIRST_SEED
from daemon.audio.sound import mixed
from daemon.parts import own
from daemon.parts.kit import ROLES, Shot, cut_kit
from tools.train_hearing.music import RATE, Bank
from tools.train_separator.mixes import DRUMS, made, pieces_of, split_kits

#: s of a strike, and between what begins together; s that a sound is looked at.
_STRIKE_S, _TOGETHER_S, _LOOKED_AT_S = 0.06, 0.03, 0.4
#: dB by which a piece alone grows at its stroke, over 5 ms, and dB below its peak of the softest.
_RISE_DB, _SOFTEST_DB = 6.0, -30.0


def compare(count: int, bank: Path) -> None:
    kits = split_kits(Bank.load(bank), held_out=True)
    found: Counter[str] = Counter()
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        rng = np.random.default_rng([16, seed])
        sounds = pieces_of(rng, made(rng, kits))
        pieces = {name: mixed(sound) for name, sound in sounds.items() if name in DRUMS}
        drums = np.sum([sounds[name] for name in pieces], axis=0).astype(np.float32)
        found.update(_judged(pieces, drums))
    shots = found["shots"]
    print(f"{shots} sounds: {found['right'] / shots:.0%} right, {found['tail'] / shots:.0%} tails,")
    print(f"{found['short'] / shots:.0%} cut short; of the pieces", end=" ")
    print(f"{found['had']} of {found['pieces']} have a sound")


def _judged(pieces: dict[str, np.ndarray], drums: np.ndarray) -> Counter[str]:
    loudest = float(np.abs(drums).max())
    strokes = {
        name: _strokes(sound)
        for name, sound in pieces.items()
        if np.abs(sound).max() > 0.02 * loudest
    }
    found: Counter[str] = Counter()
    right = set()
    for shot in cut_kit(drums, own.separate("drums", drums, RATE, is_loop=False), RATE):
        verdict, name = _verdict(shot, pieces, strokes)
        found.update(["shots", verdict])
        if verdict == "right":
            right.add(name)
        found["short"] += _is_short(shot, mixed(drums), sorted(chain(*strokes.values())))
    return found + Counter(pieces=len(strokes), had=len(right))


def _strokes(sound: np.ndarray) -> list[int]:
    """Frames at which a piece that sounds alone is struck."""
    hop = round(0.005 * RATE)
    count = len(sound) // hop
    level = np.abs(sound[: count * hop]).reshape(count, hop).max(axis=1)
    level_db = 20 * np.log10(level + 1e-7)
    found: list[int] = []
    for at in range(count):
        before = level_db[max(0, at - 6) : at].max(initial=-140)
        is_new = not found or at * hop - found[-1] > 2 * _TOGETHER_S * RATE
        if level_db[at] > max(level_db.max() + _SOFTEST_DB, before + _RISE_DB) and is_new:
            found.append(at * hop)
    return found


def _verdict(
    shot: Shot, pieces: dict[str, np.ndarray], strokes: dict[str, list[int]]
) -> tuple[str, str]:
    at, strike = round(shot.at_s * RATE), round(_STRIKE_S * RATE)
    near = [
        name
        for name, starts in strokes.items()
        if any(abs(start - at) < _TOGETHER_S * RATE for start in starts)
    ]
    if not near:
        return "tail", ""
    power = {
        name: float((sound[at : at + strike].astype(np.float64) ** 2).sum())
        for name, sound in pieces.items()
    }
    name = next(piece for piece, role in ROLES.items() if role == shot.role)
    is_right = name in near and power[name] >= sum(power.values()) / 3
    return ("right" if is_right else "wrong"), name


def _is_short(shot: Shot, mono: np.ndarray, strokes: list[int]) -> bool:
    at = round(shot.at_s * RATE)
    following = next((one for one in strokes if one > at + _TOGETHER_S * RATE), len(mono))
    wanted = min(following - at, round(_LOOKED_AT_S * RATE))
    rest = np.abs(mono[at + len(shot.audio) : at + wanted]).max(initial=0)
    peak = np.abs(mono[at : at + round(_STRIKE_S * RATE)]).max()
    return not shot.from_piece and len(shot.audio) < 0.7 * wanted and bool(rest > 0.1 * peak)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bank", type=Path, required=True)
    parser.add_argument("--count", type=int, default=24)
    asked = parser.parse_args()
    compare(asked.count, asked.bank)


if __name__ == "__main__":
    main()
