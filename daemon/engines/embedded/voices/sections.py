"""Sections and choirs: so many players on one note that each harmonic is a band of frequencies.

The bands after P. Nasca's PADsynth; bodies after Fletcher and Rossing (1991), vowels after Peterson
and Barney (1952).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from daemon.audio.ensembles import ensemble, formed_ensemble
from daemon.audio.envelopes import fall, gate, rise, seconds
from daemon.audio.filters import filtered, highpass, lowpass, peak
from daemon.audio.stereo import wide
from daemon.engines.embedded.voices.make_up import Resonance, air, finished
from daemon.engines.embedded.voices.voice import Play, Strike

#: How much of the other side each side hears: half a decibel is lost in mono instead of three.
_CROSS = 0.5


@dataclass(frozen=True)
class SectionKind:
    """`shape` of the source, `cutoff_hz`, how far the players lie apart in cents, their bodies.

    `noise` is (level, Hz) of bows or breath; `top_hz` what the room takes away.
    """

    name: str
    shape: str
    cutoff_hz: float
    spread: float
    body: tuple[Resonance, ...]
    attack_s: float
    release_s: float
    noise: tuple[float, float]
    low_hz: float = 150.0
    top_hz: float = 9000.0


def section(kind: SectionKind, s: Strike) -> np.ndarray:
    """One note of many players, float32 (n, 2). Loud is bright; it swells a little while held."""
    t = seconds(s.held_s + kind.release_s * s.tone.length, s.rate)
    cutoff = kind.cutoff_hz * s.scale * (0.5 + 0.7 * s.velocity)
    low = round(min(kind.low_hz, 0.7 * s.hz))
    filters = (highpass(low), *(peak(*one) for one in kind.body), lowpass(kind.top_hz))
    about = (kind.shape, s.hz, len(t), s.rate, kind.spread, cutoff, s.variation)
    if s.early:
        x = ensemble(*about)
        x = (x + np.float32(_CROSS) * x[:, ::-1]).astype(np.float32)
        x = filtered(x, s.rate, *filters)
    else:
        x = formed_ensemble(*about, filters, _CROSS)
    attack_s = min(kind.attack_s * (1.5 - s.tone.attack), 0.6 * s.held_s + 0.02)
    level, centre = kind.noise
    noisy = air(s, len(t), kind.name, centre, 0.7) * np.float32(3 * level)
    begun = noisy * (0.5 + 2 * s.tone.attack * fall(t, 0.25))
    swell = 0.85 + 0.15 * np.sin(np.pi * np.clip(t / max(s.held_s, 0.2), 0, 1))
    shape = rise(t, attack_s) * gate(t, s.held_s, kind.release_s * s.tone.length) * swell
    x = (x + wide(begun)) * wide(shape.astype(np.float32))
    return finished(x.astype(np.float32), s, 0.03, peak=0.75)


#: The sections.
KINDS: dict[str, SectionKind] = {
    kind.name: kind
    for kind in (
        SectionKind("string section", "saw", 4200, 14, ((240, 2, 2), (500, 3, 1), (2900, 4, 1.2)),
                    0.13, 0.5, (0.012, 3000)),
        SectionKind("violin section", "saw", 5000, 9, ((290, 3, 3), (500, 4, 2), (2700, 6, 1.2)),
                    0.12, 0.45, (0.015, 3600), 180),
        SectionKind("cello section", "saw", 2300, 12, ((180, 4, 3), (300, 3, 2), (1300, 4, 1.2)),
                    0.15, 0.5, (0.015, 1900), 60),
        SectionKind("choir ah", "pulse", 5000, 16, ((700, 11, 4), (1100, 9, 5), (2700, 7, 6)),
                    0.25, 0.8, (0.008, 2500), 150, 4800),
        SectionKind("choir oo", "pulse", 2600, 16, ((330, 10, 4), (800, 7, 5), (2300, -6, 3)),
                    0.28, 0.8, (0.004, 1500), 150, 3000),
        SectionKind("monks", "pulse", 2300, 8, ((400, 10, 4), (850, 8, 5), (2500, 4, 5)),
                    0.35, 1.1, (0.006, 900), 60, 3400),
        SectionKind("boys choir", "pulse", 6000, 11, ((800, 8, 3), (1400, 6, 4), (3200, 8, 5)),
                    0.22, 0.7, (0.01, 3300), 200, 6500),
    )
}  # fmt: skip


def player(name: str) -> Play:
    """The renderer of one kind of section."""
    kind = KINDS[name]

    def play(s: Strike) -> np.ndarray:
        return section(kind, s)

    return play
