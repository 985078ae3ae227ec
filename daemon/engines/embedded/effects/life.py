"""Small animals and crowds, as far as they can be made honestly: no single voices of people."""

from __future__ import annotations

import numpy as np

from daemon.audio.filters import bandpass, filtered, highpass, lowpass, peak
from daemon.audio.waves import sine, wave
from daemon.engines.embedded.effects.parts import (
    Ask,
    along,
    burst,
    curve,
    cut,
    held,
    hiss,
    mono,
    put,
    scatter,
    steady,
    wide,
)

#: Vowels' first two formants in Hz, for a murmur in which no word is heard.
_VOWELS = ((730, 1090), (530, 1840), (570, 840), (300, 870), (390, 1990), (660, 1720))


def birds(a: Ask) -> np.ndarray:
    """Birds, each with a motif of its own: syllables whose pitch bends, sung again and again."""
    out = np.zeros((a.frames, 2), np.float32)
    for bird in range(4):
        stream = a.stream("bird", bird)
        base = float(stream.uniform(2300, 5200)) * a.lower**0.5
        motif = [_syllable(a, stream, base) for _ in range(int(stream.randint(2, 6)))]
        side, gain = float(stream.uniform(-0.8, 0.8)), float(stream.uniform(0.35, 1))
        at_s = float(stream.uniform(0, 0.6)) + 0.35 * bird
        while at_s < a.length_s - 0.1:
            for one in motif:
                put(out, one, at_s, a.rate, gain, side)
                at_s += len(one) / a.rate + float(stream.uniform(0.02, 0.07))
            at_s += float(stream.uniform(0.5, 1.8)) / a.pace
    air = hiss(a, "air", a.frames, bandpass(1500, 0.4), width=1.5) * np.float32(0.006)
    return out + air


def _syllable(a: Ask, stream: np.random.RandomState, base: float) -> np.ndarray:
    b = a.of_length(float(stream.uniform(0.05, 0.2)))
    bends = stream.uniform(0.75, 1.35, 3)
    hz = along(b, (0, bends[0] * base), (0.5, bends[1] * base), (1, bends[2] * base))
    if stream.uniform() < 0.3:
        hz = hz * (1 + 0.08 * sine(float(stream.uniform(22, 45)), b.frames, a.rate))
    x = sine(hz, b.frames, a.rate) + 0.12 * sine(2 * hz, b.frames, a.rate)
    return mono(x * held(b.frames, a.rate, 0.012, 0.02))


def crickets(a: Ask) -> np.ndarray:
    """Wings that scrape: pulses of 4 to 5 kHz in short groups, several insects apart."""
    out = np.zeros((a.frames, 2), np.float32)
    t = a.t
    for one in range(4):
        stream = a.stream("cricket", one)
        hz = float(stream.uniform(3900, 5000)) * a.lower**0.4
        chirp = (t * float(stream.uniform(1.6, 2.6)) * a.pace + stream.uniform()) % 1
        pulse = np.maximum(0, np.sin(2 * np.pi * 31 * t)) ** 2 * (chirp < 0.28)
        smooth = np.convolve(pulse, np.ones(120, np.float32) / 120, "same").astype(np.float32)
        x = sine(hz, a.frames, a.rate) * smooth
        put(out, mono(x), 0, a.rate, stream.uniform(0.3, 1), stream.uniform(-0.8, 0.8))
    return out + hiss(a, "night", a.frames, lowpass(900), highpass(80)) * np.float32(0.02)


def frogs(a: Ask) -> np.ndarray:
    """Croaks: pulse trains that quicken, through a throat."""
    out = np.zeros((a.frames, 2), np.float32)
    stream = a.stream("frogs")
    for k, at_s in enumerate(steady(a, "croak", 2.3 * a.pace, 0.35)):
        b = a.of_length(float(stream.uniform(0.16, 0.34)))
        rate = along(b, (0, 42), (1, 78)) * float(stream.uniform(0.85, 1.2))
        pulses = np.exp(-8 * ((np.cumsum(rate) / a.rate) % 1)).astype(np.float32)
        hz = float(stream.uniform(650, 1250)) * a.lower
        x = sine(hz, b.frames, a.rate) * pulses
        put(out, mono(x * held(b.frames, a.rate, 0.02, 0.05)), at_s, a.rate,
            stream.uniform(0.4, 1), (-0.6, 0.1, 0.6)[k % 3])  # fmt: skip
    return out


