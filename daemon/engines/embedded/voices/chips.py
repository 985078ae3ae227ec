"""The voices of old game consoles: pulses of fixed width, a stepped triangle, a shifted noise."""

from __future__ import annotations

import numpy as np

from daemon.audio.envelopes import fall, gate, rise, seconds
from daemon.audio.noise import noise
from daemon.audio.random_stream import rng
from daemon.audio.stereo import both
from daemon.engines.embedded.voices.make_up import body, finished, ratio, tone, vibrato
from daemon.engines.embedded.voices.voice import Strike


def _pulse(s: Strike, width: float, decay_s: float) -> np.ndarray:
    """A pulse of a width; its level goes down in sixteen steps."""
    t = seconds(s.held_s + 0.02, s.rate)
    k = np.arange(1, max(2, int(16000 * min(1.0, s.scale) / s.hz)) + 1)
    levels = np.abs(np.sin(np.pi * k * width)) / k
    stream = rng("pulse", round(s.pitch), s.variation)
    bend = ratio(vibrato(t, stream, 14, 6.0, 0.22))
    x = tone(f"pulse {width}", s.hz, levels, levels, np.ones(len(t), np.float32), bend, s.rate)
    steps = np.ceil((0.5 + 0.5 * fall(t, decay_s * s.tone.length)) * 15) / 15
    return finished(
        (x * steps * rise(t, 0.001) * gate(t, s.held_s, 0.015)).astype(np.float32), s, 0.004
    )


def chip_square(s: Strike) -> np.ndarray:
    """A square: half of the cycle is high."""
    return _pulse(s, 0.5, 1.2)


def chip_thin(s: Strike) -> np.ndarray:
    """An eighth of the cycle is high: nasal."""
    return _pulse(s, 0.125, 0.9)


def chip_triangle(s: Strike) -> np.ndarray:
    """A triangle in sixteen steps, at one level: the bass of such machines."""
    t = seconds(s.held_s + 0.01, s.rate)
    k = np.arange(1, max(2, int(15000 * min(1.0, s.scale) / s.hz)) + 1)
    levels = np.where(k % 2, 1 / k**2, 0.0)
    # the steps leave a little at the 31st and 33rd harmonics
    levels[30:33:2] += 0.012
    flat = np.ones(len(t), np.float32)
    x = tone("stepped triangle", s.hz, levels, levels, flat, flat, s.rate)
    level = rise(t, 0.001) * gate(t, s.held_s, 0.008 * s.tone.length)
    return finished((x * level).astype(np.float32), s, 0.004, 1.2)


def chip_noise(s: Strike) -> np.ndarray:
    """A shift register's noise, held for several frames a step, as a drum."""
    t = seconds(0.22 * s.tone.length, s.rate)
    hold = max(1, round(4 / s.scale))
    bits = rng("chip noise", s.variation).choice((-1.0, 1.0), -(-len(t) // hold))
    x = np.repeat(bits, hold)[: len(t)].astype(np.float32)
    steps = np.ceil(fall(t, 0.2 * s.tone.length) * 15) / 15
    return finished(
        both((x * steps * rise(t, 0.0005) * np.float32(0.6)).astype(np.float32)), s, 0.01
    )


def stylophone(s: Strike) -> np.ndarray:
    """A stylus on a metal keyboard: one reedy oscillator, a fast vibrato, a palm-sized speaker."""
    t = seconds(s.held_s + 0.015, s.rate)
    k = np.arange(1, max(2, int(9000 * min(1.0, s.scale) / s.hz)) + 1)
    levels = np.where(k % 2, 1.0, 0.55) / k**0.8
    levels = levels * body(k * s.hz, ((850, 8, 2.5), (2600, 5, 2.0), (120, -18, 0.4)))
    stream = rng("stylophone", round(s.pitch), s.variation)
    bend = ratio(vibrato(t, stream, 26, 7.2, 0.0))
    x = tone("stylophone", s.hz, levels, levels, np.ones(len(t), np.float32), bend, s.rate)
    scratch = noise(len(t), "stylus", s.variation) * fall(t, 0.006) * np.float32(s.tone.attack)
    x = (x + 0.3 * scratch) * rise(t, 0.0012) * gate(t, s.held_s, 0.008)
    return finished(x.astype(np.float32), s, 0.004, 0.9)
