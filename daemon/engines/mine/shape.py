"""The shape of a one-shot: its energy by band and by time, fine at the attack, coarse in the tail.

Bands are 64 from 40 Hz to 20 kHz, evenly spaced in pitch; times widen from 6 ms to 93 ms. A shape
is in dB under the sound's loudest cell, with a floor, so that silence weighs nothing.
"""

from __future__ import annotations

from functools import cache

import numpy as np

SAMPLE_RATE = 44100
MOST_S = 1.5
FRAMES = round(MOST_S * SAMPLE_RATE)
_WINDOW, _HOP = 1024, 256
_STEPS = FRAMES // _HOP + 1
BANDS = 64
#: Under this many dB below the loudest cell nothing is heard.
FLOOR_DB = -70.0
#: (cells, steps in each), from the attack on.
_CELLS = ((16, 1), (12, 2), (12, 4), (10, 8), (20, 16))
#: No cell is turned up or down further than this at once.
_MOST_GAIN_DB = 60.0
#: How often a rendered sound is brought nearer to its shape.
_ROUNDS = 2


@cache
def _band_edges() -> np.ndarray:
    return np.geomspace(40.0, 20000.0, BANDS + 2)


@cache
def _band_weights() -> np.ndarray:
    """(bands, bins): triangles that meet, each of sum 1."""
    bins = np.fft.rfftfreq(_WINDOW, 1 / SAMPLE_RATE)
    low, centre, high = (_band_edges()[at : BANDS + at, None] for at in range(3))
    weights = np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre)).clip(0.0)
    # a band narrower than a bin takes the nearest one
    empty = weights.sum(1) == 0
    weights[empty, np.abs(bins - centre[empty]).argmin(1)] = 1.0
    return np.asarray(weights / weights.sum(1, keepdims=True))


@cache
def _cells() -> np.ndarray:
    """Where each cell of time begins, in steps, and at last where they end."""
    widths = [width for count, width in _CELLS for _ in range(count)]
    begins = np.concatenate([[0], np.cumsum(widths)])
    return np.unique(np.minimum(begins, _STEPS))


@cache
def _spread() -> tuple[np.ndarray, np.ndarray]:
    """Matrices that spread cells to steps (cells, steps) and bands to bins (bins, bands)."""
    begins = _cells()
    middles = (begins[:-1] + begins[1:] - 1) / 2
    steps = np.stack([np.interp(np.arange(_STEPS), middles, row) for row in np.eye(len(middles))])
    bins = np.log(np.maximum(np.fft.rfftfreq(_WINDOW, 1 / SAMPLE_RATE), 20.0))
    centres = np.log(_band_edges()[1:-1])
    bands = np.stack([np.interp(bins, centres, row) for row in np.eye(BANDS)], axis=1)
    return steps, bands


def cells() -> int:
    """How many cells of time a shape has."""
    return len(_cells()) - 1


#: The least steps in a cell of the coarse shape: 35 ms.
_COARSE_STEPS = 6
_COARSE_FLOOR_DB = -60.0


@cache
def _coarse_cells() -> np.ndarray:
    """The cells of a shape at which those of the coarse one begin."""
    begins = [0]
    for cell, step in enumerate(_cells()[:-1]):
        if step - _cells()[begins[-1]] >= _COARSE_STEPS:
            begins.append(cell)
    return np.array(begins)


def coarse(shapes: np.ndarray) -> np.ndarray:
    """(n, bands * cells) -> (n, coarse cells): as the shapes are heard from afar.

    Bands in pairs, times of at least 35 ms; each cell is weighted by how long it lasts, so that the
    mean square of a difference is one over time.
    """
    widths = np.diff(_cells())
    power = 10 ** (shapes.reshape(len(shapes), BANDS // 2, 2, -1) / 10)
    begins = _coarse_cells()
    lasts = np.add.reduceat(widths, begins)
    level = np.add.reduceat(power.sum(2) * widths, begins, axis=2) / lasts
    level_db = 10 * np.log10(level + 1e-12)
    level_db = np.maximum(level_db - level_db.max(axis=(1, 2), keepdims=True), _COARSE_FLOOR_DB)
    return np.asarray((level_db * np.sqrt(lasts / lasts.mean())).reshape(len(shapes), -1))


def spectrum_of(sound: np.ndarray) -> np.ndarray:
    """(FRAMES, channels) -> complex (channels, bins, steps)."""
    # only here, as it takes half a second to load
    from scipy.signal import stft

    overlap = _WINDOW - _HOP
    return np.asarray(
        stft(sound.T, SAMPLE_RATE, nperseg=_WINDOW, noverlap=overlap)[2][:, :, :_STEPS]
    )


def shape_of(spectrum: np.ndarray) -> np.ndarray:
    """The shape of all channels together: float64 (bands, cells) in dB, at most 0."""
    power = _band_weights() @ (np.abs(spectrum) ** 2).mean(0)
    begins = _cells()
    level = np.add.reduceat(power, begins[:-1], axis=1) / np.diff(begins)
    shape = 10 * np.log10(level + 1e-12)
    return np.asarray(np.maximum(shape - shape.max(), FLOOR_DB))


def reshaped(spectrum: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """A spectrum with another shape: each cell is turned up or down by what it is off."""
    gain_db = np.clip(wanted - shape_of(spectrum), -_MOST_GAIN_DB, _MOST_GAIN_DB)
    steps, bands = _spread()
    return np.asarray(spectrum * 10 ** ((bands @ gain_db @ steps) / 20))


def rendered(spectra: list[tuple[float, np.ndarray]], wanted: np.ndarray) -> np.ndarray:
    """Sounds, each with its weight, laid together in a wanted shape: float32 (FRAMES, channels)."""
    mixed = sum(np.sqrt(weight) * reshaped(spectrum, wanted) for weight, spectrum in spectra)
    mixed = np.asarray(mixed)
    for _ in range(_ROUNDS):
        mixed = reshaped(mixed, wanted)
    from scipy.signal import istft

    sound = istft(mixed, SAMPLE_RATE, nperseg=_WINDOW, noverlap=_WINDOW - _HOP)[1].T[:FRAMES]
    peak = float(np.abs(sound).max(initial=0.0))
    return np.asarray(sound / peak if peak > 0 else sound, np.float32)
