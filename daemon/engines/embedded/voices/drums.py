"""Drums and percussion after classic drum machines: tuned body, filtered noise, fast envelopes."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from daemon.audio.drive import saturate, saturate_clean
from daemon.audio.envelopes import faded, fall, rise, seconds
from daemon.audio.filters import bandpass, filtered, high_shelf, highpass, lowpass
from daemon.audio.noise import noise, swept_noise
from daemon.audio.random_stream import rng
from daemon.audio.stereo import both, stereo, wide, widened
from daemon.audio.waves import sine, wave
from daemon.engines.embedded.voices.voice import Strike

#: Frequencies of the six square waves in the TR-808's hats and cymbals, in Hz.
METAL_HZ = (203.5, 301.8, 366.3, 518.2, 538.8, 811.2)


def _noises(s: Strike, n: int, name: str) -> np.ndarray:
    """Independent noise left and right, (n, 2); equal for all hits of one variation."""
    return stereo(noise(n, name, "left", s.variation), noise(n, name, "right", s.variation))


def _end(x: np.ndarray, s: Strike, wide: bool = True) -> np.ndarray:
    if s.tone.dirt > 0:
        x = worn(x, s)
    return faded(widened(x, s.tone.width) if wide else x, s.rate, 0.008)


def worn(x: np.ndarray, s: Strike) -> np.ndarray:
    """The sound of an old sampler: duller, with reduced bit depth."""
    dirt = s.tone.dirt
    steps = np.float32(2 ** (12 - 5 * dirt))
    x = filtered(x, s.rate, lowpass(16000 * 2 ** (-1.6 * dirt)))
    return np.round(x * steps) / steps


def kick(s: Strike) -> np.ndarray:
    """A mono kick: a sine of 45-55 Hz that starts at five times its pitch and falls in 50 ms.

    A click of 3 ms and drive are added.
    """
    length = s.tone.length
    t = seconds(0.42 * length + 0.08, s.rate)
    punch = 3.0 + 1.6 * s.tone.attack
    hz = s.hz * (1 + punch * np.exp(-t / 0.0135) + 0.35 * np.exp(-t / 0.05))
    body = sine(hz, len(t), s.rate) * fall(t, 0.62 * length) * rise(t, 0.0007)
    click = filtered(
        noise(len(t), "kick", s.variation), s.rate, highpass(2500), lowpass(7000 * s.scale)
    )
    click *= np.exp(-t / 0.0022) * (0.04 + 0.12 * s.tone.attack)
    return _end(both(saturate(body + click, 1.1 + 2.5 * s.tone.drive) * 0.95), s, wide=False)


def hard_kick(s: Strike) -> np.ndarray:
    """The distorted kick of hard techno and hardstyle: falling pitch, long driven tonal body."""
    t = seconds(0.5 * s.tone.length + 0.05, s.rate)
    hz = s.hz * (1 + 4.5 * np.exp(-t / 0.012) + 0.9 * np.exp(-t / 0.06))
    body = saturate_clean(sine(hz, len(t), s.rate) * fall(t, 1.4), 5 + 8 * s.tone.drive)
    body = (
        filtered(body, s.rate, lowpass(1800 * s.scale), highpass(30))
        * fall(t, 0.62 * s.tone.length)
        * rise(t, 0.0008)
    )
    return _end(both(saturate(body, 1.2)), s, wide=False)


def _modes(
    t: np.ndarray, rate: int, parts: tuple[tuple[float, float, float], ...], drop: float
) -> np.ndarray:
    """Sum of sines (hz, level, seconds to -60 dB), (frames,).

    They start sharp by the factor 1 + `drop` and reach their pitch within 30 ms.
    """
    bend = 1 + drop * np.exp(-t / 0.010)
    return np.sum(
        [level * sine(hz * bend, len(t), rate) * fall(t, d) for hz, level, d in parts], axis=0
    ).astype(np.float32)


def snare(s: Strike) -> np.ndarray:
    """Two shell modes near 185 and 330 Hz with a fast pitch drop, and noise for 120-250 ms."""
    length = s.tone.length
    t = seconds(0.2 * length + 0.1, s.rate)
    ratio = s.hz / 185.0
    shell = _modes(
        t, s.rate, ((185 * ratio, 0.55, 0.22 * length), (330 * ratio, 0.3, 0.16 * length)), 0.6
    )
    wires = filtered(_noises(s, len(t), "snare"), s.rate, highpass(1100), lowpass(9500 * s.scale))
    wires *= (
        wide(0.75 * fall(t, 0.26 * length) + (0.2 + 0.5 * s.tone.attack) * fall(t, 0.04)) * 0.85
    )
    x = saturate((both(shell) + wires) * wide(rise(t, 0.0006)), 1.2 + 2 * s.tone.drive)
    return _end(x * 0.8, s)


def brush(s: Strike) -> np.ndarray:
    """A brush stroke on the snare: noise of 0.6-8 kHz in four soft bursts over 12 ms."""
    t = seconds(0.2 * s.tone.length + 0.06, s.rate)
    wires = filtered(
        _noises(s, len(t), "brush"),
        s.rate,
        highpass(600),
        lowpass(7500 * s.scale),
        bandpass(2300, 0.45),
    )
    fan = np.zeros_like(t)
    for start, level in ((0.0, 1.0), (0.004, 0.7), (0.008, 0.6), (0.012, 0.45)):
        fan += np.where(t >= start, level * np.exp(-np.maximum(t - start, 0) / 0.006), 0)
    strength = (0.25 + 0.5 * s.tone.attack) * fan + 0.55 * fall(t, 0.24 * s.tone.length)
    shell = _modes(t, s.rate, ((s.hz, 0.12, 0.12 * s.tone.length),), 0.2)
    x = (wires * wide(strength) + both(shell)) * wide(rise(t, 0.0015))
    return _end(saturate(x * 1.7, 0.4 + 2 * s.tone.drive) * 0.75, s)


def brush_sweep(s: Strike) -> np.ndarray:
    """A brush sweep on the snare: noise that swells and fades within half a second."""
    t = seconds(0.46 * s.tone.length, s.rate)
    along = t / t[-1]
    swell = np.maximum(0, np.sin(np.pi * along ** (0.9 - 0.4 * s.tone.attack))) ** 1.5
    x = filtered(
        _noises(s, len(t), "sweep"),
        s.rate,
        highpass(1400),
        lowpass(6500 * s.scale),
        bandpass(3200, 0.5),
    )
    return _end(saturate(x * wide(swell) * 1.1, 0.3 + 2 * s.tone.drive) * 0.6, s)


def clap(s: Strike) -> np.ndarray:
    """Three noise bursts 10 ms apart and a tail, 0.85-2.6 kHz, in stereo.

    The first burst is at frame 0, and the loudest, so that the clap is on the beat.
    """
    t = seconds(0.24 * s.tone.length + 0.06, s.rate)
    x = filtered(
        _noises(s, len(t), "clap"),
        s.rate,
        highpass(850),
        lowpass(2600 * s.scale),
        bandpass(1500, 0.6),
    )
    bursts = np.zeros_like(t)
    for start, level in ((0.0, 1.0), (0.0105, 0.7), (0.0205, 0.75)):
        bursts += np.where(t >= start, level * np.exp(-np.maximum(t - start, 0) / 0.0045), 0)
    tail = np.where(t >= 0.03, fall(np.maximum(t - 0.03, 0), 0.22 * s.tone.length), 0) * 0.55
    x *= wide((bursts + tail) * rise(t, 0.0005))
    return _end(saturate(x * 2.0, 0.8 + 2 * s.tone.drive) * 0.75, s)


def snap(s: Strike) -> np.ndarray:
    """A finger snap: a short noise band near 2.5 kHz and a woody click."""
    t = seconds(0.12 * s.tone.length + 0.03, s.rate)
    x = filtered(_noises(s, len(t), "snap"), s.rate, bandpass(2400 * s.scale**0.5, 1.6))
    x *= wide(fall(t, 0.075 * s.tone.length) * rise(t, 0.0005))
    wood = sine(1150, len(t), s.rate) * fall(t, 0.03)
    return _end(saturate(x * 1.4 + both(wood) * 0.3, 0.5 + 2 * s.tone.drive) * 0.8, s)


def rim(s: Strike) -> np.ndarray:
    """A rimshot: two short sines and a click."""
    t = seconds(0.07 * s.tone.length + 0.02, s.rate)
    ratio = s.hz / 480.0
    x = (sine(1700 * ratio, len(t), s.rate) + 0.8 * sine(480 * ratio, len(t), s.rate)) * fall(
        t, 0.06 * s.tone.length
    )
    x = (
        x
        + filtered(noise(len(t), "rim", s.variation), s.rate, highpass(3000))
        * fall(t, 0.012)
        * 0.4
        * s.scale
    )
    return _end(both(saturate(x * rise(t, 0.0004) * 0.7, 1 + 2 * s.tone.drive) * 0.7), s)


@lru_cache(32)
def _metal(
    n: int, rate: int, ratio: float, corner_hz: float, noise_level: float, variation: int
) -> np.ndarray:
    """The six squares and noise, high-passed, before any envelope: (n, 2)."""
    stream = rng("metal", variation)
    squares = np.sum(
        [wave("square", hz * ratio, n, rate, phase=float(stream.uniform())) for hz in METAL_HZ],
        axis=0,
    )
    hiss = stereo(noise(n, "metal", "left", variation), noise(n, "metal", "right", variation))
    return filtered(
        both(squares * 0.35) + hiss * np.float32(noise_level),
        rate,
        highpass(corner_hz),
        highpass(corner_hz),
    )


def _cymbal(
    s: Strike,
    to_60db_s: float,
    corner_hz: float,
    noise_level: float,
    tick: float,
    held_s: float | None,
) -> np.ndarray:
    length_s = to_60db_s * s.tone.length
    span = min(length_s, (held_s + 0.03) if held_s else length_s)
    t = seconds(span, s.rate)
    ratio = round(float(2 ** (s.tone.bright * 0.15) * (1 + 0.012 * (s.variation - 1))), 4)
    whole = _metal(
        round(length_s * s.rate) + 1,
        s.rate,
        ratio,
        corner_hz * s.scale**0.35,
        noise_level,
        s.variation,
    )
    level = 0.85 * fall(t, length_s) + tick * (0.4 + 1.2 * s.tone.attack) * fall(t, 0.03)
    if held_s is not None:
        level = level * np.where(t > held_s, fall(np.maximum(t - held_s, 0), 0.03), 1)
    x = whole[: len(t)] * wide(level * rise(t, 0.0004))
    return _end(saturate(x, 2 * s.tone.drive) if s.tone.drive else x, s)


def hat(s: Strike) -> np.ndarray:
    """Closed hi-hat of 55-105 ms; harder strikes ring longer."""
    return _cymbal(s, 0.055 + 0.05 * s.velocity, 7600, 0.35, 0.35, None) * np.float32(0.75)


def open_hat(s: Strike) -> np.ndarray:
    """Open hi-hat of up to 550 ms, choked at the end of the held time."""
    return _cymbal(s, 0.55, 7000, 0.4, 0.25, s.held_s) * np.float32(0.62)


def ride(s: Strike) -> np.ndarray:
    """Ride cymbal: a ping and a long, thin wash."""
    x = _cymbal(s, 1.3, 4200, 0.22, 0.5, None) * np.float32(0.4)
    t = seconds(len(x) / s.rate, s.rate)
    ping = sum(
        g * sine(hz, len(t), s.rate) * fall(t, d)
        for hz, g, d in ((3175, 0.2, 0.5), (4870, 0.12, 0.35), (6020, 0.1, 0.25))
    )
    return _end(x + both(np.asarray(ping) * rise(t, 0.0005)), s)


def crash(s: Strike) -> np.ndarray:
    """Crash cymbal: wide, bright, about 2 s."""
    return _cymbal(s, 2.1, 3300, 0.75, 0.3, None) * np.float32(0.42)


def tom(s: Strike) -> np.ndarray:
    """A tuned skin with a falling pitch and a little stick noise."""
    t = seconds(0.45 * s.tone.length, s.rate)
    x = _modes(
        t, s.rate, ((s.hz, 0.9, 0.5 * s.tone.length), (s.hz * 1.5, 0.25, 0.2 * s.tone.length)), 0.4
    )
    stick = (
        filtered(noise(len(t), "tom", s.variation), s.rate, bandpass(1800 * s.scale, 0.8))
        * fall(t, 0.04)
        * 0.5
    )
    return _end(
        both(saturate((x + stick * s.tone.attack) * rise(t, 0.0008), 1.1 + 2 * s.tone.drive) * 0.8),
        s,
    )


def conga(s: Strike) -> np.ndarray:
    """A hand drum: a clear tone, with a slap on hard strikes."""
    t = seconds(0.32 * s.tone.length, s.rate)
    x = _modes(
        t,
        s.rate,
        ((s.hz, 0.9, 0.3 * s.tone.length), (s.hz * 2.02, 0.22, 0.12), (s.hz * 3.1, 0.12, 0.07)),
        0.12,
    )
    slap = filtered(
        noise(len(t), "conga", s.variation), s.rate, bandpass(2400 * s.scale, 1.0)
    ) * fall(t, 0.03)
    return _end(
        both(
            saturate((x + slap * s.velocity**2 * 0.8) * rise(t, 0.0008), 0.8 + 2 * s.tone.drive)
            * 0.8
        ),
        s,
    )


def tabla(s: Strike) -> np.ndarray:
    """The tabla's right-hand drum, with harmonic partials owed to its paste (C. V. Raman, 1934).

    Soft strokes are damped by the fingers.
    """
    open_ = s.velocity > 0.5
    length = s.tone.length * (0.55 if open_ else 0.11)
    t = seconds(length + 0.03, s.rate)
    # three strokes: at the rim the first partial is weak, on the skin it is the strongest
    first = (0.45, 0.8, 0.6)[s.variation % 3]
    parts = (
        (1.0, first, 1.0),
        (2.0, 0.7, 0.8),
        (3.0, 0.38, 0.55),
        (4.0, 0.16, 0.4),
        (5.0, 0.08, 0.3),
    )
    bright = s.scale**0.5
    levels = [
        (s.hz * ratio, level * bright ** (ratio - 1), length * share)
        for ratio, level, share in parts
    ]
    x = _modes(t, s.rate, tuple(part for part in levels if part[0] < 0.42 * s.rate), 0.0) * (
        0.75 if open_ else 0.45
    )
    finger = filtered(
        noise(len(t), "tabla", s.variation), s.rate, bandpass(2900 * bright, 0.9)
    ) * fall(t, 0.022)
    x = x + finger * (0.25 + 0.6 * s.tone.attack) * (1.0 if open_ else 1.4)
    return _end(both(saturate(x * rise(t, 0.0006), 0.7 + 2 * s.tone.drive) * 0.75), s)


def bayan(s: Strike) -> np.ndarray:
    """The tabla's left-hand drum: deep; pressing the skin bends the pitch up by up to a third."""
    t = seconds(0.62 * s.tone.length, s.rate)
    bend = 1 + 0.24 * s.velocity * (1 - np.exp(-np.maximum(t - 0.04, 0) / 0.07))
    body = sine(s.hz * bend, len(t), s.rate) * fall(t, 0.75 * s.tone.length)
    second = 0.22 * s.scale * sine(2.0 * s.hz * bend, len(t), s.rate) * fall(t, 0.3 * s.tone.length)
    palm = (
        filtered(noise(len(t), "bayan", s.variation), s.rate, lowpass(650 * s.scale))
        * fall(t, 0.03)
        * (0.3 + 0.6 * s.tone.attack)
    )
    return _end(
        both(saturate((body + second + palm) * rise(t, 0.0012), 1.0 + 2 * s.tone.drive) * 0.85),
        s,
        wide=False,
    )


