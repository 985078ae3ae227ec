"""Hits, blasts, doors, glass, metal: modes that are struck, and noise that bursts.

The modes of plates, bars and membranes follow Fletcher and Rossing, "The Physics of Musical
Instruments" (1991); blasts and doors follow Farnell, "Designing Sound" (2010).
"""

from __future__ import annotations

import numpy as np

from daemon.audio.drive import saturate
from daemon.audio.envelopes import fall
from daemon.audio.filters import bandpass, filtered, highpass, lowpass
from daemon.audio.noise import swept_noise
from daemon.audio.waves import sine
from daemon.engines.embedded.effects.parts import (
    Ask,
    along,
    burst,
    curve,
    cut,
    hit,
    mono,
    put,
    scatter,
    wide,
)

#: Ratios of a round membrane's modes.
_MEMBRANE = np.array((1, 1.59, 2.14, 2.3, 2.65, 2.92, 3.5, 3.6, 4.06))
#: Ratios of a bar that is free at both ends.
BAR = np.array((1, 2.756, 5.404, 8.933, 13.34))
#: Modes of a door's panel in Hz.
_PANEL = np.array((62, 98, 141, 190, 262, 330, 450, 610, 820))


def impact(a: Ask) -> np.ndarray:
    """A film's hit: a falling sub, a large membrane, air."""
    n, t = a.frames, a.t
    sub = sine(38 * a.lower * (1 + 1.3 * np.exp(-t / 0.05)), n, a.rate) * fall(t, 1.7 * a.longer)
    out = mono(saturate(sub, 1.2 + a.hard))
    skin = hit(a, "skin", 64 * a.lower * _MEMBRANE, 0.9 * a.longer / _MEMBRANE**0.7)
    put(out, skin, 0, a.rate, 1.4)
    put(out, burst(a, "air", 0.7 * a.longer, lowpass(2600), highpass(60)), 0, a.rate, 1.1)
    put(out, burst(a, "click", 0.03, highpass(1500)), 0, a.rate, 0.5 + a.hard)
    return out


def boom(a: Ask) -> np.ndarray:
    """A sub that hardly falls, long, with a low rumble round it."""
    n, t = a.frames, a.t
    tone = sine(34 * a.lower * (1 + 0.5 * np.exp(-t / 0.12)), n, a.rate)
    out = mono(saturate(tone * fall(t, 2.8 * a.longer), 2.0))
    put(out, burst(a, "rumble", 1.5 * a.longer, lowpass(170), highpass(25)), 0, a.rate, 0.9)
    put(out, burst(a, "front", 0.08, lowpass(1200)), 0, a.rate, 0.5)
    return out


def explosion(a: Ask) -> np.ndarray:
    """Noise whose top dies first, a sub, and debris that falls for a while."""
    out = np.zeros((a.frames, 2), np.float32)
    for length_s, top_hz, gain in ((0.25, 6000, 1.0), (0.9, 1400, 1.2), (2.6, 320, 1.6)):
        x = burst(a, top_hz, length_s * a.longer, lowpass(top_hz * a.lower), highpass(28))
        put(out, x, 0, a.rate, gain)
    t = a.t
    thump = sine(44 * a.lower * (1 + 1.5 * np.exp(-t / 0.06)), a.frames, a.rate)
    out += mono(thump * fall(t, 1.2 * a.longer)) * np.float32(0.9)
    bits = [
        hit(a, k, (700 + 260 * k, 1600 + 330 * k, 2900 + 210 * k), (0.05, 0.03, 0.02))
        for k in range(6)
    ]
    falling = along(a, (0, 0), (0.08, 30), (0.4, 14), (1, 0)) * np.float32(1 + a.size * 0.4)
    out += scatter(a, "debris", bits, falling) * np.float32(0.5)
    return saturate(out, 1.6)


def gunshot(a: Ask) -> np.ndarray:
    """A shock of a millisecond, the blast of the muzzle, and its reflections."""
    n = round(0.45 * a.rate)
    t = np.arange(n, dtype=np.float32) / a.rate
    shock = mono(np.where(t < 0.0016, 1 - 2 * t / 0.0016, 0) * np.minimum(1, t / 0.0001))
    shot = shock * np.float32(0.8)
    put(shot, burst(a, "blast", 0.16 * a.longer, highpass(350), lowpass(9000)), 0, a.rate, 1.6)
    body = sine(95 * a.lower * (1 + np.exp(-t / 0.02)), n, a.rate) * fall(t, 0.2 * a.longer)
    shot += mono(body) * np.float32(0.45)
    shot = saturate(shot, 2.2)
    out = cut(shot, a.frames)
    stream = a.stream("walls")
    dull = filtered(shot, a.rate, lowpass(1800))
    for at_s in np.sort(stream.uniform(0.06, 0.7, 9)):
        put(out, dull, at_s, a.rate, 0.45 * np.exp(-at_s / 0.3), stream.uniform(-0.9, 0.9))
    return out


