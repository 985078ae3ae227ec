"""Electric guitars before their amplifier: two takes, left and right, played a little apart."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from daemon.audio.envelopes import fall, gate, rise, seconds
from daemon.audio.filters import filtered, highpass, lowpass
from daemon.audio.modes import modes
from daemon.audio.random_stream import rng
from daemon.engines.embedded.voices.make_up import burst, finished, slid, sum_of_modes, vibrato
from daemon.engines.embedded.voices.voice import Strike

#: Notes shorter than this are muted with the palm.
_PALM_S = 0.13
#: The second take is late or early by this much at most.
_APART_S = 0.007
#: Partials of a string.
_MOST = 26


def driven_guitar(s: Strike) -> np.ndarray:
    """A string's signal for a driven amplifier, float32 (n, 2): the amplifier follows the sum."""
    return _two_takes(s, _string)


def first_driven_guitar(s: Strike) -> np.ndarray:
    """The same as plans before version 6 have it: its high partials die too late."""
    return _two_takes(s, _first_string)


def _two_takes(
    s: Strike, string: Callable[[Strike, int, bool, np.random.RandomState], np.ndarray]
) -> np.ndarray:
    muted = s.held_s < _PALM_S
    t = seconds(min(s.held_s, 6.0) + 0.06, s.rate)
    n = len(t)
    out = np.zeros((n, 2), np.float32)
    for take in (0, 1):
        stream = rng("driven", round(s.pitch), s.variation, take)
        x = string(s, n, muted, stream)
        pick = burst(s, t, 0.025, (highpass(1500), lowpass(6000)), "pick", take, s.variation)
        x = x + pick * np.float32(0.12 * (0.4 + s.tone.attack))
        x = x * rise(t, 0.001) * gate(t, s.held_s, 0.035)
        late = int(stream.uniform(0, _APART_S) * s.rate)
        out[late:, take] = x[: n - late]
    return finished(out, s, 0.006)


def _string(s: Strike, n: int, muted: bool, stream: np.random.RandomState) -> np.ndarray:
    """A steel string: air and the wire itself take the high partials first, a palm all of them."""
    hz = s.hz * 2 ** (stream.normal(0, 2.5) / 1200)
    k = np.arange(1, max(3, int(min(_MOST, 7000 * s.scale**0.5 / hz))) + 1)
    place = float(stream.uniform(0.1, 0.17)) * (1.15 - 0.3 * s.tone.attack)
    levels = np.abs(np.sin(np.pi * k * place)) / k
    levels *= 0.5 / np.sqrt((levels**2).sum())
    decays = _rings(k, muted) * s.tone.length
    stretched = hz * k * np.sqrt(1 + 6e-5 * k * k)
    return sum_of_modes(s, stretched, levels, decays, stream.uniform(0.22, 0.28, len(k)), n)


def _rings(k: np.ndarray, muted: bool = False) -> np.ndarray:
    """Seconds to -60 dB of a steel string's partials. Losses grow with the square of their rank."""
    losses = 0.72 + 0.144 * k + 0.0144 * k * k
    return 6.9 / (losses + (9 + 2.2 * k if muted else 0))


def _first_string(s: Strike, n: int, muted: bool, stream: np.random.RandomState) -> np.ndarray:
    hz = s.hz * 2 ** (stream.normal(0, 2.0) / 1200)
    count = max(3, int(min(_MOST, 6500 * s.scale**0.5 / hz)))
    k = np.arange(1, count + 1)
    place = float(stream.uniform(0.1, 0.17))
    levels = np.abs(np.sin(np.pi * k * place)) / k * np.exp(-k * hz / 5200)
    rings = (0.28 if muted else 7.0) * s.tone.length * (110 / hz) ** 0.3
    decays = rings / (1 + (0.5 if muted else 0.09) * k)
    levels *= 0.5 / np.sqrt((levels**2).sum())
    stretched = hz * k * np.sqrt(1 + 6e-5 * k * k)
    return modes(stretched, levels, decays, stream.uniform(0.2, 0.3, count), n, s.rate)


