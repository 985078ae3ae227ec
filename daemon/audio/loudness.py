"""Loudness after ITU-R BS.1770-4, true peak, and the gain or limiter that sets a clip's level.

Both filters are written with NumPy and BLAS. `scipy.signal` has them too, but loading it takes as
long as all the rest of a worker, and 45 MB.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.linalg.blas import dtbsv
from scipy.ndimage import minimum_filter1d, uniform_filter1d

from daemon.audio.peak import sample_peak

#: Highest true peak of a clip in dBTP, as EBU R 128 recommends.
CEILING_DB = -1.0
#: The level reported for silence, where a number is needed.
SILENCE_DB = -120.0
#: What is turned down ends this far under full scale, so that rounding does not lift it over.
_UNDER_FULL_DB = 0.01
#: Length and step of a loudness block, by BS.1770-4.
_BLOCK_S = 0.4
_STEP_S = 0.1
#: Frames of a block of peaks.
PEAK_BLOCK = 64
#: Frames around a block for the oversampling filter: more than its reach.
_PEAK_MARGIN = 16
#: Blocks oversampled at once: bounds the memory.
_PEAK_CHUNK = 2048
#: Share of the highest sample, under which a block cannot hold the true peak.
_NEAR_PEAK = 0.7
#: Frames filtered at once: a long piece in float64, several times over, would fill the memory.
_FILTERED = 1 << 16
#: Time after which the filters have rung out.
_RING_S = 0.5
#: Taps on each side of the oversampling filter, in frames of the slower rate.
_FINE_REACH = 10
#: Beta of its Kaiser window.
_FINE_BETA = 5.0
#: The limiter's look-ahead.
_LIMIT_AHEAD_S = 0.005
#: The limiter's release: slow enough that a bass note is not distorted.
_LIMIT_RISE_S = 0.08
#: Gates of BS.1770-4: in LUFS, and in LU below the mean of what is above the first.
GATE_LUFS = -70.0
_RELATIVE_GATE = -10.0
#: dB by which a sound is lifted over the first gate.
_LIFT_DB = 200.0


@lru_cache(8)
def _k_weighting(sample_rate: int) -> tuple[np.ndarray, np.ndarray]:
    """The standard's shelf and high-pass in one filter: (numerator, denominator).

    Derived for any rate from their analogue prototypes.
    """
    gain_db = 3.999843853973347
    f0 = 1681.974450955533
    q = 0.7071752369554196
    k = math.tan(math.pi * f0 / sample_rate)
    high = 10 ** (gain_db / 20)
    band = high**0.4996667741545416
    a0 = 1 + k / q + k * k
    shelf = [
        (high + band * k / q + k * k) / a0,
        2 * (k * k - high) / a0,
        (high - band * k / q + k * k) / a0,
    ]
    shelf_poles = [1, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0]
    f0, q = 38.13547087602444, 0.5003270373238773
    k = math.tan(math.pi * f0 / sample_rate)
    a0 = 1 + k / q + k * k
    return np.convolve(shelf, [1, -2, 1]), np.convolve(
        shelf_poles, [1, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0]
    )


def _weighted(channel: np.ndarray, sample_rate: int) -> Iterator[np.ndarray]:
    """The channel K-weighted, block by block, in float64.

    y[n] = b * x[n] - a1 y[n-1] - ... - a4 y[n-4] is a triangular system with four bands under the
    diagonal, which BLAS solves. The past stands at its head: four rows whose solution is the last
    four values of the block before.
    """
    numerator, denominator = _k_weighting(sample_rate)
    order = len(denominator) - 1
    bands = np.empty((order + 1, order + min(_FILTERED, len(channel))), order="F")
    bands[:] = denominator[:, None]
    past_in, past_out = np.zeros(order), np.zeros(order)
    for at in range(0, len(channel), _FILTERED):
        given = np.concatenate([past_in, channel[at : at + _FILTERED]])
        head = np.convolve(past_out, denominator)[:order]
        asked = np.concatenate([head, np.convolve(given, numerator, "valid")])
        found: np.ndarray = dtbsv(
            order, bands[:, : len(asked)], asked, lower=1, diag=1, overwrite_x=1
        )
        yield found[order:]
        past_in, past_out = given[-order:], found[-order:]


def integrated_lufs(audio: np.ndarray, sample_rate: int) -> float:
    """Gated loudness in LUFS of float (frames, 1 or 2 channels).

    Ungated below 0.4 s; -inf where all is silent.
    """
    block, step = _spans(sample_rate)
    if len(audio) < block:
        return lufs_of_energy(weighted_energy(audio, sample_rate), sample_rate)
    edges, at = _edges(len(audio), block, step)
    sums = np.zeros(len(edges) - 1)
    first = 0
    # The energy of a long take would fill twice its own memory: it is summed as it comes.
    for pieces in zip(*(_weighted(channel, sample_rate) for channel in audio.T), strict=True):
        energy = sum(piece**2 for piece in pieces)
        inside = edges[
            np.searchsorted(edges, first, "right") : np.searchsorted(edges, first + len(energy))
        ]
        begins = np.concatenate([[first], inside]).astype(int)
        span = np.searchsorted(edges, begins, "right") - 1
        known = span < len(sums)
        sums[span[known]] += np.add.reduceat(energy, begins - first)[known]
        first += len(energy)
    return _gated(_means(sums, at, block))


def lufs_of_blocks(power: np.ndarray) -> float:
    """Gated loudness in LUFS of the weighted power of blocks of 0.4 s; -inf where there is none."""
    return _gated(power) if len(power) else -math.inf


def lufs_of_energy(energy: np.ndarray, sample_rate: float) -> float:
    """Gated loudness in LUFS of weighted power (frames,), as `weighted_energy` finds it."""
    return _gated(_block_powers(energy, sample_rate))


def _gated(power: np.ndarray) -> float:
    loud = power[power > _power(GATE_LUFS)]
    if not len(loud):
        return _lufs(float(power[0])) if len(power) == 1 else -math.inf
    loud = loud[loud > loud.mean() * 10 ** (_RELATIVE_GATE / 10)]
    return _lufs(float(loud.mean()))


def momentary_lufs(audio: np.ndarray, sample_rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Loudness of each 0.4 s, every 0.1 s: (times of the blocks' middles in s, levels in LUFS)."""
    power = _block_powers(weighted_energy(audio, sample_rate), sample_rate)
    times_s = np.arange(len(power)) * _STEP_S + min(_BLOCK_S, len(audio) / sample_rate) / 2
    return times_s, np.array([_lufs(float(value)) for value in power])