def thud(a: Ask) -> np.ndarray:
    """Something heavy and soft that falls on a floor."""
    low = (58, 83, 121, 166, 214)
    out = cut(hit(a, "floor", [hz * a.lower for hz in low], [0.3 * a.longer] * 5), a.frames)
    put(out, burst(a, "cloth", 0.12, lowpass(480)), 0, a.rate, 0.9)
    return out


def punch(a: Ask) -> np.ndarray:
    """A slap of cloth and skin over a short body."""
    n = round(0.25 * a.rate)
    t = np.arange(n, dtype=np.float32) / a.rate
    body = sine(62 * a.lower * (1 + 1.1 * np.exp(-t / 0.02)), n, a.rate) * fall(t, 0.2)
    out = cut(mono(body), a.frames)
    put(out, burst(a, "slap", 0.07, bandpass(1100, 0.7)), 0, a.rate, 0.9 + a.hard)
    put(out, burst(a, "cloth", 0.12, bandpass(350, 0.8)), 0.004, a.rate, 0.9)
    return saturate(out, 1.5)


def slam(a: Ask) -> np.ndarray:
    """A door: the panel's modes, the air, the latch a moment later."""
    decays = 0.42 * a.longer * (62 / _PANEL) ** 0.35
    out = cut(hit(a, "panel", _PANEL * a.lower, decays, width=0.4), a.frames)
    put(out, burst(a, "wood", 0.09, bandpass(900, 0.5)), 0, a.rate, 1.0)
    put(out, burst(a, "air", 0.35, lowpass(220)), 0, a.rate, 0.8)
    steel = a.says(r"metal|steel|iron|prison|cell|gate")
    latch = hit(a, "latch", (1250, 2130, 3380, 4720), (0.5 if steel else 0.05,) * 4)
    put(out, latch, 0.014, a.rate, 0.9 if steel else 0.35)
    if steel:
        sheet = [150, 233, 318, 415, 560, 734, 921, 1180]
        put(out, hit(a, "sheet", sheet, [1.2 * a.longer] * 8), 0, a.rate, 0.9)
    return saturate(out, 1.3)


def knock(a: Ask) -> np.ndarray:
    """Knuckles on a door, two to five times."""
    out = np.zeros((a.frames, 2), np.float32)
    stream = a.stream("knocks")
    at_s = 0.0
    for k in range(int(stream.randint(3, 6))):
        wood = np.array((178, 305, 424, 573, 812, 1130)) * a.lower
        x = hit(a, k, wood, 0.11 * a.longer * (178 / wood) ** 0.3)
        put(out, x, at_s, a.rate, stream.uniform(0.75, 1))
        put(out, burst(a, ("skin", k), 0.012, bandpass(1900, 0.8)), at_s, a.rate, 0.3)
        at_s += float(stream.uniform(0.17, 0.24)) / a.pace
        if at_s > a.length_s - 0.1:
            break
    return out


def creak(a: Ask) -> np.ndarray:
    """A hinge that sticks and slips: pulses whose rate wanders, through the door's wood."""
    rate = along(a, (0, 0.7), (0.3, 1.5), (0.6, 1.1), (1, 0.5)) * curve(a, "rate", 3, 28, 115)
    turns = np.cumsum(rate * a.lower * a.pace) / a.rate
    slips = np.diff(np.floor(turns), prepend=0) > 0
    stream = a.stream("slips")
    pulses = slips * stream.uniform(0.4, 1, a.frames).astype(np.float32)
    wood = hit(
        a, "wood", np.array((420, 690, 1030, 1480, 2210, 3150)) * a.lower**0.5,
        (0.07, 0.06, 0.05, 0.04, 0.03, 0.02), width=0.4,
    )  # fmt: skip
    # only here: most clips do without scipy.signal, which takes a fifth of a second to load
    from scipy.signal import oaconvolve

    x = np.stack([oaconvolve(pulses, wood[:, side])[: a.frames] for side in (0, 1)], axis=1)
    strong = along(a, (0, 0), (0.1, 1), (0.85, 0.8), (1, 0)) * curve(a, "hand", 5, 0.25, 1)
    return (x * wide(strong)).astype(np.float32)


def sliding_door(a: Ask) -> np.ndarray:
    """A door of a ship in space: a lock, compressed air, a motor, a stop."""
    n = a.frames
    out = np.zeros((n, 2), np.float32)
    put(out, hit(a, "lock", (320, 870, 1430, 2610), (0.16, 0.12, 0.08, 0.05)), 0, a.rate, 0.8)
    air = swept_noise(n, a.rate, along(a, (0, 5200), (0.7, 1500), (1, 700)), 0.9, a.name, a.seed)
    out += mono(air * along(a, (0, 0), (0.04, 0.5), (0.5, 0.28), (0.8, 0.05), (1, 0)))
    servo = along(a, (0, 70), (0.15, 210), (0.65, 240), (0.85, 90), (1, 60)) * a.lower
    whine = sine(servo, n, a.rate) + 0.5 * sine(servo * 3.01, n, a.rate)
    out += mono(whine * along(a, (0, 0), (0.1, 0.2), (0.7, 0.2), (0.85, 0.0), (1, 0)))
    end_s = 0.8 * a.length_s
    put(out, hit(a, "stop", (82, 148, 231, 390, 720), [0.35 * a.longer] * 5), end_s, a.rate, 1.2)
    put(out, burst(a, "seal", 0.25, highpass(2500)), end_s + 0.03, a.rate, 0.3)
    return out


