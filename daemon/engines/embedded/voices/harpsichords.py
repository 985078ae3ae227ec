"""Harpsichords: quills that pluck several strings one after the other, and a light soundboard.

A key's force changes next to nothing of the sound, only how close the quills follow each other.
Plucking points, losses and the action's noises after Fletcher and Rossing (1991, chapter 11) and
N. H. Fletcher, "Analysis of the design and performance of harpsichords" (1977).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from daemon.audio.envelopes import fall, gate, rise, seconds
from daemon.audio.filters import bandpass, highpass, lowpass
from daemon.audio.modes import panned, ringing
from daemon.audio.random_stream import rng
from daemon.audio.stereo import wide
from daemon.engines.embedded.voices.make_up import burst, finished, sum_of_modes
from daemon.engines.embedded.voices.voice import Play, Strike

#: Partials of a string at most, and the highest in Hz.
_MOST, _TOP_HZ = 56, 14000.0
#: Longest note in seconds that is rendered, and what is heard of it after its end.
_LONGEST_S, _AFTER_S = 6.0, 0.32
#: Modes of a soundboard that ring, and Hz of the lowest and the highest.
_BOARD, _BOARD_HZ = 44, (95.0, 3600.0)
#: Points of a soundboard's response an octave.
_UNEVEN = 9


@dataclass(frozen=True)
class Choir:
    """A row of strings: `octave` above the key's pitch, `place` where C5 is plucked, as a share.

    `late_s` is when its quill comes after the first, at a slow touch.
    """

    octave: int
    place: float
    cents: float
    level: float
    late_s: float


@dataclass(frozen=True)
class Instrument:
    """`choirs`; `ring_s` to -60 dB at 262 Hz; `stiff`ness of its strings; `case` of its wood.

    `losses` are Hz at which air and bridge halve a partial's ring, and at which they do by the
    square; `slow` the share of a partial that is in the second stage of its decay; `presence` the
    board's Hz and dB where it carries best.
    """

    name: str
    choirs: tuple[Choir, ...]
    ring_s: float
    stiff: float
    low_hz: float
    case: float
    level: float = 0.8
    losses: tuple[float, float] = (2600.0, 7000.0)
    slow: float = 0.25
    presence: tuple[float, float] = (2800.0, 7.0)


#: A double with two eights and a four, and a spinet: one eight, short strings, a small board.
KINDS: dict[str, Instrument] = {
    kind.name: kind
    for kind in (
        Instrument(
            "harpsichord",
            (
                Choir(1, 0.16, 1.5, 0.5, 0.0),
                Choir(0, 0.2, -0.9, 1.0, 0.007),
                Choir(0, 0.1, 0.9, 0.85, 0.014),
            ),
            7.0,
            2e-5,
            230,
            0.5,
        ),
        Instrument("spinet", (Choir(0, 0.13, 0.0, 1.0, 0.0),), 4.5, 6e-5, 330, 0.8),
    )
}
# plans before version 9 have these: their upper partials die too soon, and the lowest are weak
KINDS |= {"third harpsichord": KINDS["harpsichord"], "second spinet": KINDS["spinet"]}
#: Recorded instruments hold 8 kHz for half a second and more, and their lowest partial is as loud
#: as any: wire and brass lose little, and the air in the case carries what the board does not.
_LIVELY, _SLOWLY = (5000.0, 20000.0), 0.5
KINDS["harpsichord"] = replace(
    KINDS["harpsichord"], low_hz=110, presence=(4500.0, 9.0), losses=_LIVELY, slow=_SLOWLY
)
KINDS["spinet"] = replace(
    KINDS["spinet"], low_hz=160, presence=(4500.0, 8.0), losses=_LIVELY, slow=_SLOWLY
)


def note(kind: Instrument, s: Strike) -> np.ndarray:
    """One key, float32 (n, 2): its quills, its strings, the board, and the jacks that fall back."""
    held_s = min(s.held_s, _LONGEST_S)
    t = seconds(held_s + _AFTER_S, s.rate)
    n = len(t)
    stream = rng(kind.name, round(s.pitch), s.variation)
    damped = gate(t, held_s, 0.09 * s.tone.length * (262 / s.hz) ** 0.3)
    x = np.zeros((n, 2), np.float32)
    plucks = np.zeros(n, np.float32)
    for k, choir in enumerate(kind.choirs):
        late_s = choir.late_s * (1.5 - s.velocity) * float(stream.uniform(0.7, 1.3))
        at = min(round(late_s * s.rate), n - 1)
        x[at:] += _choir(kind, choir, s, n - at, stream)
        quill = burst(s, t, 0.012, (highpass(2600), lowpass(11000)), kind.name, "quill", k)
        plucks[at:] += np.float32(choir.level) * quill[: n - at]
    x *= wide(rise(t, 0.001) * damped)
    x *= np.float32(0.8 / max(float(np.abs(x).max()), 1e-9))
    attack = np.float32(0.2 + 0.25 * s.tone.attack)
    other = plucks * attack + _board(kind, s, n) + _falls(kind, s, t, held_s)
    return finished(x + wide(other * rise(t, 0.0005)), s, 0.02, peak=kind.level)


def _choir(
    kind: Instrument, choir: Choir, s: Strike, n: int, stream: np.random.RandomState
) -> np.ndarray:
    """One string, float32 (n, 2), released by a narrow quill: all its partials begin in step."""
    hz = s.hz * 2 ** (choir.octave + (choir.cents + float(stream.normal(0, 0.4))) / 1200)
    k = np.arange(1, max(4, int(min(_MOST, _TOP_HZ / hz))) + 1)
    # near the end in the bass, towards the middle in the treble
    place = float(np.clip(choir.place * (hz / 523) ** 0.4, 0.06, 0.45))
    place *= float(stream.uniform(0.97, 1.03))
    f = hz * k * np.sqrt(1 + kind.stiff * k * k)
    levels = np.sin(np.pi * k * place) / k * np.exp(-((k / 70) ** 2)) * _radiated(kind, f)
    levels *= s.scale ** np.log2(1 + f / 2000)
    levels *= 0.5 * choir.level / np.sqrt((levels**2).sum())
    # bridge and air: the upper partials of thin strings live long, those of the treble less
    first_hz, second_hz = kind.losses
    decays = kind.ring_s * s.tone.length * (262 / hz) ** 0.5
    decays = decays / (1 + f / first_hz + (f / second_hz) ** 2)
    side = float(np.clip((s.pitch - 62) / 80, -0.25, 0.25))
    both = np.concatenate([(1 - kind.slow) * levels, kind.slow * levels])
    rings = np.concatenate([0.5 * decays, 1.3 * decays])
    phases = np.full(len(both), 0.25)
    pans = np.tile(side + stream.uniform(-0.1, 0.1, len(k)), 2)
    return sum_of_modes(s, np.concatenate([f, f * 1.0001]), panned(both, pans), rings, phases, n)


def _radiated(kind: Instrument, hz: np.ndarray) -> np.ndarray:
    """A thin board hardly carries the lowest partials, and the highest best; it is never even."""
    rises = 1 / np.sqrt(1 + (kind.low_hz / hz) ** 3)
    best_hz, best_db = kind.presence
    presence_db = best_db * np.exp(-(np.log2(hz / best_hz) ** 2) / 2)
    own_db = np.interp(
        np.log2(np.maximum(hz, 20) / 20) * _UNEVEN, np.arange(10 * _UNEVEN), _uneven(kind.name)
    )
    return rises * 10 ** ((presence_db + own_db) / 20)


@lru_cache(4)
def _uneven(name: str) -> np.ndarray:
    return rng("board", name).normal(0, 3.0, 10 * _UNEVEN)


def _board(kind: Instrument, s: Strike, n: int) -> np.ndarray:
    """The board's own modes and the key's wood, struck by the quills, float32 (n,)."""
    out = np.zeros(n, np.float32)
    kept = _kept_board(kind.name, kind.low_hz, s.variation % 5, s.rate)[:n]
    out[: len(kept)] = kept * np.float32(kind.case * (0.6 + 0.4 * s.tone.attack))
    return out


@lru_cache(12)
def _kept_board(name: str, low_hz: float, variation: int, rate: int) -> np.ndarray:
    own = rng("board modes", name)
    low, high = (edge * low_hz / 230 for edge in _BOARD_HZ)
    hz = np.sort(low * (high / low) ** own.uniform(0, 1, _BOARD))
    rings = 0.34 * (low / hz) ** 0.3 * own.uniform(0.7, 1.2, _BOARD)
    stroke = rng("board stroke", name, variation)
    levels = stroke.uniform(0.2, 1.0, _BOARD) / np.sqrt(_BOARD) * 0.16
    n = round(0.4 * rate)
    x = ringing(hz, levels, rings, stroke.uniform(0, 1, _BOARD), n, rate)
    return x * fall(seconds(0.4, rate), 0.6)


def _falls(kind: Instrument, s: Strike, t: np.ndarray, at_s: float) -> np.ndarray:
    """A key let go: quills brush their strings, dampers land, jacks drop on their rail."""
    out = np.zeros(len(t), np.float32)
    at = min(round(at_s * s.rate), len(t) - 1)
    rest = t[: len(t) - at]
    tick = burst(s, rest, 0.014, (bandpass(4300, 0.7),), kind.name, "tick", s.variation)
    wood = burst(s, rest, 0.05, (bandpass(420, 0.7),), kind.name, "jack", s.variation)
    out[at:] = np.float32(0.07) * tick + np.float32(0.11 * kind.case) * wood
    return out


def player(name: str) -> Play:
    """The renderer of one instrument."""
    kind = KINDS[name]

    def play(s: Strike) -> np.ndarray:
        return note(kind, s)

    return play
