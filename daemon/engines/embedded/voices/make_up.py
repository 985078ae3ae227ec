"""What acoustic voices share: tones that grow brighter, bodies, and the finish by words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import scipy.fft

from daemon.audio.modes import modes, panned
from daemon.audio.signals import (
    bandpass,
    faded,
    filtered,
    high_shelf,
    lowpass,
    noise,
    rng,
    saturate,
    stereo,
    widened,
)
from daemon.engines.embedded.voices.voice import Strike

#: Points of a single cycle; read without interpolation its images lie under -80 dB.
_CYCLE = 16384
#: Frames between the points of slow curves (vibrato, slides, levels), which are joined by lines.
_SLOW = 32
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


def slow_times(n: int, rate: int) -> np.ndarray:
    """Times in s of the points of slow curves over n frames."""
    return np.arange(0, n + _SLOW, _SLOW, dtype=np.float32) / np.float32(rate)


def spread(curve: np.ndarray, n: int) -> np.ndarray:
    """A slow curve at every frame, float32 (n,)."""
    return np.interp(np.arange(n), np.arange(len(curve)) * _SLOW, curve).astype(np.float32)


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
    return _air(n, s.rate, name, s.variation, float(round(centre_hz / 50) * 50 or 50), q)


@lru_cache(6)
def _air(n: int, rate: int, name: str, variation: int, hz: float, q: float) -> np.ndarray:
    """Kept for a chord's notes: those of a section share it."""
    x = filtered(noise(n, name, variation), rate, bandpass(hz, q))
    x = x * np.float32(0.25 / max(float(np.sqrt((x**2).mean())), 1e-9))
    x.flags.writeable = False
    return x


def knock(s: Strike, hz: Sequence[float], to_60db_s: float, n: int) -> np.ndarray:
    """The body's own modes, struck by the note's beginning, float32 (n,)."""
    own = np.array(hz)
    stream = rng("knock", round(s.pitch), s.variation)
    levels = stream.uniform(0.5, 1, len(own)) / len(own)
    decays = to_60db_s * (own[0] / own) ** 0.5
    return modes(own, levels, decays, stream.uniform(0, 1, len(own)), n, s.rate)


def plucked(
    s: Strike,
    n: int,
    hz: np.ndarray,
    levels: np.ndarray,
    decays: np.ndarray,
    what: str,
    width: float = 0.25,
    alike: int = 0,
) -> np.ndarray:
    """Modes that start together, panned a little apart, float32 (n, 2).

    Phases repeat after `alike` modes: both stages of a string's decay begin in one movement.
    """
    stream = rng(what, round(s.pitch, 2), s.variation)
    own = alike or len(hz)
    again = -(-len(hz) // own)
    phases = np.tile(stream.uniform(0, 1, own), again)[: len(hz)]
    pans = np.tile(stream.uniform(-width, width, own), again)[: len(hz)]
    return modes(hz, panned(levels, pans), decays, phases, n, s.rate)


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
