"""Winds: a column of air, driven by lips, reeds or an edge, brighter the harder it is blown.

The growth of brightness with loudness after Risset (1966); formants of reeds and brass after
Meyer, "Acoustics and the Performance of Music" (1978).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from daemon.audio.envelopes import fall, gate, rise, seconds
from daemon.audio.random_stream import rng
from daemon.engines.embedded.voices.make_up import (
    Resonance,
    air,
    finished,
    ratio,
    slid,
    slow_times,
    spectrum,
    spread,
    tone,
    vibrato,
)
from daemon.engines.embedded.voices.voice import Play, Strike


@dataclass(frozen=True)
class WindKind:
    """One wind instrument.

    `soft` and `loud` are (corner in Hz, order) of its spectrum; `odd` what a closed pipe takes from
    the even harmonics; `breath` (level, centre as a multiple of the pitch, quality) of its noise;
    `shake` (cents, Hz, delay in s) of its vibrato; `scoop` cents from below; `chiff` the level of
    the noise before the tone; `growl` the depth of a flutter; `players` their cents apart.

    Where `wander` (cents) is set, players are people: each begins within `late_s` of the first,
    drifts in pitch, and is as bright as he is. Reeds in one box begin so and stay where they are
    tuned. `press` is how far bellows give way and swell, 0-1; `clack` the level of a key's noise.
    """

    name: str
    soft: tuple[float, float]
    loud: tuple[float, float]
    odd: float = 0.0
    formants: tuple[Resonance, ...] = ()
    attack_s: float = 0.04
    scoop: float = 20.0
    breath: tuple[float, float, float] = (0.02, 2.0, 0.7)
    shake: tuple[float, float, float] = (12.0, 5.2, 0.3)
    chiff: float = 0.0
    growl: float = 0.0
    players: tuple[float, ...] = (0.0,)
    release_s: float = 0.09
    level: float = 0.9
    wander: float = 0.0
    late_s: float = 0.0
    press: float = 0.0
    clack: float = 0.0


def wind(kind: WindKind, s: Strike) -> np.ndarray:
    """One note, float32 (n, 2)."""
    t = seconds(s.held_s + kind.release_s * s.tone.length + 0.02, s.rate)
    n = len(t)
    slow = slow_times(n, s.rate)
    blown = spread(_blown(kind, s, slow), n)
    x = _players(kind, s, slow, blown)
    level = gate(t, s.held_s, kind.release_s * s.tone.length)
    shaped = blown**0.7
    if not kind.late_s:
        level = shaped * level
    if kind.press:
        level = level * spread(_bellows(kind, s, slow), n)
    strength, centre, q = kind.breath
    noisy: np.ndarray = air(s, n, kind.name, min(centre * s.hz, 7000), q)
    noisy = noisy * np.float32(strength * 4)
    if kind.late_s:
        noisy = noisy * shaped
    if kind.chiff:
        noisy = noisy * (1 + np.float32(kind.chiff * 8) * fall(t, 0.12) * (0.5 + s.tone.attack))
    if kind.growl:
        level = level * (1 + kind.growl * np.sin(2 * np.pi * 27 * t)).astype(np.float32)
    x = (x + noisy[:, None]) * level[:, None]
    if kind.clack:
        x = x + _clack(kind, s, n)[:, None]
    return finished(x, s, 0.015, kind.level)


def _players(kind: WindKind, s: Strike, slow: np.ndarray, blown: np.ndarray) -> np.ndarray:
    """The tones of all players or reeds, each at its place, float32 (n, 2); `blown` is (n,)."""
    n = len(blown)
    soft, loud = (
        spectrum(s.hz, 1.06, corner * s.scale, order, kind.odd, kind.formants)
        for corner, order in (kind.soft, kind.loud)
    )
    x = np.zeros((n, 2), np.float32)
    cents, shake_hz, after_s = kind.shake
    for k, apart in enumerate(kind.players):
        stream = rng(kind.name, round(s.pitch, 2), s.variation, k)
        moved = slid(s, slow, kind.scoop, 0.03 + 0.02 * k) + np.float32(apart)
        own, name = blown, kind.name
        if kind.late_s:
            # his own lips or reed: other phases, a moment of his own, and a strength
            name = f"{kind.name} {k}"
            late_s = float(stream.uniform(0.15, 1)) * kind.late_s if k else 0.0
            strong = float(stream.uniform(0.85, 1.12))
            own = spread(_blown(kind, s, np.maximum(slow - late_s, 0)) * strong, n).clip(0, 1)
            moved = moved + _wandering(stream, slow, kind.wander)
        shaken = vibrato(slow, stream, cents, shake_hz, after_s)
        bend = spread(ratio(moved + shaken), n)
        one = tone(name, s.hz, soft, loud, own, bend, s.rate, float(stream.uniform()))
        if kind.late_s:
            one = one * own**0.7
        # breath that shakes the pitch shakes the level as well
        one = one * spread(1 + 0.012 * shaken, n)
        side = 0.5 * (2 * k / max(1, len(kind.players) - 1) - 1) if len(kind.players) > 1 else 0.0
        x[:, 0] += one * np.float32(min(1, 1 - side))
        x[:, 1] += one * np.float32(min(1, 1 + side))
    x /= np.float32(len(kind.players) ** 0.7)
    return x


def _wandering(stream: np.random.RandomState, t: np.ndarray, cents: float) -> np.ndarray:
    """Cents by which a player drifts about a pitch, a few times a second, (n,)."""
    points = stream.normal(0, 1, 4 + int(4 * float(t[-1])))
    return np.interp(4 * t, np.arange(len(points)), points * cents).astype(np.float32)


def _bellows(kind: WindKind, s: Strike, t: np.ndarray) -> np.ndarray:
    """Pressure of bellows over a note, about 1: an arm pulls, swells and trembles a little."""
    stream = rng(kind.name, "bellows", round(s.pitch), s.variation)
    arch = np.sin(np.pi * np.clip(t / max(s.held_s, 0.25), 0, 1))
    return 1 - kind.press * (0.5 - 0.5 * arch) + _wandering(stream, t, 0.12 * kind.press)


def _clack(kind: WindKind, s: Strike, n: int) -> np.ndarray:
    """A key's pallet: felt on wood as it opens, and softer as it falls shut, (n,)."""
    t = seconds(n / s.rate, s.rate)[:n]
    noisy = air(s, n, "pallet", 1300, 0.8) * np.float32(4 * kind.clack * (0.4 + s.tone.attack))
    shut = np.where(t >= s.held_s, fall(np.maximum(t - s.held_s, 0), 0.05), 0)
    return noisy * (fall(t, 0.04) + np.float32(0.5) * shut.astype(np.float32))