def shaker(s: Strike) -> np.ndarray:
    """Noise from 5 to 11 kHz with a soft attack."""
    t = seconds(0.09 * s.tone.length + 0.05, s.rate)
    x = filtered(
        _noises(s, len(t), "shaker"),
        s.rate,
        highpass(5000),
        lowpass(11000 * s.scale),
        highpass(4500),
    )
    front = 0.018 - 0.015 * s.tone.attack * s.velocity
    return _end(
        x
        * wide(rise(t, front) * fall(np.maximum(t - front, 0), 0.1 * s.tone.length))
        * np.float32(0.45),
        s,
    )


def tambourine(s: Strike) -> np.ndarray:
    """Jingles: four high partials and noise above 7 kHz."""
    t = seconds(0.2 * s.tone.length, s.rate)
    x = filtered(
        _noises(s, len(t), "tambourine"), s.rate, highpass(7000), bandpass(9500 * s.scale**0.4, 0.9)
    )
    jingles = np.sum([sine(hz, len(t), s.rate) for hz in (6120, 7340, 8810, 10230)], axis=0)
    x = x + both(jingles * np.float32(0.12))
    return _end(
        x
        * wide(rise(t, 0.001) * (fall(t, 0.2 * s.tone.length) + 0.6 * fall(t, 0.03)))
        * np.float32(0.6),
        s,
    )


