"""Organs: pipes in a church, and drawbars through a rotary speaker."""

from __future__ import annotations

import numpy as np

from daemon.audio.drive import saturate
from daemon.audio.envelopes import fall, gate, rise, seconds
from daemon.audio.filters import bandpass, filtered, highpass, lowpass
from daemon.audio.modes import modes, panned
from daemon.audio.noise import noise
from daemon.audio.random_stream import rng
from daemon.engines.embedded.voices.make_up import body, finished, ratio, tone
from daemon.engines.embedded.voices.voice import Strike

#: Ranks of pipes: pitch against 8', level, how fast its partials fall, odd ones alone.
_RANKS = (
    (0.5, 0.3, 1.6, False), (1, 1.0, 1.1, False), (1, 0.5, 1.0, True), (2, 0.6, 1.2, False),
    (3, 0.22, 1.4, False), (4, 0.4, 1.3, False), (6, 0.16, 1.5, False), (8, 0.16, 1.6, False),
)  # fmt: skip
#: Drawbars: footage against 8', level.
_BARS = (
    (0.5, 0.8),
    (1.5, 0.7),
    (1, 0.9),
    (2, 0.5),
    (3, 0.32),
    (4, 0.3),
    (5, 0.1),
    (6, 0.14),
    (8, 0.2),
)
#: Rotary speaker: revolutions a second fast, depth of level and of pitch in cents.
_ROTOR = (6.7, 0.28, 9.0)
_ENDLESS_S = 1e5


def pipe_organ(s: Strike) -> np.ndarray:
    """Principals, a closed rank and mixtures; each rank a hair out of tune, with its chiff."""
    t = seconds(s.held_s + 0.22 * s.tone.length, s.rate)
    n = len(t)
    stream = rng("pipes", round(s.pitch))
    parts: list[tuple[float, float, float]] = []
    for rank, level, slope, odd in _RANKS:
        detune = 2 ** (stream.normal(0, 1.6) / 1200)
        strong = level * s.scale ** (0.4 * np.log2(max(rank, 0.5)))
        for k in range(1, 2 + int(min(9, 9000 / (s.hz * rank)))):
            if k % 2 or not odd:
                parts.append(
                    (s.hz * rank * detune * k, strong / k**slope, stream.uniform(-0.4, 0.4))
                )
    hz, levels, pans = (np.array(column) for column in zip(*parts, strict=True))
    levels *= 0.5 / np.sqrt((levels**2).sum())
    x = modes(
        hz,
        panned(levels, pans),
        np.full(len(hz), _ENDLESS_S),
        stream.uniform(0, 1, len(hz)),
        n,
        s.rate,
    )
    chiff = filtered(noise(n, "chiff", s.variation), s.rate, bandpass(min(4 * s.hz, 6000), 0.8))
    chiff = chiff * fall(t, 0.13) * np.float32(0.1 * s.tone.attack) + chiff * np.float32(0.004)
    wind = 1 + 0.02 * np.sin(2 * np.pi * 0.8 * t + float(stream.uniform(0, 6)))
    level = rise(t, 0.05 * (1.5 - s.tone.attack)) * gate(t, s.held_s, 0.2 * s.tone.length) * wind
    return finished(((x + chiff[:, None]) * level[:, None]).astype(np.float32), s, 0.03, 0.8)