def bees(a: Ask) -> np.ndarray:
    """Wings at 190 to 250 strokes a second, near and far."""
    out = np.zeros((a.frames, 2), np.float32)
    for one in range(5):
        stream = a.stream("bee", one)
        hz = float(stream.uniform(185, 255)) * a.lower
        bend = curve(a, ("flight", one), 2.5, 0.92, 1.1)
        x = wave("saw", hz, a.frames, a.rate, 2600, 0.9, float(stream.uniform()), bend)
        near = curve(a, ("near", one), 0.8 * a.pace, 0, 1) ** 2
        put(out, mono(x * near), 0, a.rate, 0.8, stream.uniform(-0.9, 0.9))
    return filtered(out, a.rate, highpass(150))


def owl(a: Ask) -> np.ndarray:
    """Hoots: a soft tone with breath, one, then two."""
    out = np.zeros((a.frames, 2), np.float32)
    for at_s in np.arange(0, max(0.5, a.length_s - 0.8), 3.2 / a.pace):
        for delay_s, length_s in ((0.0, 0.5), (0.75, 0.2), (1.0, 0.6)):
            b = a.of_length(length_s)
            hz = 390 * a.lower * along(b, (0, 0.9), (0.3, 1.02), (1, 0.93))
            x = sine(hz, b.frames, a.rate) + 0.1 * sine(2 * hz, b.frames, a.rate)
            put(out, mono(x * held(b.frames, a.rate, 0.06, 0.12)), at_s + delay_s, a.rate)
    return out + hiss(a, "night", a.frames, lowpass(700), highpass(90)) * np.float32(0.01)


def applause(a: Ask) -> np.ndarray:
    """Many pairs of hands, each with its own sound; the bigger the crowd, the denser.

    Claps as filtered noise after Peltola and others, "Synthesis of Hand Clapping Sounds" (2007).
    """
    stream = a.stream("hands")
    claps = []
    for k in range(20):
        hz = float(stream.uniform(800, 2500)) * a.lower**0.4
        claps.append(burst(a, k, float(stream.uniform(0.025, 0.06)), bandpass(round(hz), 1.3)))
    people = 130 * 2 ** (1.6 * a.size)
    grow = along(a, (0, 0.25), (0.12, 1), (0.7, 0.9), (1, 0.2))
    return scatter(a, "claps", claps, np.minimum(700, people * grow), 1.6, 0.95)


def crowd(a: Ask) -> np.ndarray:
    """A murmur of many voices in which no word is heard; a cheer is noise through open vowels."""
    cheering = a.says(r"cheer|jubel|roar|goal|stadium|vítores|acclam|歓声")
    out = np.zeros((a.frames, 2), np.float32)
    for one in range(14):
        stream = a.stream("voice", one)
        bend = curve(a, ("tune", one), 3, 0.85, 1.2)
        hz = float(stream.uniform(95, 240)) * (1.5 if cheering else 1) * a.lower**0.4
        x = wave("saw", hz, a.frames, a.rate, 4000, 0.8, float(stream.uniform()), bend)
        first, second = _VOWELS[0 if cheering else one % len(_VOWELS)]
        x = filtered(
            x, a.rate, highpass(150), peak(first, 14, 4), peak(second, 11, 5), lowpass(3500)
        )
        speaks = np.maximum(0, curve(a, ("speaks", one), 4.5, -0.7, 1))
        put(out, mono(x * speaks), 0, a.rate, stream.uniform(0.3, 1), stream.uniform(-0.9, 0.9))
    breath = hiss(a, "breath", a.frames, bandpass(1100, 0.5), width=1.5)
    swell_ = (
        along(a, (0, 0.3), (0.25, 1), (0.7, 0.9), (1, 0.4))
        if cheering
        else along(a, (0, 1), (1, 1))
    )
    return cut((out + breath * np.float32(1.5 if cheering else 0.3)) * wide(swell_), a.frames)
