"""Spectral flux: a witness of beats that knows neither the lattice nor what the net was taught.

Where several beat trackers that see different things agree they are right, and where they do not
none can be trusted (Holzapfel, Davies, Zapata, Oliveira and Gouyon 2012; Zapata, Davies and Gómez
2014). So a take is also followed by its flux alone, at whatever tempo and place that pulses most.
Its beats are right less often than the others, and are asked only whether they are the same.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from daemon.hearing.beat_features import FPS

#: Frames over which levels rise, and bands in which the loudest one before counts: a voice that
#: slides from band to band is then no attack (Böck and Widmer 2013).
LAG = 2
WIDTH = 3
#: Seconds of which the mean flux is taken off.
MEAN_S = 2.0
#: Seconds of which the highest flux is a peak, and the percentile of these peaks that is strong.
PEAK_S = 0.5
STRONG = 80.0
#: Activation of a strong peak, and the highest of any.
SURE = 0.9
SUREST = 0.95


def activation(levels: np.ndarray) -> np.ndarray:
    """How strongly all bands rise together (frames,), 0 to `SUREST`.

    `levels` (frames, bands) are those of `beat_features.features`. Silence rises nowhere.
    """
    flux = np.zeros(len(levels), np.float32)
    if len(levels) <= LAG:
        return flux
    before = maximum_filter1d(levels[:-LAG], WIDTH, axis=1)
    # a rise over two frames is highest in the frame after the attack
    flux[LAG - 1 : -1] = np.maximum(levels[LAG:] - before, 0).sum(axis=1)
    flux[-1] = flux[-2]
    flux = np.maximum(flux - uniform_filter1d(flux, round(MEAN_S * FPS)), 0)
    strong = np.percentile(maximum_filter1d(flux, round(PEAK_S * FPS)), STRONG)
    return np.asarray(np.clip(SURE * flux / max(float(strong), 1e-9), 0, SUREST))
