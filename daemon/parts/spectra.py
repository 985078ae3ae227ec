"""Short spectra of a sound at any rate, and what is steady and what is struck in them."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from scipy import fft, ndimage

#: s; the window's length: long enough for a bass's partials, short enough for a drum's attack.
_WINDOW_S = 2048 / 44100
#: Windows that overlap at any moment.
_OVERLAP = 4
#: Windows so many times as long, which tell low tones' partials apart -> Hz up to which they look.
_LOW_HZ = {2: 2065.0, 4: 1000.0}
#: Windows that are reckoned at once, so that memory stays small.
_BLOCK_WINDOWS = 128
#: Frames over which a tone is steady, and the Hz over which an attack is alike: a third of a
#: second and a sixth of an octave at 4 kHz, as Fitzgerald (2010) has them.
_STEADY_FRAMES = 31
_STRUCK_HZ = 670.0


def hop_of(sample_rate: int) -> int:
    """Frames between two windows."""
    return max(8, int(fft.next_fast_len(round(_WINDOW_S * sample_rate / _OVERLAP), real=True)))


class Spectra:
    """Spectra of float32 (frames, channels): `values` complex64 (channels, bins, windows).

    `longer`: windows two or four times as long, as far apart as ever, and only the bins of low
    tones.
    """

    def __init__(self, audio: np.ndarray, sample_rate: int, *, longer: int = 1) -> None:
        self.sample_rate = sample_rate
        self.length, self._hop = len(audio), hop_of(sample_rate)
        self._overlap = _OVERLAP * longer
        size = self._hop * self._overlap
        self._window = np.asarray(
            0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size), np.float32
        )
        windows = -(-max(self.length, 1) // self._hop) + self._overlap - 1
        outside = self._hop * (self._overlap - 1)
        behind = (windows - 1) * self._hop + size - outside - self.length
        padded = np.pad(audio, ((outside, behind), (0, 0))).astype(np.float32, copy=False)
        frames = np.lib.stride_tricks.sliding_window_view(padded, size, axis=0)[:: self._hop]
        bins = size // 2 + 1
        if longer > 1:
            bins = min(bins, round(_LOW_HZ[longer] / self.bin_hz))
        self.values = np.empty((audio.shape[1], bins, windows), np.complex64)
        for at in range(0, windows, _BLOCK_WINDOWS):
            some = fft.rfft(frames[at : at + _BLOCK_WINDOWS] * self._window, axis=2)
            self.values[:, :, at : at + len(some)] = some[:, :, :bins].transpose(1, 2, 0)

    @property
    def bin_hz(self) -> float:
        return self.sample_rate / len(self._window)

    @property
    def windows_per_s(self) -> float:
        return self.sample_rate / self._hop

    @property
    def before(self) -> int:
        """How many windows are centred before the first frame."""
        return self._overlap // 2 - 1

    @property
    def window_power(self) -> float:
        """The mean power of a bin for a sound of mean power one."""
        return float((self._window**2).sum())

    @cached_property
    def magnitude(self) -> np.ndarray:
        """float32 (bins, windows): the root of the channels' mean power."""
        power = np.mean(self.values.real**2 + self.values.imag**2, axis=0)
        return np.asarray(np.sqrt(power), np.float32)

    @cached_property
    def steady(self) -> np.ndarray:
        """float32 (bins, windows): what stays in each bin over time: tones."""
        return _medians(self.magnitude, _STEADY_FRAMES)

    @cached_property
    def struck(self) -> np.ndarray:
        """float32 (bins, windows): what is alike over neighbouring bins: attacks and noise."""
        bins = max(3, round(_STRUCK_HZ / self.bin_hz) | 1)
        return np.ascontiguousarray(_medians(self.magnitude.T, bins).T)

    def sound_of(self, mask: np.ndarray) -> np.ndarray:
        """float32 (frames, channels): the sound of its spectra times `mask` (bins, windows)."""
        return self.sound(self.values * mask)

    def sound(self, values: np.ndarray) -> np.ndarray:
        """float32 (frames, channels) of complex64 (channels, bins, windows) in place of its own."""
        channels, _, windows = values.shape
        size = len(self._window)
        # what the windows, squared and overlapping, add up to
        whole = (self._window**2).reshape(self._overlap, self._hop).sum(axis=0)
        again = (self._window.reshape(self._overlap, self._hop) / whole).astype(np.float32)
        out = np.zeros((windows + self._overlap - 1, self._hop, channels), np.float32)
        for at in range(0, windows, _BLOCK_WINDOWS):
            some = values[:, :, at : at + _BLOCK_WINDOWS].transpose(2, 0, 1)
            frames = fft.irfft(some, size, axis=2)
            frames = frames.reshape(len(some), channels, self._overlap, self._hop) * again
            for n in range(self._overlap):
                out[at + n : at + n + len(some)] += frames[:, :, n].transpose(0, 2, 1)
        first = self._hop * (self._overlap - 1)
        return np.ascontiguousarray(out.reshape(-1, channels)[first : first + self.length])


def _medians(rows: np.ndarray, size: int) -> np.ndarray:
    """The running median of each row, float32 (rows, n), mirrored at its ends; `size` is odd.

    All rows in one line: scipy is nine times as fast along one axis as along one of two.
    """
    edge = size // 2
    line = np.pad(rows, ((0, 0), (edge, edge)), mode="symmetric")
    found = ndimage.median_filter(line.ravel(), size=size).reshape(line.shape)
    return np.ascontiguousarray(found[:, edge : edge + rows.shape[1]], np.float32)
