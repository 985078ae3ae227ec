"""Keyboard, struck and plucked voices: pianos, organ, bells, plucks, mallets, guitars."""

from __future__ import annotations

import numpy as np

from daemon.audio.drive import saturate
from daemon.audio.envelopes import faded, fall, gate, rise, seconds
from daemon.audio.filters import filtered, high_shelf, highpass, lowpass
from daemon.audio.noise import noise
from daemon.audio.random_stream import rng
from daemon.audio.stereo import both, stereo, wide, widened
from daemon.audio.waves import partials, sine, turns_of, wave
from daemon.engines.embedded.voices.voice import Strike


def _end(x: np.ndarray, s: Strike) -> np.ndarray:
    return faded(widened(x, s.tone.width), s.rate, 0.01)


def electric_piano(s: Strike) -> np.ndarray:
    """Two FM pairs, body 1:1 and tine 1:14, with a slow stereo tremolo."""
    t = seconds(s.held_s + 0.25 * s.tone.length, s.rate)
    hard = s.velocity * (0.5 + s.tone.attack) * s.scale
    low = min(1.0, 330 / s.hz) ** 0.3
    body_index = hard * 1.1 * low * fall(t, 1.6)
    tine_index = 0.9 * hard * low * fall(t, 0.35)
    turns = turns_of(s.hz, len(t), s.rate) * (2 * np.pi)
    x = np.sin(turns + body_index * np.sin(turns)) * fall(t, 4.2 * s.tone.length)
    if s.hz * 14 < 0.4 * s.rate:
        x = x + 0.5 * np.sin(turns + tine_index * np.sin(14 * turns)) * fall(t, 2.2)
    x = saturate(
        (x * rise(t, 0.002) * gate(t, s.held_s, 0.16 * s.tone.length)).astype(np.float32) * 0.6,
        0.5 + 2 * s.tone.drive,
    )
    sway = 0.16 * np.sin(2 * np.pi * 4.7 * t)
    return _end(stereo(x * (1 + sway), x * (1 - sway)) * np.float32(0.75), s)


def piano(s: Strike) -> np.ndarray:
    """Stretched partials with two strings each and hammer noise; upper partials decay first."""
    t = seconds(min(s.held_s, 4) + 0.22 * s.tone.length, s.rate)
    stream = rng("piano", s.pitch)
    k = np.arange(1, max(2, int(min(24, 9000 / s.hz * s.scale**0.5)) + 1))
    hz = s.hz * k * np.sqrt(1 + 2.5e-4 * k * k)
    k, hz = k[hz < 0.42 * s.rate], hz[hz < 0.42 * s.rate]
    levels = (
        k ** -(1.5 - 0.45 * s.velocity - 0.3 * s.tone.bright)
        * np.abs(np.sin(np.pi * k * 0.122)) ** 0.5
    )
    decays = 5.5 * s.tone.length * (262 / s.hz) ** 0.4 / (1 + 0.16 * k)
    left, right = (
        partials(hz * detune, levels, decays, stream.uniform(size=len(k)), len(t), s.rate)
        for detune in (1.0003, 0.9997)
    )
    hammer = (
        filtered(noise(len(t), "hammer"), s.rate, lowpass(2200 * s.scale), highpass(200))
        * fall(t, 0.035)
        * 0.12
    )
    shape = wide(rise(t, 0.0015) * gate(t, s.held_s, 0.2 * s.tone.length))
    x = (stereo(left, right) + both(hammer) * np.float32(0.5 + s.tone.attack)) * shape
    return _end(saturate(x * 0.45, 2 * s.tone.drive), s)


def organ(s: Strike) -> np.ndarray:
    """Nine drawbars, a key click and a rotary-speaker tremolo."""
    t = seconds(s.held_s + 0.06, s.rate)
    bars = (
        (0.5, 0.6),
        (1, 0.9),
        (1.5, 0.35),
        (2, 0.55),
        (3, 0.28),
        (4, 0.2),
        (5, 0.08),
        (6, 0.1),
        (8, 0.12),
    )
    ratios, levels = (
        np.array(column)
        for column in zip(*(b for b in bars if s.hz * b[0] < 0.42 * s.rate), strict=True)
    )
    levels = levels * s.scale ** (0.35 * np.log2(np.maximum(ratios, 0.5)))
    x = partials(s.hz * ratios, levels, np.full(len(ratios), 1e6), 0.13 * ratios, len(t), s.rate)
    click = (
        filtered(noise(len(t), "organ"), s.rate, highpass(1500))
        * fall(t, 0.012)
        * 0.2
        * s.tone.attack
    )
    x = saturate(
        (x * 0.42 + click) * rise(t, 0.003) * gate(t, s.held_s, 0.05), 0.7 + 3 * s.tone.drive
    )
    sway = 0.12 * np.sin(2 * np.pi * 6.1 * t)
    return _end(stereo(x * (1 + sway), x * (1 - sway)) * np.float32(0.62), s)


