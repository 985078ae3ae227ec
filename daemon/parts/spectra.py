"""Short spectra of a sound at any rate, and what is steady and what is struck in them."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from scipy import fft, ndimage

#: s; the window's length: long enough for a bass's partials, short enough for a drum's attack.
_WINDOW_S = 2048 / 44100
#: Windows that overlap at any moment.
_OVERLAP = 4
#: Frames over which a tone is steady, and the Hz over which an attack is alike: a third of a
#: second and a sixth of an octave at 4 kHz, as Fitzgerald (2010) has them.
_STEADY_FRAMES = 31
_STRUCK_HZ = 670.0


def hop_of(sample_rate: int) -> int:
    """Frames between two windows."""
    return max(8, int(fft.next_fast_len(round(_WINDOW_S * sample_rate / _OVERLAP), real=True)))


class Spectra:
    """Spectra of float32 (frames, channels): `values` complex64 (channels, bins, windows)."""

    def __init__(self, audio: np.ndarray, sample_rate: int) -> None:
        # only here: edits of the musician's clips know their parts without spectra, and it takes
        # as long to load as all else that they need
        from scipy import signal

        self.sample_rate = sample_rate
        self.length = len(audio)
        hop = hop_of(sample_rate)
        self._transform = signal.ShortTimeFFT(
            signal.windows.hann(hop * _OVERLAP, sym=False).astype(np.float32), hop, sample_rate
        )
        # a sound shorter than a window is mirrored by nothing: silence stands around it
        self._padded = max(self.length, hop * _OVERLAP)
        padded = np.pad(audio, ((0, self._padded - self.length), (0, 0)))
        self.values = self._transform.stft(padded.T).astype(np.complex64)

    @property
    def bin_hz(self) -> float:
        return float(self._transform.delta_f)

    @property
    def windows_per_s(self) -> float:
        return float(1 / self._transform.delta_t)

    @property
    def window_power(self) -> float:
        """The mean power of a bin for a sound of mean power one."""
        return float((self._transform.win**2).sum())

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
        sound = self._transform.istft(values, k1=self._padded)
        return np.ascontiguousarray(sound.T[: self.length], np.float32)


def _medians(rows: np.ndarray, size: int) -> np.ndarray:
    """The running median of each row, float32 (rows, n), mirrored at its ends; `size` is odd.

    All rows in one line: scipy is nine times as fast along one axis as along one of two.
    """
    edge = size // 2
    line = np.pad(rows, ((0, 0), (edge, edge)), mode="symmetric")
    found = ndimage.median_filter(line.ravel(), size=size).reshape(line.shape)
    return np.ascontiguousarray(found[:, edge : edge + rows.shape[1]], np.float32)
