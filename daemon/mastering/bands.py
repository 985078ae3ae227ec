"""What a sound measures by third-octaves, in its middle and at its sides."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.fft

from daemon.audio.loudness import SILENCE_DB, Level, measure_level

#: Centres of the third-octaves, 25 Hz to 16 kHz (base two, IEC 61260).
THIRDS_HZ = 1000.0 * 2.0 ** (np.arange(-16, 13) / 3)
_LOW_EDGES = THIRDS_HZ * 2 ** (-1 / 6)
_HIGH_EDGES = THIRDS_HZ * 2 ** (1 / 6)
#: s; a window of the spectrum: two of its lines lie in the lowest third-octave.
_WINDOW_S = 0.7
#: Windows transformed at once: bounds the memory.
_AT_ONCE = 16
#: dB under its strongest third-octave where a sound holds nothing that could be shaped.
_NOTHING_DB = -70.0


@dataclass(frozen=True)
class Measured:
    """A sound's figures. Levels of bands are in dB of mean square, (bands,)."""

    lufs: float
    true_peak_db: float
    crest_db: float
    """Peak over the root mean square of the louder channel."""
    width_db: float
    """Power of the sides over that of the middle; -120 for mono."""
    mid_db: np.ndarray
    side_db: np.ndarray

    def report(self) -> dict[str, object]:
        """As plain JSON."""
        return {
            "lufs": round(max(SILENCE_DB, self.lufs), 2),
            "true_peak_db": round(self.true_peak_db, 2),
            "crest_db": round(self.crest_db, 2),
            "width_db": round(self.width_db, 2),
            "mid_db": [round(float(one), 1) for one in self.mid_db],
            "side_db": [round(float(one), 1) for one in self.side_db],
        }


def measure(audio: np.ndarray, rate: int, is_loop: bool, level: Level | None = None) -> Measured:
    """The figures of float (frames, channels). level: where it is known already."""
    level = level or measure_level(audio, rate, is_loop)
    mid_db, side_db = band_levels(audio, rate, is_loop)
    mid, side = powers(audio)
    square = max(float(np.mean(channel.astype(np.float64) ** 2)) for channel in audio.T)
    return Measured(
        level.lufs,
        level.true_peak_db,
        level.true_peak_db - decibels(square),
        max(SILENCE_DB, decibels(side) - decibels(mid)),
        mid_db,
        side_db,
    )


def middle_and_side(audio: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Half the sum and half the difference of two channels; mono has no side."""
    if audio.shape[1] == 1:
        return audio[:, 0], np.zeros(len(audio), np.float32)
    return (audio[:, 0] + audio[:, 1]) / 2, (audio[:, 0] - audio[:, 1]) / 2


def powers(audio: np.ndarray) -> tuple[float, float]:
    """Mean squares of the middle and of the side."""
    mid, side = middle_and_side(audio)
    return float(np.mean(mid.astype(np.float64) ** 2)), float(np.mean(side.astype(np.float64) ** 2))


def band_levels(audio: np.ndarray, rate: int, is_loop: bool) -> tuple[np.ndarray, np.ndarray]:
    """dB of each third-octave in the middle and at the sides, by Welch's method (1967)."""
    size = 1 << round(math.log2(_WINDOW_S * rate))
    window = np.hanning(size + 1)[:-1].astype(np.float32)
    both = []
    for channel in middle_and_side(audio):
        power, count = np.zeros(size // 2 + 1), 0
        for pieces in _pieces(channel, size, is_loop):
            spectrum = scipy.fft.rfft(pieces * window, axis=1)
            power += (spectrum.real**2 + spectrum.imag**2).sum(axis=0, dtype=np.float64)
            count += len(pieces)
        share = len(channel) / (count * size / 2) if not is_loop else 1.0
        power *= 2 / (count * size * float((window.astype(np.float64) ** 2).sum())) / share
        both.append(_in_bands(power, rate / size))
    return both[0], both[1]


def _pieces(channel: np.ndarray, size: int, is_loop: bool) -> Iterator[np.ndarray]:
    """Half overlapping windows (some, size), round a loop or with silence at both ends."""
    half = size // 2
    if is_loop:
        count = max(1, -(-len(channel) // half))
        # as many windows as fill whole rounds would be exact; spread evenly they are near it
        starts = np.round(np.arange(count) * len(channel) / count).astype(np.int64)
        for at in range(0, count, _AT_ONCE):
            where = (starts[at : at + _AT_ONCE, None] + np.arange(size)) % len(channel)
            yield channel[where]
        return
    count = -(-len(channel) // half) + 1
    padded = np.pad(channel, (half, (count + 1) * half - half - len(channel)))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::half]
    for at in range(0, count, _AT_ONCE):
        yield frames[at : at + _AT_ONCE]


def _in_bands(power: np.ndarray, step_hz: float) -> np.ndarray:
    """dB of a power spectrum in each band, lines at its edges by their share."""
    running = np.concatenate([[0.0], np.cumsum(power)])
    lines = np.arange(len(running)) - 0.5
    low = np.interp(_LOW_EDGES / step_hz, lines, running)
    high = np.interp(_HIGH_EDGES / step_hz, lines, running)
    return np.array([decibels(float(one)) for one in high - low])


def held(levels_db: np.ndarray, strongest_db: float) -> np.ndarray:
    """Which bands hold something: no more than 70 dB under the strongest one. bool (bands,)."""
    return (levels_db > strongest_db + _NOTHING_DB) & (levels_db > SILENCE_DB + 10)


def decibels(power: float) -> float:
    """dB of a power, not under -120."""
    return max(SILENCE_DB, 10 * math.log10(max(power, 1e-12)))
