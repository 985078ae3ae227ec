"""What acoustic voices share: tones that grow brighter, bodies, and the finish by words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import scipy.fft

from daemon.audio.drive import saturate
from daemon.audio.ensembles import stretch
from daemon.audio.envelopes import faded, fall, seconds
from daemon.audio.filters import Filter, bandpass, filtered, high_shelf, lowpass, response_of
from daemon.audio.modes import modes, panned, ringing
from daemon.audio.noise import noise, noise_through
from daemon.audio.random_stream import rng
from daemon.audio.stereo import stereo, widened
from daemon.engines.embedded.voices.voice import Strike

#: Points of a single cycle; read without interpolation its images lie under -80 dB.
_CYCLE = 16384
#: Frames between the points of slow curves (vibrato, slides, levels), which are joined by lines.
_SLOW = 32
#: Keys next to each other whose knocks differ.
_KEYS = 5
#: Frames of a breath that goes round.
_BREATH = 1 << 16
#: Times of 60 dB after which a stroke is no longer rendered: 100 dB.
_HEARD = 1.67
#: No harmonic lies above it.
_TOP_HZ = 16000.0

#: A resonance of a body: Hz, gain in dB, quality.
Resonance = tuple[float, float, float]


def body(hz: np.ndarray, resonances: Sequence[Resonance]) -> np.ndarray:
    """Gain of a body's resonances at these frequencies."""
    gain_db = np.zeros(np.shape(hz))
    for centre, gain, q in resonances:
        off = q * (hz / centre - centre / np.maximum(hz, 1.0))
        gain_db += gain / (1 + off * off)
    return 10 ** (gain_db / 20)


def spectrum(
    hz: float, top: float, corner_hz: float, order: float, odd: float, where: Sequence[Resonance]
) -> np.ndarray:
    """Levels of the harmonics of `hz`: flat to a corner, then falling; through a body.

    `odd` 0 to 1 takes away the even ones below 2.5 kHz, as a closed pipe does.
    """
    k = np.arange(1, max(1, int(_TOP_HZ / (hz * top))) + 1)
    f = k * hz
    levels = 1 / (1 + (f / corner_hz) ** 2) ** (order / 2)
    levels = levels * body(f, where)
    return levels * np.where((k % 2 == 0) & (f < 2500), 1 - odd, 1.0)


