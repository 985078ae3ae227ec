"""Two drum networks side by side as one, whose answer lies between theirs: they err apart.

    python -m tools.train_notes.joined ONE.npz OTHER.npz JOINED.npz

A network of fewer columns of levels (`drums.npz` before it looked 270 ms ahead) is taken too.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from daemon.hearing.drum_net import BANDS, INPUTS, LEVELS_AT, RISE_AT, DrumNet

#: Columns of levels that a network of so many inputs looks at.
_FEWER_AT = (-4, -3, -2, -1, 0, 1, 2, 3, 5, 8)
#: The other's share of the answer.
_SHARE = 0.55


def joined(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The weights of both, three layers each."""
    return side_by_side({**one, "0": _widened(one["0"])}, other, _SHARE)


def side_by_side(
    one: dict[str, np.ndarray], other: dict[str, np.ndarray], share: float
) -> dict[str, np.ndarray]:
    """Two networks of three layers and the same inputs as one: the other has `share` of a say."""
    found = {"2.bias": (1 - share) * one["2.bias"] + share * other["2.bias"]}
    found["0"] = np.concatenate([one["0"], other["0"]], axis=1)
    (a, b), (c, d) = one["1"].shape, other["1"].shape
    found["1"] = np.block([[one["1"], np.zeros((a, d))], [np.zeros((c, b)), other["1"]]])
    found["2"] = np.concatenate([(1 - share) * one["2"], share * other["2"]])
    for layer in ("0", "1"):
        found[f"{layer}.bias"] = np.concatenate([one[f"{layer}.bias"], other[f"{layer}.bias"]])
    return found


def _widened(first: np.ndarray) -> np.ndarray:
    """A first layer of all inputs: those that it did not have count nothing."""
    if len(first) == INPUTS:
        return first
    at = [LEVELS_AT.index(column) * BANDS for column in _FEWER_AT]
    rows = [start + band for start in at for band in range(BANDS)]
    rises = len(LEVELS_AT) * BANDS
    rows += range(rises, rises + len(RISE_AT) * BANDS)
    out = np.zeros((INPUTS, first.shape[1]), np.float32)
    out[rows] = first
    return out


def main() -> int:
    one, other, out = (Path(argument) for argument in sys.argv[1:4])
    weights = joined(DrumNet.load(one).weights, DrumNet.load(other).weights)
    np.savez(
        out,
        allow_pickle=False,
        **{name: value.astype(np.float16) for name, value in weights.items()},
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