def cowbell(s: Strike) -> np.ndarray:
    """Squares of 540 and 800 Hz through a band-pass, with a fast attack."""
    t = seconds(0.35 * s.tone.length, s.rate)
    ratio = s.hz / 540.0
    x = wave("square", 540 * ratio, len(t), s.rate) + wave(
        "square", 800 * ratio, len(t), s.rate, phase=0.3
    )
    x = filtered(x, s.rate, bandpass(min(2640 * s.scale**0.5, 9000), 0.6), highpass(400))
    level = 0.6 * fall(t, 0.4 * s.tone.length) + 0.4 * fall(t, 0.04)
    return _end(both(saturate(x * level * rise(t, 0.0005) * 1.5, 0.4 + 2 * s.tone.drive) * 0.7), s)


def tuned_cowbell(s: Strike) -> np.ndarray:
    """A melodic cowbell as in phonk: a square at the note, and a short one a fifth above it."""
    t = seconds(0.4 * s.tone.length, s.rate)
    x = wave("square", s.hz, len(t), s.rate) + 0.35 * wave(
        "square", s.hz * 1.5, len(t), s.rate, phase=0.3
    ) * fall(t, 0.06)
    x = filtered(x, s.rate, bandpass(min(2.5 * s.hz * s.scale**0.5, 9000), 0.5))
    level = 0.6 * fall(t, 0.45 * s.tone.length) + 0.4 * fall(t, 0.04)
    return faded(
        _end(both(saturate(x * level * rise(t, 0.0008) * 1.5, 0.4 + 2 * s.tone.drive) * 0.7), s),
        s.rate,
        0.01,
    )


