"""Takes whose tempo changes, made of steady ones by a seed, and how well they are heard.

    python -m tools.train_hearing.changing FOLDER

FOLDER holds takes and `truth.json` (see `answers`). Each steady take with at least `LEAST_BEATS`
beats is played twice, as by a tape whose speed changes on a beat near its middle: once it steps,
once it slows down and comes back. Variants (PIECE__part__variant) are left out. It prints the mean F
of the beats within 70 ms, and the share of true beats that have one within 20 ms.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np

from daemon.hearing import hearing
from tools.train_hearing.answers import Known, known_takes

#: Beats that a take needs.
LEAST_BEATS = 24
#: Part of the take in which its tempo begins to change.
MIDDLE = (0.35, 0.65)
#: Least and most ratio of a step, up or down.
STEPS = (1.02, 1.25)
#: Least and most of the tempo that is left when it has slowed down.
SLOW = (0.65, 0.85)
#: Seconds within which a beat is right, and within which it is close.
RIGHT_S = 0.070
CLOSE_S = 0.020
KINDS = ("step", "slow")


def speeds(kind: str, beats: int, rng: np.random.Generator) -> np.ndarray:
    """The speed of the tape from each beat on (beats,): 1 until it changes."""
    found = np.ones(beats)
    at = int(beats * rng.uniform(*MIDDLE))
    ratio = float(np.exp(rng.choice([-1, 1]) * rng.uniform(*np.log(STEPS))))
    if kind == "step":
        found[at:] = ratio
        return found
    slow = rng.uniform(*SLOW)
    down, held = int(rng.integers(4, 9)), int(rng.integers(0, 4))
    back = np.linspace(slow, 1, int(rng.integers(1, 5)))
    dip = np.concatenate([np.linspace(1, slow, down), np.full(held, slow), back])[: beats - at]
    found[at : at + len(dip)] = dip
    return found


def played(
    audio: np.ndarray, sample_rate: int, beats_s: np.ndarray, speed: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """`audio` float32 (frames,) at a `speed` from each of `beats_s` (beats,) on, and its beats."""
    before_s = np.concatenate([[0.0], beats_s, [len(audio) / sample_rate]])
    gaps_s = np.diff(before_s) / np.concatenate([[1.0], speed])
    after_s = np.concatenate([[0.0], np.cumsum(gaps_s)])
    clock_s = np.arange(int(after_s[-1] * sample_rate)) / sample_rate
    place = np.interp(clock_s, after_s, before_s) * sample_rate
    low = np.clip(place.astype(int), 0, len(audio) - 2)
    part = (place - low).astype(np.float32)
    return audio[low] * (1 - part) + audio[low + 1] * part, after_s[1:-1]


def scores(heard_s: np.ndarray, true_s: np.ndarray) -> tuple[float, float]:
    """F of the beats `heard_s` (beats,), and the share of `true_s` (beats,) that have one close."""
    half_s = float(np.median(np.diff(true_s))) / 2
    heard_s = heard_s[(heard_s > true_s[0] - half_s) & (heard_s < true_s[-1] + half_s)]
    if not len(heard_s):
        return 0.0, 0.0
    away_s = np.abs(true_s[:, None] - heard_s[None, :]).min(axis=1)
    hits = int((away_s <= RIGHT_S).sum())
    return 2 * hits / (len(heard_s) + len(true_s)), float((away_s <= CLOSE_S).mean())


def _judged(take: Known, kind: str) -> tuple[float, float]:
    seed = int(hashlib.md5(f"{take.name} {kind}".encode()).hexdigest(), 16) % 2**32
    true_s = np.asarray(take.truth["beats_s"])
    speed = speeds(kind, len(true_s), np.random.default_rng(seed))
    audio, true_s = played(take.audio, take.sample_rate, true_s, speed)
    return scores(hearing.hear(audio, take.sample_rate).beats_s, true_s)


def main() -> int:
    takes = [
        take
        for take in known_takes("takes", Path(sys.argv[1]))
        if take.truth.get("tempo")
        and len(take.truth.get("beats_s") or []) >= LEAST_BEATS
        and take.name.count("__") <= 2
    ]
    for kind in KINDS:
        right, close = np.mean([_judged(take, kind) for take in takes], axis=0)
        print(f"{kind}: {len(takes)} takes, F {right:.3f}, within 20 ms {close:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
