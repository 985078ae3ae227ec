"""Where each part stands between the two sides of a sound, and its share of each by that.

A mask takes the same share of both sides. Where one part stands on the left and another on the
right, more can be told of a bin that holds both: from how a part's sides go together around a
moment follows what of either side is likely its own (the multichannel Wiener filter, after Duong,
Vincent and Gribonval 2010). Sounds whose sides are alike come out as by the masks alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from daemon.parts.spectra import Spectra

#: Windows, not quite two seconds, over which a part stands where it does.
_WINDOWS = 161
#: Share of a part that may come from anywhere: no place is known better.
_ANYWHERE = 0.02
#: Power of a mask by which a bin speaks for a part's place: those that are nearly all its own.
_SURE = 2
#: What every bin speaks: a part that is nowhere stands where the whole does.
_UNSURE = np.float32(1e-4)
#: Bins that are reckoned at once, so that memory stays small.
_BLOCK_BINS = 64


def shares_of(spectra: Spectra, masks: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Part -> complex64 (channels, bins, windows), adding up to the spectra, of `masks`.

    `masks`: part -> float32 (bins, windows), adding up to one. One channel, or more than two, have
    the masks alone.
    """
    values = spectra.values
    if len(values) != 2:
        return {part: values * mask for part, mask in masks.items()}
    out = {part: np.empty_like(values) for part in masks}
    for at in range(0, values.shape[1], _BLOCK_BINS):
        rows = slice(at, at + _BLOCK_BINS)
        left, right = values[:, rows]
        places = {part: _place(left, right, mask[rows]) for part, mask in masks.items()}
        whole = _Place(
            sum(mask[rows] * places[part].left for part, mask in masks.items()),
            sum(mask[rows] * places[part].right for part, mask in masks.items()),
            sum(mask[rows] * places[part].across for part, mask in masks.items()),
        )
        clear = whole.undone(left, right)
        for part, mask in masks.items():
            out[part][:, rows] = mask[rows] * places[part].done(*clear)
    return out


@dataclass(frozen=True)
class _Place:
    """How two sides go together: each bin's covariance, float32 or complex64 (bins, windows)."""

    left: np.ndarray
    right: np.ndarray
    across: np.ndarray
    """of the left with the right's conjugate"""

    def done(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """The covariance times two sides: (2, bins, windows)."""
        return np.stack(
            [self.left * left + self.across * right, self.across.conj() * left + self.right * right]
        )

    def undone(self, left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The inverse of the covariance times two sides."""
        size = self.left * self.right - np.abs(self.across) ** 2
        return (
            (self.right * left - self.across * right) / size,
            (self.left * right - self.across.conj() * left) / size,
        )


def _place(left: np.ndarray, right: np.ndarray, mask: np.ndarray) -> _Place:
    """Of the part with this mask, its power set to one."""
    weight = mask**_SURE + _UNSURE
    powers = [_around(weight * np.abs(side) ** 2) for side in (left, right)]
    across = left * right.conj() * weight
    together = _around(across.real) + 1j * _around(across.imag)
    # where all is silent it may be anywhere
    floor = 1e-9 * float(powers[0].max() + powers[1].max()) + 1e-20
    size = (powers[0] + powers[1]) / 2 + floor
    known = np.float32(1 - _ANYWHERE)
    first, second = (known * (power + floor) / size + np.float32(_ANYWHERE) for power in powers)
    return _Place(first, second, (known * together / size).astype(np.complex64))


def _around(rows: np.ndarray) -> np.ndarray:
    """The running mean of each row."""
    return np.asarray(ndimage.uniform_filter1d(rows, _WINDOWS, axis=1, mode="nearest"), np.float32)
