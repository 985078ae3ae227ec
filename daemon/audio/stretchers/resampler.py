"""Stretching by resampling, where the change of pitch is unheard."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from daemon.audio.stretchers.stretcher import Stretch, cents_of

#: Taps of the sinc interpolation.
_TAPS = 32
#: Positions between two frames for which the sinc is tabulated.
_PHASES = 1024
#: Beta of the sinc's Kaiser window.
_KAISER_BETA = 8.0
#: Cutoff of the sinc as a share of the Nyquist frequency: room for the transition band.
_CUTOFF = 0.97
#: Frames interpolated at once: bounds the memory.
_RESAMPLE_CHUNK = 65536


class Resampler:
    """Plays faster or slower, where the change of pitch is unheard."""

    name = "resample"
    package = "numpy"
    keeps_formants = False

    def ready(self) -> bool:
        return True

    def stretch(self, audio: np.ndarray, sample_rate: int, wanted: Stretch) -> np.ndarray:
        return resampled(audio, sample_rate, wanted)

    def off_pitch_cents(self, wanted: Stretch) -> float:
        return 0.0 if wanted.drums else cents_of(wanted.map.widest_deviation)


def resampled(audio: np.ndarray, sample_rate: int, wanted: Stretch) -> np.ndarray:
    """Windowed-sinc interpolation along the map. The pitch follows the speed; no semitones."""
    frames, half = wanted.map.frames, _TAPS // 2
    taps, table = _sinc_table()
    padded = np.pad(audio, ((half, half), (0, 0)))
    out = np.empty((frames, audio.shape[1]), np.float32)
    for first in range(0, frames, _RESAMPLE_CHUNK):
        last = min(frames, first + _RESAMPLE_CHUNK)
        where = wanted.map.source_of(np.arange(first, last, dtype=np.float64))
        whole = np.floor(where).astype(np.int64)
        phase = np.round((where - whole) * _PHASES).astype(np.int64)
        index = np.clip(whole[:, None] + taps[None, :] + half, 0, len(padded) - 1)
        for channel in range(audio.shape[1]):
            out[first:last, channel] = np.einsum("ij,ij->i", padded[index, channel], table[phase])
    return out


@lru_cache(1)
def _sinc_table() -> tuple[np.ndarray, np.ndarray]:
    """Tap offsets, and the Kaiser-windowed sinc at each phase between two frames."""
    half = _TAPS // 2
    taps = np.arange(-half + 1, half + 1)
    distance = taps[None, :] - np.arange(_PHASES + 1)[:, None] / _PHASES
    window = np.i0(_KAISER_BETA * np.sqrt(np.maximum(0, 1 - (distance / half) ** 2))) / np.i0(
        _KAISER_BETA
    )
    return taps, (_CUTOFF * np.sinc(_CUTOFF * distance) * window).astype(np.float32)
