"""Pitch of one note, by YIN, refined on its spectrum."""

from __future__ import annotations

import math

import numpy as np
import scipy.fft
import soxr

from daemon.audio.sound import mixed

#: Hz; lowest pitch: below a piano's lowest note.
_LOWEST_HZ = 25.0
#: Hz; highest pitch: above a piano's highest note.
_HIGHEST_HZ = 4200.0
#: Hz; rate of the analysis.
_YIN_RATE = 22050
#: Samples compared with themselves at each lag: more than two periods of the lowest pitch.
_YIN_WINDOW = 2048
#: Samples between frames.
_YIN_HOP = 256
#: Aperiodicity of YIN from which a frame has no pitch; its paper uses 0.1.
_APERIODIC = 0.15
#: Share of the energy that must have a pitch: less is a hit or noise with a tone in it.
_VOICED_SHARE = 0.5


def find_note(audio: np.ndarray, sample_rate: int) -> float | None:
    """The note of a one-shot as a fractional MIDI number, or None where it has no pitch.

    `audio` is float (frames, channels). YIN (de Cheveigné and Kawahara 2002) runs on each frame.
    Their median, weighted by energy, is refined on the spectrum's peaks.
    """
    mono = soxr.resample(mixed(audio).astype(np.float64), sample_rate, _YIN_RATE, quality="HQ")
    pitches, weights, total = _yin(mono)
    if not len(pitches) or weights.sum() <= _VOICED_SHARE * total:
        return None
    coarse = _weighted_median(pitches, weights)
    near = np.abs(12 * np.log2(pitches / coarse)) < 0.5
    if weights[near].sum() < 0.5 * weights.sum():
        return None
    coarse = float(np.average(pitches[near], weights=weights[near]))
    hertz = _refined(mono, coarse)
    return 69 + 12 * math.log2(hertz / 440)


def _yin(mono: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Pitches in Hz and energies of the frames with a pitch, and the energy of all frames."""
    longest = math.ceil(_YIN_RATE / _LOWEST_HZ)
    shortest = math.floor(_YIN_RATE / _HIGHEST_HZ)
    size = _YIN_WINDOW + longest
    padded = np.pad(mono, (0, max(0, size + 1 - len(mono))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::_YIN_HOP]
    length = scipy.fft.next_fast_len(size + _YIN_WINDOW)
    spectrum = scipy.fft.rfft(frames, length, axis=1)
    head = scipy.fft.rfft(frames[:, :_YIN_WINDOW], length, axis=1)
    cross = scipy.fft.irfft(spectrum * head.conj(), length, axis=1)[:, : longest + 1]
    power = np.cumsum(np.pad(frames * frames, ((0, 0), (1, 0))), axis=1)
    energy = power[:, _YIN_WINDOW : _YIN_WINDOW + longest + 1] - power[:, : longest + 1]
    difference = np.maximum(energy[:, :1] + energy - 2 * cross, 0)
    lags = np.arange(1, longest + 1)
    normal = np.ones_like(difference)
    normal[:, 1:] = (
        difference[:, 1:] * lags / np.maximum(np.cumsum(difference[:, 1:], axis=1), 1e-12)
    )
    pitches, weights = [], []
    for row, loudness in zip(normal, energy[:, 0], strict=True):
        lag = _first_dip(row, shortest)
        if lag is not None:
            pitches.append(_YIN_RATE / lag)
            weights.append(float(loudness))
    return np.array(pitches), np.array(weights), float(energy[:, 0].sum())


def _first_dip(row: np.ndarray, shortest: int) -> float | None:
    """Lag of the first minimum under the threshold, between samples by a parabola.

    None where no lag is periodic enough.
    """
    under = np.flatnonzero(row[shortest:-1] < _APERIODIC)
    if not len(under):
        return None
    lag = shortest + int(under[0])
    while lag + 1 < len(row) - 1 and row[lag + 1] < row[lag]:
        lag += 1
    left, middle, right = row[lag - 1], row[lag], row[lag + 1]
    bend = left - 2 * middle + right
    if bend <= 1e-12:
        return float(lag)
    return lag + float(np.clip(0.5 * (left - right) / bend, -0.5, 0.5))


def _weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values)
    running = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(running, running[-1] / 2)])


def _refined(mono: np.ndarray, coarse_hz: float) -> float:
    """The fundamental in Hz, from the spectral peaks of the first three harmonics.

    Each peak is weighted by its power, and lies within a quarter tone of its place by `coarse_hz`.
    """
    size = scipy.fft.next_fast_len(max(4 * len(mono), 1 << 16))
    magnitude = np.abs(scipy.fft.rfft(mono * np.hanning(len(mono)), size))
    bins_per_hz = size / _YIN_RATE
    found, weights = [], []
    for harmonic in (1, 2, 3):
        low = int(harmonic * coarse_hz * 2 ** (-0.5 / 12) * bins_per_hz)
        high = int(harmonic * coarse_hz * 2 ** (0.5 / 12) * bins_per_hz) + 2
        if high >= len(magnitude) - 1 or low < 1:
            break
        top = low + int(np.argmax(magnitude[low:high]))
        if top in (low, high - 1):
            continue
        left, middle, right = np.log(magnitude[top - 1 : top + 2] + 1e-12)
        bend = left - 2 * middle + right
        offset = 0.5 * (left - right) / bend if bend < 0 else 0.0
        found.append((top + offset) / bins_per_hz / harmonic)
        weights.append(float(magnitude[top] ** 2))
    return float(np.average(found, weights=weights)) if found else coarse_hz
