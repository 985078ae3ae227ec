"""Calls of larger animals: a voice's pulses, its pitch, and a throat that opens and closes.

They are synthesized after what is known of each call's pitch and formants, and told as that: who
needs the animal itself needs a recording.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from daemon.audio.filters import filtered, highpass, lowpass, peak
from daemon.audio.waves import sine, wave
from daemon.engines.embedded.effects.parts import Ask, Make, along, held, hiss, mono, put, wide

#: (share of the call, value) of a line.
Line = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Call:
    """One animal's call.

    `hz` with its line of factors is the pitch; `shut` and `open` are two formants in Hz each, and
    `mouth` the line from one to the other. `rough_hz` beats the voice, `breath` is its noise.
    `times` calls follow each other `gap_s` apart, then `pause_s` of silence.
    """

    hz: float
    line: Line
    length_s: float
    shut: tuple[float, float]
    open: tuple[float, float]
    mouth: Line
    rough_hz: float = 0.0
    rough: float = 0.0
    vibrato: float = 0.0
    breath: float = 0.1
    times: int = 1
    gap_s: float = 0.0
    pause_s: float = 1.2
    attack_s: float = 0.012
    release_s: float = 0.06


_OPENS: Line = ((0, 0), (0.4, 1), (1, 0.3))
CALLS: dict[str, Call] = {
    "dog": Call(
        430, ((0, 0.65), (0.3, 1.2), (1, 0.5)), 0.2, (500, 1500), (950, 1900), _OPENS,
        rough_hz=70, rough=0.35, breath=0.4, times=2, gap_s=0.42, pause_s=0.9,
    ),
    "cat": Call(
        560, ((0, 0.75), (0.4, 1.2), (1, 0.7)), 0.8, (450, 2500), (1000, 1500),
        ((0, 0), (0.45, 1), (1, 0.2)), breath=0.06, pause_s=1.3, attack_s=0.05, release_s=0.2,
    ),
    "cow": Call(
        140, ((0, 0.75), (0.3, 1.05), (0.8, 1), (1, 0.75)), 1.7, (300, 800), (600, 1100),
        ((0, 0), (0.3, 1), (1, 0.7)), rough_hz=35, rough=0.2, pause_s=1.6, attack_s=0.15,
        release_s=0.3,
    ),
    "sheep": Call(
        300, ((0, 0.95), (0.2, 1.05), (1, 0.85)), 0.9, (550, 1700), (800, 2000), _OPENS,
        rough_hz=8.5, rough=0.8, breath=0.12, pause_s=1.2, attack_s=0.04, release_s=0.15,
    ),
    "horse": Call(
        850, ((0, 0.7), (0.15, 1.2), (0.6, 0.8), (1, 0.35)), 1.7, (900, 2200), (1400, 2900),
        ((0, 0.3), (0.2, 1), (1, 0)), rough_hz=11, rough=0.6, vibrato=0.1, breath=0.25,
        pause_s=1.6, attack_s=0.06, release_s=0.4,
    ),
    "wolf": Call(
        430, ((0, 0.6), (0.2, 1.15), (0.75, 1.1), (1, 0.7)), 3.0, (400, 900), (600, 1100),
        ((0, 0), (0.3, 1), (1, 0)), vibrato=0.01, breath=0.04, pause_s=1.5, attack_s=0.3,
        release_s=0.7,
    ),
    "rooster": Call(
        640, ((0, 0.8), (0.1, 1.1), (0.18, 0.85), (0.3, 1.15), (0.38, 1), (0.55, 1.6), (0.85, 1.5),
              (1, 0.7)),
        1.8, (900, 2400), (1500, 3000), ((0, 0), (0.1, 1), (0.2, 0), (0.3, 1), (0.4, 0.2),
        (0.6, 1), (1, 0.4)), rough_hz=60, rough=0.3, breath=0.12, pause_s=1.6,
    ),
    "lion": Call(
        85, ((0, 0.7), (0.3, 1.15), (1, 0.55)), 1.9, (300, 700), (550, 1000), _OPENS,
        rough_hz=29, rough=0.75, breath=0.7, pause_s=1.2, attack_s=0.2, release_s=0.6,
    ),
    "duck": Call(
        230, ((0, 1.1), (1, 0.8)), 0.15, (1000, 2300), (1300, 2700), _OPENS,
        rough_hz=115, rough=0.4, breath=0.15, times=4, gap_s=0.27, pause_s=1.1,
    ),
}  # fmt: skip


def caller(name: str) -> Make:
    """The maker of an animal's calls, again and again over the length that is asked."""
    call = CALLS[name]

    def make(a: Ask) -> np.ndarray:
        out = np.zeros((a.frames, 2), np.float32)
        stream = a.stream("calls")
        at_s = 0.0
        while at_s < a.length_s - 0.05:
            for k in range(call.times):
                one = _once(a, call, (round(at_s, 3), k), float(stream.uniform(0.93, 1.07)))
                put(out, one, at_s, a.rate, float(stream.uniform(0.8, 1)))
                at_s += call.gap_s / a.pace if call.gap_s else len(one) / a.rate
            at_s += call.pause_s * float(stream.uniform(0.8, 1.3)) / a.pace
        return out

    return make


def _once(a: Ask, call: Call, what: object, varied: float) -> np.ndarray:
    """One call, float32 (n, 2)."""
    b = a.of_length(call.length_s * a.longer * (2 - varied))
    bend = along(b, *call.line)
    if call.vibrato:
        bend = bend * (1 + call.vibrato * sine(call.rough_hz or 5.5, b.frames, a.rate))
    pulses = wave("saw", call.hz * varied * a.lower, b.frames, a.rate, 7000.0, 0.8, 0.0, bend)
    x = mono(pulses) + hiss(b, what, b.frames, highpass(200)) * np.float32(2 * call.breath)
    opened = wide(along(b, *call.mouth))
    x = _throat(x, a, call.shut) * (1 - opened) + _throat(x, a, call.open) * opened
    level = held(b.frames, a.rate, call.attack_s, call.release_s)
    if call.rough:
        beat = 0.5 + 0.5 * sine(call.rough_hz * a.pace**0.5, b.frames, a.rate)
        level = level * (1 - np.float32(call.rough) * beat)
    return (x * wide(level)).astype(np.float32)


def _throat(x: np.ndarray, a: Ask, formants: tuple[float, float]) -> np.ndarray:
    first, second = (round(hz * a.lower**0.5) for hz in formants)
    return filtered(
        x, a.rate, highpass(round(0.3 * first)), peak(first, 16, 3), peak(second, 13, 4),
        lowpass(round(1.8 * second)),
    )  # fmt: skip
