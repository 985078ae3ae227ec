"""Bars, tubes, bowls and pans: what is struck and has a pitch.

Ratios of modes after Fletcher and Rossing, "The Physics of Musical Instruments" (1991): tuned bars
of marimbas (1:4) and xylophones (1:3), free and clamped bars, tubes, pans and bells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from daemon.audio.envelopes import fall, gate, rise, seconds
from daemon.audio.filters import bandpass, filtered
from daemon.audio.noise import noise
from daemon.engines.embedded.voices.make_up import finished, plucked
from daemon.engines.embedded.voices.voice import Play, Strike


@dataclass(frozen=True)
class BarKind:
    """One struck instrument.

    `modes` are (ratio, level, part of the decay); `ring_s` the decay of the lowest at `near_hz`;
    `beat_cents` the distance of a pair of every mode; `sway` (Hz, depth) of a motor; `stick_hz` and
    `stick` the mallet's noise; `damped` whether a note ends when it is let go; `slow_s` an onset
    that grows, as of what is rubbed.
    """

    name: str
    modes: tuple[tuple[float, float, float], ...]
    ring_s: float
    near_hz: float = 440.0
    beat_cents: float = 0.0
    sway: tuple[float, float] = (0.0, 0.0)
    stick_hz: float = 1500.0
    stick: float = 0.12
    damped: bool = False
    slow_s: float = 0.0
    level: float = 0.7


def bar(kind: BarKind, s: Strike) -> np.ndarray:
    """One note, float32 (n, 2). Hard strokes bring out the upper modes."""
    ring = kind.ring_s * s.tone.length * (kind.near_hz / s.hz) ** 0.5
    held_s = min(s.held_s, ring) if kind.damped or kind.slow_s else ring
    t = seconds(min(held_s + (0.35 if kind.damped or kind.slow_s else 0.05), 4.5), s.rate)
    ratios, levels, shares = (np.array(column) for column in zip(*kind.modes, strict=True))
    hard = (0.35 + 0.65 * s.velocity) * (0.5 + s.tone.attack) * s.scale**0.5
    levels = levels * np.where(ratios > 1.5, hard, 1.0)
    hz, decays = s.hz * ratios, ring * shares
    if kind.beat_cents:
        apart = 2 ** (kind.beat_cents / 2400)
        hz = np.concatenate([hz * apart, hz / apart])
        levels, decays = np.tile(levels, 2) * 0.6, np.tile(decays, 2)
    x = plucked(s, len(t), hz, levels / np.sqrt((levels**2).sum()), decays, kind.name)
    # a mallet's noise is over in a twentieth of a second
    n = min(len(t), round(0.05 * s.rate))
    stick = filtered(noise(n, kind.name, s.variation), s.rate, bandpass(kind.stick_hz, 0.8))
    stroke = stick * fall(t[:n], 0.018) * np.float32(kind.stick * (0.4 + 1.2 * s.tone.attack))
    x[:n] += stroke[:, None]
    rate_hz, depth = kind.sway
    if rate_hz:
        x = x * (1 + depth * np.sin(2 * np.pi * rate_hz * t))[:, None].astype(np.float32)
    level = rise(t, max(kind.slow_s, 0.0009))
    if kind.damped or kind.slow_s:
        level = level * gate(t, held_s, 0.3)
    return finished(x * level[:, None], s, 0.02, peak=kind.level)


#: The instruments.
KINDS: dict[str, BarKind] = {
    kind.name: kind
    for kind in (
        BarKind("marimba", ((1, 1, 1), (3.93, 0.3, 0.22), (9.2, 0.12, 0.08), (16.3, 0.04, 0.04)),
                1.1, 262, stick_hz=700, stick=0.16),
        BarKind("xylophone", ((1, 1, 1), (3.0, 0.5, 0.4), (6.1, 0.3, 0.2), (10.2, 0.15, 0.1)),
                0.42, 523, stick_hz=2400, stick=0.3),
        BarKind("balafon", ((1, 1, 1), (2.9, 0.35, 0.4), (5.6, 0.2, 0.2)), 0.5, 330,
                beat_cents=9, stick_hz=1100, stick=0.35),
        BarKind("vibraphone", ((1, 1, 1), (4.0, 0.22, 0.35), (10.1, 0.07, 0.12)), 4.8, 349,
                sway=(5.4, 0.32), stick_hz=900, stick=0.06, damped=True),
        # rods clamped at one end
        BarKind("toy piano", ((1, 1, 1), (6.27, 0.55, 0.3), (17.5, 0.2, 0.1)), 1.3, 1047,
                beat_cents=4, stick_hz=2600, stick=0.3, damped=True),
        BarKind("glockenspiel", ((1, 1, 1), (2.756, 0.3, 0.5), (5.404, 0.2, 0.25), (8.93, 0.1,
                0.1)),
                2.6, 1568, stick_hz=5000, stick=0.16),
        BarKind("celesta", ((1, 1, 1), (2.756, 0.12, 0.3), (4.0, 0.1, 0.2), (5.404, 0.05, 0.15)),
                1.9, 784, stick_hz=1300, stick=0.07, damped=True),
        BarKind("music box", ((1, 1, 1), (6.27, 0.22, 0.25), (17.55, 0.06, 0.08)), 1.7, 784,
                stick_hz=4200, stick=0.14),
        BarKind("kalimba", ((1, 1, 1), (2.0, 0.1, 0.4), (5.8, 0.3, 0.1), (8.6, 0.12, 0.06)), 1.2,
                392,
                stick_hz=1800, stick=0.2),
        BarKind("tubular bells",
                ((0.5, 0.35, 0.7), (1, 1, 1), (1.5, 0.75, 0.8), (2.083, 0.9, 0.7), (2.717, 0.5,
                0.45),
                 (3.394, 0.35, 0.3), (4.1, 0.2, 0.2)), 4.5, 349, stick_hz=2600, stick=0.12),
        BarKind("church bells",
                ((0.5, 0.5, 1.6), (1, 1, 1), (1.183, 0.7, 0.8), (1.506, 0.35, 0.5), (2, 0.9, 0.7),
                 (2.514, 0.3, 0.4), (2.662, 0.3, 0.4), (3.011, 0.35, 0.35), (4.166, 0.25, 0.25)),
                4.2, 349, beat_cents=2.5, stick_hz=2200, stick=0.1),
        # a hand bell's first overtone is a twelfth; a clapper of leather
        BarKind("hand bells", ((1, 1, 1), (3.0, 0.5, 0.4), (5.3, 0.12, 0.2), (8.1, 0.05, 0.1)), 3.4,
                784, beat_cents=1.2, stick_hz=2200, stick=0.06),
        # yarn on long bars: hardly an upper mode, a thump, and a ring
        BarKind("soft mallets", ((1, 1, 1), (3.93, 0.05, 0.35), (9.2, 0.008, 0.1)), 2.4, 262,
                stick_hz=260, stick=0.35),
        BarKind("crotales", ((1, 1, 1), (2.02, 0.3, 0.6), (3.06, 0.2, 0.4), (4.36, 0.12, 0.3)),
                3.6, 1760, beat_cents=3, stick_hz=6000, stick=0.15),
        BarKind("gamelan", ((1, 1, 1), (2.4, 0.35, 0.6), (3.9, 0.3, 0.4), (5.7, 0.2, 0.25)), 2.4,
                440,
                beat_cents=24, stick_hz=2600, stick=0.3),
        BarKind("steel pan", ((1, 1, 1), (2, 0.7, 0.9), (3, 0.35, 0.6), (4.02, 0.2, 0.4),
                              (5.1, 0.12, 0.25), (6.2, 0.1, 0.2)), 1.2, 440, beat_cents=7,
                stick_hz=1800, stick=0.2),
        BarKind("handpan", ((1, 1, 1), (2, 0.55, 0.85), (3, 0.4, 0.7), (4.1, 0.08, 0.3)), 2.8, 262,
                beat_cents=1.5, stick_hz=700, stick=0.12),
        BarKind("singing bowl", ((1, 1, 1), (2.71, 0.5, 0.7), (5.13, 0.25, 0.4), (8.0, 0.1, 0.2)),
                4.4, 262, beat_cents=6, stick_hz=900, stick=0.06),
        BarKind("glass harmonica", ((1, 1, 1.4), (2.3, 0.08, 1), (4.2, 0.03, 0.6)), 6.0, 523,
                beat_cents=3, stick=0.0, slow_s=0.16),
    )
}  # fmt: skip


def player(name: str) -> Play:
    """The renderer of one kind of bar."""
    kind = KINDS[name]

    def play(s: Strike) -> np.ndarray:
        return bar(kind, s)

    return play
