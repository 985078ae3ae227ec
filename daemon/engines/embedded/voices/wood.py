"""Drums of wood and skin: modes of a round membrane, a beater or a stick, and wires.

The ratios of the modes are those of an ideal membrane (Rossing, *Science of Percussion
Instruments*, chapter 2); a skin that is struck hard sounds a little sharp at first, and that is
all: a kick that falls further is a machine. Each variation has phases and strengths of its own, as
no stroke meets the same spot.
"""

from __future__ import annotations

import numpy as np

from daemon.audio.drive import saturate
from daemon.audio.envelopes import faded, fall, rise, seconds
from daemon.audio.filters import bandpass, highpass, lowpass
from daemon.audio.noise import noise_through
from daemon.audio.random_stream import rng
from daemon.audio.stereo import both
from daemon.engines.embedded.voices.drums import worn
from daemon.engines.embedded.voices.voice import Strike

#: Modes of a membrane: ratio to the lowest, strength, and share of its ring.
_MEMBRANE = (
    (1.0, 1.0, 1.0), (1.593, 0.55, 0.6), (2.135, 0.36, 0.42), (2.295, 0.22, 0.36),
    (2.653, 0.2, 0.3), (2.917, 0.17, 0.27), (3.5, 0.12, 0.21), (4.06, 0.09, 0.18),
)  # fmt: skip
#: Modes of a snare drum: two coupled skins and a shell.
_SNARE = (
    (1.0, 1.0, 1.0), (1.59, 0.7, 0.73), (1.83, 0.45, 0.68), (2.14, 0.5, 0.59), (2.3, 0.3, 0.55),
    (2.65, 0.3, 0.45), (2.92, 0.25, 0.41), (3.6, 0.2, 0.36), (4.3, 0.15, 0.32),
)  # fmt: skip
#: By how much a skin struck at full strength begins sharp, and for how long.
_KICK_SHARP, _KICK_SHARP_S = 0.28, 0.018
_SNARE_SHARP, _SNARE_SHARP_S = 0.06, 0.012
_TOM_SHARP, _TOM_SHARP_S = 0.12, 0.045


def _skin(
    s: Strike,
    t: np.ndarray,
    modes: tuple[tuple[float, float, float], ...],
    ring_s: float,
    sharp: float,
    sharp_s: float,
    scatter: float,
) -> np.ndarray:
    """A struck skin, float32 (frames,). `scatter`: how far strengths and phases are drawn."""
    stream = rng("skin", round(s.pitch, 2), s.variation, len(modes))
    hz = s.hz * (1 + stream.uniform(-0.006, 0.006))
    bend = 1 + sharp * s.velocity * np.exp(-t / np.float32(sharp_s))
    turns = np.cumsum(bend, dtype=np.float64) * (hz / s.rate)
    wave = _wave if s.early else _short_wave
    out = np.zeros_like(t)
    for ratio, level, share in modes:
        strength = level * (1 + stream.uniform(-scatter, scatter))
        phase = stream.uniform(0, scatter)
        # the higher modes are the harder stroke's
        strength *= (0.55 + 0.45 * s.velocity) if ratio > 1 else 1.0
        out += np.float32(strength) * wave(ratio * turns + phase) * fall(t, ring_s * share)
    return out


def _wave(turns: np.ndarray) -> np.ndarray:
    return np.sin(2 * np.pi * turns).astype(np.float32)


def _short_wave(turns: np.ndarray) -> np.ndarray:
    """The same in a quarter of the time: single floats do within one turn."""
    return np.sin(np.float32(2 * np.pi) * (turns - np.floor(turns)).astype(np.float32))


def _end(x: np.ndarray, s: Strike) -> np.ndarray:
    mono = worn(x, s) if s.tone.dirt > 0 else x
    return faded(both(mono.astype(np.float32)), s.rate, 0.012)


