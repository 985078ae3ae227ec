"""Pianos: strings that a felt hammer strikes, on a soundboard.

Hammer, stretch and the two stages of the decay after Weinreich (1977) and Fletcher and Rossing.
"""

from __future__ import annotations

import numpy as np

from daemon.audio.envelopes import faded, gate, rise, seconds
from daemon.audio.filters import bandpass, lowpass
from daemon.audio.modes import modes, panned
from daemon.audio.random_stream import rng
from daemon.audio.stereo import wide
from daemon.engines.embedded.voices.make_up import burst, finished, knock, sum_of_modes
from daemon.engines.embedded.voices.voice import Strike

#: Modes of a soundboard and its case in Hz.
_BOARD = (48, 82, 118, 165, 222, 296, 390, 520, 710)
#: Longest note in seconds that is rendered.
_LONGEST_S = 5.0


def grand_piano(s: Strike) -> np.ndarray:
    """A grand: bright hammers when struck hard, long."""
    return _piano(s, "grand", 1.0, 1.0, 0.35)


def upright_piano(s: Strike) -> np.ndarray:
    """An upright: shorter strings, stiffer and duller, more case; its strings never quite agree."""
    return _piano(s, "upright", 0.6, 0.8, 0.6, beats=2.4)


def felt_piano(s: Strike) -> np.ndarray:
    """An upright with felt before the strings: hardly an attack, close mechanics."""
    return _piano(s, "felt", 0.55, 0.3, 0.5, beats=1.6)


def honky_tonk(s: Strike) -> np.ndarray:
    """A piano whose strings are out of tune with each other, with hard hammers."""
    return _piano(s, "tack", 0.55, 1.5, 0.5, beats=11.0)


def prepared_piano(s: Strike) -> np.ndarray:
    """A piano with bolts, rubber and screws between its strings: each key has a thing of its own.

    What is clamped to a string takes most of its ring, and sounds with modes that fit no scale.
    """
    x = _piano(s, "prepared", 0.22, 0.8, 0.8, beats=3.0)
    n = min(len(x), round(0.9 * s.rate))
    # the same thing on the same key, whoever strikes it
    key = rng("preparation", round(s.pitch))
    count, rubber = 7, float(key.uniform()) < 0.35
    hz = s.hz * np.sort(key.uniform(1.3, 9.0, count))
    levels = key.uniform(0.2, 1.0, count) / count * (0.35 if rubber else 1.0)
    rings = (0.12 if rubber else 0.9) * s.tone.length * key.uniform(0.4, 1.0, count)
    phases = rng("bolt", round(s.pitch), s.variation).uniform(0, 1, count)
    bolt = modes(hz, levels * s.scale**0.5, rings, phases, n, s.rate)
    t = seconds(n / s.rate, s.rate)[:n]
    bolt = bolt * rise(t, 0.001) * np.float32(0.7 * (0.4 + 0.6 * s.velocity))
    x = x.copy()
    x[:n] += (bolt * gate(t, max(s.held_s, 0.2), 0.2))[:, None]
    return faded((x * np.float32(0.8)).astype(np.float32), s.rate, 0.02)


def _piano(
    s: Strike, name: str, longer: float, hard: float, case: float, beats: float = 0.7
) -> np.ndarray:
    """`beats` is how far one note's strings lie apart, in cents."""
    t = seconds(min(s.held_s, _LONGEST_S) + 0.3 * s.tone.length, s.rate)
    n = len(t)
    hz, levels, decays = _strings(s, longer, hard, beats)
    stream = rng(name, round(s.pitch), s.variation)
    place = float(np.clip((s.pitch - 62) / 60, -0.35, 0.35))
    pans = place + stream.uniform(-0.12, 0.12, len(hz))
    phases = np.tile(stream.uniform(0, 1, len(hz) // 3), 3)
    x = sum_of_modes(s, hz, panned(levels, pans), decays, phases, n)
    felt = burst(s, t, 0.03, (bandpass(1500 * min(1.6, hard + 0.4), 0.6),), name, s.variation)
    low = burst(s, t, 0.07, (lowpass(260),), name, "key", s.variation)
    strength = s.velocity * (0.4 + 1.2 * s.tone.attack)
    extra: np.ndarray = felt * np.float32(0.09 * strength * hard)
    extra = extra + low * np.float32(0.1 * case * strength)
    extra = extra + knock(s, _BOARD, 0.22, n) * np.float32(case * strength)
    level = rise(t, 0.001 + 0.002 / hard) * gate(t, s.held_s, 0.26 * s.tone.length)
    return finished((x + wide(extra)) * wide(level), s, 0.02, peak=0.85)


def _strings(
    s: Strike, longer: float, hard: float, beats: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(Hz, levels, decays) of a note's partials: what dies at once, and what goes on."""
    k = np.arange(1, max(4, int(min(32, 9000 / s.hz))) + 1)
    stiff = 1.6e-4 * 2 ** ((s.pitch - 60) / 11) / longer**0.5
    hz = s.hz * k * np.sqrt(1 + stiff * k * k) / np.sqrt(1 + stiff)
    # the felt is soft for soft notes: its spectrum falls off sooner
    soft_hz = (650 + 3300 * s.velocity**1.6) * hard * s.scale
    levels = np.abs(np.sin(np.pi * k * 0.121)) ** 0.7 / k**0.55 * np.exp(-hz / soft_hz)
    low = min(1.0, (s.hz / 90) ** 0.6)
    levels[0] *= low  # a soundboard hardly carries the lowest fundamentals
    decays = 7.5 * longer * s.tone.length * (262 / s.hz) ** 0.6 / (1 + 0.12 * k + hz / 5200)
    up = 2 ** (beats / 2400)
    parts = (
        (hz * up, 0.42 * levels, 0.42 * decays),
        (hz / up, 0.36 * levels, 0.5 * decays),
        (hz * up**0.3, 0.2 * levels, 1.9 * decays),
    )
    all_hz, all_levels, all_decays = (np.concatenate(column) for column in zip(*parts, strict=True))
    return all_hz, all_levels * (0.8 / np.sqrt((all_levels**2).sum())), all_decays
