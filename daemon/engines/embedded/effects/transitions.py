"""Effects of arrangements: whooshes, risers, drops, swells, drones, tapes and records that stop."""

from __future__ import annotations

import numpy as np

from daemon.audio.drive import saturate
from daemon.audio.filters import bandpass, filtered, highpass, lowpass
from daemon.audio.noise import swept_noise
from daemon.audio.stereo import stereo
from daemon.audio.waves import sine, wave
from daemon.engines.embedded.effects.parts import (
    Ask,
    along,
    curve,
    cut,
    hiss,
    mono,
    put,
    wide,
)
from daemon.engines.embedded.voices.table import VOICES
from daemon.engines.embedded.voices.textures import texture
from daemon.engines.embedded.voices.voice import Strike, Tone

#: Most seeds' variations of a voice that a track plays too.
_VARIATIONS = 97


def whoosh(a: Ask) -> np.ndarray:
    """Something that passes: noise whose band and place move by."""
    when = np.linspace(0, 1, a.frames, dtype=np.float32)
    peak = float(a.stream("peak").uniform(0.45, 0.65))
    near = np.exp(-(((when - peak) / np.where(when < peak, 0.24, 0.17)) ** 2))
    centre = (260 + 3400 * near) * a.lower
    x = swept_noise(a.frames, a.rate, centre, 0.8, a.name, a.seed) * near
    side = np.tanh(5 * (when - peak)) * (1 if a.seed % 2 else -1)
    low = hiss(a, "low", a.frames, lowpass(180), highpass(40)) * wide(0.7 * near)
    return stereo(x * (1 - 0.75 * side), x * (1 + 0.75 * side)) + low


def riser(a: Ask) -> np.ndarray:
    """The riser of tracks: noise and a tone that climb and grow."""
    return _voice("riser", a, max(0.1, a.length_s - 1.0))


def sweep_down(a: Ask) -> np.ndarray:
    """The fall of tracks: noise whose band sinks."""
    return _voice("sweep down", a, a.length_s)


def _voice(name: str, a: Ask, held_s: float) -> np.ndarray:
    voice = VOICES[name]
    pitch = voice.home + (a.tonic - voice.home + 6) % 12 - 6
    tone = Tone(bright=a.bright, attack=a.hard)
    strike = Strike(pitch, held_s, 0.9, a.rate, tone, None, a.seed % _VARIATIONS)
    return voice.play(strike).astype(np.float32)


def sub_drop(a: Ask) -> np.ndarray:
    """A sine that sinks from 110 to 26 Hz and dies."""
    hz = 26 + 84 * a.lower * np.exp(-a.t / (0.28 * a.length_s))
    level = along(a, (0, 0), (0.01, 1), (0.6, 0.75), (1, 0))
    return mono(saturate(sine(hz, a.frames, a.rate), 1.3) * level)


def swell(a: Ask) -> np.ndarray:
    """A cymbal backwards: it comes out of nothing and stops at once."""
    n = a.frames
    x = _voice("crash", a, 0.1)[::-1]
    if len(x) < n:
        x = np.concatenate([np.zeros((n - len(x), 2), np.float32), x])
    bed = hiss(a, "metal", n, highpass(3500), lowpass(12000), width=1.4)
    grow = along(a, (0, 0), (0.5, 0.05), (0.85, 0.35), (0.985, 1), (1, 0))
    return (x[-n:] + bed) * wide(grow)


def drone(a: Ask) -> np.ndarray:
    """A root, its fifth and octave on pads and a choir, over air."""
    root = 36 + a.tonic
    voices = (("warm pad", root + 12), ("warm pad", root + 19), ("choir", root + 24), ("sub", root))
    held_s = max(0.1, a.length_s - 1.5)
    bed = np.zeros((a.frames, 2), np.float32)
    for k, (voice, pitch) in enumerate(voices):
        tone = Tone(bright=a.bright, attack=0.0)
        strike = Strike(
            pitch, held_s, 0.6 if k else 0.8, a.rate, tone, None, a.seed % _VARIATIONS + k
        )
        put(bed, VOICES[voice].play(strike), 0, a.rate, 0.35 if voice == "sub" else 0.6)
    moving = curve(a, "breath", 0.4, 0.75, 1)
    return bed * wide(moving) + texture("air", a.frames, a.rate, a.seed) * np.float32(0.25)