def kick(s: Strike) -> np.ndarray:
    """A bass drum with a felt or wooden beater: 58 Hz and its overtones, damped."""
    length = s.tone.length
    t = seconds(0.4 * length + 0.1, s.rate)
    skin = _skin(s, t, _MEMBRANE, 0.34 * length, _KICK_SHARP, _KICK_SHARP_S, 0.2)
    hard = 0.5 + 0.9 * s.velocity * (0.4 + 1.2 * s.tone.attack)
    beater = (
        noise_through(
            len(t), s.rate, (highpass(900), lowpass(4200 * s.scale)), "beater", s.variation
        )
        * np.exp(-t / np.float32(0.006))
        * np.float32(hard)
    )
    body = (
        noise_through(len(t), s.rate, (bandpass(430, 0.6),), "beater body", s.variation)
        * np.exp(-t / np.float32(0.014))
        * np.float32(0.9)
    )
    air = (
        noise_through(len(t), s.rate, (bandpass(200, 0.5),), "kick air", s.variation)
        * np.exp(-t / np.float32(0.06))
        * np.float32(0.35)
    )
    x = (skin + 0.8 * (beater + body + air)) * rise(t, 0.0012)
    return _end(saturate(x * np.float32(0.42), 0.5 + 2 * s.tone.drive) * np.float32(0.95), s)


def snare(s: Strike) -> np.ndarray:
    """A snare drum: two skins at 196 Hz, wires of 0.35-9 kHz that ring with them, a stick."""
    length = s.tone.length
    t = seconds(0.3 * length + 0.12, s.rate)
    skin = _skin(s, t, _SNARE, 0.22 * length, _SNARE_SHARP, _SNARE_SHARP_S, 0.6)
    wires = noise_through(
        len(t), s.rate, (highpass(380), lowpass(9000 * s.scale)), "wires", s.variation
    ) + 0.6 * noise_through(
        len(t), s.rate, (highpass(1500), lowpass(5000 * s.scale)), "wires high", s.variation
    )
    ringing = 0.85 * fall(t, (0.2 + 0.12 * s.velocity) * length) + 0.5 * np.exp(-t / 0.012)
    stick = noise_through(
        len(t), s.rate, (highpass(700), lowpass(6500 * s.scale)), "stick", s.variation
    ) * np.exp(-t / np.float32(0.003))
    hard = 2.0 * s.velocity * (0.4 + 1.2 * s.tone.attack)
    x = 0.5 * skin + 0.55 * (0.6 + 0.5 * s.velocity) * wires * ringing + hard * stick
    x = x * rise(t, 0.0005)
    return _end(saturate(x * np.float32(0.3), 0.6 + 2 * s.tone.drive) * np.float32(0.9), s)


def cross_stick(s: Strike) -> np.ndarray:
    """The stick laid across the snare and struck on the rim: wood, and a little skin."""
    t = seconds(0.14 * s.tone.length + 0.04, s.rate)
    stream = rng("cross stick", s.variation)
    out = np.zeros_like(t)
    for hz, level, ring_s in (
        (430, 0.5, 0.09),
        (1150, 0.9, 0.05),
        (1780, 1.0, 0.045),
        (2900, 0.4, 0.03),
    ):
        own = hz * (1 + stream.uniform(-0.015, 0.015)) * s.hz / 980.0
        out += np.float32(level) * np.sin(2 * np.pi * own * t) * fall(t, ring_s * s.tone.length)
    click = noise_through(
        len(t), s.rate, (bandpass(2600 * s.scale, 0.7),), "cross stick", s.variation
    )
    hard = 0.4 + 0.6 * s.velocity
    x = (out * 0.45 + click * np.exp(-t / np.float32(0.004)) * hard) * rise(t, 0.0004)
    return _end(saturate(x, 0.6 + 2 * s.tone.drive) * np.float32(0.6), s)


def tom(s: Strike) -> np.ndarray:
    """A tom: a skin that rings on, and a stick."""
    length = s.tone.length
    t = seconds(0.75 * length + 0.12, s.rate)
    skin = _skin(s, t, _MEMBRANE, 0.8 * length, _TOM_SHARP, _TOM_SHARP_S, 0.25)
    stick = (
        noise_through(
            len(t), s.rate, (highpass(500), lowpass(5200 * s.scale)), "tom stick", s.variation
        )
        * np.exp(-t / np.float32(0.005))
        * np.float32(0.5 + s.velocity * s.tone.attack)
    )
    x = (skin + stick) * rise(t, 0.0008)
    return _end(saturate(x * np.float32(0.45), 0.4 + 2 * s.tone.drive) * np.float32(0.85), s)