def clave(s: Strike) -> np.ndarray:
    """Claves: a clean high sine."""
    t = seconds(0.09 * s.tone.length, s.rate)
    x = sine(s.hz, len(t), s.rate) * fall(t, 0.09 * s.tone.length) + 0.2 * sine(
        s.hz * 2.76, len(t), s.rate
    ) * fall(t, 0.02)
    x = x * (1 + 0.2 * s.tone.bright)
    return _end(both(saturate(x * rise(t, 0.0006) * 0.8, 2 * s.tone.drive)), s)


def riser(s: Strike) -> np.ndarray:
    """Noise that rises from 200 Hz to 9 kHz over the held time, with growing level."""
    t = seconds(max(s.held_s, 0.2), s.rate)
    along = t / t[-1] if len(t) > 1 else t
    centre = 200 * (45.0 * s.scale**0.5) ** along
    x = stereo(
        swept_noise(len(t), s.rate, centre, 1.2, "riser", "left", s.variation),
        swept_noise(len(t), s.rate, centre, 1.2, "riser", "right", s.variation),
    )
    x = x * wide(along**2 * 0.5)
    return faded(_end(saturate(x, 2 * s.tone.drive), s), s.rate, 0.04)


def sweep_down(s: Strike) -> np.ndarray:
    """Noise that falls from 9 kHz to 200 Hz over the held time."""
    return riser(s)[::-1].copy()


def impact(s: Strike) -> np.ndarray:
    """A deep boom with a wide, dark crash above it."""
    t = seconds(2.2 * s.tone.length, s.rate)
    boom = sine(s.hz * (1 + 1.5 * np.exp(-t / 0.06)), len(t), s.rate) * fall(t, 1.8 * s.tone.length)
    wash = filtered(
        _noises(s, len(t), "impact"),
        s.rate,
        lowpass(2400 * s.scale),
        highpass(120),
        high_shelf(4000, -6),
    )
    x = both(boom) * np.float32(0.8) + wash * wide(
        fall(t, 1.9 * s.tone.length) * rise(t, 0.002) * 0.3
    )
    return _end(saturate(x * wide(rise(t, 0.001)), 1 + 2 * s.tone.drive) * 0.8, s)
