"""A sound by pitch and time, as the notes' networks see it: two maps, one sharp in each.

Rows are a pitch apart, as in a constant-Q transform (Brown 1991), so that a tone's partials stand
at the same places above it, whatever its pitch. The windows shorten by octaves upwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import fft, sparse

from daemon.audio.windows import hann

#: Hz and frames of the maps: 86 columns a second.
RATE = 22050
HOP = 256
FRAME_S = HOP / RATE
#: The lowest row's MIDI note, and the rows of the maps: up to 10.5 kHz.
LOWEST = 20
PER_SEMITONE = 3
SHARP_ROWS = 104 * PER_SEMITONE
QUICK_ROWS = 104
#: (Hz from which it is used, window in frames) of the map that is sharp in pitch, then in time.
_SHARP = ((0.0, 8192), (330.0, 4096), (1320.0, 2048))
_QUICK = ((0.0, 2048), (330.0, 1024), (1320.0, 512))
#: dB under the loudest moments at which the maps end.
RANGE_DB = 70.0


@dataclass(frozen=True)
class Maps:
    """Levels as uint8, 255 at the loudest and 0 from `RANGE_DB` below.

    `sharp` (columns, SHARP_ROWS) and `quick` (columns, QUICK_ROWS).
    """

    sharp: np.ndarray
    quick: np.ndarray

    def __len__(self) -> int:
        return len(self.sharp)


def maps_of(mono: np.ndarray) -> Maps:
    """The maps of float32 (frames,) at `RATE`; column n is centred on frame n * HOP."""
    return Maps(*(_levels(_map(mono, windows)) for windows in (_SHARP, _QUICK)))


def quick_of(mono: np.ndarray) -> np.ndarray:
    """The map that is sharp in time alone, uint8 (columns, QUICK_ROWS)."""
    return _levels(_map(mono, _QUICK))


def levels_db(levels: np.ndarray) -> np.ndarray:
    """dB under the loudest, float32, of a map's levels."""
    return np.asarray(levels.astype(np.float32) * np.float32(RANGE_DB / 255) - np.float32(RANGE_DB))


def _levels(power: np.ndarray) -> np.ndarray:
    loudest = float(np.percentile(power.max(axis=1), 99)) + 1e-10
    level = 10 * np.log10(power / loudest + 10 ** (-RANGE_DB / 10))
    return np.clip((level / RANGE_DB + 1) * 255, 0, 255).astype(np.uint8)


def _map(mono: np.ndarray, windows: tuple[tuple[float, int], ...]) -> np.ndarray:
    columns = len(mono) // HOP + 1
    power = np.zeros((1, 1), np.float32)
    for n, (_, length) in enumerate(windows):
        padded = np.pad(mono, (length // 2, length // 2 + HOP)).astype(np.float32)
        frames = np.lib.stride_tricks.sliding_window_view(padded, length)[::HOP][:columns]
        window = hann(length)
        weights = _rows(windows, n)
        parts = []
        for first in range(0, columns, 256):
            spectra = fft.rfft(frames[first : first + 256] * (window / window.sum()), axis=1)
            parts.append(weights @ (spectra.real**2 + spectra.imag**2).T)
        power = power + np.concatenate(parts, axis=1)
    return np.asarray(power, np.float32).T


@cache
def _rows(windows: tuple[tuple[float, int], ...], which: int) -> sparse.csr_matrix:
    """(rows, bins) weights of a window's bins for the rows that it serves; others are empty."""
    per = PER_SEMITONE if windows is _SHARP else 1
    from_hz, length = windows[which]
    to_hz = windows[which + 1][0] if which + 1 < len(windows) else np.inf
    bin_hz = RATE / length
    bins = np.arange(length // 2 + 1) * bin_hz
    table = np.zeros((104 * per, len(bins)), np.float32)
    for row in range(len(table)):
        centre = 440 * 2 ** ((LOWEST + (row - (per == PER_SEMITONE)) / per - 69) / 12)
        if not from_hz <= centre < to_hz:
            continue
        width = max(bin_hz, centre * (2 ** (1 / (12 * per)) - 1))
        table[row] = np.maximum(0, 1 - np.abs(bins - centre) / width)
        # of a wide row the sum counts, of a narrow one its place between two bins
        table[row] /= max(1.0, float(table[row].max()))
    return sparse.csr_matrix(table)
