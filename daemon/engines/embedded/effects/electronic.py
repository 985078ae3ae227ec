"""Signals of games and pages, weapons that do not exist, power that comes and goes."""

from __future__ import annotations

import numpy as np

from daemon.audio.drive import saturate
from daemon.audio.envelopes import fall
from daemon.audio.filters import bandpass, filtered, highpass, lowpass
from daemon.audio.noise import swept_noise
from daemon.audio.waves import sine, wave
from daemon.engines.embedded.effects.parts import (
    Ask,
    along,
    burst,
    curve,
    cut,
    held,
    hiss,
    mono,
    put,
    scatter,
    wide,
)

#: Pairs of notes that say that something has come, in semitones above the first.
_NEWS = ((0, 7), (0, 5), (7, 12), (0, 4, 7), (12, 7))
#: Notes of a small triumph.
_TRIUMPH = ((0, 4, 7, 12), (0, 7, 12, 16), (0, 5, 9, 12), (0, 4, 7, 11, 12))


def _note(a: Ask, semitones: float, base_hz: float = 523.25) -> float:
    return base_hz * a.lower * 2 ** ((semitones + a.tonic) / 12)


def _ping(a: Ask, hz: float, length_s: float, depth: float = 1.2) -> np.ndarray:
    """A bell of two sines (FM, 1:3.5 and 1:2), (n, 2)."""
    n = round(length_s * a.rate)
    t = np.arange(n, dtype=np.float32) / a.rate
    inner = depth * np.exp(-t / 0.08) * np.sin(2 * np.pi * 2 * hz * t)
    x = np.sin(2 * np.pi * hz * t + inner) * fall(t, length_s) * np.minimum(1, t / 0.002)
    return mono(x.astype(np.float32))


def notification(a: Ask) -> np.ndarray:
    """Two or three soft bell tones."""
    out = np.zeros((a.frames, 2), np.float32)
    for k, step in enumerate(_NEWS[a.seed % len(_NEWS)]):
        put(out, _ping(a, _note(a, step, 880), 0.7 * a.longer), 0.11 * k / a.pace, a.rate)
    return out


def error(a: Ask) -> np.ndarray:
    """Two low buzzes, the second lower."""
    out = np.zeros((a.frames, 2), np.float32)
    for k, step in enumerate((0, -3)):
        n = round(0.16 / a.pace * a.rate)
        x = wave("square", _note(a, step, 185), n, a.rate, 2600, 0.8) * held(n, a.rate, 0.004, 0.02)
        put(out, mono(x), 0.2 * k / a.pace, a.rate)
    return out


def beep(a: Ask) -> np.ndarray:
    """Plain tones with pauses."""
    hz = float(a.stream("pitch").choice((800, 1000, 1200, 1600))) * a.lower
    out = np.zeros((a.frames, 2), np.float32)
    n = round(0.13 / a.pace * a.rate)
    tone = mono(sine(hz, n, a.rate) * held(n, a.rate, 0.004, 0.006))
    for at_s in np.arange(0, max(0.01, a.length_s - 0.1), 0.3 / a.pace):
        put(out, tone, at_s, a.rate)
    return out


def success(a: Ask) -> np.ndarray:
    """A small triumph: pulse waves up a chord."""
    out = np.zeros((a.frames, 2), np.float32)
    notes = _TRIUMPH[a.seed % len(_TRIUMPH)]
    for k, step in enumerate(notes):
        last = k == len(notes) - 1
        n = round((0.5 if last else 0.1) / a.pace * a.rate)
        level = held(n, a.rate, 0.003, 0.3 if last else 0.02)
        x = wave("pulse", _note(a, step), n, a.rate, 8000, 0.8) * level
        put(out, mono(x), 0.09 * k / a.pace, a.rate)
    return out


def game_coin(a: Ask) -> np.ndarray:
    """Two square tones, the second held: what a game pays with."""
    out = np.zeros((a.frames, 2), np.float32)
    low, high = ((0, 5), (0, 7), (2, 7), (0, 4))[a.seed % 4]
    n = round(0.075 / a.pace * a.rate)
    first = wave("square", _note(a, low, 988), n, a.rate, 12000, 0.8)
    put(out, mono(first * held(n, a.rate, 0.001, 0.004)), 0, a.rate)
    m = round(0.45 * a.longer * a.rate)
    t = np.arange(m, dtype=np.float32) / a.rate
    second = wave("square", _note(a, high, 988), m, a.rate, 12000, 0.8) * fall(t, 0.45 * a.longer)
    put(out, mono(second * np.minimum(1, t / 0.001)), 0.075 / a.pace, a.rate)
    return out


