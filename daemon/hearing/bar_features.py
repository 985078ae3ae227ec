"""Features of the bar, read from each moment at which it could begin."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from daemon.hearing.bar import FINE, Bar

#: Part of a 16th on either side of a slot within which an attack belongs to it.
NEAR = 0.3
#: Seconds within which an attack lies exactly on its slot.
EXACT_S = 0.010
#: Least spread by which each column of `Bar.tonal` is scaled: a bar without changes stays flat.
CALM = np.array([0.03, 0.03, 0.01, 0.01, 1.0])
#: Features of a slot; the stored judges were trained on exactly these.
FEATURES = 19


def read(bar: Bar, starts: np.ndarray) -> np.ndarray:
    """Features (starts, slots, FEATURES) of the bar from each of `starts` on, scaled to about 0-1.

    `starts` (starts,) are in 16ths. The features of a slot, in this order:
    - attack in six bands, and attack exactly on the slot;
    - three accents, and variety over the bars;
    - level low, middle and high;
    - four changes of chord and bass, and height of the bass.
    """
    length = bar.slots * FINE
    at = np.round((starts[:, None] + np.arange(bar.slots)) * FINE).astype(int) % length
    wide = maximum_filter1d(bar.moments[:, :9], 2 * int(NEAR * FINE) + 1, axis=0, mode="wrap")[at]
    wide[..., :6] /= wide[..., :6].max() + 1e-9
    wide[..., 6:] /= wide[..., 6:].max(axis=(0, 1)) + 1e-9
    rise = bar.moments[:, :6].sum(axis=1)
    reach = max(1, int(EXACT_S / bar.sixteenth_s * FINE))
    exact = maximum_filter1d(rise, 2 * reach + 1, mode="wrap")[at] / (rise.max() + 1e-9)
    variety = bar.moments[:, 12]
    variety = uniform_filter1d(variety / (variety.mean() + 1e-9), FINE // 2, mode="wrap")[at] * 0.3
    level = uniform_filter1d(bar.moments[:, 9:12], FINE, axis=0, mode="wrap")[
        (at + FINE // 2) % length
    ]
    level = np.log10(level + 1e-4 * level.sum(axis=2).max() + 1e-12)
    level = (level - level.mean(axis=(0, 1))) * 0.5
    parts = [wide[..., :6], exact[..., None], wide[..., 6:], variety[..., None], level]
    return np.concatenate([*parts, tonal(bar, starts)], axis=2)


def tonal(bar: Bar, starts: np.ndarray) -> np.ndarray:
    """The last five of these features (starts, slots, 5): changes of chord and bass, its height."""
    at = np.round((starts[:, None] + np.arange(bar.slots)) * 2).astype(int) % (bar.slots * 2)
    return np.asarray(
        (bar.tonal[at] - bar.tonal.mean(axis=0)) / (bar.tonal.std(axis=0) + CALM) * 0.4
    )
