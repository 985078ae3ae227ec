"""A filter with a given gain in each third-octave, and sound through it."""

from __future__ import annotations

import math

import numpy as np
import scipy.fft

from daemon.mastering.bands import THIRDS_HZ

#: s; a third-octave at 25 Hz rings about so long.
_TAPS_S = 0.35
#: Times the taps of a block of fast convolution.
_BLOCK_TAPS = 4


def minimum_phase(gains_db: np.ndarray, rate: int) -> np.ndarray:
    """Taps, float32 (taps,), of a filter with these gains at the third-octaves.

    Minimum phase: it rings after a hit, never before, so a downbeat stays where it is. By the real
    cepstrum (Oppenheim and Schafer, Discrete-Time Signal Processing, 13.5).
    """
    taps = 1 << round(math.log2(_TAPS_S * rate))
    size = 4 * taps
    hz = np.maximum(scipy.fft.rfftfreq(size, 1 / rate), 1.0)
    log_gain = _between(np.log2(hz), gains_db) * (math.log(10) / 20)
    cepstrum = scipy.fft.irfft(log_gain, size)
    cepstrum[1 : size // 2] *= 2
    cepstrum[size // 2 + 1 :] = 0
    response = scipy.fft.irfft(np.exp(scipy.fft.rfft(cepstrum)), size)[:taps]
    tail = taps // 4
    response[-tail:] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(1, tail + 1) / tail)
    return np.asarray(response, np.float32)


def _between(octaves: np.ndarray, gains_db: np.ndarray) -> np.ndarray:
    """Gains between the bands: half a cosine from one to the next, so none swings over."""
    place = np.clip((octaves - math.log2(THIRDS_HZ[0])) * 3, 0, len(gains_db) - 1)
    low = np.minimum(place.astype(np.int64), len(gains_db) - 2)
    share = 0.5 - 0.5 * np.cos(np.pi * (place - low))
    return np.asarray(gains_db[low] * (1 - share) + gains_db[low + 1] * share)


def through(channel: np.ndarray, taps: np.ndarray, is_loop: bool) -> np.ndarray:
    """The channel, float32 (frames,), filtered; what rings on over a loop's end starts it.

    Overlap-save in blocks, so that an hour needs no more memory than a minute.
    """
    reach = len(taps) - 1
    size = scipy.fft.next_fast_len(_BLOCK_TAPS * len(taps), real=True)
    step = size - reach
    spectrum = scipy.fft.rfft(taps, size)
    before = (
        np.take(channel, np.arange(-reach, 0), mode="wrap")
        if is_loop
        else np.zeros(reach, np.float32)
    )
    given = np.concatenate([before, channel])
    out = np.empty(len(channel), np.float32)
    for at in range(0, len(channel), step):
        block = given[at : at + size]
        made = scipy.fft.irfft(scipy.fft.rfft(block, size) * spectrum, size)
        end = min(step, len(channel) - at)
        out[at : at + end] = made[reach : reach + end]
    return out
