"""Strings whose pitch a bar of glass or steel, or a bare finger, moves: they glide and are shaken.

Partials and losses of a plucked string as in `strings.py`, along one moving pitch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from daemon.audio.envelopes import fall, gate, rise, seconds
from daemon.audio.filters import bandpass, filtered
from daemon.audio.noise import noise
from daemon.audio.random_stream import rng
from daemon.engines.embedded.voices.make_up import (
    Resonance,
    body,
    finished,
    ratio,
    slid,
    slow_times,
    spread,
    vibrato,
)
from daemon.engines.embedded.voices.voice import Play, Strike


@dataclass(frozen=True)
class SlideKind:
    """One instrument.

    `place` where it is plucked, `soft` how fast partials fall, `ring_s` the decay at 220 Hz and
    `damp` how much faster high partials die; `scoop` cents from below, `glide_s` the time of a
    slide; `shake` (cents, Hz, delay in s) of the hand; `swell_s` of a volume pedal; `scrape` the
    level of the bar on the wire, `pick` of what plucks.
    """

    name: str
    body: tuple[Resonance, ...]
    place: float = 0.13
    soft: float = 0.95
    ring_s: float = 4.5
    damp: float = 0.12
    scoop: float = 60.0
    glide_s: float = 0.07
    shake: tuple[float, float, float] = (22.0, 5.2, 0.22)
    swell_s: float = 0.0
    scrape: float = 0.05
    pick: float = 0.16
    pick_hz: float = 2400.0
    top_hz: float = 6500.0
    level: float = 0.8


#: Partials at most.
_MOST = 22


def slide(kind: SlideKind, s: Strike) -> np.ndarray:
    """One note, float32 (n,2): it slides in from `glide_from`, or a little from below."""
    longest_s = min(s.held_s, 1.2 * kind.ring_s * s.tone.length)
    t = seconds(longest_s + 0.16 * s.tone.length + 0.02, s.rate)
    n = len(t)
    stream = rng(kind.name, round(s.pitch, 2), s.variation)
    slow = slow_times(n, s.rate)
    scoop = kind.scoop * float(stream.uniform(0.5, 1.0)) if s.held_s > 0.2 else 0.0
    moved = slid(s, slow, scoop, kind.glide_s) + vibrato(slow, stream, *kind.shake)
    bend = spread(ratio(moved), n)
    turns = np.cumsum(bend, dtype=np.float64) * (s.hz / s.rate)
    phase = (2 * np.pi * (turns % 1)).astype(np.float32)
    count = max(3, int(min(_MOST, kind.top_hz * s.scale**0.6 / s.hz)))
    k = np.arange(1, count + 1)
    slope = kind.soft + 0.35 * (0.8 - s.velocity) - 0.3 * s.tone.bright
    levels = np.sin(np.pi * k * kind.place * (1.15 - 0.3 * s.tone.attack)) / k**slope
    levels = levels * body(k * s.hz, kind.body)
    levels *= 0.5 / max(float(np.sqrt((levels**2).sum())), 1e-9)
    ring = kind.ring_s * s.tone.length * (220 / s.hz) ** 0.4
    x = np.zeros(n, np.float32)
    for one, level in zip(k, levels, strict=True):
        x += np.float32(level) * np.sin(one * phase) * fall(t, ring / (1 + kind.damp * (one - 1)))
    pick = filtered(noise(n, kind.name, s.variation), s.rate, bandpass(kind.pick_hz, 0.7))
    x += pick * fall(t, 0.02) * np.float32(kind.pick * (0.3 + 1.2 * s.tone.attack))
    # the bar is heard where it moves
    speed = spread(np.minimum(np.abs(np.gradient(moved)) / 12, 1).astype(np.float32), n)
    wire = filtered(noise(n, "bar", s.variation), s.rate, bandpass(3100, 0.8))
    x += wire * speed * np.float32(kind.scrape)
    x = x * rise(t, max(kind.swell_s * (1.5 - s.tone.attack), 0.0012))
    x = x * gate(t, longest_s, 0.15 * s.tone.length)
    return finished(x.astype(np.float32), s, 0.012, peak=kind.level)


#: The instruments.
KINDS: dict[str, SlideKind] = {
    kind.name: kind
    for kind in (
        SlideKind("bottleneck guitar", ((110, 4, 3), (330, 3, 2), (1250, 4, 2), (2600, 3, 1.5))),
        SlideKind("lap steel", ((450, 3, 1.5), (1700, 5, 1.5)), 0.16, 1.05, 5.5, 0.14, 90, 0.1,
                  (30, 5.6, 0.15), pick=0.1, top_hz=4800),
        SlideKind("pedal steel", ((900, 3, 1.2), (2600, 5, 1.5)), 0.1, 0.9, 8.0, 0.09, 0, 0.12,
                  (14, 5.0, 0.4), 0.12, 0.02, 0.06, top_hz=6000),
        SlideKind("dobro", ((190, 4, 2), (560, 7, 2), (1450, 6, 1.6), (3200, 4, 1.5)), 0.1, 0.82,
                  2.6, 0.1, 45, 0.05, (16, 5.6, 0.25), pick=0.32, pick_hz=3000),
        SlideKind("sliding bass", ((100, 3, 1.5), (420, 5, 2)), 0.28, 1.25, 5.0, 0.24, 12, 0.06,
                  (9, 4.8, 0.35), scrape=0.008, pick=0.03, pick_hz=700, top_hz=2100),
    )
}  # fmt: skip


def player(name: str) -> Play:
    """The renderer of one kind of sliding string."""
    kind = KINDS[name]

    def play(s: Strike) -> np.ndarray:
        return slide(kind, s)

    return play
