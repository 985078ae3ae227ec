"""What the bar sounds like, read from each moment at which it could begin."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from daemon.hearing.bar import FINE, Bar

#: Part of a 16th on either side of a slot in which an attack belongs to it, and s for one exactly on it.
NEAR, EXACT_S = 0.3, 0.010
#: Least spread by which changes of chord and bass (against one beat and two beats before) and the bass's height are scaled.
CALM = np.array([0.03, 0.03, 0.01, 0.01, 1.0])
FEATURES = 19


def read(bar: Bar, starts: np.ndarray) -> np.ndarray:
    """The bar's slots seen from each of `starts` (moments in 16ths): (starts, slots, FEATURES), scaled to about 0-1.

    Features of a slot: attack in six bands; how much of it is exactly on the slot; three accents; variety over the bars;
    level low, middle and high; change of chord and bass; height of the bass.
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
    tonal = bar.tonal[
        np.round((starts[:, None] + np.arange(bar.slots)) * 2).astype(int) % (bar.slots * 2)
    ]
    tonal = (tonal - bar.tonal.mean(axis=0)) / (bar.tonal.std(axis=0) + CALM) * 0.4
    return np.concatenate(
        [wide[..., :6], exact[..., None], wide[..., 6:], variety[..., None], level, tonal], axis=2
    )