def bell(s: Strike) -> np.ndarray:
    """FM with an inharmonic ratio (1:3.5): long and glassy."""
    t = seconds(min(s.held_s, 1.2) + 1.1 * s.tone.length, s.rate)
    turns = turns_of(s.hz, len(t), s.rate)
    slow = turns_of(3.5 * s.hz, len(t), s.rate)
    deep = 1.4 * s.velocity * s.scale * min(1.0, 700 / s.hz) * (0.5 + s.tone.attack)
    mod = deep * fall(t, 0.9) * np.sin(2 * np.pi * slow)
    level = rise(t, 0.0015) * fall(t, 2.0 * s.tone.length)
    left = np.sin(2 * np.pi * turns + mod) * level
    right = np.sin(2 * np.pi * turns + mod * 0.9 + 0.4) * level
    return _end(saturate(stereo(left, right) * 0.5, 2 * s.tone.drive), s)


def mallet(s: Strike) -> np.ndarray:
    """A wooden bar: partials 1, 4 and 10, of which the upper ones decay at once."""
    t = seconds(0.75 * s.tone.length, s.rate)
    x = sine(s.hz, len(t), s.rate) * fall(t, 0.8 * s.tone.length)
    for ratio, level, length in ((4.0, 0.28, 0.18), (10.0, 0.1, 0.06)):
        if s.hz * ratio < 0.42 * s.rate:
            x = x + level * s.scale * (0.4 + 1.2 * s.tone.attack) * sine(
                s.hz * ratio, len(t), s.rate
            ) * fall(t, length)
    x = saturate((x * rise(t, 0.0012)).astype(np.float32) * 0.6, 2 * s.tone.drive)
    delay = round(0.0007 * s.rate)
    return _end(stereo(x, np.concatenate([np.zeros(delay, np.float32), x[:-delay]])), s)


def pluck(s: Strike) -> np.ndarray:
    """A synth pluck: two saws through a filter that closes fast."""
    t = seconds(min(s.held_s, 0.5) + 0.45 * s.tone.length, s.rate)
    cutoff = 300 + (1500 + 4200 * s.velocity) * s.scale * np.exp(-t / (0.07 * s.tone.length))
    left = wave("saw", s.hz * 1.0018, len(t), s.rate, cutoff, 1.3)
    right = wave("saw", s.hz / 1.0018, len(t), s.rate, cutoff, 1.3, 0.35)
    level = wide(rise(t, 0.0015) * fall(t, 0.75 * s.tone.length))
    return _end(saturate(stereo(left, right) * level, 0.4 + 2.5 * s.tone.drive) * 0.6, s)


def guitar(s: Strike) -> np.ndarray:
    """A plucked string after Karplus and Strong (1983), as a sum of partials.

    The picking point gives a comb filter; losses grow with frequency.
    """
    t = seconds(min(s.held_s, 2.0) + 0.18 * s.tone.length, s.rate)
    k = np.arange(1, max(2, int(min(24, 8000 * s.scale / s.hz)) + 1))
    hz = s.hz * k * np.sqrt(1 + 4e-5 * k * k)
    k, hz = k[hz < 0.42 * s.rate], hz[hz < 0.42 * s.rate]
    levels = np.sin(np.pi * k * (0.21 - 0.08 * s.tone.attack)) / k
    decays = 2.6 * s.tone.length / (0.45 + 0.16 * k + 0.01 * k * k)
    x = partials(hz, levels, decays, np.zeros(len(k)), len(t), s.rate)
    pick = (
        filtered(noise(len(t), "pick", s.variation), s.rate, highpass(1800))
        * fall(t, 0.008)
        * 0.2
        * s.tone.attack
    )
    bent = (
        saturate((x + pick) * rise(t, 0.0015) * gate(t, s.held_s, 0.12), 0.6 + 6 * s.tone.drive)
        * 0.7
    )
    x = filtered(bent, s.rate, high_shelf(3000, 3 * s.tone.bright))
    delay = round(0.0009 * s.rate)
    return _end(stereo(x, np.concatenate([np.zeros(delay, np.float32), x[:-delay]])), s)


def power_guitar(s: Strike) -> np.ndarray:
    """An overdriven guitar through a speaker, for power chords."""
    t = seconds(s.held_s + 0.1, s.rate)
    left = wave("saw", s.hz * 1.002, len(t), s.rate, 5200, 0.8, 0.1) + wave(
        "pulse", s.hz, len(t), s.rate, 4000, 0.8, 0.4
    )
    right = wave("saw", s.hz / 1.002, len(t), s.rate, 5200, 0.8, 0.6) + wave(
        "pulse", s.hz, len(t), s.rate, 4000, 0.8, 0.8
    )
    x = saturate(stereo(left, right) * wide(fall(t, 7.0)), 2.5 + 6 * s.tone.drive)
    x = filtered(x, s.rate, highpass(90), lowpass(4200 * s.scale, 0.9))
    return _end(x * wide(rise(t, 0.003) * gate(t, s.held_s, 0.08)) * np.float32(0.4), s)
