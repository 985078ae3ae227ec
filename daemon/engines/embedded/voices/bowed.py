"""Bowed strings, each player alone, and the theremin.

A bow pulls a saw (Helmholtz); the bodies' resonances after Fletcher and Rossing (1991).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from daemon.audio.envelopes import fall, gate, rise, seconds
from daemon.audio.random_stream import rng
from daemon.audio.waves import sine
from daemon.engines.embedded.voices.make_up import (
    Resonance,
    air,
    finished,
    ratio,
    slid,
    slow_times,
    slow_tone,
    spectrum,
    spread,
    tone,
    vibrato,
)
from daemon.engines.embedded.voices.voice import Play, Strike


@dataclass(frozen=True)
class BowKind:
    """One bowed instrument.

    `corner_hz` and `order` shape the source, `body` its resonances, `noise` (level, Hz) is the
    bow's; `shake` (cents, Hz, delay in s) the vibrato; `players` their cents apart.
    """

    name: str
    corner_hz: float
    order: float
    body: tuple[Resonance, ...]
    attack_s: float = 0.09
    scoop: float = 25.0
    noise: tuple[float, float] = (0.03, 3200)
    shake: tuple[float, float, float] = (18.0, 5.6, 0.25)
    players: tuple[float, ...] = (0.0,)
    release_s: float = 0.2
    level: float = 0.85
    leaves_s: float = 0.0
    """Notes shorter than this are bounced: the bow leaves the string, which rings on for that."""


def bowed(kind: BowKind, s: Strike) -> np.ndarray:
    """One note, float32 (n, 2): each player has a vibrato, a beginning and a place."""
    t = seconds(s.held_s + kind.release_s * s.tone.length + 0.02, s.rate)
    n = len(t)
    soft, loud = (
        spectrum(s.hz, 1.05, kind.corner_hz * s.scale * factor, kind.order, 0.0, kind.body)
        for factor in (0.55, 1.15)
    )
    attack_s = min(kind.attack_s * (1.5 - s.tone.attack), 0.6 * s.held_s + 0.01)
    bounced = s.held_s < kind.leaves_s
    if bounced:
        attack_s = min(attack_s, 0.025)
    cents, shake_hz, after_s = kind.shake
    slow = slow_times(n, s.rate)
    # a row a side: numpy is slow at pairs
    x = np.zeros((2, n), np.float32)
    count = len(kind.players)
    for k, apart in enumerate(kind.players):
        stream = rng(kind.name, round(s.pitch, 2), s.variation, k)
        shake = vibrato(slow, stream, cents, shake_hz, after_s * float(stream.uniform(0.6, 1.4)))
        moved = slid(s, slow, kind.scoop * float(stream.uniform(0.4, 1)), 0.05) + shake
        # through a body's many resonances a vibrato moves the levels as well
        press = 1 + shake / 130 + 0.06 * np.sin(2 * np.pi * float(stream.uniform(0.7, 1.6)) * slow)
        strong = rise(slow, attack_s * float(stream.uniform(0.8, 1.3))) * (0.3 + 0.7 * s.velocity)
        if bounced:
            strong = strong * fall(slow, 1.6 * kind.leaves_s)
        blend, bend = np.clip(strong * press, 0, 1), ratio(moved + np.float32(apart))
        loudness, phase = strong**0.6 * press, float(stream.uniform())
        if s.early:
            curves = (spread(blend, n), spread(bend, n))
            one = tone(kind.name, s.hz, soft, loud, *curves, s.rate, phase) * spread(loudness, n)
        else:
            moves = (blend, bend, loudness)
            one = slow_tone(kind.name, s.hz, soft, loud, moves, n, s.rate, phase)
        side = 0.55 * (2 * k / (count - 1) - 1) if count > 1 else 0.0
        x[0] += one * np.float32(min(1, 1 - side))
        x[1] += one * np.float32(min(1, 1 + side))
    x /= np.float32(count**0.6)
    strength, centre = kind.noise
    scrape = air(s, n, kind.name, centre, 0.7) * np.float32(4 * strength)
    scrape = scrape * (0.5 + 2.2 * s.tone.attack * fall(t, 0.2)) * rise(t, 0.5 * attack_s)
    level = gate(t, s.held_s, kind.release_s * s.tone.length)
    return finished(np.stack([(row + scrape) * level for row in x], axis=1), s, 0.03, kind.level)


_VIOLIN = ((285, 5, 5), (460, 5, 5), (550, 4, 5), (1000, -3, 2), (2600, 7, 1.2), (4500, -4, 1.5))
_VIOLA = ((220, 5, 5), (350, 5, 5), (460, 3, 5), (850, -3, 2), (2000, 6, 1.2))
_CELLO = ((105, 4, 5), (180, 5, 5), (230, 4, 5), (600, -3, 2), (1300, 5, 1.3), (2200, 3, 1.5))
_BASS = ((60, 4, 5), (105, 5, 5), (230, 3, 3), (900, 4, 1.3))

#: The instruments.
KINDS: dict[str, BowKind] = {
    kind.name: kind
    for kind in (
        BowKind("violin", 2400, 1.5, _VIOLIN),
        BowKind("fiddle", 2900, 1.3, _VIOLIN, 0.04, 12, (0.05, 3600), (7, 5.8, 0.35)),
        BowKind("viola", 1700, 1.5, _VIOLA, 0.1, 25, (0.035, 2600), (17, 5.3, 0.25)),
        BowKind("cello", 1200, 1.5, _CELLO, 0.1, 25, (0.035, 1900), (16, 5.1, 0.25)),
        BowKind("bowed bass", 700, 1.5, _BASS, 0.12, 20, (0.05, 1300), (10, 4.6, 0.3),
                leaves_s=0.4),
        BowKind("erhu", 1900, 1.6, ((430, 7, 4), (850, 5, 4), (2100, 5, 2)), 0.08, 40,
                (0.03, 2400), (22, 5.8, 0.2)),
        # gut, frets and an underhand bow: hardly a vibrato
        BowKind("viola da gamba", 1650, 1.65,
                ((130, 4, 4), (230, 5, 4), (490, 5, 3), (1500, 4, 1.3)),
                0.065, 12, (0.05, 2300), (5, 4.8, 0.6)),
        BowKind("sarangi", 2200, 1.4, ((480, 8, 4), (1150, 7, 4), (2600, 5, 2)), 0.09, 70,
                (0.045, 2600), (20, 5.2, 0.2), release_s=0.5),
        BowKind("kemenche", 2900, 1.2, ((560, 7, 4), (1200, 5, 3), (3300, 7, 1.8)), 0.035, 18,
                (0.07, 3900), (9, 6.2, 0.25)),
        BowKind("rebab", 1250, 1.8, ((380, 8, 4), (760, 5, 3), (1500, 3, 2)), 0.06, 30,
                (0.09, 1700), (14, 5.0, 0.25)),
        # keys stop its strings, a dozen more ring along
        BowKind("nyckelharpa", 2300, 1.4,
                ((310, 6, 4), (620, 5, 4), (1700, 4, 1.5), (3400, 5, 1.5)),
                0.045, 0, (0.05, 3300), (2, 5.0, 0.5), release_s=0.7),
        BowKind("hurdy gurdy", 2600, 1.2, ((330, 4, 3), (900, 5, 2), (2500, 5, 1.5)), 0.03, 0,
                (0.06, 3200), (4, 6.0, 0.3)),
        BowKind("string quartet", 1900, 1.5, ((270, 4, 5), (470, 4, 5), (2400, 6, 1.2)), 0.08, 20,
                (0.04, 2900), (16, 5.5, 0.25), (-4.0, 4.0), 0.25),
    )
}  # fmt: skip


#: The same as plans before version 7 have it: its short notes are long ones, cut off.
KINDS["first bowed bass"] = replace(KINDS["bowed bass"], leaves_s=0.0)


def player(name: str) -> Play:
    """The renderer of one kind of bow."""
    kind = KINDS[name]

    def play(s: Strike) -> np.ndarray:
        return bowed(kind, s)

    return play


#: Who of a quartet takes a note: the highest note of each, and where they sit.
_SEATS = (("cello", 54.0, 0.35), ("viola", 61.0, 0.15), ("violin", 128.0, -0.3))


def four_strings(s: Strike) -> np.ndarray:
    """A note of a string quartet: one player's, the cello's, the viola's or a violin's."""
    name, side = next((name, side) for name, top, side in _SEATS if s.pitch <= top)
    alone = KINDS[name]
    # who plays with others shakes less, and plays softer strings
    shake = (0.6 * alone.shake[0], *alone.shake[1:])
    kind = replace(alone, name=f"{name} of four", corner_hz=0.8 * alone.corner_hz, shake=shake)
    x = bowed(kind, s)
    return x * np.array((min(1, 1 - side), min(1, 1 + side)), np.float32)


#: Cents by which the players of a section lie apart.
_DESK = (-11.0, -5.0, 0.0, 4.0, 12.0)


@dataclass(frozen=True)
class Section:
    """Who of a section takes a note, as the highest note of each; how dark and wide it is.

    All strings together are darker than violins alone, and lie further apart.
    """

    ranks: tuple[tuple[str, float], ...]
    corner: float = 0.9
    apart: float = 1.0
    attack: float = 1.2


SECTIONS: dict[str, Section] = {
    "string section": Section(
        (("cello", 53.0), ("viola", 60.0), ("violin", 128.0)), 0.62, 1.35, 1.5
    ),
    "violin section": Section((("violin", 128.0),)),
    "cello section": Section((("cello", 128.0),), apart=0.7),
}


def section_of(name: str) -> Play:
    """The renderer of a section: five desks, each with a vibrato, a beginning and a place."""
    section = SECTIONS[name]

    def play(s: Strike) -> np.ndarray:
        alone = KINDS[next(who for who, top in section.ranks if s.pitch <= top)]
        kind = replace(
            alone,
            name=f"{alone.name} of a {name}",
            corner_hz=section.corner * alone.corner_hz,
            attack_s=section.attack * alone.attack_s,
            scoop=0.4 * alone.scoop,
            noise=(1.4 * alone.noise[0], alone.noise[1]),
            shake=(0.8 * alone.shake[0], *alone.shake[1:]),
            players=tuple(section.apart * cents for cents in _DESK),
            release_s=0.4,
            level=1.35,
        )
        return bowed(kind, s)

    return play


def musical_saw(s: Strike) -> np.ndarray:
    """A bent blade under a bow: a sine that grows, is shaken by a knee, and rings on."""
    t = seconds(s.held_s + 0.6 * s.tone.length, s.rate)
    stream = rng("saw blade", round(s.pitch, 2), s.variation)
    moved = slid(s, t, 110.0, 0.11) + vibrato(t, stream, 38, 6.1, 0.16)
    hz = s.hz * ratio(moved).astype(np.float64)
    x = sine(hz, len(t), s.rate) + 0.035 * s.scale * sine(2.76 * hz, len(t), s.rate)
    scrape = air(s, len(t), "saw blade", 3600, 0.8) * np.float32(0.14 * s.tone.attack)
    x = x + scrape * fall(t, 0.35) * s.scale
    level = rise(t, 0.17 * (1.5 - s.tone.attack)) * gate(t, s.held_s, 0.55 * s.tone.length)
    return finished((x * level).astype(np.float32), s, 0.03, 0.6)


def theremin(s: Strike) -> np.ndarray:
    """Two high oscillators that beat: nearly a sine, a hand's vibrato, and it always slides."""
    t = seconds(s.held_s + 0.16 * s.tone.length, s.rate)
    stream = rng("theremin", round(s.pitch, 2), s.variation)
    moved = slid(s, t, 160.0, 0.06) + vibrato(t, stream, 32, 5.6, 0.1)
    hz = s.hz * ratio(moved).astype(np.float64)
    x = sine(hz, len(t), s.rate) + 0.16 * s.scale * sine(2 * hz, len(t), s.rate)
    x = x + 0.06 * s.scale * sine(3 * hz, len(t), s.rate)
    level = rise(t, 0.1 * (1.5 - s.tone.attack)) * gate(t, s.held_s, 0.15 * s.tone.length)
    return finished((x * level).astype(np.float32), s, 0.02, 0.55)