def drawbar_organ(s: Strike) -> np.ndarray:
    """Tone wheels, a percussion on the third harmonic, a click, a tube, and a horn that turns."""
    t = seconds(s.held_s + 0.07, s.rate)
    n = len(t)
    top = min(8, int(14000 / s.hz))
    levels = np.zeros(16)
    for footage, level in _BARS:
        if footage * 2 <= 2 * top:
            levels[round(footage * 2) - 1] += level * s.scale ** (0.35 * np.log2(footage + 0.5))
    speed, depth, cents = _ROTOR
    turn = 2 * np.pi * (speed * t + (s.pitch % 1))
    swing = np.sin(turn).astype(np.float32)
    flat = np.ones(n, np.float32)
    # the wheels run at half the pitch: 16' is the first harmonic
    x = tone("drawbars", s.hz / 2, levels, levels, flat, ratio(cents * swing), s.rate)
    third = np.sin(2 * np.pi * 3 * s.hz * t).astype(np.float32) * fall(t, 0.45)
    click = filtered(noise(n, "key click", s.variation), s.rate, highpass(1800)) * fall(t, 0.01)
    x = x + third * np.float32(0.16) + click * np.float32(0.12 * s.tone.attack)
    x = saturate(x, 1.2 + 3 * s.tone.drive)
    level = rise(t, 0.003) * gate(t, s.held_s, 0.05)
    left = x * (1 - depth * 0.5 + depth * np.cos(turn)) * level
    right = x * (1 - depth * 0.5 + depth * np.cos(turn + 1.3)) * level
    return finished(np.stack([left, right], axis=1).astype(np.float32), s, 0.012, 0.8)


def transistor_organ(s: Strike) -> np.ndarray:
    """Divided square waves, 16', 8' and 4', through a bright filter; a vibrato for all of them."""
    t = seconds(s.held_s + 0.03, s.rate)
    k = np.arange(1, max(2, int(min(40, 9000 / s.hz))) + 1)
    levels = np.where(k % 2 == 1, 1.0 / k, 0.0) * 0.8 + np.where(k % 4 == 2, 2.0 / k, 0.0) * 0.7
    levels = levels * (k * s.hz / 1500) ** 0.35 / (1 + (k * s.hz / (5200 * s.scale)) ** 2)
    bend = ratio(9.0 * np.sin(2 * np.pi * 6.2 * t).astype(np.float32))
    x = tone("transistors", s.hz, levels, levels, np.ones(len(t), np.float32), bend, s.rate)
    click = filtered(noise(len(t), "contact", s.variation), s.rate, highpass(2500)) * fall(t, 0.006)
    x = saturate(x + click * np.float32(0.15 * s.tone.attack), 0.4 + 3 * s.tone.drive)
    return finished((x * rise(t, 0.004) * gate(t, s.held_s, 0.02)).astype(np.float32), s, 0.01, 0.8)


def tape_strings(s: Strike) -> np.ndarray:
    """Three violins on a strip of tape a key: flutter, a narrow band, and eight seconds at most."""
    held_s = min(s.held_s, 8.0)
    t = seconds(held_s + 0.12 * s.tone.length, s.rate)
    n = len(t)
    stream = rng("tape", round(s.pitch, 2), s.variation)
    k = np.arange(1, max(3, int(7000 / s.hz)) + 1)
    levels = 1 / k**1.15 * body(k * s.hz, ((480, 5, 3), (1100, 3, 2), (2700, 4, 1.5)))
    levels = levels / (1 + (k * s.hz / (3800 * s.scale)) ** 4)
    flutter = 5 * np.sin(2 * np.pi * 7.3 * t + float(stream.uniform(0, 6)))
    wow = 4 * np.sin(2 * np.pi * 0.9 * t + float(stream.uniform(0, 6)))
    x = np.zeros((n, 2), np.float32)
    for cents, side in ((-8.0, -0.2), (0.0, 0.0), (8.0, 0.2)):
        bend = ratio((flutter + wow + cents).astype(np.float32))
        phase = float(stream.uniform())
        one = tone("tape", s.hz, levels, levels, np.ones(n, np.float32), bend, s.rate, phase)
        x += one[:, None] * np.array((min(1, 1 - side), min(1, 1 + side)), np.float32)
    hiss = noise(n, "tape hiss", s.variation) * np.float32(0.012)
    x = filtered(x * np.float32(0.6) + hiss[:, None], s.rate, highpass(170), lowpass(5200))
    x = saturate(x, 0.7 + 3 * s.tone.drive)
    level = rise(t, 0.05 * (1.5 - s.tone.attack)) * gate(t, held_s, 0.1 * s.tone.length)
    return finished((x * level[:, None]).astype(np.float32), s, 0.02, 0.9)
