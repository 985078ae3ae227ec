"""Plucked and struck strings: one string's physics, and what each instrument does with it.

Partials by plucking point, stiffness and losses after Karplus and Strong (1983) and Fletcher and
Rossing (1991); the two stages of a decay after Weinreich, "Coupled Piano Strings" (1977).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from daemon.audio.envelopes import gate, rise, seconds
from daemon.audio.filters import bandpass, filtered, highpass, lowpass
from daemon.audio.noise import noise
from daemon.audio.stereo import wide
from daemon.engines.embedded.voices.make_up import Resonance, body, burst, finished, knock, plucked
from daemon.engines.embedded.voices.voice import Play, Strike

#: Partials of a string at most.
_MOST = 36


@dataclass(frozen=True)
class StringKind:
    """One plucked or struck instrument.

    `place` is where the string is touched, `soft` how fast partials fall (1 is a point), `ring_s`
    the decay at 220 Hz, `damp` how much faster high partials die, `stiff` the inharmonicity,
    `strings` the detunings in cents of one note's strings, `octave` the level of a string an
    octave above, `buzz` of a bridge that rattles, `after_s` the ring after a note's end, `most` how
    many partials are computed, `jack` the level of the wood that falls when a key is let go.
    """

    name: str
    place: float = 0.18
    soft: float = 1.0
    ring_s: float = 3.5
    damp: float = 0.16
    stiff: float = 6e-5
    strings: tuple[float, ...] = (0.0,)
    octave: float = 0.0
    buzz: float = 0.0
    body: tuple[Resonance, ...] = ()
    knock: tuple[float, ...] = ()
    knock_level: float = 0.3
    pick: float = 0.2
    pick_hz: float = 2200.0
    after_s: float = 0.14
    top_hz: float = 8500.0
    level: float = 0.8
    most: int = _MOST
    jack: float = 0.0


def string(kind: StringKind, s: Strike) -> np.ndarray:
    """One note of a kind of string, float32 (n, 2)."""
    longest_s = min(s.held_s, 1.1 * kind.ring_s * s.tone.length * min(2.0, (220 / s.hz) ** 0.5))
    t = seconds(longest_s + kind.after_s * s.tone.length + 0.02, s.rate)
    n = len(t)
    count = max(3, int(min(kind.most, kind.top_hz * s.scale**0.6 / s.hz)))
    hz, levels, decays = _partials(kind, s, count)
    x = plucked(s, n, hz, levels, decays, kind.name, alike=count)
    touch = burst(s, t, 0.02, (highpass(kind.pick_hz), lowpass(9500)), kind.name, s.variation)
    strike = kind.pick * (0.3 + 1.2 * s.tone.attack) * (0.4 + 0.6 * s.velocity)
    extra: np.ndarray = touch * np.float32(strike)
    if kind.knock:
        extra = extra + knock(s, kind.knock, 0.14, n) * np.float32(
            kind.knock_level * (0.5 + s.tone.attack) * s.velocity
        )
    level = rise(t, 0.0012) * gate(t, longest_s, kind.after_s * s.tone.length)
    x = (x + wide(extra)) * wide(level)
    if kind.jack:
        x = x + _fallen(kind, s, t, longest_s)[:, None]
    return finished(x, s, 0.012, peak=kind.level)


def _fallen(kind: StringKind, s: Strike, t: np.ndarray, at_s: float) -> np.ndarray:
    """A jack that falls back on its rail, and its quill that brushes the string, float32 (n,)."""
    wood = filtered(noise(len(t), kind.name, "jack", s.variation), s.rate, bandpass(1300, 0.7))
    after = np.maximum(t - np.float32(at_s), 0)
    shape = np.where(t >= at_s, np.exp(-after / np.float32(0.012)), 0).astype(np.float32)
    return wood * shape * np.float32(kind.jack)


def _partials(kind: StringKind, s: Strike, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(Hz, levels, decays) of all partials of a note's strings, in both stages of their decay."""
    k = np.arange(1, count + 1)
    place = kind.place * (1.15 - 0.3 * s.tone.attack)
    slope = kind.soft + 0.35 * (0.8 - s.velocity) - 0.3 * s.tone.bright
    own = np.abs(np.sin(np.pi * k * place)) / k**slope
    own = own * body(k * s.hz, kind.body)
    ring = kind.ring_s * s.tone.length * (220 / s.hz) ** 0.45
    dies = ring / (1 + kind.damp * (k - 1) + 0.004 * k * k)
    stretch = k * np.sqrt(1 + kind.stiff * k * k) / np.sqrt(1 + kind.stiff)
    parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    share = 1 / len(kind.strings) ** 0.7
    for cents in kind.strings:
        hz = s.hz * 2 ** (cents / 1200) * stretch
        parts += [
            (hz, 0.72 * share * own, 0.55 * dies),
            (hz * 1.0002, 0.28 * share * own, 1.5 * dies),
        ]
    if kind.octave:
        hz = 2 * s.hz * 2 ** (3 / 1200) * stretch[: count // 2 + 1]
        parts.append((hz, kind.octave * own[: len(hz)], 0.7 * dies[: len(hz)]))
    if kind.buzz:
        # a curved bridge feeds the upper partials while the lower ones die: they rise, then fall
        high = np.arange(4, count + 1)
        hz, loud = s.hz * high, kind.buzz / high**0.35
        parts += [(hz, loud, 0.8 * ring / high**0.3), (hz, -loud, np.full(len(high), 0.12))]
    hz, levels, decays = (np.concatenate(column) for column in zip(*parts, strict=True))
    strong = float(np.sqrt((levels**2).sum()))
    return hz, levels * (0.55 / max(strong, 1e-9)), decays


#: The instruments. Resonances are those of their bodies in Hz, dB and quality.
KINDS: dict[str, StringKind] = {
    kind.name: kind
    for kind in (
        StringKind("steel guitar", 0.16, 0.95, 4.2, 0.13, 7e-5,
                   body=((105, 5, 3), (210, 4, 3), (420, 2, 2), (2700, 3, 1.2)),
                   knock=(105, 208, 385, 620), pick=0.24, pick_hz=2600),
        StringKind("nylon guitar", 0.22, 1.3, 2.8, 0.24, 3e-5,
                   body=((98, 6, 3), (195, 5, 3), (380, 2, 2)),
                   knock=(98, 195, 350), knock_level=0.45, pick=0.1, pick_hz=1400),
        StringKind("twelve string guitar", 0.15, 0.9, 4.0, 0.12, 7e-5, (-4.0, 4.0), 0.5,
                   body=((105, 5, 3), (210, 4, 3), (2900, 4, 1.2)),
                   knock=(105, 208, 385), pick=0.28, pick_hz=3000),
        StringKind("clean guitar", 0.12, 0.95, 4.5, 0.15, 6e-5,
                   body=((400, -2, 1), (1900, 4, 0.9), (3200, 3, 1.5)), pick=0.16, top_hz=5500),
        StringKind("jazz guitar", 0.24, 1.35, 3.5, 0.26, 6e-5,
                   body=((160, 4, 2), (450, 3, 1.2)), pick=0.07, pick_hz=1200, top_hz=3600),
        StringKind("muted guitar", 0.08, 0.85, 0.45, 0.3, 6e-5,
                   body=((250, 3, 1.5), (1900, 4, 1)), pick=0.4, after_s=0.05, top_hz=5500),
        StringKind("slide guitar", 0.13, 0.95, 4.2, 0.12, 5e-5,
                   body=((330, 4, 2), (1250, 5, 2), (2300, 3, 2)), pick=0.2),
        StringKind("banjo", 0.1, 0.72, 0.95, 0.07, 9e-5,
                   body=((300, 5, 2), (690, 6, 2.5), (1350, 5, 2), (2900, 4, 1.5)),
                   knock=(285, 520, 760, 1120), knock_level=0.5, pick=0.4, pick_hz=3000),
        StringKind("mandolin", 0.12, 0.8, 1.4, 0.1, 9e-5, (-5.0, 5.0),
                   body=((200, 3, 2), (420, 5, 2), (2200, 4, 1.2)), pick=0.35, pick_hz=3200),
        StringKind("domra", 0.13, 0.85, 1.1, 0.14, 8e-5,
                   body=((330, 5, 2), (720, 4, 2), (1900, 3, 1.5)), knock=(320, 610),
                   pick=0.42, pick_hz=2800, after_s=0.1),
        StringKind("cuatro", 0.16, 1.15, 0.95, 0.26, 3e-5,
                   body=((200, 6, 3), (410, 5, 2.5), (1250, 3, 1.5)), knock=(205, 400),
                   knock_level=0.5, pick=0.22, pick_hz=2000),
        StringKind("ruan", 0.2, 1.05, 1.8, 0.18, 6e-5,
                   body=((150, 6, 2.5), (400, 4, 2), (820, 4, 2)), knock=(150, 290), pick=0.24,
                   pick_hz=1900, top_hz=5500),
        StringKind("ngoni", 0.14, 1.1, 0.5, 0.24, 3e-5,
                   body=((210, 6, 2.5), (480, 5, 2.5), (1150, 3, 2)), knock=(190, 360, 560),
                   knock_level=0.9, pick=0.25, pick_hz=1700),
        StringKind("ukulele", 0.2, 1.25, 1.1, 0.3, 3e-5,
                   body=((260, 7, 3), (520, 4, 3)), knock=(262, 430), pick=0.12, pick_hz=1800),
        StringKind("lute", 0.17, 1.1, 1.9, 0.2, 3e-5, (-2.0, 2.0),
                   body=((130, 4, 3), (310, 4, 2), (900, 2, 1.5)), pick=0.14, pick_hz=1800),
        StringKind("oud", 0.14, 1.15, 1.2, 0.26, 3e-5, (-4.0, 4.0),
                   body=((110, 6, 3), (240, 5, 2.5)), knock=(110, 220, 340), knock_level=0.6),
        StringKind("bouzouki", 0.12, 0.85, 2.2, 0.11, 8e-5, (-5.0, 5.0), 0.35,
                   body=((190, 3, 2), (1700, 4, 1.2)), pick=0.3, pick_hz=3000),
        StringKind("balalaika", 0.11, 0.85, 0.8, 0.16, 7e-5,
                   body=((280, 5, 2), (830, 4, 2)), pick=0.35, pick_hz=2600),
        StringKind("shamisen", 0.07, 0.8, 0.55, 0.18, 4e-5, buzz=0.05,
                   body=((320, 5, 2), (900, 4, 2)), knock=(240, 410, 690), knock_level=0.9,
                   pick=0.6),
        StringKind("pipa", 0.08, 0.8, 0.9, 0.14, 5e-5,
                   body=((430, 4, 2), (1100, 4, 2)), knock=(330, 560), pick=0.4, pick_hz=3000),
        # a broad plectrum hits the wood as well, and the strings rattle on their frets
        StringKind("biwa", 0.09, 1.0, 0.8, 0.2, 3e-5, buzz=0.13,
                   body=((180, 4, 2), (620, 4, 2)), knock=(150, 310, 520), knock_level=1.3,
                   pick=0.8, pick_hz=1500),
        StringKind("lyre", 0.22, 1.3, 1.4, 0.26, 2e-5,
                   body=((320, 6, 2.5), (700, 5, 2)), knock=(310, 520), knock_level=0.4, pick=0.15,
                   pick_hz=1700, after_s=0.7),
        StringKind("kora", 0.2, 1.2, 1.9, 0.25, 2e-5,
                   body=((120, 5, 2), (240, 5, 2), (520, 3, 2)), knock=(118, 190), after_s=0.9),
        StringKind("harp", 0.32, 1.55, 3.6, 0.22, 2e-5,
                   body=((180, 4, 1.5), (420, 3, 1.5)), knock=(165, 290), knock_level=0.15,
                   pick=0.05, pick_hz=1200, after_s=1.6),
        StringKind("koto", 0.06, 0.85, 2.6, 0.16, 3e-5,
                   body=((250, 3, 2), (1000, 4, 1.5), (2100, 3, 1.5)), pick=0.3, after_s=0.9),
        StringKind("guzheng", 0.08, 0.8, 3.4, 0.12, 5e-5,
                   body=((300, 3, 2), (1400, 4, 1.5), (3200, 3, 1.5)), pick=0.3, after_s=1.3),
        StringKind("zither", 0.1, 0.85, 3.0, 0.11, 6e-5, (-3.0, 3.0),
                   body=((220, 3, 2), (1600, 3, 1.5)), pick=0.3, after_s=1.0),
        StringKind("psaltery", 0.07, 0.72, 3.8, 0.07, 7e-5,
                   body=((430, 4, 1.5), (2700, 5, 1.2), (5200, 3, 1.5)), pick=0.45, pick_hz=3800,
                   after_s=1.7, top_hz=12000),
        StringKind("autoharp", 0.16, 1.05, 2.0, 0.15, 6e-5, (-6.0, 6.0), 0.2,
                   body=((240, 5, 1.5), (900, 4, 1.5), (1900, 3, 1.5)), knock=(150, 320, 480),
                   knock_level=0.5, pick=0.22, pick_hz=2000, after_s=0.2, top_hz=7000),
        # frets and a gourd: rounder than a sitar, its bridge rattles less
        StringKind("veena", 0.14, 1.15, 3.2, 0.16, 3e-5, (0.0,), 0.0, 0.12,
                   body=((160, 6, 2), (430, 4, 2), (1300, 3, 1.5)), pick=0.16, pick_hz=1700,
                   after_s=0.7),
        # a thread lifts the open string off its bridge: all of it rattles, for long
        StringKind("tanpura", 0.34, 1.3, 6.0, 0.06, 2e-5, (-1.5, 1.5), 0.0, 0.62,
                   body=((140, 4, 2), (520, 3, 1.5), (1700, 4, 1.5)), pick=0.02, pick_hz=900,
                   after_s=2.2),
        StringKind("sitar", 0.09, 0.95, 3.2, 0.1, 3e-5, (0.0,), 0.12, 0.34,
                   body=((260, 3, 2), (1100, 4, 1.5), (3000, 5, 1.5)), pick=0.3, after_s=1.0),
        StringKind("sarod", 0.1, 0.9, 1.7, 0.14, 4e-5, (0.0,), 0.1, 0.1,
                   body=((230, 5, 2), (700, 4, 2)), knock=(220, 390), pick=0.3, after_s=0.6),
        StringKind("santoor", 0.12, 0.8, 2.2, 0.09, 8e-5, (-4.0, 0.0, 4.0),
                   body=((400, 3, 1.5), (2500, 3, 1.5)), knock=(420, 700), pick=0.35, after_s=1.2),
        StringKind("yangqin", 0.08, 0.9, 2.8, 0.11, 8e-5, (-2.0, 0.0, 2.0), 0.3,
                   body=((350, 3, 1.5), (1500, 5, 1.5), (3700, 4, 1.5)), knock=(360, 640, 1150),
                   knock_level=0.5, pick=0.2, pick_hz=3300, after_s=0.8),
        StringKind("cimbalom", 0.1, 0.9, 2.8, 0.13, 9e-5, (-5.0, 1.0, 5.0),
                   body=((200, 4, 1.5), (800, 3, 1.5)), knock=(180, 330, 520), after_s=0.9),
        # two eights and a four: thin strings plucked near their end by a quill, and jacks that fall
        StringKind("harpsichord", 0.1, 0.5, 5.0, 0.055, 3e-5, (-0.8, 0.8), 0.5,
                   body=((140, 4, 2), (350, 3, 2), (1100, 2, 1.5), (2600, 4, 1.2), (5200, 4, 1.2)),
                   knock=(160, 310, 640, 1500), knock_level=0.25, pick=0.5, pick_hz=4200,
                   after_s=0.09, top_hz=15000, most=54, jack=0.1),
        StringKind("clavinet", 0.06, 0.7, 2.2, 0.13, 8e-5,
                   body=((600, 3, 1.5), (1500, 5, 1.5), (3000, 3, 1.5)),
                   knock=(420, 1100), knock_level=0.25, pick=0.25, after_s=0.05, top_hz=7500),
        StringKind("pizzicato", 0.24, 1.3, 0.6, 0.24, 4e-5,
                   body=((285, 5, 4), (460, 5, 4), (1000, -3, 1.5), (2500, 4, 1.2)),
                   knock=(285, 455, 700), knock_level=0.4, pick=0.06, pick_hz=1200, after_s=0.25),
        StringKind("clavichord", 0.03, 1.0, 1.6, 0.14, 7e-5, (-2.0, 2.0),
                   body=((220, 3, 1.5), (750, 4, 1.5)), knock=(190, 430, 900), knock_level=0.7,
                   pick=0.08, after_s=0.06, top_hz=6000),
        StringKind("spinet", 0.2, 0.7, 2.2, 0.1, 9e-5,
                   body=((420, 3, 2), (1800, 5, 1.2), (4000, 2, 1.5)), knock=(310, 760, 1700),
                   knock_level=0.3, pick=0.35, pick_hz=3500, after_s=0.1, top_hz=11000),
        StringKind("celtic harp", 0.24, 1.2, 2.6, 0.16, 3e-5,
                   body=((240, 4, 1.5), (620, 3, 1.5), (1500, 2, 1.5)), knock=(230, 420),
                   knock_level=0.2, pick=0.1, pick_hz=1900, after_s=1.3),
        StringKind("charango", 0.15, 1.0, 0.9, 0.15, 4e-5, (-4.0, 4.0), 0.45,
                   body=((380, 6, 2.5), (780, 4, 2)), knock=(370, 640), pick=0.2, pick_hz=2600),
        StringKind("saz", 0.1, 0.8, 1.9, 0.1, 7e-5, (-6.0, 0.0, 6.0), 0.25,
                   body=((260, 3, 2), (950, 5, 2), (2300, 4, 1.5)), pick=0.38, pick_hz=3300),
        StringKind("kantele", 0.14, 0.9, 5.5, 0.09, 5e-5,
                   body=((300, 4, 1.5), (1100, 3, 1.5)), pick=0.12, pick_hz=2400, after_s=1.8),
        StringKind("dulcimer", 0.17, 0.9, 1.8, 0.12, 6e-5, (-3.0, 3.0),
                   body=((250, 5, 2), (640, 5, 2), (1700, 3, 1.5)), knock=(240, 510), pick=0.3,
                   pick_hz=2600, after_s=0.3),
        StringKind("hammered dulcimer", 0.09, 0.9, 1.6, 0.12, 8e-5, (-3.0, 3.0),
                   body=((310, 4, 1.5), (1300, 4, 1.5)), knock=(300, 560, 900), knock_level=0.8,
                   pick=0.2, pick_hz=1900, after_s=0.9),
        StringKind("guitar harmonics", 0.5, 1.9, 5.5, 0.2, 2e-5,
                   body=((900, 2, 1.2), (2400, 4, 1.2)), pick=0.12, pick_hz=2800, after_s=0.5,
                   top_hz=5000),
        StringKind("fingered bass", 0.22, 1.15, 4.5, 0.2, 8e-5,
                   body=((90, 3, 1.5), (500, 2, 1.5)), pick=0.06, pick_hz=900, top_hz=2600),
        StringKind("picked bass", 0.12, 0.9, 4.5, 0.13, 8e-5,
                   body=((100, 3, 1.5), (800, 4, 1.5), (2000, 3, 1.5)), pick=0.25, top_hz=4200),
        StringKind("slapped bass", 0.07, 0.7, 3.2, 0.1, 9e-5,
                   body=((95, 4, 1.5), (900, -4, 1), (2600, 6, 1.5)), pick=0.7, pick_hz=2200,
                   knock=(160, 420, 900), knock_level=0.4, top_hz=7500),
        StringKind("fretless bass", 0.28, 1.3, 4.0, 0.22, 6e-5,
                   body=((100, 3, 1.5), (400, 5, 2)), pick=0.03, pick_hz=700, top_hz=1900),
        StringKind("double bass", 0.3, 1.35, 1.7, 0.3, 9e-5,
                   body=((62, 5, 3), (105, 5, 3), (240, 3, 2)),
                   knock=(62, 105, 180, 260), knock_level=0.7, pick=0.1, pick_hz=600, top_hz=2200),
    )
}  # fmt: skip

# plans before version 7 have these; what they are drawn from goes by their names, which they keep
KINDS["second harpsichord"] = KINDS.pop("harpsichord")
KINDS["first spinet"] = KINDS.pop("spinet")
KINDS["first harpsichord"] = StringKind(
    "harpsichord",
    0.13,
    0.62,
    3.2,
    0.09,
    9e-5,
    (-1.5, 1.5),
    0.4,
    body=((350, 2, 2), (2200, 5, 1.2), (5000, 3, 1.5)),
    knock=(240, 620, 1500),
    knock_level=0.2,
    pick=0.3,
    pick_hz=3500,
    top_hz=13000,
)


def player(name: str) -> Play:
    """The renderer of one kind of string."""
    kind = KINDS[name]

    def play(s: Strike) -> np.ndarray:
        return string(kind, s)

    return play
