"""Cymbals of bronze: plates with hundreds of modes, a stick, and a wash that builds up.

A plate's modes lie as far apart at the top as at the bottom; struck hard, energy climbs from the
low ones to the high ones in some tens of milliseconds (Fletcher and Rossing 1991, chapter 20).
Each cymbal keeps its modes; each stroke meets another spot of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from daemon.audio.modes import modes, panned
from daemon.audio.signals import (
    bandpass,
    faded,
    fall,
    filtered,
    gate,
    high_shelf,
    highpass,
    lowpass,
    noise,
    rise,
    rng,
    seconds,
    widened,
)
from daemon.engines.embedded.voices.drums import worn
from daemon.engines.embedded.voices.voice import Play, Strike

#: How much of the wash the sides have of their own: two microphones hear one plate.
_APART = 1.0
#: Modes of each plate that are computed one by one; noise stands for the rest.
_COUNT = 44


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
        CymbalKind("acoustic hat", 420, 11000, 0.07, 0.12, 1.5, 5200, stick=(0.7, 4200), level=0.5),
        CymbalKind("acoustic open hat", 360, 11000, 0.75, 0.35, 1.7, 4600, 0.004, (0.5, 4600),
                   level=0.5),
        CymbalKind("acoustic ride", 380, 9000, 1.9, 0.7, 0.42, 3800, 0.012, (0.9, 5600), 1.5, 0.42),
        CymbalKind("acoustic crash", 280, 12000, 1.9, 0.9, 2.2, 3000, 0.018, (0.35, 3600), 0.8,
                   0.6),
    )
}  # fmt: skip


def cymbal(kind: CymbalKind, s: Strike) -> np.ndarray:
    """One stroke, float32 (n, 2). Hard ones are brighter and ring longer; a held hat is closed."""
    ring = (kind.ring_s + kind.hard_s * s.velocity**1.5) * s.tone.length
    held_s = s.held_s if s.held_s and "open" in kind.name else ring
    t = seconds(min(ring, held_s + 0.04) + 0.02, s.rate)
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
    x = modes(hz, panned(levels, pans), decays, stroke.uniform(0, 1, _COUNT), n, s.rate)
    x = x + _wash(kind, s, t, ring)
    click, centre = kind.stick
    tip = filtered(noise(n, kind.name, "tip", s.variation), s.rate, bandpass(centre, 0.8))
    tip = tip * np.exp(-t / np.float32(0.004)) * np.float32(click * (0.3 + 1.2 * s.tone.attack))
    x = (x + tip[:, None]) * (rise(t, 0.0006) * gate(t, held_s, 0.03))[:, None]
    x = x * np.float32(kind.level)
    if s.tone.bright:
        x = filtered(x, s.rate, high_shelf(5000, round(6 * s.tone.bright, 1)))
    if s.tone.dirt:
        x = np.stack([worn(x[:, side], s) for side in (0, 1)], axis=1)
    return faded(widened(x.astype(np.float32), s.tone.width), s.rate, 0.02)


def _wash(kind: CymbalKind, s: Strike, t: np.ndarray, ring: float) -> np.ndarray:
    """The modes that are too many to count, float32 (n, 2): a band of noise in two halves.

    The upper half comes a little later and dies sooner.
    """
    out = np.zeros((len(t), 2), np.float32)
    middle = noise(len(t), kind.name, "wash", s.variation)
    for side in (0, 1):
        own = noise(len(t), kind.name, "side", side, s.variation)
        white = middle + np.float32(_APART) * own
        low = filtered(white, s.rate, highpass(kind.wash_hz), lowpass(8500))
        high = filtered(white, s.rate, highpass(8000), highpass(7000))
        out[:, side] = low * fall(t, 0.8 * ring) + high * np.float32(0.8) * (
            rise(t, 2 * kind.builds_s) * fall(t, 0.55 * ring)
        )
    strong = kind.wash * (0.35 + 0.65 * s.velocity) * 0.13
    return out * (rise(t, kind.builds_s) * np.float32(strong))[:, None]


def player(name: str) -> Play:
    """The renderer of one cymbal."""
    kind = KINDS[name]

    def play(s: Strike) -> np.ndarray:
        return cymbal(kind, s)

    return play