def _blown(kind: WindKind, s: Strike, t: np.ndarray) -> np.ndarray:
    """How hard it is blown over time, 0 to 1: the attack, and a breath that gives way a little."""
    attack_s = min(kind.attack_s * (1.5 - s.tone.attack), 0.5 * s.held_s + 0.01)
    strong = (0.25 + 0.75 * s.velocity) * (0.8 + 0.2 * fall(t, 1.8))
    accent = 1 + 0.15 * s.tone.attack * fall(t, 0.25)
    return np.clip(rise(t, attack_s) * strong * accent, 0, 1).astype(np.float32)


#: The instruments.
KINDS: dict[str, WindKind] = {
    kind.name: kind
    for kind in (
        WindKind("flute", (420, 4), (950, 3.6), 0.1, ((800, 2, 1.0),), 0.07, 12, (0.05, 2.0, 0.8),
                 (7, 5.0, 0.25), 0.25),
        WindKind("piccolo", (1300, 4), (2600, 3), 0.2, (), 0.05, 12, (0.03, 2.0, 1.0),
                 (10, 5.4, 0.25), 0.25),
        WindKind("recorder", (800, 5), (1100, 4), 0.6, (), 0.03, 8, (0.02, 3.0, 1.0),
                 (4, 4.8, 0.4), 0.35),
        WindKind("pan flute", (600, 4), (900, 3), 0.8, (), 0.06, 30, (0.09, 1.0, 2.5),
                 (16, 5.0, 0.3), 0.6),
        WindKind("fife", (1500, 3.2), (3200, 2.4), 0.1, (), 0.03, 15, (0.07, 2.0, 0.9),
                 (6, 5.6, 0.35), 0.55),
        WindKind("bansuri", (380, 4), (820, 3.4), 0.15, ((650, 4, 1.0),), 0.09, 60,
                 (0.09, 2.0, 0.8), (18, 4.6, 0.3), 0.3),
        # a membrane over a hole of its own buzzes
        WindKind("dizi", (900, 2.2), (2600, 1.6), 0.05, ((3600, 10, 1.5),), 0.04, 22,
                 (0.05, 3.0, 0.8), (11, 5.8, 0.2), 0.3),
        WindKind("ney", (520, 3.2), (1250, 2.7), 0.2, ((900, 3, 1.2),), 0.14, 45,
                 (0.18, 1.5, 0.8), (18, 4.6, 0.4), 0.7),
        WindKind("quena", (750, 3.6), (1500, 2.8), 0.3, ((1300, 4, 1.2),), 0.05, 35,
                 (0.07, 2.0, 1.0), (20, 5.4, 0.2), 0.45),
        WindKind("whistling", (450, 8), (560, 7), 0.0, (), 0.05, 80, (0.02, 2.0, 2.5),
                 (18, 5.2, 0.2)),
        WindKind("shakuhachi", (650, 3), (1500, 2.5), 0.3, ((1100, 4, 1.2),), 0.12, 60,
                 (0.11, 2.0, 0.9), (28, 4.2, 0.5), 0.5),
        WindKind("whistle", (900, 5), (1700, 4), 0.3, (), 0.03, 18, (0.03, 3.0, 0.9),
                 (8, 5.8, 0.35), 0.3),
        WindKind("ocarina", (500, 6), (700, 5), 0.5, (), 0.04, 20, (0.03, 2.0, 1.0),
                 (12, 5.0, 0.3), 0.2),
        WindKind("clarinet", (750, 2.6), (1900, 2.4), 0.92, ((1500, 3, 1.2), (3200, 2, 2)), 0.045,
                 12,
                 (0.012, 3.0, 0.6), (3, 5.0, 0.5)),
        WindKind("bass clarinet", (450, 2.6), (1300, 2.4), 0.92, ((900, 3, 1.2),), 0.05, 15,
                 (0.02, 3.0, 0.6), (3, 4.8, 0.5)),
        WindKind("oboe", (1300, 2), (3000, 2), 0.0, ((1100, 9, 2.2), (2900, 7, 2.5), (250, -6,
                 0.7)),
                 0.04, 10, (0.008, 5.0, 0.7), (13, 5.5, 0.3)),
        WindKind("english horn", (1000, 2), (2200, 2), 0.0, ((950, 8, 2.0), (2400, 4, 2.5)), 0.05,
                 12,
                 (0.01, 5.0, 0.7), (13, 5.2, 0.3)),
        WindKind("bassoon", (600, 2), (1500, 2), 0.0, ((480, 8, 2.0), (1150, 5, 2.0)), 0.045, 12,
                 (0.012, 4.0, 0.7), (9, 5.0, 0.35)),
        WindKind("contrabassoon", (380, 2), (1000, 2), 0.0, ((280, 8, 2.0), (700, 4, 2.0)), 0.06, 8,
                 (0.03, 6.0, 0.6), (4, 4.6, 0.4), growl=0.16),
        WindKind("zurna", (2400, 1.6), (4800, 1.4), 0.0, ((1500, 8, 2.0), (3200, 9, 2.0)), 0.025,
                 22, (0.015, 4.0, 0.7), (11, 6.0, 0.3)),
        WindKind("shawm", (1700, 1.8), (3600, 1.7), 0.0, ((900, 8, 2.0), (2300, 6, 2.0)), 0.03, 8,
                 (0.014, 4.0, 0.7), (3, 5.2, 0.6)),
        # a cap keeps the lips off its reed: one level, and a straight bore has odd harmonics
        WindKind("crumhorn", (1900, 1.3), (2600, 1.3), 0.8, ((700, 6, 2.0), (1900, 4, 2.0)), 0.02,
                 0, (0.006, 4.0, 0.7), (0.0, 5.0, 1.0)),
        WindKind("uilleann pipes", (1400, 1.8), (2300, 1.6), 0.35, ((1000, 6, 1.5), (2200, 3, 1.8)),
                 0.015, 14, (0.012, 3.0, 0.7), (8, 5.2, 0.3)),
        WindKind("duduk", (700, 2.6), (1400, 2.4), 0.7, ((500, 4, 1.5), (1300, 3, 2)), 0.1, 45,
                 (0.03, 3.0, 0.8), (24, 4.8, 0.45)),
        WindKind("soprano saxophone", (1000, 2.2), (2900, 1.8), 0.1, ((1400, 5, 1.5), (3300, 4, 2)),
                 0.035, 35, (0.02, 4.0, 0.6), (16, 5.3, 0.3)),
        WindKind("saxophone", (750, 2.2), (2300, 1.8), 0.1, ((900, 5, 1.3), (2200, 5, 1.8)), 0.04,
                 45,
                 (0.03, 4.0, 0.5), (18, 5.1, 0.3), 0.1, 0.05),
        WindKind("tenor saxophone", (560, 2.2), (1900, 1.8), 0.05, ((620, 5, 1.3), (1700, 5, 1.8)),
                 0.045, 50, (0.045, 5.0, 0.5), (18, 4.9, 0.3), 0.15, 0.07),
        WindKind("baritone saxophone", (400, 2.2), (1500, 1.7), 0.05, ((420, 5, 1.3), (1250, 5,
                 1.8)),
                 0.05, 40, (0.05, 6.0, 0.5), (12, 4.7, 0.35), 0.15, 0.1),
        WindKind("trumpet", (800, 3.2), (3400, 2.2), 0.0, ((1250, 5, 1.2), (2600, 4, 1.5)), 0.03,
                 18,
                 (0.008, 6.0, 0.6), (9, 5.4, 0.35), 0.1),
        WindKind("muted trumpet", (1600, 1.6), (3800, 1.3), 0.0,
                 ((400, -14, 0.5), (1700, 9, 2.0), (3000, 6, 2.0)), 0.03, 15, (0.015, 6.0, 0.6),
                 (9, 5.4, 0.35), level=0.8),
        WindKind("cornet", (700, 3.4), (2400, 2.6), 0.0, ((1000, 4, 1.2),), 0.035, 18,
                 (0.01, 5.0, 0.6), (10, 5.2, 0.3)),
        WindKind("flugelhorn", (500, 3.6), (1500, 3), 0.0, ((700, 3, 1.2),), 0.05, 20,
                 (0.02, 4.0, 0.6), (9, 5.0, 0.35)),
        WindKind("bugle", (650, 3.2), (3000, 2.3), 0.0, ((800, 6, 1.2), (1900, 4, 1.5)), 0.022, 6,
                 (0.012, 6.0, 0.6), (2, 5.0, 0.6), 0.2),
        WindKind("bass trombone", (340, 3), (1600, 1.9), 0.0, ((380, 6, 1.2), (1150, 5, 1.5)), 0.05,
                 20, (0.016, 6.0, 0.6), (5, 4.6, 0.5), growl=0.07),
        WindKind("alphorn", (330, 4), (850, 3.3), 0.0, ((300, 5, 1.0), (600, 4, 1.2)), 0.09, 10,
                 (0.03, 4.0, 0.6), (1.5, 4.6, 0.6), release_s=0.25),
        WindKind("shofar", (700, 2.2), (2600, 1.8), 0.1, ((520, 8, 2.5), (1500, 8, 2.5)), 0.05, 130,
                 (0.06, 5.0, 0.5), (14, 6.0, 0.2), growl=0.14),
        WindKind("conch", (300, 4.2), (600, 3.6), 0.2, ((250, 6, 1.5),), 0.12, 70,
                 (0.07, 3.0, 0.6), (4, 4.2, 0.6)),
        WindKind("euphonium", (340, 3.6), (1050, 2.8), 0.0, ((330, 5, 1.2), (680, 4, 1.2)), 0.05,
                 15, (0.012, 5.0, 0.6), (10, 5.0, 0.3)),
        WindKind("sousaphone", (260, 2.8), (1100, 2.2), 0.0, ((190, 4, 1.2), (520, 5, 1.5)), 0.045,
                 18, (0.035, 6.0, 0.6), (1.5, 4.6, 0.6), 0.2),
        WindKind("trombone", (480, 3), (2000, 2.1), 0.0, ((520, 5, 1.2), (1500, 4, 1.5)), 0.045, 30,
                 (0.01, 6.0, 0.6), (10, 4.9, 0.4)),
        WindKind("french horn", (380, 3.6), (1100, 2.8), 0.0, ((340, 5, 1.2), (900, 2, 1.5)),
                 0.06, 18,
                 (0.012, 5.0, 0.6), (4, 4.8, 0.5)),
        WindKind("tuba", (220, 3.6), (700, 2.8), 0.0, ((230, 4, 1.2),), 0.06, 15, (0.02, 6.0, 0.6),
                 (4, 4.6, 0.5)),
        # a hand in the bell and a narrow bore: dark, round below 500 Hz, with the lips' own edge
        # only when they are blown hard
        WindKind("four horns", (300, 3.8), (1250, 2.6), 0.0, ((340, 6, 1.2), (800, 2, 1.5)),
                 0.07, 26, (0.016, 5.0, 0.6), (3, 4.8, 0.5), players=(-4.0, 2.0, -1.0, 5.0),
                 wander=4.0, late_s=0.035, release_s=0.16),
        WindKind("didgeridoo", (260, 1.6), (900, 1.5), 0.55, ((320, 6, 2), (1450, 7, 3)), 0.09, 20,
                 (0.06, 8.0, 0.6), (8, 3.0, 0.2), growl=0.25),
        WindKind("bagpipes", (2200, 1.4), (3400, 1.3), 0.1, ((900, 5, 1.5), (2600, 5, 1.5)),
                 0.012, 0,
                 (0.006, 4.0, 0.7), (0.0, 5.0, 1.0), level=0.85),
        WindKind("harmonica", (1200, 1.5), (3200, 1.4), 0.15, ((1150, 5, 1.5), (2700, 5, 1.8)),
                 0.03, 35,
                 (0.02, 4.0, 0.6), (10, 5.6, 0.25)),
        # a membrane that a humming voice shakes: that voice's vowel, and a rasp
        WindKind("kazoo", (2200, 1.0), (4200, 0.9), 0.0, ((550, 7, 3.0), (1400, 6, 2.5),
                 (2900, 9, 2.0)), 0.03, 45, (0.06, 5.0, 0.5), (18, 5.6, 0.2), growl=0.14),
        WindKind("sheng", (1500, 1.6), (3200, 1.4), 0.35, ((1300, 6, 1.5), (3000, 6, 1.8)), 0.03,
                 0, (0.01, 4.0, 0.6), (0.0, 5.0, 1.0), players=(-2.0, 3.0)),
        WindKind("shruti box", (480, 1.8), (900, 1.7), 0.0, ((280, 5, 1.2), (620, 4, 1.5)), 0.3,
                 0, (0.03, 4.0, 0.6), (0.0, 5.0, 1.0), players=(-5.0, 0.0, 4.0), release_s=0.4),
        # valves and a resonator, played at a ring on a wire
        WindKind("ondes martenot", (700, 2.2), (1300, 1.9), 0.55, ((500, 4, 1.5),), 0.06, 45,
                 (0.001, 4.0, 0.6), (15, 5.3, 0.12), release_s=0.22),
        WindKind("melodica", (1000, 1.5), (2400, 1.5), 0.2, ((850, 4, 1.5),), 0.03, 10,
                 (0.02, 4.0, 0.6), (6, 5.0, 0.4)),
        # a reed speaks in some hundredths of a second, the sharp one of three a little later
        WindKind("accordion", (900, 1.5), (2100, 1.5), 0.0, ((650, 5, 1.2), (2100, 3, 1.5)),
                 0.05, 0, (0.01, 4.0, 0.6), (0.0, 5.0, 1.0), players=(-8.0, 0.0, 9.0),
                 late_s=0.02, press=0.35, clack=0.03, release_s=0.07),
        WindKind("bandoneon", (1100, 1.2), (2600, 1.3), 0.0, ((480, 4, 1.5), (1500, 4, 1.5)),
                 0.03, 0, (0.012, 4.0, 0.6), (0.0, 5.0, 1.0), players=(-1.5, 2.0),
                 late_s=0.012, press=0.45, clack=0.03),
        WindKind("concertina", (1500, 1.4), (3000, 1.4), 0.25, ((900, 5, 1.5), (2400, 4, 1.5)),
                 0.025, 0,
                 (0.014, 4.0, 0.6), (0.0, 5.0, 1.0)),
        WindKind("harmonium", (700, 1.4), (1600, 1.4), 0.0, ((420, 3, 1.2),), 0.08, 0,
                 (0.012, 4.0, 0.6), (0.0, 5.0, 1.0), players=(-4.0, 4.0)),
    )
}  # fmt: skip