def weighted_energy(audio: np.ndarray, sample_rate: int) -> np.ndarray:
    """Weighted power of each frame, summed over channels, float64 (frames,)."""
    energy = np.zeros(len(audio))
    for channel in audio.T:
        at = 0
        for weighted in _weighted(channel, sample_rate):
            energy[at : at + len(weighted)] += weighted**2
            at += len(weighted)
    return energy


def _block_powers(energy: np.ndarray, sample_rate: float) -> np.ndarray:
    """Mean of `energy` over each block; over the whole where it is shorter than a block."""
    block, step = _spans(sample_rate)
    if len(energy) < block:
        return np.array([energy.sum() / max(1, len(energy))])
    edges, at = _edges(len(energy), block, step)
    return _means(np.add.reduceat(energy[: edges[-1]], edges[:-1]), at, block)


def _spans(sample_rate: float) -> tuple[int, int]:
    """Frames of a block, and between blocks."""
    return round(_BLOCK_S * sample_rate), round(_STEP_S * sample_rate)


def _edges(frames: int, block: int, step: int) -> tuple[np.ndarray, np.ndarray]:
    """Frames (edges,) at which blocks begin or end, and which edge each begins and ends at."""
    starts = np.arange(0, frames - block + 1, step)
    edges, at = np.unique(np.concatenate([starts, starts + block]), return_inverse=True)
    return edges, at


def _means(sums: np.ndarray, at: np.ndarray, block: int) -> np.ndarray:
    """Mean power of each block from the sums between the edges."""
    total = np.concatenate([[0.0], np.cumsum(sums)])
    first, last = total[at].reshape(2, -1)
    return np.asarray((last - first) / block)


