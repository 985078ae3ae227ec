"""Sustained voices: pads, strings, choir, brass, supersaws and leads."""

from __future__ import annotations

import numpy as np

from daemon.audio.drive import saturate
from daemon.audio.ensembles import ensemble, formed_ensemble
from daemon.audio.envelopes import faded, fall, gate, rise, seconds
from daemon.audio.filters import Filter, filtered, highpass, lowpass, peak
from daemon.audio.random_stream import rng
from daemon.audio.stereo import stereo, wide, widened
from daemon.audio.waves import wave
from daemon.engines.embedded.voices.voice import Strike


def _section(
    s: Strike,
    shape: str,
    attack_s: float,
    release_s: float,
    spread: float,
    cutoff_hz: float,
    *filters: Filter,
) -> np.ndarray:
    t = seconds(s.held_s + release_s * 0.9, s.rate)
    cutoff = cutoff_hz * s.scale * (0.6 + 0.6 * s.velocity)
    if s.early:
        x = ensemble(shape, s.hz, len(t), s.rate, spread, cutoff, s.variation)
        x = filtered(x, s.rate, *filters)
    else:
        x = formed_ensemble(shape, s.hz, len(t), s.rate, spread, cutoff, s.variation, filters)
    attack_s = min(attack_s * (1.5 - s.tone.attack), 0.6 * s.held_s + 0.02)
    x = x * wide(rise(t, attack_s) * gate(t, s.held_s, release_s * s.tone.length))
    return faded(
        widened(saturate(x, 3 * s.tone.drive) if s.tone.drive else x, s.tone.width), s.rate, 0.03
    )


def pad(s: Strike) -> np.ndarray:
    """A wide ensemble of saws, soft attack, low-pass at 0.5-2.5 kHz, high-pass at 160 Hz."""
    return _section(s, "saw", 0.3, 0.9, 11, 1300, highpass(160))


def warm_pad(s: Strike) -> np.ndarray:
    """Like the pad, darker, with an attack of about a second."""
    return _section(s, "saw", 0.9, 1.4, 8, 700, highpass(150))


def strings(s: Strike) -> np.ndarray:
    """A string section: faster attack, brighter, body resonances at 500 Hz and 3 kHz."""
    return _section(
        s, "saw", 0.12, 0.5, 14, 4200, highpass(170), peak(500, 3, 1.0), peak(3000, 3, 1.2)
    )


def choir(s: Strike) -> np.ndarray:
    """A choir on "ah": an ensemble through formants at 700, 1,100 and 2,700 Hz."""
    return _section(
        s,
        "pulse",
        0.25,
        0.8,
        16,
        5000,
        highpass(170),
        peak(700, 11, 4),
        peak(1100, 9, 5),
        peak(2700, 7, 6),
        lowpass(4500),
    )


def brass(s: Strike) -> np.ndarray:
    """A brass stab: slightly detuned horns through a filter that a breath envelope opens."""
    t = seconds(s.held_s + 0.1, s.rate)
    stream = rng("brass", s.pitch)
    breath = (1 - np.exp(-t / 0.03)) * (0.65 + 0.35 * fall(t, 0.6))
    cutoff = 350 + 3600 * s.scale * s.velocity * breath
    left, right = (
        wave(
            "saw", s.hz * 2 ** (cents / 1200), len(t), s.rate, cutoff, 0.9, float(stream.uniform())
        )
        + wave(
            "saw", s.hz * 2 ** (-cents / 2400), len(t), s.rate, cutoff, 0.9, float(stream.uniform())
        )
        for cents in (7, -7)
    )
    level = wide(rise(t, 0.018 - 0.014 * s.tone.attack) * gate(t, s.held_s, 0.09 * s.tone.length))
    return faded(
        widened(saturate(stereo(left, right) * level, 0.8 + 3 * s.tone.drive) * 0.4, s.tone.width),
        s.rate,
    )