def jump(a: Ask) -> np.ndarray:
    """A square that slides up: a game's jump."""
    b = a.of_length(min(a.length_s, 0.32 / a.pace))
    up = along(b, (0, 1), (0.6, 2.1), (1, 3.2)).astype(np.float64)
    x = wave("square", 190 * a.lower, b.frames, a.rate, 6000, 0.8, 0.0, up.astype(np.float32))
    return cut(mono(x * held(b.frames, a.rate, 0.003, 0.1)), a.frames)


def laser(a: Ask) -> np.ndarray:
    """Shots: a wave that falls through four octaves in a fifth of a second."""
    out = np.zeros((a.frames, 2), np.float32)
    stream = a.stream("shots")
    count = 1 if a.says(r"\b(?:one|single|a) (?:laser )?shot") else int(stream.randint(2, 4))
    n = round(0.34 * a.longer * a.rate)
    t = np.arange(n, dtype=np.float32) / a.rate
    for k in range(count):
        top = float(stream.uniform(2200, 3600)) * a.lower
        hz = 130 + top * np.exp(-t / (0.055 * a.longer))
        x = saturate(sine(hz, n, a.rate) + 0.4 * sine(hz * 1.5, n, a.rate), 1.8)
        level = fall(t, 0.36 * a.longer) * np.minimum(1, t / 0.002)
        put(out, mono(x * level), 0.26 * k / a.pace, a.rate, 1, stream.uniform(-0.4, 0.4))
    return out


def zap(a: Ask) -> np.ndarray:
    """A spark that jumps: a buzz at mains rate, torn by crackle."""
    turns = np.cumsum(curve(a, "rate", 12, 70, 140) * a.lower) / a.rate
    buzz = np.exp(-6 * (turns % 1)).astype(np.float32)
    tear = curve(a, "tear", 30 * a.pace, 0, 1) ** 2
    arc = hiss(a, "arc", a.frames, highpass(900), lowpass(11000)) * wide(buzz * tear)
    sparks = [burst(a, k, 0.006, highpass(1800 + 500 * k)) for k in range(4)]
    out = arc * np.float32(2) + scatter(a, "sparks", sparks, 45.0, 2.5, 0.5)
    return saturate(out * wide(along(a, (0, 1), (0.75, 0.7), (1, 0))), 1.5)


def power_up(a: Ask) -> np.ndarray:
    """A machine that starts: pitch and brightness climb, faster and faster."""
    return _power(a, along(a, (0, 0), (0.5, 0.3), (1, 1)), along(a, (0, 0.1), (0.9, 1), (1, 0)))


def power_down(a: Ask) -> np.ndarray:
    """A machine that dies: pitch and brightness sink."""
    return _power(a, along(a, (0, 1), (0.4, 0.45), (1, 0)), along(a, (0, 1), (0.7, 0.5), (1, 0)))


def _power(a: Ask, place: np.ndarray, level: np.ndarray) -> np.ndarray:
    hz = 46 * a.lower * 2 ** (4.2 * place.astype(np.float64))
    out = np.zeros((a.frames, 2), np.float32)
    for k, detune in enumerate((0.996, 1.0, 1.005)):
        bend = (hz * detune / hz.max()).astype(np.float32)
        x = wave(
            "saw", float(hz.max()), a.frames, a.rate,
            200 + 5200 * place.astype(float), 1.4, 0.3 * k, bend,
        )  # fmt: skip
        put(out, mono(x), 0, a.rate, 0.5, (-0.4, 0, 0.4)[k])
    air = hiss(a, "air", a.frames, bandpass(2400, 0.6)) * wide(0.3 * place)
    return (saturate(out, 1.4) + air) * wide(level)


