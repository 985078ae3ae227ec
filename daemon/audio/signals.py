"""Building blocks of every voice: envelopes, spectral filters, band-limited waves, noise, drive."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import scipy.fft

#: A filter: one sample's delay at some frequencies (`delay_of`), the rate -> complex gain at each.
Filter = Callable[[np.ndarray, int], np.ndarray]

#: Lowest cutoff of the wave tables.
_BANK_LOW_HZ = 60.0
#: Cutoff steps of the wave tables; between two of them a sweep is interpolated.
_BANK_STEPS_PER_OCTAVE = 4
#: No partial lies above it.
_TOP_HZ = 19000.0
#: Longest noise that is cached, in frames: notes repeat, textures do not.
_KEPT_NOISE = 1 << 18
#: Longest filtered noise that is cached, in frames.
_KEPT_STROKE = 1 << 16
#: Share of a cycle between two takes of it: none of a few lies near another.
_GOLDEN = 0.618
#: Cached noises have multiples of this length, so that few are kept.
_NOISE_STEP = 1 << 15


class _Unseeded(np.random.SeedSequence):
    """Fills a generator that is seeded at once after: `RandomState(seed)` asks the system first."""

    def generate_state(self, n_words: int, dtype: object = np.uint32) -> np.ndarray:
        return np.ones(n_words, np.uint32)


_UNSEEDED = _Unseeded(0)


def rng(*words: object) -> np.random.RandomState:
    """A random stream that is the same on every machine for the same words."""
    digest = hashlib.sha256(":".join(map(str, words)).encode()).digest()
    # a third of the time of RandomState(seed), and the same stream
    stream = np.random.RandomState(np.random.MT19937(_UNSEEDED))
    stream.seed(int.from_bytes(digest[:4], "little"))
    return stream


def seconds(length_s: float, rate: int) -> np.ndarray:
    """Times in s of the frames of `length_s`."""
    return np.arange(max(1, round(length_s * rate)), dtype=np.float32) / np.float32(rate)


def fall(t: np.ndarray, to_60db_s: float) -> np.ndarray:
    """An exponential decay that reaches -60 dB after `to_60db_s`."""
    return np.exp(t * np.float32(-6.9078 / max(to_60db_s, 1e-4)))


def rise(t: np.ndarray, length_s: float) -> np.ndarray:
    """A raised-cosine attack of `length_s`; the times `t` ascend."""
    if length_s <= 0:
        return np.ones_like(t)
    # past the attack the formula is exactly 1, and a note is much longer than its attack
    count = int(np.searchsorted(t, np.float32(length_s)))
    out = np.ones(len(t), np.float32)
    out[:count] = 0.5 - 0.5 * np.cos(np.pi * np.minimum(t[:count] / np.float32(length_s), 1))
    return out


def gate(t: np.ndarray, held_s: float, release_s: float) -> np.ndarray:
    """1 while the note is held, then an exponential release.

    The release reaches -60 dB after `release_s`. The times `t` ascend.
    """
    out = np.ones_like(t)
    held = int(np.searchsorted(t, np.float32(held_s)))
    out[held:] = np.exp(
        np.minimum(0, held_s - t[held:]) * np.float32(6.9078 / max(release_s, 1e-4))
    )
    return out


def faded(x: np.ndarray, rate: int, length_s: float = 0.005) -> np.ndarray:
    """`x` (frames,) or (frames, channels), in place, with a fade out of `length_s` at its end."""
    n = min(round(length_s * rate), len(x))
    if n:
        curve = (0.5 + 0.5 * np.cos(np.pi * np.arange(1, n + 1, dtype=np.float32) / n)).astype(
            np.float32
        )
        x[-n:] *= curve if x.ndim == 1 else curve[:, None]
    return x


def sine(hz: np.ndarray | float, n: int, rate: int, phase: float = 0.0) -> np.ndarray:
    """A sine, float32 (n,), whose frequency in Hz may move; `phase` in turns."""
    if np.ndim(hz) == 0:
        turns = np.arange(n) * (float(hz) / rate) + phase
    else:
        turns = np.cumsum(np.asarray(hz, dtype=np.float64)) / rate + (
            phase - float(np.asarray(hz)[0]) / rate
        )
    return np.sin(((2 * np.pi) * _part_of_turn(turns)).astype(np.float32))


def turns_of(hz: float, n: int, rate: int) -> np.ndarray:
    """Phase in turns of a wave of `hz` at each of n frames: float64 (n,), from 0 to 1."""
    return _part_of_turn(np.arange(n) * (hz / rate))


def _part_of_turn(turns: np.ndarray) -> np.ndarray:
    """`turns % 1` to the last bit, in a thirtieth of the time."""
    return turns - np.floor(turns)


def partials(
    hz: np.ndarray, levels: np.ndarray, to_60db_s: np.ndarray, phases: np.ndarray, n: int, rate: int
) -> np.ndarray:
    """Sum of decaying sines, float32 (n,); one frequency, level, decay and phase in turns each.

    Time is cut into blocks. A partial's value is its state at the block times a rotation within
    the block, so all partials are one matrix product.
    """
    block = 64
    pole = -6.9078 / np.maximum(to_60db_s, 1e-4) / rate + 2j * np.pi * hz / rate
    starts = np.arange(-(-n // block)) * block
    states = (
        np.exp(starts[:, None] * pole[None, :])
        * (levels * np.exp(2j * np.pi * (phases - 0.25)))[None, :]
    )
    turns = np.exp(np.arange(block)[None, :] * pole[:, None])
    real = states.real.astype(np.float32) @ turns.real.astype(np.float32)
    real -= states.imag.astype(np.float32) @ turns.imag.astype(np.float32)
    return real.ravel()[:n]


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


def saturate(x: np.ndarray, drive: float) -> np.ndarray:
    """tanh with `drive` (0 leaves the signal alone), full scale kept at full scale."""
    if drive <= 0.01:
        return x
    k = np.float32(drive)
    return np.tanh(x * k) / np.tanh(k)


def saturate_clean(x: np.ndarray, drive: float, over: int = 4) -> np.ndarray:
    """As `saturate`, at `over` times the rate, so that its harmonics do not alias. (frames,) only.

    The signal is oversampled through its spectrum.
    """
    if drive <= 0.01:
        return x
    n = fast_length(len(x) + 64)
    spectrum = scipy.fft.rfft(x.astype(np.float32, copy=False), n)
    wide = np.zeros(n * over // 2 + 1, spectrum.dtype)
    wide[: len(spectrum)] = spectrum * np.float32(over)
    bent = saturate(scipy.fft.irfft(wide, n * over), drive)
    back = scipy.fft.rfft(bent)[: n // 2 + 1] / np.float32(over)
    return scipy.fft.irfft(back, n)[: len(x)]


# ------------------------------------------------------------------ filters


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


# ------------------------------------------------------------------ band-limited waves


def _partials(shape: str, count: int) -> np.ndarray:
    k = np.arange(1, count + 1)
    if shape == "saw":
        return 1 / k
    if shape == "square":
        return np.where(k % 2, 1 / k, 0)
    if shape == "triangle":
        return np.where(k % 2, 1 / k**2, 0)
    if shape == "pulse":
        # A quarter of the cycle is high.
        return np.sin(np.pi * k * 0.25) / k
    raise ValueError(shape)


@lru_cache(72)
def _tables(
    shape: str, hz: float, rate: int, first: int, last: int, resonance: float
) -> np.ndarray:
    """Single cycles of a low-passed wave, one row a cutoff step: (rows, size + 1).

    The rows go from step `first` to `last`. Each harmonic is weighted by the filter's gain at its
    own frequency. So the sweep of a filter is a walk down the rows, and no harmonic aliases.
    """
    count = max(1, int(min(_TOP_HZ, 0.45 * rate) / hz))
    # Reading between a table's points leaves images of about sqrt(count^3 / 3) / size^2 of the
    # wave: under -96 dB here.
    size = int(np.clip(1 << int(np.ceil(np.log2((count**3 / 3) ** 0.25 / 0.004))), 1024, 16384))
    k = np.arange(1, count + 1)
    cutoffs = _BANK_LOW_HZ * 2 ** (np.arange(first, last + 1) / _BANK_STEPS_PER_OCTAVE)
    w = (k * hz)[None, :] / cutoffs[:, None]
    # Two two-pole stages: the first resonates, the second is flat (24 dB an octave). Without
    # their phase: a filter that sweeps would bend the pitch.
    gain = 1 / np.abs((1 - w * w + 1j * w / resonance) * (1 - w * w + 1j * w / 0.8))
    spectrum = np.zeros((len(cutoffs), size // 2 + 1), np.complex64)
    spectrum[:, 1 : count + 1] = -0.5j * size * gain * _partials(shape, count)[None, :] * 0.6
    cycle = scipy.fft.irfft(spectrum, size, axis=1).astype(np.float32, copy=False)
    return np.concatenate([cycle, cycle[:, :1]], axis=1)


def wave(
    shape: str,
    hz: float,
    n: int,
    rate: int,
    cutoff_hz: np.ndarray | float = 30000.0,
    resonance: float = 0.8,
    phase: float = 0.0,
    bend: np.ndarray | None = None,
) -> np.ndarray:
    """A saw, square, triangle or pulse through a resonant low-pass. float32 (n,).

    The cutoff may move. `bend` (n,) multiplies the frequency (glides, vibrato); `phase` in turns.
    No partial lies above 19 kHz or 0.45 of the rate.
    """
    top = hz * (float(bend.max()) if bend is not None else 1.0)
    steps = (
        np.log2(np.maximum(cutoff_hz, _BANK_LOW_HZ * 1.01) / _BANK_LOW_HZ) * _BANK_STEPS_PER_OCTAVE
    )
    steps = np.minimum(steps, _BANK_STEPS_PER_OCTAVE * 9)
    first, last = int(np.min(steps)), int(np.max(steps)) + 1
    table = _tables(shape, round(top, 3), rate, first, last, round(resonance, 2))
    size = table.shape[1] - 1
    turns = (
        np.arange(n) * (hz / rate)
        if bend is None
        else np.cumsum(bend, dtype=np.float64) * (hz / rate)
    )
    place = _part_of_turn(turns + phase) * size
    index = place.astype(np.intp)
    between = (place - index).astype(np.float32)
    before = 1 - between
    if np.ndim(steps) == 0:
        mix = float(steps) - first
        row = table[0] * np.float32(1 - mix) + table[1] * np.float32(mix)
        # `clip` changes nothing here; it saves NumPy a check of every index.
        return row.take(index, mode="clip") * before + row.take(index + 1, mode="clip") * between
    row = np.asarray(steps).astype(np.intp) - first
    blend = (steps - first - row).astype(np.float32)
    flat, stride = table.ravel(), size + 1
    at = row * stride + index
    low = flat.take(at, mode="clip") * before + flat.take(at + 1, mode="clip") * between
    at += stride
    high = flat.take(at, mode="clip") * before + flat.take(at + 1, mode="clip") * between
    return low + (high - low) * blend


@lru_cache(24)
def _ensemble(
    shape: str, hz: float, rate: int, spread_cents: float, cutoff_hz: float, take: int
) -> np.ndarray:
    """About 3 s of a section on one note, which loops without a seam: float32 (frames, 2)."""
    size = _cycle_length(rate)
    amplitude = _bands(shape, hz, rate, spread_cents, cutoff_hz)
    spectrum = amplitude.astype(np.float32)[:, None] * _phases(len(amplitude), shape, hz, take)
    cycle = scipy.fft.irfft(spectrum.astype(np.complex64, copy=False), size, axis=0)
    cycle /= np.sqrt((cycle**2).mean())
    cycle *= np.float32(0.2)
    return cycle.astype(np.float32, copy=False)


@lru_cache(24)
def _formed_ensemble(
    shape: str,
    hz: float,
    rate: int,
    spread_cents: float,
    cutoff_hz: float,
    filters: tuple[Filter, ...],
    cross: float,
) -> np.ndarray:
    """The same through filters, for they are factors on its spectrum; each side hears the other."""
    size = _cycle_length(rate)
    amplitude = _bands(shape, hz, rate, spread_cents, cutoff_hz)
    amplitude *= 0.2 * size / np.sqrt(2 * (amplitude**2).sum())
    formed = amplitude.astype(np.float32) * response_of(filters, size, rate)
    sides = _phases(len(amplitude), shape, hz, 0).T * formed
    if cross:
        sides = sides + np.float32(cross) * sides[::-1]
    cycle = np.ascontiguousarray(scipy.fft.irfft(sides, size, axis=1).T)
    cycle.flags.writeable = False
    return cycle


def _cycle_length(rate: int) -> int:
    return int(1 << round(np.log2(3 * rate)))


def _bands(shape: str, hz: float, rate: int, spread_cents: float, cutoff_hz: float) -> np.ndarray:
    """Amplitudes of a section's spectrum: each harmonic a band of frequencies."""
    size = _cycle_length(rate)
    count = max(1, int(min(_TOP_HZ, 0.45 * rate) / hz))
    amplitude = np.zeros(size // 2 + 1)
    bin_hz = rate / size
    weights = _partials(shape, count) / np.sqrt(1 + (np.arange(1, count + 1) * hz / cutoff_hz) ** 4)
    for k, weight in enumerate(weights, 1):
        if weight < 1e-4:
            continue
        wide = max(k * hz * (2 ** (spread_cents / 1200) - 1) / bin_hz, 0.7)
        centre = k * hz / bin_hz
        low = max(1, int(centre - 4 * wide))
        high = min(len(amplitude) - 1, int(centre + 4 * wide) + 2)
        amplitude[low:high] += (
            weight / np.sqrt(wide) * np.exp(-0.5 * ((np.arange(low, high) - centre) / wide) ** 2)
        )
    return amplitude


@lru_cache(12)
def _phases(n: int, shape: str, hz: float, take: int) -> np.ndarray:
    """Unit vectors at random angles, complex64 (n, 2); notes of one pitch share them."""
    turns = rng("ensemble", shape, hz, take).uniform(0, 2 * np.pi, (n, 2)).astype(np.float32)
    return np.cos(turns) + 1j * np.sin(turns)


def ensemble(
    shape: str,
    hz: float,
    n: int,
    rate: int,
    spread_cents: float = 12.0,
    cutoff_hz: float = 8000.0,
    take: int = 0,
) -> np.ndarray:
    """A section of many players on one note, wide in stereo: float32 (n, 2).

    Each harmonic is a band of frequencies with random phases (P. Nasca's PADsynth). It replaces
    any number of detuned oscillators.
    """
    cycle = _ensemble(shape, round(hz, 3), rate, round(spread_cents, 1), round(cutoff_hz, -1), take)
    if n <= len(cycle):
        return cycle[:n].copy()
    return np.tile(cycle, (-(-n // len(cycle)), 1))[:n]


def formed_ensemble(
    shape: str,
    hz: float,
    n: int,
    rate: int,
    spread_cents: float,
    cutoff_hz: float,
    take: int,
    filters: tuple[Filter, ...],
    cross: float = 0.0,
) -> np.ndarray:
    """`ensemble` through filters at no cost, float32 (n, 2), perhaps read-only.

    `cross` is how much of the other side each has.

    Takes are stretches of one sound, which is noise: no two are alike.
    """
    cycle = _formed_ensemble(
        shape, round(hz, 3), rate, round(spread_cents, 1), round(cutoff_hz, -1), filters, cross
    )
    return stretch(cycle, take, n)


def stretch(cycle: np.ndarray, take: int, n: int) -> np.ndarray:
    """n frames of a cycle (frames,) or (frames, channels), from a place of this take on."""
    at = round(take * _GOLDEN * len(cycle)) % len(cycle)
    begun = cycle[at : at + n]
    if len(begun) == n:
        return begun
    again = -(-(n - len(begun)) // len(cycle))
    return np.concatenate([begun, *[cycle] * again])[:n]


def stereo(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Two (frames,) as float32 (frames, 2)."""
    return np.stack([left, right], axis=1).astype(np.float32)


def wide(level: np.ndarray) -> np.ndarray:
    """A level (n,) as (n, 2), of its own type.

    Multiplying by it is five times as fast as by `level[:, None]`.
    """
    return np.stack((level, level), axis=1)


def both(mono: np.ndarray) -> np.ndarray:
    """One (frames,) in the middle: float32 (frames, 2)."""
    return stereo(mono, mono)


def widened(x: np.ndarray, width: float) -> np.ndarray:
    """(frames, 2) with its side signal scaled: 0 is mono, 1 unchanged."""
    if width == 1:
        return x
    middle = x.mean(axis=1, keepdims=True)
    return (middle + (x - middle) * np.float32(width)).astype(np.float32)


def forget_long_responses() -> None:
    """Drop the cached filter responses of held notes and long stretches."""

    _held_response.cache_clear()
    _long_response.cache_clear()


def forget_noise() -> None:
    """Drop cached noise: most of it is a piece's own, and long."""
    _noise.cache_clear()
    _noise_through.cache_clear()