def tine_piano(s: Strike) -> np.ndarray:
    """A hammer on a steel tine beside a magnet: round when soft, it growls when hard.

    The tine swings across the magnet's field, off its middle, so that each swing is heard nearly
    twice; a clamped bar's second mode (6.27 times the pitch) rings for a moment. The two sides sway
    against each other, as in a suitcase's loudspeakers.
    """
    t = seconds(s.held_s + 0.22 * s.tone.length, s.rate)
    n = len(t)
    stream = rng("tine", round(s.pitch), s.variation)
    turns = (2 * np.pi * (s.hz / s.rate * np.arange(n) % 1)).astype(np.float32)
    hard = s.velocity * (0.5 + s.tone.attack)
    reach = (0.25 + 0.85 * hard) * (262 / s.hz) ** 0.2 * s.scale**0.3
    swing = np.float32(reach) * np.sin(turns) * fall(t, 5.5 * s.tone.length * (262 / s.hz) ** 0.5)
    aside = np.float32(0.32 + stream.uniform(-0.04, 0.04))
    field = 1 / (1 + (1.5 * (swing - aside)) ** 2)
    heard = np.gradient(field) * np.float32(s.rate / (2 * np.pi * s.hz))
    chime = np.sin(turns * np.float32(6.27)) * fall(t, 0.3 * (262 / s.hz) ** 0.3)
    thump = burst(s, t, 0.03, (lowpass(500),), "tine hammer", s.variation)
    x = heard + np.float32(0.1 * hard) * chime + thump * np.float32(0.25 * (0.4 + s.tone.attack))
    x = filtered((x * rise(t, 0.0015)).astype(np.float32), s.rate, highpass(60), lowpass(4600))
    x = x * gate(t, s.held_s, 0.14 * s.tone.length)
    sway = np.float32(0.22) * np.sin(2 * np.pi * 4.9 * t + float(stream.uniform(0, 6.28)))
    wide_ = np.stack([x * (1 + sway), x * (1 - sway)], axis=1)
    return finished(wide_.astype(np.float32), s, 0.012, peak=0.7)


def reed_piano(s: Strike) -> np.ndarray:
    """A hammer on a steel reed before a plate that hears it: round when soft, it barks when hard.

    The pick-up is no line: the nearer the reed, the more harmonics, even ones too.
    """
    t = seconds(s.held_s + 0.2 * s.tone.length, s.rate)
    stream = rng("reed", round(s.pitch), s.variation)
    turns = 2 * np.pi * (s.hz / s.rate * np.arange(len(t)) % 1).astype(np.float32)
    swing = np.sin(turns) * fall(t, 3.4 * s.tone.length * (262 / s.hz) ** 0.4)
    near = 0.25 + 0.5 * s.velocity * (0.5 + s.tone.attack) * s.scale**0.5
    heard = 1 / (1 - np.clip(near, 0, 0.85) * swing) - 1
    strike = np.sin(turns * np.float32(6.3)) * fall(t, 0.12)
    knock = burst(s, t, 0.03, (lowpass(1400),), "reed hammer", s.variation)
    x = heard + np.float32(0.12 * s.velocity) * strike + knock * np.float32(0.1)
    x = filtered((x * rise(t, 0.0012)).astype(np.float32), s.rate, highpass(70), lowpass(5500))
    phase = float(stream.uniform(0, 2 * np.pi))
    sway = 1 + np.float32(0.18) * np.sin(2 * np.pi * 5.6 * t + phase)
    return finished((x * sway * gate(t, s.held_s, 0.12)).astype(np.float32), s, 0.01, peak=0.75)


def solo_guitar(s: Strike) -> np.ndarray:
    """A melody's string for a driven amplifier: it is bent into its note and shaken with the hand.

    Sustain comes from the amplifier. One take.
    """
    return _bent_string(s, np.arange(1, 15), _rings(np.arange(1, 15)), 0.16)


def first_solo_guitar(s: Strike) -> np.ndarray:
    """The same as plans before version 6 have it: its high partials die too late."""
    k = np.arange(1, 15)
    return _bent_string(s, k, 6.0 / (1 + 0.1 * k), 0.1)


def _bent_string(s: Strike, k: np.ndarray, rings: np.ndarray, strength: float) -> np.ndarray:
    """Partials of ranks `k` with their rings, and a pick's noise of a strength."""
    t = seconds(min(s.held_s, 8.0) + 0.08, s.rate)
    stream = rng("solo guitar", round(s.pitch), s.variation)
    cents = slid(s, t, 90.0 if s.held_s > 0.3 else 20.0, 0.045) + vibrato(t, stream, 22, 5.4, 0.3)
    turns = np.cumsum(np.exp2(cents / 1200), dtype=np.float64) * (s.hz / s.rate)
    phase = (2 * np.pi * (turns % 1)).astype(np.float32)
    x: np.ndarray = np.zeros(len(t), np.float32)
    for one, ring in zip(k[: int(min(14, 6000 / s.hz))].tolist(), rings.tolist(), strict=False):
        level = np.sin(np.pi * one * 0.13) / one
        x += np.float32(level) * np.sin(one * phase) * fall(t, ring * s.tone.length)
    pick = burst(s, t, 0.02, (highpass(1500),), "lead pick", s.variation)
    x = np.float32(0.8) * x + pick * np.float32(strength * (0.3 + s.tone.attack))
    return finished((x * rise(t, 0.001) * gate(t, s.held_s, 0.06)).astype(np.float32), s, 0.006)
