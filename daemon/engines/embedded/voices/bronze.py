"""Cymbals of bronze: plates with hundreds of modes, a stick, and a wash that builds up.

A plate's modes lie as far apart at the top as at the bottom; struck hard, energy climbs from the
low ones to the high ones in some tens of milliseconds (Fletcher and Rossing 1991, chapter 20).
Each cymbal keeps its modes; each stroke meets another spot of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from daemon.audio.envelopes import faded, fall, gate, rise, seconds
from daemon.audio.filters import bandpass, filtered, high_shelf, highpass, lowpass
from daemon.audio.modes import panned
from daemon.audio.noise import noise, noise_through
from daemon.audio.random_stream import rng
from daemon.audio.stereo import widened
from daemon.engines.embedded.voices.drums import worn
from daemon.engines.embedded.voices.make_up import sum_of_modes
from daemon.engines.embedded.voices.voice import Play, Strike

#: How much of the wash the sides have of their own: two microphones hear one plate.
_APART = 1.0
#: Longest stroke in seconds that is rendered.
_LONGEST_S = 2.2
#: Seconds of a tip's click.
_TIP_S = 0.06
#: Stretches of one noise that strokes take in turn, and how far they lie apart.
_STRETCHES, _STRETCH_S = 8, 0.0413
#: Share of a ring that is rendered: the rest lies 40 dB under the stroke.
_HEARD = 0.65
#: Modes of each plate that are computed one by one; noise stands for the rest.
_COUNT = 26


@dataclass(frozen=True)
class CymbalKind:
    """One cymbal.

    `low_hz` and `top_hz` hold its modes; `ring_s` is the decay of the lowest, `hard_s` what a full
    stroke adds to it; `wash` the level of the dense modes, from `wash_hz` on, which build up in
    `builds_s`; `stick` (level, Hz) the tip's click, `ping` the share of the modes that it excites.
    """

    name: str
    low_hz: float
    top_hz: float
    ring_s: float
    hard_s: float
    wash: float
    wash_hz: float
    builds_s: float = 0.002
    stick: tuple[float, float] = (0.4, 5200)
    ping: float = 1.0
    level: float = 0.5


#: The cymbals of a kit. Two hats that touch damp each other; half open they sizzle.
KINDS: dict[str, CymbalKind] = {
    kind.name: kind
    for kind in (
        CymbalKind("acoustic hat", 420, 11000, 0.1, 0.14, 1.5, 5200, stick=(0.7, 4200), level=0.5),
        CymbalKind("acoustic open hat", 360, 11000, 1.3, 0.5, 1.7, 4600, 0.004, (0.5, 4600),
                   level=0.5),
        CymbalKind("acoustic ride", 380, 9000, 2.2, 0.8, 0.42, 3800, 0.012, (0.9, 5600), 1.5, 0.42),
        CymbalKind("acoustic crash", 280, 12000, 2.4, 1.2, 2.2, 3000, 0.018, (0.35, 3600), 0.8,
                   0.6),
    )
}  # fmt: skip


def cymbal(kind: CymbalKind, s: Strike) -> np.ndarray:
    """One stroke, float32 (n, 2). Hard ones are brighter and ring longer; a held hat is closed."""
    ring = (kind.ring_s + kind.hard_s * s.velocity**1.5) * s.tone.length
    held_s = s.held_s if s.held_s and "open" in kind.name else ring
    t = seconds(min(_HEARD * ring, held_s + 0.04, _LONGEST_S) + 0.02, s.rate)
    n = len(t)
    plate = rng("plate", kind.name)
    hz = np.sort(plate.uniform(kind.low_hz, kind.top_hz, _COUNT))
    own = plate.uniform(0.3, 1.0, _COUNT) * (hz / kind.low_hz) ** -0.25
    stroke = rng("stroke", kind.name, s.variation)
    strength = own * stroke.uniform(0.5, 1.0, _COUNT) * s.scale ** (0.5 * (hz > 4000))
    strength *= np.where(hz > 3000, 0.35 + 0.65 * s.velocity, 1.0)
    levels = strength * (kind.ping * 0.5 / np.sqrt((strength**2).sum()))
    decays = ring * (kind.low_hz / hz) ** 0.35
    pans = plate.uniform(-0.8, 0.8, _COUNT)
    x = sum_of_modes(s, hz, panned(levels, pans), decays, stroke.uniform(0, 1, _COUNT), n)
    x = x + _wash(kind, s, n, ring)
    click, centre = kind.stick
    short = min(n, round(_TIP_S * s.rate))
    tip = noise_through(short, s.rate, (bandpass(centre, 0.8),), kind.name, "tip", s.variation)
    tip = tip * fall(t[:short], 0.028) * np.float32(click * (0.3 + 1.2 * s.tone.attack))
    x[:short] += tip[:, None]
    x = x * (rise(t, 0.0006) * gate(t, held_s, 0.03))[:, None]
    x = x * np.float32(kind.level)
    if s.tone.bright:
        x = filtered(x, s.rate, high_shelf(5000, round(6 * s.tone.bright, 1)))
    if s.tone.dirt:
        x = np.stack([worn(x[:, side], s) for side in (0, 1)], axis=1)
    return faded(widened(x.astype(np.float32), s.tone.width), s.rate, 0.04)


def _wash(kind: CymbalKind, s: Strike, n: int, ring: float) -> np.ndarray:
    """The modes that are too many to count, float32 (n, 2): two bands of noise.

    The upper one comes a little later and dies sooner. Each stroke hears another stretch of it.
    """
    low, high = _dense(kind.wash_hz, s.rate)
    at = s.variation % _STRETCHES * round(_STRETCH_S * s.rate)
    t = seconds(n / s.rate, s.rate)[:n]
    strong = np.float32(kind.wash * (0.35 + 0.65 * s.velocity) * 0.13)
    grows = rise(t, kind.builds_s) * strong
    under = grows * fall(t, 0.8 * ring)
    over = grows * np.float32(0.8) * rise(t, 2 * kind.builds_s) * fall(t, 0.55 * ring)
    out = np.empty((n, 2), np.float32)
    for side in (0, 1):
        out[:, side] = low[side, at : at + n] * under + high[side, at : at + n] * over
    return out


@lru_cache(8)
def _dense(from_hz: float, rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Noise of the dense modes in two bands, float32 (2, frames) each; its sides differ a little.

    It is made once: noise and filters would be most of a stroke's cost.
    """
    n = round((_LONGEST_S + 0.1 + _STRETCHES * _STRETCH_S) * rate)
    middle = noise(n, "wash", from_hz)
    bands = np.empty((2, 2, n), np.float32)
    for side in (0, 1):
        white = middle + np.float32(_APART) * noise(n, "wash", from_hz, side)
        bands[0, side] = filtered(white, rate, highpass(from_hz), lowpass(8500))
        bands[1, side] = filtered(white, rate, highpass(8000), highpass(7000))
    return bands[0], bands[1]


def player(name: str) -> Play:
    """The renderer of one cymbal."""
    kind = KINDS[name]

    def play(s: Strike) -> np.ndarray:
        return cymbal(kind, s)

    return play