def loop_lufs(audio: np.ndarray, sample_rate: int) -> float:
    """Loudness of a loop going round, measured on two rounds."""
    return lufs_of_energy(loop_energy(audio, sample_rate), sample_rate)


def loop_energy(audio: np.ndarray, sample_rate: int) -> np.ndarray:
    """Weighted power of two rounds of a loop, float64 (2 * frames,)."""
    rung_out = min(len(audio), round(_RING_S * sample_rate))
    energy = weighted_energy(np.concatenate([audio, audio[:rung_out]]), sample_rate)
    # Once the first round's end has rung out in the filters, the second repeats the first.
    return np.concatenate([energy, energy[rung_out : len(audio)]])


def true_peak_db(audio: np.ndarray) -> float:
    """Peak between the samples in dBTP, by 4 times oversampling (BS.1770-4, annex 2)."""
    peak = sample_peak(audio)
    if peak <= 0:
        return SILENCE_DB
    peaks = block_peaks(audio, peak * _NEAR_PEAK)
    return 20 * math.log10(max(float(peaks.max()), 1e-6))


def block_peaks(audio: np.ndarray, above: float) -> np.ndarray:
    """Peak of each `PEAK_BLOCK` frames over all channels, oversampled where it is over `above`."""
    whole = len(audio) - len(audio) % PEAK_BLOCK
    blocks = np.ascontiguousarray(audio[:whole]).reshape(-1, PEAK_BLOCK * audio.shape[1])
    peaks = np.maximum(blocks.max(axis=1), -blocks.min(axis=1))
    if whole < len(audio):
        peaks = np.append(peaks, np.abs(audio[whole:]).max())
    high = np.flatnonzero(peaks > above)
    reach = np.arange(-_PEAK_MARGIN, PEAK_BLOCK + _PEAK_MARGIN)
    for first in range(0, len(high), _PEAK_CHUNK):
        some = high[first : first + _PEAK_CHUNK]
        frames = some[:, None] * PEAK_BLOCK + reach
        inside = (frames >= 0) & (frames < len(audio))
        frames = frames.clip(0, len(audio) - 1)
        for channel in audio.T:
            fine = (channel[frames] * inside) @ _fourfold()
            peaks[some] = np.maximum(peaks[some], np.maximum(fine.max(axis=1), -fine.min(axis=1)))
    return peaks


@lru_cache(1)
def _fourfold() -> np.ndarray:
    """The matrix that oversamples a block fourfold: float32 (frames with margin, values).

    A sinc at the slower rate's limit under a Kaiser window, with a gain of 1 at zero. Source:
    Crochiere and Rabiner, Multirate Digital Signal Processing, 4.3.
    """
    taps = np.arange(-4 * _FINE_REACH, 4 * _FINE_REACH + 1)
    shape = np.sinc(taps / 4) * np.kaiser(len(taps), _FINE_BETA)
    shape *= 4 / shape.sum()
    frames = np.arange(PEAK_BLOCK + 2 * _PEAK_MARGIN)
    apart = np.arange(4 * _PEAK_MARGIN, 4 * (_PEAK_MARGIN + PEAK_BLOCK)) - 4 * frames[:, None]
    reached = np.abs(apart) <= 4 * _FINE_REACH
    return np.where(
        reached, shape[apart.clip(-4 * _FINE_REACH, 4 * _FINE_REACH) + 4 * _FINE_REACH], 0
    ).astype(np.float32)


@dataclass(frozen=True)
class Level:
    """Loudness in LUFS (-inf where silent) and true peak in dBTP."""

    lufs: float
    true_peak_db: float

    def louder(self, gain_db: float) -> Level:
        """After a gain, which moves both alike."""
        return Level(self.lufs + gain_db, self.true_peak_db + gain_db)

    def gain_to(self, target_lufs: float | None) -> float:
        """Decibels to `target_lufs` or to the ceiling of -1 dBTP, whichever comes first.

        None: to the ceiling.
        """
        if self.true_peak_db <= SILENCE_DB:
            return 0.0
        room_db = CEILING_DB - self.true_peak_db
        return (
            room_db
            if target_lufs is None or not math.isfinite(self.lufs)
            else min(target_lufs - self.lufs, room_db)
        )


