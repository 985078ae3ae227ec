"""The pitch classes that sound at each step, from power spectra."""

from __future__ import annotations

import numpy as np

#: Hz between which tones are looked for.
_LOW_HZ, _HIGH_HZ = 80.0, 2000.0
#: s over which tones are taken together: a chord's length, not a note's.
_OVER_S = 0.6


def tones_of(power: np.ndarray, hertz: np.ndarray, steps: int, goes_round: bool) -> np.ndarray:
    """(steps, 12) of power spectra (steps, bins), `steps` a second; each row's most is 1."""
    inside = (hertz >= _LOW_HZ) & (hertz <= _HIGH_HZ)
    classes = np.round(12 * np.log2(hertz[inside] / 440) + 9).astype(int) % 12
    table = np.zeros((int(inside.sum()), 12), np.float32)
    table[np.arange(len(classes)), classes] = 1
    found = np.sqrt(power[:, inside]) @ table
    span = max(1, round(_OVER_S * steps))
    over = np.concatenate([found[-span:], found, found[:span]]) if goes_round else np.pad(
        found, ((span, span), (0, 0)), mode="edge"
    )  # fmt: skip
    sums = np.concatenate([np.zeros((1, 12)), np.cumsum(over, axis=0)])
    around = (sums[2 * span :] - sums[: -2 * span])[: len(found)]
    most = around.max(axis=1, keepdims=True)
    return (around / np.maximum(most, 1e-9)).astype(np.float32)
