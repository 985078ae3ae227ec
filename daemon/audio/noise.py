"""White noise by its seed, and noise through filters."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from daemon.audio.filters import Filter, bandpass, filtered
from daemon.audio.random_stream import rng

#: Longest noise that is cached, in frames: notes repeat, textures do not.
_KEPT_NOISE = 1 << 18
#: Longest filtered noise that is cached, in frames.
_KEPT_STROKE = 1 << 16
#: Cached noises have multiples of this length, so that few are kept.
_NOISE_STEP = 1 << 15


def noise(n: int, *words: object) -> np.ndarray:
    """White noise of unit power, float32 (n,), read-only; the words are its seed."""
    if n > _KEPT_NOISE:
        return rng("noise", *words).standard_normal(n).astype(np.float32)
    # One stream at any length: a short noise is the beginning of a longer one.
    return _noise(-(-n // _NOISE_STEP) * _NOISE_STEP, *words)[:n]


@lru_cache(48)
def _noise(n: int, *words: object) -> np.ndarray:
    white = rng("noise", *words).standard_normal(n).astype(np.float32)
    white.flags.writeable = False
    return white


def noise_through(n: int, rate: int, filters: tuple[Filter, ...], *words: object) -> np.ndarray:
    """`filtered` of `noise` of these words, float32 (n,), read-only.

    The strokes of a drum differ in strength and share their noises, so short ones are kept.
    """
    if n > _KEPT_STROKE:
        return filtered(noise(n, *words), rate, *filters)
    return _noise_through(n, rate, filters, *words)


@lru_cache(64)
def _noise_through(n: int, rate: int, filters: tuple[Filter, ...], *words: object) -> np.ndarray:
    sound = filtered(noise(n, *words), rate, *filters).copy()
    sound.flags.writeable = False
    return sound


def swept_noise(n: int, rate: int, centre_hz: np.ndarray, q: float, *words: object) -> np.ndarray:
    """Noise through a band-pass whose centre moves, float32 (n,).

    Fixed filters half an octave apart are cross-faded, each computed only where it is near.
    """
    white = noise(n, *words)
    place = np.clip(np.log2(np.maximum(centre_hz, 61) / 60) * 2, 0, 16)
    out = np.zeros(n, np.float32)
    settle = rate // 50
    for k in range(int(place.min()), int(np.ceil(place.max())) + 1):
        near = np.flatnonzero(np.abs(place - k) < 1)
        if not len(near):
            continue
        first, last = int(near[0]), int(near[-1]) + 1
        from_ = max(0, first - settle)
        weight = np.maximum(0, 1 - np.abs(place[first:last] - k)).astype(np.float32)
        out[first:last] += (
            filtered(white[from_:last], rate, bandpass(60 * 2 ** (k / 2), q))[first - from_ :]
            * weight
        )
    return out


def forget_noise() -> None:
    """Drop cached noise: most of it is a piece's own, and long."""
    _noise.cache_clear()
    _noise_through.cache_clear()
