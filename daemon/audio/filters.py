"""Filters by their spectrum: second-order ones, and what goes through them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import scipy.fft

#: A filter: one sample's delay at some frequencies (`delay_of`), the rate -> complex gain at each.
Filter = Callable[[np.ndarray, int], np.ndarray]


@lru_cache(512)
def fast_length(n: int) -> int:
    """The least even number from n up whose only prime factors are 2, 3 and 5.

    Transforms of that length are fast.
    """
    best = 1 << max(1, (n - 1).bit_length())
    five = 1
    while five < best:
        three = five
        while three < best:
            two = three * 2
            while two < n:
                two *= 2
            best = min(best, two)
            three *= 3
        five *= 5
    return best


def delay_of(hz: np.ndarray, rate: int) -> np.ndarray:
    """What a filter's response is computed from: one sample's delay at frequencies in Hz."""
    return np.asarray(np.exp(-2j * np.pi * hz / rate))


def _biquad(
    numerator: tuple[float, ...], denominator: tuple[float, ...], z: np.ndarray
) -> np.ndarray:
    top = numerator[0] + z * (numerator[1] + z * numerator[2])
    return top / (denominator[0] + z * (denominator[1] + z * denominator[2]))


def _corner(hz: float, rate: int) -> float:
    return 2 * np.pi * min(max(hz, 5.0), 0.46 * rate) / rate


@lru_cache(256)
def lowpass(cutoff_hz: float, q: float = 0.7071) -> Filter:
    """Second-order low-pass (R. Bristow-Johnson's cookbook)."""

    def response(z: np.ndarray, rate: int) -> np.ndarray:
        w = _corner(cutoff_hz, rate)
        a, c = np.sin(w) / (2 * q), np.cos(w)
        return _biquad(((1 - c) / 2, 1 - c, (1 - c) / 2), (1 + a, -2 * c, 1 - a), z)

    return response


@lru_cache(256)
def highpass(cutoff_hz: float, q: float = 0.7071) -> Filter:
    """Second-order high-pass (same source)."""

    def response(z: np.ndarray, rate: int) -> np.ndarray:
        w = _corner(cutoff_hz, rate)
        a, c = np.sin(w) / (2 * q), np.cos(w)
        return _biquad(((1 + c) / 2, -(1 + c), (1 + c) / 2), (1 + a, -2 * c, 1 - a), z)

    return response


@lru_cache(256)
def bandpass(centre_hz: float, q: float = 1.0) -> Filter:
    """Second-order band-pass, 0 dB at its centre (same source)."""

    def response(z: np.ndarray, rate: int) -> np.ndarray:
        w = _corner(centre_hz, rate)
        a, c = np.sin(w) / (2 * q), np.cos(w)
        return _biquad((a, 0.0, -a), (1 + a, -2 * c, 1 - a), z)

    return response


@lru_cache(256)
def peak(centre_hz: float, gain_db: float, q: float = 1.0) -> Filter:
    """A bell of `gain_db` (same source)."""

    def response(z: np.ndarray, rate: int) -> np.ndarray:
        w, g = _corner(centre_hz, rate), 10 ** (gain_db / 40)
        a, c = np.sin(w) / (2 * q), np.cos(w)
        return _biquad((1 + a * g, -2 * c, 1 - a * g), (1 + a / g, -2 * c, 1 - a / g), z)

    return response


@lru_cache(256)
def high_shelf(corner_hz: float, gain_db: float) -> Filter:
    """A shelf of `gain_db` above the corner (same source, slope 1)."""

    def response(z: np.ndarray, rate: int) -> np.ndarray:
        w, g = _corner(corner_hz, rate), 10 ** (gain_db / 40)
        c, b = np.cos(w), np.sin(w) / np.sqrt(2) * 2 * np.sqrt(g)
        top = (
            g * (g + 1 + (g - 1) * c + b),
            -2 * g * (g - 1 + (g + 1) * c),
            g * (g + 1 + (g - 1) * c - b),
        )
        return _biquad(
            top,
            (g + 1 - (g - 1) * c + b, 2 * (g - 1 - (g + 1) * c), g + 1 - (g - 1) * c - b),
            z,
        )

    return response


def filtered(x: np.ndarray, rate: int, *filters: Filter) -> np.ndarray:
    """`x` (frames,) or (frames, channels) through the filters, by spectrum.

    The ringing past its end is cut off.
    """
    n = _round_length(len(x) + rate // 50)
    spectrum = scipy.fft.rfft(x.astype(np.float32, copy=False), n, axis=0)
    gain = response_of(filters, n, rate)
    spectrum *= gain if x.ndim == 1 else gain[:, None]
    return scipy.fft.irfft(spectrum, n, axis=0)[: len(x)]


def _round_length(n: int) -> int:
    """A power of two or three quarters of one: few lengths, so that cached responses are reused."""
    top = 1 << max(2, (n - 1).bit_length())
    return top * 3 // 4 if n <= top * 3 // 4 else top


def response_of(filters: tuple[Filter, ...], n: int, rate: int) -> np.ndarray:
    """Complex gain of the filters in series, complex64 (n // 2 + 1,).

    At the bins of a real transform of length n.
    """
    kept = _short_response if n <= _HELD else _held_response if n <= _LONG else _long_response
    return kept(filters, n, rate)


def _response(filters: tuple[Filter, ...], n: int, rate: int) -> np.ndarray:
    hz = np.fft.rfftfreq(n, 1 / rate)
    gain = np.ones(len(hz), np.complex128)
    z = delay_of(hz, rate)
    # a filter that comes twice is computed once
    answers = {one: one(z, rate) for one in dict.fromkeys(filters)}
    for one in filters:
        gain *= answers[one]
    return gain.astype(np.complex64)


#: Transform lengths from which fewer responses are cached: a held note, and a stretch of music.
_HELD, _LONG = 1 << 17, 1 << 19
_short_response = lru_cache(192)(_response)
_held_response = lru_cache(16)(_response)
_long_response = lru_cache(4)(_response)


def forget_long_responses() -> None:
    """Drop the cached filter responses of held notes and long stretches."""

    _held_response.cache_clear()
    _long_response.cache_clear()