#: The same as plans before version 7 have them: players and reeds begin at once, and stand still.
KINDS |= {
    f"first {kind.name}": kind
    for kind in (
        WindKind("horn section", (700, 2.8), (2900, 2.1), 0.0, ((900, 4, 1.1), (2300, 4, 1.4)),
                 0.03, 22, (0.01, 6.0, 0.6), (7, 5.2, 0.4), players=(-7.0, 2.0, 8.0)),
        WindKind("accordion", (1300, 1.3), (2800, 1.3), 0.0, ((650, 4, 1.2), (2100, 3, 1.5)),
                 0.035, 0, (0.008, 4.0, 0.6), (0.0, 5.0, 1.0), players=(-11.0, 0.0, 12.0)),
        WindKind("bandoneon", (1100, 1.2), (2600, 1.3), 0.0, ((480, 4, 1.5), (1500, 4, 1.5)),
                 0.03, 0, (0.012, 4.0, 0.6), (0.0, 5.0, 1.0), players=(-1.5, 2.0)),
    )
}  # fmt: skip

#: Strength of a breath beside its tone: recorded ones lie 14 to 20 dB under it, which plans before
#: version 9 have at 3 to 14.
BREATHS = {
    "bansuri": 0.025, "ney": 0.05, "shakuhachi": 0.035, "pan flute": 0.05, "quena": 0.03,
    "dizi": 0.025,
}  # fmt: skip
for _name, _strength in BREATHS.items():
    KINDS[f"first {_name}"] = KINDS[_name]
    KINDS[_name] = replace(KINDS[_name], breath=(_strength, *KINDS[_name].breath[1:]))