def lufs_however_soft(audio: np.ndarray, sample_rate: int, is_loop: bool) -> float:
    """Loudness in LUFS without the first gate; -inf where all is silent."""
    lifted = amplify(audio, _LIFT_DB)
    return (loop_lufs if is_loop else integrated_lufs)(lifted, sample_rate) - _LIFT_DB


def measure_level(audio: np.ndarray, sample_rate: int, is_loop: bool) -> Level:
    """The level of float (frames, channels); a loop is measured going round."""
    return Level(
        (loop_lufs if is_loop else integrated_lufs)(audio, sample_rate), true_peak_db(audio)
    )


def safe_gain(audio: np.ndarray) -> float:
    """Decibels of attenuation so that nothing exceeds full scale; 0 where nothing does.

    The peak between the samples counts: a converter or a coder would clip there.
    """
    return gain_under_full_scale(true_peak_db(audio))


def gain_under_full_scale(peak_db: float) -> float:
    """Decibels of attenuation for a true peak in dBTP; 0 where it is within full scale."""
    return -peak_db - _UNDER_FULL_DB if peak_db > 0 else 0.0


def told_db(db: float) -> str:
    """Decibels as a text tells them, never as 0.0."""
    return f"{abs(db):.1f} dB" if abs(db) >= 0.05 else "less than 0.1 dB"


def turned_down(by_db: float) -> str:
    """What is told of a sound whose level is kept, apart from what `safe_gain` took of it."""
    return f"turned down by {told_db(by_db)} to full scale: its peaks were over it"


def limiting(audio: np.ndarray, sample_rate: int, *, is_loop: bool = False) -> np.ndarray:
    """The limiter's gain (frames, 1) that holds the true peak of float (frames, channels).

    A loop's gain runs over its seam: a peak at the start is anticipated at the end.
    """
    if is_loop:
        return limiting(np.tile(audio, (3, 1)), sample_rate)[len(audio) : 2 * len(audio)]
    ceiling = 10 ** (CEILING_DB / 20)
    gain = limiter_gain(block_peaks(audio, ceiling * _NEAR_PEAK), ceiling, sample_rate)
    return along_frames(gain, len(audio))


def limiter_gain(peaks: np.ndarray, ceiling: float, sample_rate: int) -> np.ndarray:
    """The limiter's gain for each block of peaks (blocks,), as `block_peaks` finds them.

    It sinks 5 ms ahead of a peak and rises over 80 ms, so that a bass note stays clean.
    """
    block, count = PEAK_BLOCK, len(peaks)
    wanted = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9))
    ahead = max(1, round(_LIMIT_AHEAD_S * sample_rate / block))
    lowest = minimum_filter1d(wanted, 2 * ahead + 3, mode="nearest")
    rise = 1 - math.exp(-block / (_LIMIT_RISE_S * sample_rate))
    # What is taken away falls by a constant share a block, and never under what is wanted now. In
    # the logarithm that is a running maximum.
    slope = -math.log1p(-rise) * np.arange(count)
    with np.errstate(divide="ignore"):
        taken = np.maximum.accumulate(np.log(1 - lowest) + slope) - slope
    held = 1 - np.exp(taken)
    return np.asarray(uniform_filter1d(held, ahead + 1, mode="nearest"))


def along_frames(gain: np.ndarray, frames: int) -> np.ndarray:
    """A gain for each block as one for each frame, float32 (frames, 1)."""
    middles = (np.arange(len(gain)) + 0.5) * PEAK_BLOCK
    return np.interp(np.arange(frames), middles, gain).astype(np.float32)[:, None]


def amplify(audio: np.ndarray, gain_db: float) -> np.ndarray:
    """The same, louder by `gain_db`."""
    return audio if gain_db == 0 else audio * np.float32(10 ** (gain_db / 20))


def _lufs(power: float) -> float:
    return -0.691 + 10 * math.log10(power) if power > 0 else -math.inf


def _power(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))
