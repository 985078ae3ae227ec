"""The dynamics of four bands, measured, and brought part of the way to those of another sound."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy.fft

#: Hz; where the four bands part.
_EDGES_HZ = (120.0, 800.0, 5000.0)
#: Octaves over which one band gives way to the next.
_CROSSOVER = 1.0
#: s; a window of the analysis.
_WINDOW_S = 0.046
#: Windows transformed at once: bounds the memory.
_AT_ONCE = 512
#: dB under the loudest moment; softer moments are rests.
_REST_DB = -40.0
#: dB by which a band must be livelier than the reference's before anything is done.
_LEAST_DB = 1.5
#: Share of the difference that is taken away, and the most of it in dB: with care.
_SHARE = 0.5
_MOST_DB = 3.0
#: s; how fast the gain sinks and rises.
_ATTACK_S = 0.01
_RELEASE_S = 0.15
#: s of a loop's end that a gain runs through before its start, so that it enters settled.
_SETTLE_S = 1.0


@dataclass(frozen=True)
class Liveliness:
    """Of each band in dB: its middling level, and how far its loud moments stand over it."""

    middle_db: np.ndarray
    spread_db: np.ndarray


@dataclass(frozen=True)
class Softening:
    """What is taken from each band: dB for each dB over its threshold. Zero leaves it alone."""

    threshold_db: np.ndarray
    slope: np.ndarray

    @property
    def is_none(self) -> bool:
        return not self.slope.any()


def softening(own: Liveliness, other: Liveliness, amount: float) -> Softening:
    """What brings the livelier bands half the way to the other's, by 3 dB at most.

    Nothing is made livelier: what a limiter took away does not come back.
    """
    over = own.spread_db - other.spread_db
    taken = np.where(over > _LEAST_DB, np.minimum(_MOST_DB, _SHARE * over), 0.0) * amount
    return Softening(own.middle_db, taken / np.maximum(own.spread_db, 1.0))


def measure_liveliness(audio: np.ndarray, rate: int, is_loop: bool) -> Liveliness:
    """The liveliness of float (frames, channels)."""
    levels = _levels_db(_Windows(audio, rate, is_loop))
    middle, spread = [], []
    for band in levels.T:
        heard = band[band > band.max() + _REST_DB]
        low, high = np.percentile(heard, [50, 95])
        middle.append(low)
        spread.append(high - low)
    return Liveliness(np.array(middle), np.array(spread))


class _Windows:
    """Overlapping windows of a sound, by which it is taken apart and put together again."""

    def __init__(self, audio: np.ndarray, rate: int, is_loop: bool) -> None:
        self.rate = rate
        self.frames, self.is_loop = len(audio), is_loop
        self.size = 1 << round(math.log2(_WINDOW_S * rate))
        self.hop = self.size // 2
        # the root of Hann twice, half overlapping: they sum to one
        self.shape = np.sqrt(np.hanning(self.size + 1)[:-1]).astype(np.float32)
        self.count = -(-len(audio) // self.hop) + 1
        reach = self.size - self.hop
        behind = self.count * self.hop + self.size - reach - len(audio)
        # channels by themselves: their windows then lie in one piece
        around, channels = ((0, 0), (reach, behind)), np.ascontiguousarray(audio.T)
        self.padded = np.pad(channels, around, mode="wrap") if is_loop else np.pad(channels, around)
        hz = np.maximum(scipy.fft.rfftfreq(self.size, 1 / rate), 1.0)
        self.masks = _masks(hz)

    def spectra(self, first: int, channel: int) -> np.ndarray:
        """Spectra of some windows from `first` on: complex64 (windows, lines)."""
        last = min(self.count, first + _AT_ONCE)
        piece = self.padded[channel, first * self.hop : (last - 1) * self.hop + self.size]
        frames = np.lib.stride_tricks.sliding_window_view(piece, self.size)[:: self.hop]
        made: np.ndarray = scipy.fft.rfft(frames * self.shape, axis=1)
        return made


def _masks(hz: np.ndarray) -> np.ndarray:
    """Gains (bands, lines) of the bands, which sum to one."""
    below = []
    for edge in _EDGES_HZ:
        place = np.clip(np.log2(hz / edge) / _CROSSOVER + 0.5, 0, 1)
        below.append(0.5 + 0.5 * np.cos(np.pi * place))
    rows = [below[0], *np.diff(below, axis=0), 1 - below[-1]]
    return np.array(rows, np.float32)


def _levels_db(windows: _Windows) -> np.ndarray:
    """Level of each band in each window, both channels together: (windows, bands)."""
    power = np.zeros((windows.count, len(windows.masks)))
    weights = (windows.masks**2).T
    for channel in range(len(windows.padded)):
        for first in range(0, windows.count, _AT_ONCE):
            spectra = windows.spectra(first, channel)
            square = spectra.real**2 + spectra.imag**2
            power[first : first + len(spectra)] += square @ weights
    scale = 2 / (windows.size * float((windows.shape**2).sum()))
    return 10 * np.log10(np.maximum(power * scale, 1e-12))


def softened(audio: np.ndarray, rate: int, is_loop: bool, wanted: Softening) -> np.ndarray:
    """float32 (frames, channels) after a softening; both channels alike, a loop going round."""
    if wanted.is_none:
        return audio
    windows = _Windows(audio, rate, is_loop)
    over = np.maximum(0, _levels_db(windows) - wanted.threshold_db)
    gains = 10 ** (-_followed(over * wanted.slope, windows) / 20)
    made = np.zeros_like(windows.padded)
    for channel in range(audio.shape[1]):
        for first in range(0, windows.count, _AT_ONCE):
            spectra = windows.spectra(first, channel)
            spectra *= gains[first : first + len(spectra)].astype(np.float32) @ windows.masks
            pieces = scipy.fft.irfft(spectra, windows.size, axis=1) * windows.shape
            # half overlapping: the first halves lie side by side, and so do the second ones
            at, length = first * windows.hop, len(pieces) * windows.hop
            made[channel, at : at + length] += pieces[:, : windows.hop].ravel()
            at += windows.hop
            made[channel, at : at + length] += pieces[:, windows.hop :].ravel()
    reach = windows.size - windows.hop
    return np.ascontiguousarray(made[:, reach : reach + windows.frames].T, np.float32)


def _followed(wanted_db: np.ndarray, windows: _Windows) -> np.ndarray:
    """What is taken away, sinking fast and rising slowly: (windows, bands) in dB."""
    per_window_s = windows.hop / windows.rate
    attack, release = (1 - math.exp(-per_window_s / s) for s in (_ATTACK_S, _RELEASE_S))
    settle = min(len(wanted_db), round(_SETTLE_S / per_window_s)) if windows.is_loop else 0
    now = np.zeros(wanted_db.shape[1])
    held = np.empty((settle + len(wanted_db), wanted_db.shape[1]))
    # the last windows of a loop's round stand before its first
    rounds = round(windows.frames / windows.hop)
    ahead = np.arange(-settle, 0) % max(1, rounds)
    for n, row in enumerate(np.concatenate([wanted_db[ahead], wanted_db])):
        now = now + (row - now) * np.where(row > now, attack, release)
        held[n] = now
    return held[settle:]