#: Who plays in the woodwinds, and where they sit.
_WOOD_SEATS = (("flute", -0.35), ("oboe", 0.0), ("clarinet", 0.35))


def woodwinds(s: Strike) -> np.ndarray:
    """Flute, oboe and clarinet on one note, side by side."""
    played = [wind(KINDS[name], s) for name, _ in _WOOD_SEATS]
    x = np.zeros((max(map(len, played)), 2), np.float32)
    for one, (_, side) in zip(played, _WOOD_SEATS, strict=True):
        x[: len(one)] += one * np.array((min(1, 1 - side), min(1, 1 + side)), np.float32)
    return x * np.float32(0.5)


#: Who of a horn section takes a note: the highest note of each pair. A chord is not blown by one.
_HORN_SEATS = (
    (55.0, ("trombone", "baritone saxophone")), (63.0, ("trombone", "tenor saxophone")),
    (70.0, ("trumpet", "tenor saxophone")), (128.0, ("trumpet", "saxophone")),
)  # fmt: skip
#: By how much the second of two begins later at most, in s, and where the two stand.
_HORN_LATE_S, _HORN_SIDE = 0.022, 0.35


def horn_section(s: Strike) -> np.ndarray:
    """A note of a horn section: two players, of brass and of reed, side by side, float32 (n, 2)."""
    pair = next(names for top, names in _HORN_SEATS if s.pitch <= top)
    stream = rng("horns", round(s.pitch, 2), s.variation)
    late = [0, round(float(stream.uniform(0.2, 1)) * _HORN_LATE_S * s.rate)]
    first = int(stream.randint(2))
    played = [wind(replace(KINDS[name], scoop=0.5 * KINDS[name].scoop), s) for name in pair]
    x = np.zeros((max(map(len, played)) + late[1], 2), np.float32)
    for k, one in enumerate(played):
        at = late[(k + first) % 2]
        side = _HORN_SIDE if k else -_HORN_SIDE
        x[at : at + len(one)] += one * np.array((min(1, 1 - side), min(1, 1 + side)), np.float32)
    return x * np.float32(0.6)


def player(name: str) -> Play:
    """The renderer of one kind of wind."""
    kind = KINDS[name]

    def play(s: Strike) -> np.ndarray:
        return wind(kind, s)

    return play