@lru_cache(96)
def _cycles(name: str, hz: float, soft: bytes, loud: bytes) -> np.ndarray:
    """A soft and a loud cycle of equal harmonics and phases, (2, points), each of RMS 0.25."""
    rows = [np.frombuffer(one) for one in (soft, loud)]
    phases = rng("cycle", name, round(hz)).uniform(0, 2 * np.pi, max(map(len, rows)))
    table = np.zeros((2, _CYCLE), np.float32)
    for row, levels in enumerate(rows):
        bins = np.zeros(_CYCLE // 2 + 1, np.complex64)
        bins[1 : len(levels) + 1] = levels * np.exp(1j * phases[: len(levels)])
        cycle = scipy.fft.irfft(bins, _CYCLE)
        table[row] = cycle * (0.25 / max(float(np.sqrt((cycle**2).mean())), 1e-9))
    return table


def tone(
    name: str,
    hz: float,
    soft: np.ndarray,
    loud: np.ndarray,
    blend: np.ndarray,
    bend: np.ndarray,
    rate: int,
    phase: float = 0.0,
) -> np.ndarray:
    """A harmonic tone between two spectra, float32 (n,); `blend` 0 to 1 and `bend` are (n,)."""
    table = _cycles(name, round(hz, 2), soft.tobytes(), loud.tobytes())
    turns = np.cumsum(bend, dtype=np.float64) * (hz / rate) + phase
    index = ((turns - np.floor(turns)) * _CYCLE).astype(np.intp)
    low = table[0].take(index, mode="clip")
    return low + (table[1].take(index, mode="clip") - low) * blend


def slow_tone(
    name: str,
    hz: float,
    soft: np.ndarray,
    loud: np.ndarray,
    curves: tuple[np.ndarray, np.ndarray, np.ndarray],
    n: int,
    rate: int,
    phase: float = 0.0,
) -> np.ndarray:
    """`tone` times a level, float32 (n,), of slow curves: blend, bend and level.

    Between two points the frequency is a line, so the phase is a parabola: no sum over all frames.
    """
    table = _cycles(name, round(hz, 2), soft.tobytes(), loud.tobytes())
    blend, bend, level = curves
    k = np.arange(_SLOW, dtype=np.float32)
    step = bend.astype(np.float64) * (hz / rate)
    grows = np.diff(step) / _SLOW
    begins = np.cumsum(_SLOW * step[:-1] + _SLOW * (_SLOW - 1) / 2 * grows)
    begins = np.concatenate([[0.0], begins[:-1]]) + phase
    place = _lines(begins - np.floor(begins), step[:-1], k + 1)
    place += grows.astype(np.float32)[:, None] * (k * (k + 1) / 2)
    place *= np.float32(_CYCLE)
    index = place.astype(np.intp) & (_CYCLE - 1)
    low = table[0].take(index, mode="clip")
    out = table[1].take(index, mode="clip")
    out -= low
    out *= _lines(blend[:-1], np.diff(blend) / _SLOW, k)
    out += low
    out *= _lines(level[:-1], np.diff(level) / _SLOW, k)
    return out.ravel()[:n]


def _lines(start: np.ndarray, slope: np.ndarray, k: np.ndarray) -> np.ndarray:
    """A line from each start, float32 (starts, points)."""
    lines = slope.astype(np.float32)[:, None] * k
    lines += start.astype(np.float32)[:, None]
    return lines


def slow_times(n: int, rate: int) -> np.ndarray:
    """Times in s of the points of slow curves over n frames."""
    return np.arange(0, n + _SLOW, _SLOW, dtype=np.float32) / np.float32(rate)


def spread(curve: np.ndarray, n: int) -> np.ndarray:
    """A slow curve at every frame, float32 (n,)."""
    # `np.interp` on its grid, to the last bit, in a quarter of the time
    points = curve.astype(np.float64)
    steps = np.diff(points) / _SLOW
    lines = steps[:, None] * np.arange(_SLOW) + points[:-1, None]
    return lines.astype(np.float32).ravel()[:n]


def vibrato(
    t: np.ndarray, stream: np.random.RandomState, cents: float, rate_hz: float, after_s: float
) -> np.ndarray:
    """Cents of a vibrato that begins `after_s` after the note and grows, never twice the same."""
    speed = rate_hz * float(stream.uniform(0.94, 1.06))
    grow = np.clip((t - after_s) / 0.5, 0, 1)
    wander = 1 + 0.25 * np.sin(2 * np.pi * float(stream.uniform(0.4, 0.9)) * t)
    turns = 2 * np.pi * (speed * t + float(stream.uniform(0, 0.2)))
    return (cents * grow * wander * np.sin(turns)).astype(np.float32)


def ratio(cents: np.ndarray) -> np.ndarray:
    """Factors on the frequency."""
    return np.exp2(cents / np.float32(1200)).astype(np.float32)


def slid(s: Strike, t: np.ndarray, scoop_cents: float = 0.0, in_s: float = 0.06) -> np.ndarray:
    """Cents by which a note begins off its pitch: a scoop from below, or a slide."""
    start = -scoop_cents if s.glide_from is None else 100 * (s.glide_from - s.pitch)
    return (start * np.exp(-t / np.float32(in_s))).astype(np.float32)


def air(s: Strike, n: int, name: str, centre_hz: float, q: float) -> np.ndarray:
    """Breath or bow: noise round a frequency at an RMS level of 0.25, float32 (n,), read-only."""
    hz = float(round(centre_hz / 50) * 50 or 50)
    if s.early:
        return _air(n, s.rate, name, s.variation, hz, q)
    return stretch(_breath(s.rate, name, hz, q), s.variation, n)


@lru_cache(24)
def _breath(rate: int, name: str, hz: float, q: float) -> np.ndarray:
    """Some seconds of it, which go round without a seam: each note hears another stretch."""
    x = scipy.fft.irfft(_white(name) * response_of((bandpass(hz, q),), _BREATH, rate), _BREATH)
    x *= np.float32(0.25 / np.sqrt((x**2).mean()))
    x.flags.writeable = False
    return x


@lru_cache(6)
def _air(n: int, rate: int, name: str, variation: int, hz: float, q: float) -> np.ndarray:
    """Kept for a chord's notes: those of a section share it."""
    x = filtered(noise(n, name, variation), rate, bandpass(hz, q))
    x = x * np.float32(0.25 / max(float(np.sqrt((x**2).mean())), 1e-9))
    x.flags.writeable = False
    return x


def burst(
    s: Strike, t: np.ndarray, to_60db_s: float, filters: tuple[Filter, ...], *words: object
) -> np.ndarray:
    """Filtered noise of these words that dies away from a note's beginning, float32 (n,).

    It is made as long as it is heard: strokes on notes of all lengths share it.
    """
    if s.early:
        return noise_through(len(t), s.rate, filters, *words) * fall(t, to_60db_s)
    out = np.zeros(len(t), np.float32)
    heard = _burst(s.rate, to_60db_s, filters, *words)[: len(t)]
    out[: len(heard)] = heard
    return out


@lru_cache(192)
def _burst(rate: int, to_60db_s: float, filters: tuple[Filter, ...], *words: object) -> np.ndarray:
    t = seconds(_HEARD * to_60db_s, rate)
    white = rng("noise", *words).standard_normal(len(t)).astype(np.float32)
    return faded(filtered(white, rate, *filters) * fall(t, to_60db_s), rate, 0.002)


@lru_cache(8)
def _white(name: str) -> np.ndarray:
    """The spectrum of a breath's noise, complex64."""
    return scipy.fft.rfft(rng("noise", name).standard_normal(_BREATH).astype(np.float32))


def knock(s: Strike, hz: Sequence[float], to_60db_s: float, n: int) -> np.ndarray:
    """The body's own modes, struck by the note's beginning, float32 (n,)."""
    if s.early:
        return _knock(tuple(hz), to_60db_s, round(s.pitch), s.variation, n, s.rate)
    heard = round(_HEARD * to_60db_s * s.rate)
    x = _kept_knock(tuple(hz), to_60db_s, round(s.pitch) % _KEYS, s.variation, heard, s.rate)[:n]
    out = np.zeros(n, np.float32)
    out[: len(x)] = x
    return out


def _knock(
    hz: tuple[float, ...], to_60db_s: float, key: int, variation: int, n: int, rate: int
) -> np.ndarray:
    own = np.array(hz)
    stream = rng("knock", key, variation)
    levels = stream.uniform(0.5, 1, len(own)) / len(own)
    decays = to_60db_s * (own[0] / own) ** 0.5
    return modes(own, levels, decays, stream.uniform(0, 1, len(own)), n, rate)


#: Kept: what a body does has little to do with the note. Those of a chord have knocks of their own.
_kept_knock = lru_cache(96)(_knock)


def sum_of_modes(
    s: Strike, hz: np.ndarray, levels: np.ndarray, decays: np.ndarray, phases: np.ndarray, n: int
) -> np.ndarray:
    """Decaying sines, float32 (n,), or (n, 2) for levels of two sides."""
    return (modes if s.early else ringing)(hz, levels, decays, phases, n, s.rate)


#: How far modes of a plucked string stand apart, from the middle: 1 is one side alone.
_APART = 0.25


def plucked(
    s: Strike,
    n: int,
    hz: np.ndarray,
    levels: np.ndarray,
    decays: np.ndarray,
    what: str,
    alike: int = 0,
) -> np.ndarray:
    """Modes that start together, panned a little apart, float32 (n, 2).

    Phases repeat after `alike` modes: both stages of a string's decay begin in one movement.
    """
    stream = rng(what, round(s.pitch, 2), s.variation)
    own = alike or len(hz)
    again = -(-len(hz) // own)
    phases = np.tile(stream.uniform(0, 1, own), again)[: len(hz)]
    pans = np.tile(stream.uniform(-_APART, _APART, own), again)[: len(hz)]
    return sum_of_modes(s, hz, panned(levels, pans), decays, phases, n)


def finished(
    x: np.ndarray, s: Strike, end_s: float = 0.012, gain: float = 1.0, peak: float = 0.0
) -> np.ndarray:
    """A voice (n,) or (n, 2) as its tone wants it: driven, bright or dark, worn, wide.

    What is struck is set to a `peak`, so that all its notes are as loud; else `gain` is applied.
    """
    tone_ = s.tone
    x = stereo(x, x) if x.ndim == 1 else x
    if peak:
        gain = peak / max(float(np.abs(x).max()), 1e-9)
    if gain != 1.0:
        x = x * np.float32(gain)
    if tone_.drive > 0.01:
        x = saturate(x, 0.4 + 5 * tone_.drive) * np.float32(0.8)
    if tone_.bright:
        x = filtered(x, s.rate, high_shelf(1800, round(9 * tone_.bright, 1)))
    if tone_.dirt:
        x = filtered(x, s.rate, lowpass(round(15000 * 2 ** (-2 * tone_.dirt), -2)))
        steps = np.float32(2 ** (12 - 5 * tone_.dirt))
        x = np.round(x * steps) / steps
    return faded(widened(x, tone_.width).astype(np.float32, copy=True), s.rate, end_s)