def teleport(a: Ask) -> np.ndarray:
    """A shimmer of bells that closes in, then a rush, and gone."""
    stream = a.stream("bells")
    bells = [_ping(a, _note(a, float(step), 1046), 0.3) for step in stream.choice(25, 10)]
    out = scatter(a, "shimmer", bells, along(a, (0, 6), (0.7, 70), (0.85, 0), (1, 0)), 1.0, 0.8)
    rush = swept_noise(
        a.frames, a.rate, along(a, (0, 300), (0.7, 6000), (1, 500)), 1.5, a.name, a.seed
    )
    return out * np.float32(0.4) + mono(rush * along(a, (0, 0), (0.68, 0.6), (0.8, 0.2), (1, 0)))


def magic(a: Ask) -> np.ndarray:
    """Small bars that are brushed upwards, one after the other, and ring together."""
    out = np.zeros((a.frames, 2), np.float32)
    scale = (0, 2, 4, 7, 9)
    count = 18
    for k in range(count):
        step = 12 * (k // 5) + scale[k % 5]
        at_s = 0.5 * a.length_s * (k / count) ** 0.85
        put(out, _ping(a, _note(a, step), 1.2 * a.longer, 0.6), at_s, a.rate, 0.6, k / count - 0.5)
    return out


def robot(a: Ask) -> np.ndarray:
    """A small machine that talks: FM tones that leap and slide."""
    out = np.zeros((a.frames, 2), np.float32)
    stream = a.stream("talk")
    at_s = 0.0
    while at_s < a.length_s - 0.05:
        b = a.of_length(float(stream.uniform(0.05, 0.22)) / a.pace)
        one, other = stream.uniform(350, 2600, 2) * a.lower
        hz = along(b, (0, one), (1, other if stream.uniform() < 0.6 else one))
        inner = sine(hz * float(stream.choice((0.5, 1.5, 2.0, 3.0))), b.frames, a.rate)
        turns = np.cumsum(hz, dtype=np.float64) / a.rate
        x = np.sin(2 * np.pi * turns + 1.5 * inner).astype(np.float32)
        put(
            out,
            mono(x * held(b.frames, a.rate, 0.004, 0.012)),
            at_s,
            a.rate,
            stream.uniform(0.6, 1),
        )
        at_s += b.length_s + float(stream.uniform(0.0, 0.09)) / a.pace
    return out


def sonar(a: Ask) -> np.ndarray:
    """A ping under water, and what comes back."""
    out = np.zeros((a.frames, 2), np.float32)
    hz = float(a.stream("ping").uniform(1150, 1550)) * a.lower
    n = round(1.3 * a.longer * a.rate)
    t = np.arange(n, dtype=np.float32) / a.rate
    ping = mono(sine(hz, n, a.rate) * fall(t, 1.3 * a.longer) * np.minimum(1, t / 0.01))
    for at_s in np.arange(0, max(0.1, a.length_s - 0.5), 2.4 / a.pace):
        put(out, ping, at_s, a.rate)
        put(out, filtered(ping, a.rate, lowpass(1200)), at_s + 0.55, a.rate, 0.25, 0.6)
    water = hiss(a, "water", a.frames, lowpass(260), highpass(30)) * np.float32(0.06)
    return out + water


def glitch(a: Ask) -> np.ndarray:
    """Slices of a tone and of noise, repeated, crushed, thrown left and right."""
    stream = a.stream("slices")
    out = np.zeros((a.frames, 2), np.float32)
    at_s = 0.0
    while at_s < a.length_s - 0.02:
        length_s = float(stream.choice((0.012, 0.02, 0.03, 0.045, 0.06))) / a.pace
        b = a.of_length(length_s)
        if stream.uniform() < 0.45:
            slice_ = hiss(a, at_s, b.frames, bandpass(float(stream.choice((900, 2500, 6000))), 1.2))
        else:
            hz = float(stream.uniform(90, 3200)) * a.lower
            slice_ = mono(wave("square", hz, b.frames, a.rate, 9000, 0.8))
        crushed = np.round(slice_ * 6) / np.float32(6)
        edge = wide(held(b.frames, a.rate, 0.001, 0.001))
        for _ in range(int(stream.choice((1, 2, 3, 6, 8)))):
            put(
                out, crushed * edge, at_s, a.rate, stream.uniform(0.5, 1), stream.uniform(-0.8, 0.8)
            )
            at_s += length_s
        at_s += float(stream.choice((0, 0, 0.03, 0.08)))
    return out
