"""Loudness after ITU-R BS.1770-4, true peak, and the gain or limiting that brings a clip to its level."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy import signal

CEILING_DB = -1.0
_SILENCE_DB = -120.0
_BLOCK_S, _STEP_S = 0.4, 0.1
_ABSOLUTE_GATE, _RELATIVE_GATE = -70.0, -10.0


@lru_cache(8)
def _k_weighting(sample_rate: int) -> np.ndarray:
    """The standard's two filters (shelf, high-pass) for any rate, from its analogue prototypes, as second-order sections."""
    gain_db, f0, q = 3.999843853973347, 1681.974450955533, 0.7071752369554196
    k = math.tan(math.pi * f0 / sample_rate)
    high = 10 ** (gain_db / 20)
    band = high**0.4996667741545416
    a0 = 1 + k / q + k * k
    shelf = [
        (high + band * k / q + k * k) / a0, 2 * (k * k - high) / a0, (high - band * k / q + k * k) / a0,
        1, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0,
    ]  # fmt: skip
    f0, q = 38.13547087602444, 0.5003270373238773
    k = math.tan(math.pi * f0 / sample_rate)
    a0 = 1 + k / q + k * k
    return np.array([shelf, [1, -2, 1, 1, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0]])


def integrated_lufs(audio: np.ndarray, sample_rate: int) -> float:
    """Gated loudness in LUFS of float (frames, 1 or 2 channels); ungated below 0.4 s; -inf where all is silent."""
    weighted = signal.sosfilt(_k_weighting(sample_rate), audio.astype(np.float64), axis=0)
    energy = np.concatenate([[0.0], np.cumsum((weighted * weighted).sum(axis=1))])
    block, step = round(_BLOCK_S * sample_rate), round(_STEP_S * sample_rate)
    if len(audio) < block:
        return _lufs(energy[-1] / max(1, len(audio)))
    starts = np.arange(0, len(audio) - block + 1, step)
    power = (energy[starts + block] - energy[starts]) / block
    loud = power[power > _power(_ABSOLUTE_GATE)]
    if not len(loud):
        return -math.inf
    loud = loud[loud > loud.mean() * 10 ** (_RELATIVE_GATE / 10)]
    return _lufs(float(loud.mean()))


def loop_lufs(audio: np.ndarray, sample_rate: int) -> float:
    """Loudness of a loop as it is heard, going round: measured on two rounds."""
    return integrated_lufs(np.concatenate([audio, audio]), sample_rate)


def true_peak_db(audio: np.ndarray) -> float:
    """Peak between the samples in dBTP, by 4 times oversampling (BS.1770-4, annex 2)."""
    if not len(audio):
        return _SILENCE_DB
    peak = float(np.abs(signal.resample_poly(audio, 4, 1, axis=0)).max())
    return 20 * math.log10(max(peak, float(np.abs(audio).max()), 1e-6))


def gain_to(target_lufs: float | None, lufs: float, peak_db: float) -> float:
    """Decibels that bring a clip to `target_lufs` or to the ceiling of -1 dBTP, whichever comes first (None: the ceiling)."""
    if peak_db <= _SILENCE_DB:
        return 0.0
    room_db = CEILING_DB - peak_db
    if target_lufs is None or not math.isfinite(lufs):
        return room_db
    return min(target_lufs - lufs, room_db)


def amplify(audio: np.ndarray, gain_db: float) -> np.ndarray:
    """The same, louder by `gain_db`."""
    return audio if gain_db == 0 else audio * np.float32(10 ** (gain_db / 20))


def _lufs(power: float) -> float:
    return -0.691 + 10 * math.log10(power) if power > 0 else -math.inf


def _power(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))