def braam(a: Ask) -> np.ndarray:
    """Low brass of a trailer: saws in octaves and a fifth, driven, that open at once and sink."""
    n, t = a.frames, a.t
    root = 36.7 * 2 ** (a.tonic / 12) * a.lower**0.5
    open_ = 250 + 2900 * np.minimum(1, t / 0.12) * np.exp(-t / (0.45 * a.length_s))
    out = np.zeros((n, 2), np.float32)
    for k, (ratio, cents) in enumerate(((1, -6), (1, 7), (2, -9), (2, 5), (3, 3), (4, -4))):
        x = wave("saw", root * ratio * 2 ** (cents / 1200), n, a.rate, open_, 0.9, 0.17 * k)
        put(out, mono(x), 0, a.rate, 0.5 / ratio**0.5, (-0.5, 0.5)[k % 2] * (ratio > 1))
    level = along(a, (0, 0), (0.02, 1), (0.55, 0.6), (1, 0))
    return saturate(out * wide(level), 2.6)


def tape_stop(a: Ask) -> np.ndarray:
    """A chord on a tape whose motor is switched off: it sinks and slows to nothing."""
    speed = np.maximum(0, 1 - np.linspace(0, 1.05, a.frames, dtype=np.float32)) ** 1.3
    out = np.zeros((a.frames, 2), np.float32)
    for k, step in enumerate((0, 7, 12, 15 if a.seed % 2 else 16, 19)):
        hz = 110 * 2 ** ((step + a.tonic) / 12) * a.lower
        x = wave("saw", hz, a.frames, a.rate, 300 + 3200 * speed.astype(float), 0.8, 0.2 * k, speed)
        put(out, mono(x), 0, a.rate, 0.5, (-0.4, 0.4, 0, -0.2, 0.2)[k])
    beat = np.exp(-4 * ((np.cumsum(speed) / a.rate * 4) % 1)).astype(np.float32)
    out += hiss(a, "hats", a.frames, highpass(5000)) * wide(0.5 * beat * speed)
    return out * wide(np.minimum(1, speed * 4))


def scratch(a: Ask) -> np.ndarray:
    """A record moved to and fro under the needle: a recorded tone read forwards and backwards."""
    length = a.rate
    t = np.arange(length, dtype=np.float32) / a.rate
    tone = wave("saw", 230 * a.lower, length, a.rate, 3500, 0.9)
    groove = tone + hiss(a, "groove", length, bandpass(1600, 0.6))[:, 0]
    groove *= (0.6 + 0.4 * np.sin(2 * np.pi * 7 * t)).astype(np.float32)
    speed = curve(a, "hand", 9 * a.pace, -3.2, 3.2)
    place = np.abs(np.cumsum(speed, dtype=np.float64)) % (length - 2)
    index = place.astype(np.intp)
    x = groove[index] + (groove[index + 1] - groove[index]) * (place - index)
    # slow vinyl gives no voltage: the needle hears speed
    level = np.minimum(1, np.abs(speed) / 0.8) * np.minimum(1, a.t / 0.005)
    return filtered(mono((x * level).astype(np.float32)), a.rate, highpass(120))


def fall_of_pitch(a: Ask) -> np.ndarray:
    """A bomb or a cartoon's fall: a whistle that sinks."""
    hz = along(a, (0, 2600), (1, 380)) * a.lower
    shake = 1 + 0.012 * sine(6.5, a.frames, a.rate)
    x = sine(hz * shake, a.frames, a.rate)
    air = swept_noise(a.frames, a.rate, hz, 6, a.name, a.seed) * np.float32(0.25)
    return cut(mono((x + air) * along(a, (0, 0), (0.05, 1), (0.9, 0.7), (1, 0))), a.frames)
