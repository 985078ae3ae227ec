"""A small network that says how much of each band, at each moment, belongs to each part.

It sees loudness, tonality and width by band, most of a second back and ahead. Its answer has some
numbers a band and part: how much of the band is the part's, and how far single bins of the band
lean to it by what they show (`CUES`): attack or tone, a peak, a rise, the sides. The masks of the
bins follow from them, and add up to one. Dilated convolutions over time after Bai, Kolter and
Koltun (2018). `tools/train_separator` trains it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage

from daemon.models.weights import read_weights
from daemon.parts.spectra import Spectra

#: Bands of a spectrum: the lowest as wide as a bin, the others of equal ratio up to the last.
BANDS = 72
_LOWEST_HZ, _NARROWEST_HZ, _HIGHEST_HZ = 25.0, 22.0, 16000.0
#: Numbers a band by which a moment is described.
PER_BAND = 4
#: Which of those numbers are the width.
WIDTH = slice(2 * BANDS, 3 * BANDS)
#: Share of the mean power below which a band is silent, and its level then.
_FLOOR = 1e-5
LEVEL_FLOOR = -5.0
#: The sides' least power, as a share of the mean power.
WIDTH_FLOOR = 1e-7
#: What a bin shows (`cues_of`), and the bound of each; the windows before a moment that it is held
#: against.
CUES = ("struck", "peak", "rise", "sides")
MOST_SHOWN, _BEFORE = 3.0, 4
SIDES = CUES.index("sides")
#: What a bin shows of the sides where they are unknown: near what it shows on average.
UNSIDED = -1.0
#: Hz from which on a band is seen by short windows alone.
_HIGH_HZ = 1700.0
#: Slope of the leaky rectifier.
_LEAK = 0.1


def band_centres_hz() -> np.ndarray:
    """float64 (BANDS,): a width apart at first, then a ratio apart."""
    low, high = 1.01, 1.5
    while high - low > 1e-9:
        ratio = (low + high) / 2
        if _centres(ratio)[-1] < _HIGHEST_HZ:
            low = ratio
        else:
            high = ratio
    return _centres(low)


def _centres(ratio: float) -> np.ndarray:
    found = [_LOWEST_HZ]
    for _ in range(BANDS - 1):
        found.append(max(found[-1] + _NARROWEST_HZ, found[-1] * ratio))
    return np.array(found)


def band_weights(bins: int, bin_hz: float) -> np.ndarray:
    """float32 (bins, BANDS): each bin between the two bands around it; rows add up to one."""
    place = np.interp(np.arange(bins) * bin_hz, band_centres_hz(), np.arange(BANDS))
    weights = 1 - np.abs(place[:, None] - np.arange(BANDS)[None, :])
    return np.asarray(np.maximum(weights, 0), np.float32)


def cues_of(spectra: Spectra) -> np.ndarray:
    """float32 (cues, bins, windows): what each bin shows, as bounded logarithms.

    In turn: struck against steady; it against its neighbours in frequency, high in a partial; it
    against the moments just before, high where it begins; the sides' share of it.
    """
    floor = float(spectra.magnitude.mean()) * 1e-3 + 1e-9
    size = spectra.magnitude + floor
    struck = np.log((spectra.struck + floor) / (spectra.steady + floor))
    peak = np.log(size / (spectra.struck + floor))
    ended = np.pad(spectra.magnitude, ((0, 0), (_BEFORE, 0)))[:, : spectra.magnitude.shape[1]]
    before = ndimage.uniform_filter1d(ended, _BEFORE, axis=1, origin=-(_BEFORE // 2))
    rise = np.log(size / (before + floor))
    left, right = spectra.values[0], spectra.values[-1]
    side = ndimage.uniform_filter((np.abs(left - right) ** 2 / 4).astype(np.float32), 3)
    whole = ndimage.uniform_filter(spectra.magnitude**2, 3)
    sides = np.log10((side + floor**2) / (whole + floor**2)) + 1
    cues = np.stack([struck, peak, rise, sides])
    return np.asarray(np.clip(cues, -MOST_SHOWN, MOST_SHOWN), np.float32)


def described(spectra: Spectra, struck: np.ndarray, mean_power: float) -> np.ndarray:
    """float32 (windows, BANDS * PER_BAND): level, tonality and width by band.

    `mean_power`: of the whole sound by bin, so that a piece is described as the whole is.
    """
    weights = band_weights(len(spectra.magnitude), spectra.bin_hz)
    share = weights / np.maximum(weights.sum(axis=0), 1e-6)
    floor = _FLOOR * mean_power + 1e-12
    power = spectra.magnitude**2
    level = np.log10(share.T @ power / (mean_power + 1e-12) + _FLOOR)
    loud = power + floor
    # above half of a low sample rate a band has no bins: it leans nowhere
    lean = (share.T @ (struck * loud)) / (share.T @ loud + 1e-12)
    values = spectra.values
    side = np.abs(values[0] - values[-1]) ** 2 / 4
    least = floor * (WIDTH_FLOOR / _FLOOR)
    width = np.log10((share.T @ side + least) / (share.T @ power + floor))
    rise = np.diff(level, axis=1, prepend=level[:, :1])
    return np.concatenate([level, lean, width, rise]).T.astype(np.float32)


def described_low(
    low: Spectra, struck: np.ndarray, mean_power: float, short: Spectra, seen: np.ndarray
) -> np.ndarray:
    """As `described`, of spectra of low tones; what lies above is as `seen` of the `short` ones.

    `struck`: of the low spectra. `mean_power`: by bin of the low spectra.
    """
    found = described(low, struck, mean_power)
    lead = low.before - short.before
    around = np.pad(seen, ((lead, len(found) - len(seen) - lead), (0, 0)), mode="edge")
    return np.where(np.tile(band_centres_hz() > _HIGH_HZ, PER_BAND), around, found)


@dataclass(frozen=True)
class MaskNet:
    """A trained network: `parts`, and its weights by name."""

    parts: tuple[str, ...]
    weights: dict[str, np.ndarray]

    @classmethod
    def load(cls, path: Path) -> MaskNet:
        weights = read_weights(path)
        return cls(tuple(str(part) for part in weights.pop("parts")), weights)

    @cached_property
    def _layers(self) -> int:
        return sum(name.endswith("dilation") for name in self.weights)

    def masks(self, spectra: Spectra, mean_power: float) -> dict[str, np.ndarray]:
        """Part -> float32 (bins, windows); they add up to one in every bin."""
        cues = cues_of(spectra)
        seen = described(spectra, cues[0], mean_power)
        return self._shared_out(cues, seen, spectra.bin_hz)

    def masks_twice(
        self, short: Spectra, low: Spectra, power: float, *, sided: bool
    ) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """The masks of short spectra, and those of the same sound's low tones in longer windows.

        `power`: the mean square of the whole sound. `sided`: its sides differ; else nothing is
        known of where its parts stand.
        """
        cues = cues_of(short)
        seen = described(short, cues[0], power * short.window_power)
        masks = self._shared_out(*self._known(cues, seen, sided), short.bin_hz)
        cues = cues_of(low)
        seen = described_low(low, cues[0], power * low.window_power, short, seen)
        return masks, self._shared_out(*self._known(cues, seen, sided), low.bin_hz)

    def _known(
        self, cues: np.ndarray, seen: np.ndarray, sided: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """What is seen, or without `sided` what is seen but for the sides."""
        if sided:
            return cues, seen
        cues, seen = cues.copy(), seen.copy()
        cues[SIDES] = UNSIDED
        # what the training had on average stands for what is unknown
        seen[:, WIDTH] = self.weights["mean"][WIDTH]
        return cues, seen

    def _shared_out(
        self, cues: np.ndarray, seen: np.ndarray, bin_hz: float
    ) -> dict[str, np.ndarray]:
        answer = self._answer(seen)
        weights = band_weights(cues.shape[1], bin_hz)
        count = len(self.parts)
        logits = np.stack([weights @ share.T for share in answer[:count]])
        # a network that was taught fewer cues has leans for those alone
        for n, cue in enumerate(cues[: len(answer) // count - 1], start=1):
            for part, lean in enumerate(answer[n * count : (n + 1) * count]):
                logits[part] += (weights @ lean.T) * cue
        logits -= logits.max(axis=0)
        np.exp(logits, out=logits)
        logits /= logits.sum(axis=0)
        return dict(zip(self.parts, logits, strict=True))

    def _answer(self, seen: np.ndarray) -> np.ndarray:
        """float32 (parts * (1 + cues), windows, BANDS) of (windows, BANDS * PER_BAND)."""
        w = self.weights
        x = _rectified((seen - w["mean"]) / w["spread"] @ w["in.weight"] + w["in.bias"])
        for n in range(self._layers):
            reach = int(w[f"{n}.dilation"])
            padded = np.pad(x, ((reach, reach), (0, 0)))
            taps = w[f"{n}.weight"]
            y = sum(padded[k * reach : k * reach + len(x)] @ taps[k] for k in range(len(taps)))
            x = x + _rectified(y + w[f"{n}.bias"])
        out = x @ w["out.weight"] + w["out.bias"]
        return np.ascontiguousarray(out.reshape(len(x), -1, BANDS).transpose(1, 0, 2))


def _rectified(x: Any) -> np.ndarray:
    return np.asarray(np.where(x > 0, x, _LEAK * x), np.float32)
