"""Drums and small percussion of many lands, and the orchestra's timpani.

Membranes by their modes and the hand's place on them, after Fletcher and Rossing (1991).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from daemon.audio.envelopes import fall, gate, rise, seconds
from daemon.audio.filters import bandpass, filtered, highpass, lowpass
from daemon.audio.noise import noise
from daemon.audio.waves import sine
from daemon.engines.embedded.voices.make_up import finished, plucked
from daemon.engines.embedded.voices.voice import Play, Strike

#: Modes of a plain membrane; of a kettle, whose air tunes it; of a stiff bar or block.
_SKIN = (1, 1.59, 2.14, 2.3, 2.65, 2.92, 3.5)
_KETTLE = (1, 1.5, 1.98, 2.44, 2.94)
_BLOCK = (1, 2.6, 4.2, 6.8)


@dataclass(frozen=True)
class DrumKind:
    """One drum. `ring_s` is the decay of its lowest mode, `fall` how far its pitch sinks.

    `upper` is the level of the other modes, `slap` (level, Hz, quality, seconds) the hand or stick,
    `rattle` (level, Hz, seconds) of jingles, snares or seeds, `times` the strokes of one hit in s.
    """

    name: str
    modes: tuple[float, ...] = _SKIN
    ring_s: float = 0.4
    fall: float = 0.04
    upper: float = 0.5
    slap: tuple[float, float, float, float] = (0.5, 1500, 0.8, 0.02)
    rattle: tuple[float, float, float] = (0.0, 6000, 0.1)
    times: tuple[float, ...] = (0.0,)
    level: float = 0.85


def drum(kind: DrumKind, s: Strike) -> np.ndarray:
    """One stroke, float32 (n, 2): a soft one is duller, a hard one bends its pitch."""
    ring = kind.ring_s * s.tone.length
    longest_s = max(ring, kind.rattle[2] * s.tone.length) + max(kind.times) + 0.03
    t = seconds(min(longest_s, 3.5), s.rate)
    n = len(t)
    ratios = np.array(kind.modes, float)
    strong = 0.35 + 0.65 * s.velocity
    levels = np.where(ratios > 1, kind.upper * strong * s.scale**0.9 / ratios**0.4, 1.0)
    x = plucked(
        s, n, s.hz * ratios, levels / np.sqrt((levels**2).sum()), ring / ratios**0.8, kind.name
    )
    if kind.fall:
        bend = 1 + kind.fall * s.velocity * np.exp(-t / 0.03)
        body = sine(s.hz * bend.astype(np.float64), n, s.rate) * fall(t, ring)
        x = 0.5 * x + 0.55 * body[:, None]
    level, centre, q, length_s = kind.slap
    hand = filtered(noise(n, kind.name, s.variation), s.rate, bandpass(centre, q))
    hand = hand * fall(t, length_s) * np.float32(level * (0.35 + 1.3 * s.tone.attack) * strong)
    x = x + hand[:, None]
    level, centre, length_s = kind.rattle
    if level:
        seeds = filtered(noise(n, kind.name, "rattle", s.variation), s.rate, bandpass(centre, 0.9))
        x = x + (seeds * fall(t, length_s * s.tone.length) * np.float32(level))[:, None]
    if len(kind.times) > 1:
        x = _repeated(x, kind.times, s.rate)
    return finished((x * rise(t, 0.0006)[:, None]).astype(np.float32), s, 0.01, peak=kind.level)


def _repeated(x: np.ndarray, times: tuple[float, ...], rate: int) -> np.ndarray:
    out = np.zeros_like(x)
    for k, at_s in enumerate(times):
        at = round(at_s * rate)
        out[at:] += x[: len(x) - at] * np.float32(0.9**k)
    return out


#: The instruments.
KINDS: dict[str, DrumKind] = {
    kind.name: kind
    for kind in (
        DrumKind("timpani", _KETTLE, 2.0, 0.015, 0.75, (0.5, 420, 0.6, 0.05)),
        DrumKind("taiko", _SKIN, 0.9, 0.1, 0.55, (0.7, 700, 0.6, 0.035)),
        DrumKind("djembe", _SKIN, 0.3, 0.05, 0.8, (0.9, 1400, 0.7, 0.03)),
        DrumKind("high bongo", _SKIN, 0.16, 0.03, 0.6, (0.6, 2300, 0.9, 0.012)),
        DrumKind("low bongo", _SKIN, 0.22, 0.03, 0.6, (0.6, 1800, 0.9, 0.014)),
        DrumKind("cajon", _SKIN, 0.17, 0.03, 0.35, (0.8, 900, 0.5, 0.035), (0.22, 4800, 0.11)),
        DrumKind("darbuka", _SKIN, 0.28, 0.03, 0.9, (0.9, 3200, 0.8, 0.018)),
        DrumKind("frame drum", _SKIN, 0.5, 0.04, 0.45, (0.5, 1000, 0.6, 0.025), (0.06, 3800, 0.25)),
        DrumKind("pandeiro", _SKIN, 0.2, 0.06, 0.6, (0.8, 1700, 0.7, 0.018), (0.4, 7200, 0.1)),
        # a patch of paste tunes one head; the other is weighted and hangs low
        DrumKind("high mridangam", (1, 2, 3, 4, 5), 0.36, 0.0, 0.75, (0.8, 2600, 0.8, 0.012)),
        DrumKind("low mridangam", (1, 1.55, 2.2), 0.34, 0.14, 0.35, (0.6, 480, 0.6, 0.03)),
        DrumKind("bodhran", _SKIN, 0.34, 0.09, 0.35, (0.5, 1900, 1.0, 0.01)),
        DrumKind("surdo", _SKIN, 0.75, 0.05, 0.3, (0.5, 500, 0.6, 0.03)),
        DrumKind("udu", (1, 2.02, 3.4), 0.32, -0.2, 0.35, (0.4, 1100, 0.8, 0.02)),
        DrumKind("high timbale", _SKIN, 0.32, 0.03, 0.9, (0.8, 3400, 0.8, 0.012), (0.16, 5200,
                 0.12)),
        DrumKind("low timbale", _SKIN, 0.4, 0.03, 0.9, (0.8, 2800, 0.8, 0.014), (0.14, 4600, 0.14)),
        DrumKind("repinique", _SKIN, 0.18, 0.05, 1.0, (1.1, 2900, 0.8, 0.012), (0.05, 4200, 0.08)),
        DrumKind("talking drum", _SKIN, 0.36, -0.3, 0.4, (0.5, 1500, 0.8, 0.015)),
        DrumKind("dhol", _SKIN, 0.42, 0.12, 0.5, (0.9, 2100, 0.7, 0.02)),
        DrumKind("concert bass drum", _SKIN, 1.5, 0.04, 0.4, (0.45, 260, 0.5, 0.08)),
        DrumKind("woodblock", _BLOCK, 0.1, 0.0, 0.7, (0.5, 2600, 1.0, 0.008)),
        DrumKind("temple block", (1, 2.3, 3.9), 0.16, 0.0, 0.35, (0.35, 1400, 1.0, 0.012)),
        DrumKind("high agogo", (1, 2.42, 3.9, 5.3), 0.34, 0.0, 0.8, (0.4, 5200, 1.0, 0.008)),
        DrumKind("low agogo", (1, 2.42, 3.9, 5.3), 0.42, 0.0, 0.8, (0.4, 4200, 1.0, 0.008)),
        DrumKind("triangle", (1, 1.71, 2.4, 3.32, 4.1, 5.27), 1.7, 0.0, 0.9, (0.3, 7500, 1.0,
                 0.006)),
        DrumKind("castanets", _BLOCK, 0.05, 0.0, 0.9, (0.9, 2900, 1.0, 0.012), times=(0.0, 0.034)),
        DrumKind("guiro", _BLOCK, 0.04, 0.0, 0.6, (1.0, 3600, 0.8, 0.02),
                 times=tuple(0.016 * k for k in range(11)), level=0.6),
        # seeds in a basket whose floor is hard
        DrumKind("caxixi", (1, 1.7), 0.02, 0.0, 0.2, (1.2, 3900, 0.8, 0.02), (5.0, 5600, 0.09),
                 level=0.6),
        DrumKind("ratchet", _BLOCK, 0.03, 0.0, 0.8, (1.4, 2300, 1.2, 0.008),
                 times=tuple(0.027 * k for k in range(13)), level=0.6),
        DrumKind("vibraslap", _BLOCK, 0.06, 0.0, 0.5, (0.8, 2700, 1.5, 0.03), (0.15, 3100, 0.5),
                 times=tuple(0.03 * k for k in range(14)), level=0.6),
        DrumKind("gong", (1, 1.37, 1.72, 2.08, 2.61, 3.11, 3.7, 4.6, 5.9, 7.3), 2.8, -0.01, 1.0,
                 (0.5, 600, 0.5, 0.1), (0.08, 3200, 1.2)),
        DrumKind("sleigh bells", (1, 1.19, 1.41, 1.66, 2.04), 0.18, 0.0, 1.0, (0.2, 6800, 1, 0.03),
                 (0.55, 6800, 0.14), times=(0.0, 0.021, 0.048)),
    )
}  # fmt: skip


def player(name: str) -> Play:
    """The renderer of one kind of drum."""
    kind = KINDS[name]

    def play(s: Strike) -> np.ndarray:
        return drum(kind, s)

    return play


def tuned_timpani(s: Strike) -> np.ndarray:
    """A kettledrum on a note, that is damped when the note ends."""
    x = drum(KINDS["timpani"], s)
    t = seconds(len(x) / s.rate, s.rate)[: len(x)]
    return (x * gate(t, max(s.held_s, 0.15), 0.4)[:, None]).astype(np.float32)


def bird_whistle(s: Strike) -> np.ndarray:
    """A samba whistle: three near tones and a pea."""
    t = seconds(0.24 * s.tone.length + 0.05, s.rate)
    pea = 1 + 0.3 * np.sin(2 * np.pi * 34 * t)
    hz = s.hz * np.array((1, 1.06))
    x = sum(sine(float(one), len(t), s.rate) for one in hz) * np.float32(0.35) * pea
    breath = filtered(noise(len(t), "whistle", s.variation), s.rate, highpass(1500), lowpass(9000))
    x = (x + breath * np.float32(0.05 + 0.1 * s.tone.attack)) * rise(t, 0.01) * fall(t, 0.6)
    return finished(x.astype(np.float32), s, 0.03, 0.9)
