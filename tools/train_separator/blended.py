"""A network between two: one, and what further teaching made of it.

    python -m tools.train_separator.blended BEFORE.npz TAUGHT.npz 0.5 OUT.npz

Weights that lie between the two keep what the first knew of kits that the second never heard, and
have most of what it learnt (Wortsman and others 2022, "Robust fine-tuning of zero-shot models").
What the first has not, as a layer or a cue, counts as nought there. For drum networks of
`tools.train_notes` too.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

import numpy as np


def blended(
    before: Mapping[str, np.ndarray], taught: Mapping[str, np.ndarray], share: float
) -> dict[str, np.ndarray]:
    """The weights, float16, `share` of the way from the first to the second."""
    out = {}
    for name, value in taught.items():
        if value.dtype.kind != "f" or name.endswith("dilation"):
            out[name] = value
            continue
        own = before.get(name, np.zeros_like(value)).astype(np.float32)
        room = [(0, new - old) for new, old in zip(value.shape, own.shape, strict=True)]
        mix = (1 - share) * np.pad(own, room) + share * value.astype(np.float32)
        out[name] = mix.astype(np.float16)
    return out


def main() -> int:
    before, taught, share, out = sys.argv[1:]
    np.savez(out, allow_pickle=False, **blended(np.load(before), np.load(taught), float(share)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
