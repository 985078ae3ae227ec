"""Teach the judge of drums (`daemon/hearing/struck.npz`) on the sounds that `sounds` stored.

python -m tools.train_struck.teach SOUNDS daemon/hearing/struck.npz --steps 3000

With `--ear` only the judge of the whole is taught anew.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from daemon.hearing.attacks_seen import SEEN
from daemon.hearing.struck import POOLED, SAID, pooled
from daemon.models.layers import answer
from daemon.models.weights import read_weights
from tools.train_notes.learn import Batch, started, taught

_ATTACK, _WHOLE = (SEEN, 64, 32, SAID), (POOLED, 24, SAID - 1)
_CELLS, _RATE = 512, 2e-3
#: Noise on what is seen of an attack, and on what is pooled: few sounds are many.
_NOISE, _POOLED_NOISE = 0.05, 0.08


@dataclass(frozen=True)
class Taught:
    """A sound: what is seen of its attacks, what they are (attacks, SAID), what it holds."""

    kind: str
    seen: np.ndarray
    are: np.ndarray
    holds: np.ndarray
    length_s: float


def read(files: list[Path]) -> list[Taught]:
    """The sounds of stored batches that have attacks."""
    found = []
    for path in files:
        with np.load(path) as stored:
            for n in range(len({name.split(".")[0] for name in stored})):
                seen = stored[f"{n}.seen"].astype(np.float32)
                if len(seen):
                    found.append(
                        Taught(
                            str(stored[f"{n}.kind"]), seen, stored[f"{n}.are"].astype(np.float32),
                            stored[f"{n}.holds"].astype(np.float32), float(stored[f"{n}.length_s"]),
                        )
                    )  # fmt: skip
    return found


def attacks_taught(sounds: list[Taught], steps: int, seed: int) -> dict[str, np.ndarray]:
    """The weights that say what an attack is."""
    rng = np.random.default_rng(seed)
    seen = np.concatenate([one.seen for one in sounds])
    are = np.concatenate([one.are for one in sounds])
    # a sound with many attacks counts for more, but not as much as it has more
    share = np.cumsum(np.concatenate([np.full(len(s.seen), len(s.seen) ** -0.5) for s in sounds]))

    def batch() -> Batch:
        k = np.searchsorted(share, rng.random(_CELLS) * share[-1]).clip(0, len(seen) - 1)
        noise = rng.standard_normal((_CELLS, SEEN), np.float32)
        return seen[k] + np.float32(_NOISE) * noise, are[k]

    return taught(started(rng, _ATTACK, 0.1), batch, steps, _RATE, _tell)


def whole_taught(
    rows: np.ndarray, holds: np.ndarray, steps: int, seed: int
) -> dict[str, np.ndarray]:
    """The weights that say of pooled `rows` what a sound `holds`."""
    rng = np.random.default_rng(seed)

    def batch() -> Batch:
        k = rng.integers(0, len(rows), 128)
        noise = rng.standard_normal((len(k), POOLED), np.float32)
        return rows[k] + np.float32(_POOLED_NOISE) * noise, holds[k]

    return taught(started(rng, _WHOLE, 0.4), batch, steps, _RATE, _tell)


def _tell(step: int, loss: float) -> None:
    if step % 500 == 0:
        print(step, f"{loss:.4f}", flush=True)


def teach(
    sounds: list[Taught], steps: int, out: Path, ear: dict[str, np.ndarray] | None = None
) -> None:
    """Both nets; the first as it is in `ear`, where that is given, whose lessons were others.

    The second learns of attacks as a net says them that was not taught the sound; of what it says
    only whether there are drums is kept.
    """
    halves = [sounds[0::2], sounds[1::2]]
    if ear:
        others = [ear, ear]
    else:
        others = [attacks_taught(half, steps // 2, 180) for half in reversed(halves)]
    rows, holds = [], []
    for half, weights in zip(halves, others, strict=True):
        for one in half:
            rows.append(pooled(answer(weights, one.seen), one.length_s))
            holds.append(one.holds)
    attack = ear or attacks_taught(sounds, steps, 181)
    whole = whole_taught(np.array(rows), np.array(holds), steps, 182)
    last = f"{len(_WHOLE) - 2}"
    whole |= {last: whole[last][:, :1], f"{last}.bias": whole[f"{last}.bias"][:1]}
    both = {f"attack.{k}": v for k, v in attack.items()}
    both |= {f"whole.{k}": v for k, v in whole.items()}
    np.savez(out, allow_pickle=False, **{k: v.astype(np.float16) for k, v in both.items()})


def main() -> int:
    about = argparse.ArgumentParser(description=__doc__)
    about.add_argument("folder", type=Path)
    about.add_argument("out", type=Path)
    about.add_argument("--steps", type=int, default=3000)
    about.add_argument("--ear", type=Path, help="a stored net whose ear for attacks is kept")
    asked = about.parse_args()
    ear = None
    if asked.ear:
        stored = read_weights(asked.ear)
        ear = {k.removeprefix("attack."): v for k, v in stored.items() if k.startswith("attack.")}
    teach(read(sorted(asked.folder.glob("*.npz"))), asked.steps, asked.out, ear)
    return 0


if __name__ == "__main__":
    sys.exit(main())