def supersaw(s: Strike) -> np.ndarray:
    """Seven saws within ±14 cents, panned from left to right."""
    t = seconds(s.held_s + 0.22 * s.tone.length, s.rate)
    stream = rng("supersaw", s.pitch, s.variation)
    cutoff = min(7500 * s.scale * (0.5 + 0.5 * s.velocity), 18000)
    left = np.zeros(len(t), np.float32)
    right = np.zeros(len(t), np.float32)
    for k, cents in enumerate((-14, -8.5, -4, 0, 4.2, 9, 14)):
        x = wave(
            "saw", s.hz * 2 ** (cents / 1200), len(t), s.rate, cutoff, 0.8, float(stream.uniform())
        )
        place = (k / 6 * 0.9 + 0.05) * np.pi / 2
        left += x * np.float32(np.cos(place))
        right += x * np.float32(np.sin(place))
    level = wide(
        rise(t, 0.004 + 0.012 * (1 - s.tone.attack)) * gate(t, s.held_s, 0.25 * s.tone.length)
    )
    x = filtered(stereo(left, right), s.rate, highpass(min(0.7 * s.hz, 250)))
    return faded(
        widened(saturate(x * level * 0.4, 0.5 + 3 * s.tone.drive) * 0.55, s.tone.width), s.rate
    )


def lead(s: Strike) -> np.ndarray:
    """Two saws and a square with filter envelope, glide, and vibrato from 200 ms on."""
    t = seconds(s.held_s + 0.18 * s.tone.length, s.rate)
    vibrato = np.clip((t - 0.2) / 0.3, 0, 1) * 0.11 * np.sin(2 * np.pi * 5.4 * t)
    start = 0.0 if s.glide_from is None else s.glide_from - s.pitch
    bend = (2 ** ((vibrato + start * np.exp(-t / 0.03)) / 12)).astype(np.float32)
    cutoff = (700 + 3800 * s.velocity * (0.35 + 0.65 * np.exp(-t / 0.15))) * s.scale
    left = wave("saw", s.hz * 1.0025, len(t), s.rate, cutoff, 1.2, 0.0, bend)
    right = wave("saw", s.hz / 1.0025, len(t), s.rate, cutoff, 1.2, 0.3, bend)
    middle = wave("square", s.hz, len(t), s.rate, cutoff, 1.0, 0.1, bend) * 0.5
    level = wide(rise(t, 0.012 - 0.009 * s.tone.attack) * gate(t, s.held_s, 0.2 * s.tone.length))
    return faded(
        widened(
            saturate(stereo(left + middle, right + middle) * level, 0.5 + 3 * s.tone.drive) * 0.45,
            s.tone.width,
        ),
        s.rate,
    )


def soft_lead(s: Strike) -> np.ndarray:
    """A flute-like triangle with vibrato and a soft attack."""
    t = seconds(s.held_s + 0.15 * s.tone.length, s.rate)
    bend = (
        2 ** (np.clip((t - 0.15) / 0.3, 0, 1) * 0.12 * np.sin(2 * np.pi * 5.0 * t) / 12)
    ).astype(np.float32)
    cutoff = 2200 * s.scale
    x = wave("triangle", s.hz, len(t), s.rate, cutoff, 0.8, 0.0, bend) * 1.4
    y = wave("square", s.hz * 1.002, len(t), s.rate, cutoff, 0.8, 0.2, bend) * 0.25
    level = wide(rise(t, 0.04 - 0.03 * s.tone.attack) * gate(t, s.held_s, 0.16 * s.tone.length))
    return faded(
        widened(saturate(stereo(x + y, x - y) * level, 3 * s.tone.drive) * 0.6, s.tone.width),
        s.rate,
    )


def chip(s: Strike) -> np.ndarray:
    """A game console's pulse wave: fixed duty cycle, four-bit level, no filter envelope."""
    t = seconds(s.held_s + 0.02, s.rate)
    x = wave("pulse", s.hz, len(t), s.rate, 16000 * s.scale)
    level = rise(t, 0.001) * gate(t, s.held_s, 0.015) * (0.55 + 0.45 * fall(t, 0.9 * s.tone.length))
    steps = np.ceil(level * 15) / 15 * rise(t, 0.001) * gate(t, s.held_s, 0.015)
    x = saturate((x * steps).astype(np.float32) * 0.6, 3 * s.tone.drive)
    return faded(stereo(x, x), s.rate, 0.004)
