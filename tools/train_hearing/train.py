"""Training of the judges: which of the hearing's candidate beginnings is the bar's.

A judge is the sum of two small nets: one for the bar's sound, one for the signs of a loop's joint.
Made-up music misleads the first more than the second, so the first weighs less (`SOUND`).
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from daemon.hearing.bar_features import FEATURES
from daemon.hearing.loop_joint import SIGNS

#: Hidden units of the two nets.
SOUND_HIDDEN = 32
JOINT_HIDDEN = 16
#: Judges of an ensemble, by seed.
JUDGES = 3
#: Weight of the sound's net in the stored judges.
SOUND = 0.62
#: Standard deviation in s of a right beginning.
NEAR_S = 0.006
#: Target of another bar than the joint's, in a unit of several bars.
OTHER_BAR = 0.35
#: Training by Adam: passes, takes a step, first learning rate, weight decay.
EPOCHS = 16
BATCH = 32
RATE = 2e-3
DECAY = 0.05
#: Dropout of one feature of the sound, and of all signs of a joint.
HIDE_SOUND = 0.15
HIDE_JOINT = 0.25


@dataclass
class Judge:
    """Weights (features, hidden) to the hidden units, bias, output, a bypass (features,)."""

    hidden: np.ndarray
    bias: np.ndarray
    out: np.ndarray
    direct: np.ndarray

    @classmethod
    def new(cls, features: int, rng: np.random.Generator, like: Judge | None = None) -> Judge:
        """Random weights, or those of a judge of longer bars, as far as this bar reaches."""
        if like is not None:
            kept = features - SIGNS
            direct = np.concatenate([like.direct[:kept], like.direct[-SIGNS:]])
            return cls(
                np.vstack([like.hidden[:kept], like.hidden[-SIGNS:]]),
                like.bias.copy(),
                like.out.copy(),
                direct,
            )
        width = SOUND_HIDDEN + JOINT_HIDDEN
        hidden = rng.standard_normal((features, width)) / np.sqrt(features) * apart(features)
        hidden[-SIGNS:] *= 3
        return cls(
            hidden,
            np.zeros(width),
            rng.standard_normal(width) / np.sqrt(width) * 0.5,
            np.zeros(features),
        )

    @property
    def weights(self) -> list[np.ndarray]:
        return [self.hidden, self.bias, self.out, self.direct]


def apart(features: int) -> np.ndarray:
    """The mask of the weights: units of the sound see no joint, and the other way round."""
    mask = np.zeros((features, SOUND_HIDDEN + JOINT_HIDDEN))
    mask[:-SIGNS, :SOUND_HIDDEN] = 1
    mask[-SIGNS:, SOUND_HIDDEN:] = 1
    return mask


def train(stored: dict[str, np.ndarray], seed: int, like: Judge | None = None) -> Judge:
    """Cross-entropy over the beginnings of each take, by Adam with weight decay."""
    rng = np.random.default_rng(seed)
    features = stored["X"]
    counts = stored["n"]
    wanted = np.maximum(_near(stored["es"]), OTHER_BAR * _near(stored["ed"]))
    ends = np.cumsum(counts)
    takes = [slice(end - count, end) for count, end in zip(counts, ends, strict=True)]
    takes = [take for take in takes if wanted[take].sum() > 0.05]
    judge = Judge.new(features.shape[1], rng, like)
    mask = apart(features.shape[1])
    decay = np.where(np.arange(features.shape[1]) < features.shape[1] - SIGNS, 1.0, 0.1)
    slow, fast = [[np.zeros_like(weight) for weight in judge.weights] for _ in range(2)]
    step = 0
    epochs, rate = (EPOCHS, RATE) if like is None else (EPOCHS // 2, RATE / 2)
    for epoch in range(epochs):
        rng.shuffle(takes)
        pace = rate / 2 * (1 + np.cos(np.pi * epoch / epochs))
        for begin in range(0, len(takes), BATCH):
            batch = takes[begin : begin + BATCH]
            group = np.repeat(np.arange(len(batch)), [take.stop - take.start for take in batch])
            seen = _hidden(
                np.concatenate([features[take] for take in batch]).astype(float), group, rng
            )
            right = np.concatenate([wanted[take] for take in batch])
            step += 1
            slopes = _slopes(judge, seen, right / np.bincount(group, right)[group], group, mask)
            for k, (weight, slope) in enumerate(zip(judge.weights, slopes, strict=True)):
                slow[k] = 0.9 * slow[k] + 0.1 * slope
                fast[k] = 0.999 * fast[k] + 0.001 * slope**2
                move = slow[k] / (1 - 0.9**step) / (np.sqrt(fast[k] / (1 - 0.999**step)) + 1e-8)
                if weight is judge.hidden:
                    move = move + DECAY * weight * decay[:, None]
                elif weight is judge.direct:
                    move = move + DECAY * weight * decay
                weight -= pace * move
    return judge


def _near(away_s: np.ndarray) -> np.ndarray:
    return np.exp(-0.5 * (away_s / NEAR_S) ** 2) * (np.abs(away_s) < 0.02)


def _hidden(seen: np.ndarray, group: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The features of a batch after dropout, take by take."""
    takes = group[-1] + 1
    sound = (
        seen[:, :-SIGNS].reshape(len(seen), -1, FEATURES)
        * (rng.random((takes, FEATURES)) > HIDE_SOUND)[group][:, None, :]
    )
    joint = seen[:, -SIGNS:] * (rng.random((takes, 1)) > HIDE_JOINT)[group]
    return np.hstack([sound.reshape(len(seen), -1), joint])


def _slopes(
    judge: Judge, seen: np.ndarray, right: np.ndarray, group: np.ndarray, mask: np.ndarray
) -> list[np.ndarray]:
    """The gradient of the mean cross-entropy for each of the judge's weights."""
    active = np.tanh(seen @ judge.hidden + judge.bias)
    score = active @ judge.out + seen @ judge.direct
    top = np.full(group[-1] + 1, -np.inf)
    np.maximum.at(top, group, score)
    belief = np.exp(score - top[group])
    belief /= np.bincount(group, belief)[group]
    wrong = (belief - right) / (group[-1] + 1)
    back = wrong[:, None] * judge.out * (1 - active**2)
    return [(seen.T @ back) * mask, back.sum(axis=0), active.T @ wrong, seen.T @ wrong]


def stored_weights(judge: Judge) -> dict[str, np.ndarray]:
    """The weights as the hearing loads them, with the sound weighed by `SOUND`."""
    out = judge.out.copy()
    direct = judge.direct.copy()
    out[:SOUND_HIDDEN] *= SOUND
    direct[:-SIGNS] *= SOUND
    weights = {"hidden": judge.hidden, "bias": judge.bias, "out": out, "direct": direct}
    return {name: weight.astype(np.float16) for name, weight in weights.items()}


def main() -> int:
    out, *named = sys.argv[1:]
    weights: dict[str, np.ndarray] = {}
    first: list[Judge] = []
    for name, path in (pair.split("=") for pair in named):
        stored = dict(np.load(Path(path)))
        judges = [train(stored, seed, first[seed] if first else None) for seed in range(JUDGES)]
        first = first or judges
        for seed, judge in enumerate(judges):
            weights |= {
                f"{name}{seed}_{part}": weight for part, weight in stored_weights(judge).items()
            }
    np.savez_compressed(out, allow_pickle=False, **weights)
    return 0


if __name__ == "__main__":
    sys.exit(main())