def glass(a: Ask) -> np.ndarray:
    """A pane: the crack, then shards that ring and bounce; each shard a plate of its own.

    Modal shards after van den Doel and Pai (1998).
    """
    stream = a.stream("shards")
    shards = []
    for k in range(24):
        hz = float(stream.uniform(1900, 7200)) * a.lower**0.6
        ring = float(stream.uniform(0.06, 0.4)) * a.longer
        shards.append(
            hit(a, k, hz * np.array((1, 1.52, 2.31, 2.87)), ring * np.array((1, 0.7, 0.5, 0.4)))
        )
    out = cut(burst(a, "crack", 0.05, highpass(2200)), a.frames) * np.float32(1.4)
    pane = np.array((410, 760, 1220, 1730, 2560, 3320)) * a.lower
    put(out, hit(a, "pane", pane, [0.08] * 6), 0, a.rate, 1.0)
    t = a.t
    thick = (150 * np.exp(-t / 0.09) + 34 * np.exp(-t / (0.4 * a.longer))) * 2 ** (0.8 * a.size)
    return out + scatter(a, "fall", shards, thick, 1.6) * np.float32(0.9)


def metal(a: Ask) -> np.ndarray:
    """A sheet or a pipe of metal that is struck: many modes, long."""
    stream = a.stream("sheet")
    ratios = np.sqrt(np.arange(1, 22)) * stream.uniform(0.94, 1.06, 21)
    hz = 175 * a.lower * ratios * (1 + 0.12 * np.arange(21))
    decays = 2.6 * a.longer / (1 + hz / 2600)
    x = hit(a, "sheet", hz, decays, np.ones(21), length_s=min(a.length_s, 3 * a.longer))
    out = cut(x, a.frames)
    put(out, burst(a, "stick", 0.02, highpass(1500)), 0, a.rate, 0.5)
    return out


def sword(a: Ask) -> np.ndarray:
    """A blade that is drawn along another and struck: a hiss upwards, then a free bar."""
    out = np.zeros((a.frames, 2), np.float32)
    drawn_s = 0.28 * min(1.5, a.length_s)
    b = a.of_length(drawn_s)
    scrape = swept_noise(b.frames, a.rate, along(b, (0, 2600), (1, 9000)), 2.5, a.name, a.seed)
    put(out, mono(scrape * along(b, (0, 0), (0.7, 0.7), (1, 0.2))), 0, a.rate)
    hz = float(a.stream("blade").uniform(880, 1300)) * a.lower
    blade = np.concatenate([hz * BAR, 1.013 * hz * BAR, 1.7 * hz * BAR[:3]])
    decays = 1.5 * a.longer / (1 + blade / 7000)
    put(out, hit(a, "blade", blade, decays, loose=0.01), drawn_s, a.rate, 1.2)
    put(out, burst(a, "edge", 0.05, highpass(3000)), drawn_s, a.rate, 0.8)
    return out


def crack(a: Ask) -> np.ndarray:
    """Wood that breaks: a handful of sharp cracks in a tenth of a second."""
    out = np.zeros((a.frames, 2), np.float32)
    stream = a.stream("fibres")
    for k, at_s in enumerate(np.sort(stream.uniform(0, 0.12 * a.longer, 9))):
        hz = np.array((480, 830, 1350, 2240, 3600)) * a.lower * stream.uniform(0.8, 1.25)
        x = hit(a, k, hz, (0.05, 0.04, 0.03, 0.02, 0.015))
        put(out, x, at_s, a.rate, stream.uniform(0.4, 1.2), stream.uniform(-0.3, 0.3))
        put(out, burst(a, ("snap", k), 0.01, highpass(1800)), at_s, a.rate, 0.6)
    return out


def whip(a: Ask) -> np.ndarray:
    """A rush of air, and the crack where the tip is faster than sound."""
    b = a.of_length(min(0.35, 0.6 * a.length_s))
    rush = swept_noise(b.frames, a.rate, along(b, (0, 300), (1, 3200)), 1.2, a.name, a.seed)
    out = cut(mono(rush * along(b, (0, 0), (0.9, 0.35), (1, 0.1))), a.frames)
    put(out, burst(a, "tip", 0.06, highpass(1600)), b.length_s, a.rate, 2.2)
    return out
