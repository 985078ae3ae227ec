"""Things in the hand and under the foot: steps, keys, coins, clocks, clicks of machines.

Crunching and jingling are many small random strokes after Cook, "Physically Informed Sonic
Modeling" (1997).
"""

from __future__ import annotations

import numpy as np

from daemon.audio.drive import saturate
from daemon.audio.envelopes import fall
from daemon.audio.filters import bandpass, highpass, lowpass
from daemon.audio.noise import swept_noise
from daemon.audio.waves import sine
from daemon.engines.embedded.effects.parts import (
    Ask,
    along,
    burst,
    curve,
    cut,
    hiss,
    hit,
    mono,
    put,
    scatter,
    steady,
    wide,
)

#: Ratios of a thin disc's modes, as of a coin.
_DISC = np.array((1, 1.73, 2.33, 3.91, 4.11, 6.3))
#: Ground -> (words, grains a second, lowest and highest Hz, length of a grain in s).
_GROUNDS = {
    "gravel": (
        r"gravel|pebbl|stones|kies|grava|gravier|cascalho|ghiaia|砂利",
        190,
        900,
        6500,
        0.02,
    ),
    "snow": (r"snow|schnee|nieve|neige|neve|雪", 520, 350, 2600, 0.012),
    "leaves": (r"leaves|grass|forest|laub|hojas|feuilles|folhas|foglie", 240, 2500, 9500, 0.03),
    "water": (r"water|puddle|mud|wasser|agua|eau|acqua", 150, 500, 3800, 0.05),
}
_STEEL = r"metal|steel|iron|grate|stairs of|metall|acero|ferro|métal|金属"
_WOOD = r"wood|floorboard|parquet|holz|madera|bois|madeira|legno|木"


def footsteps(a: Ask) -> np.ndarray:
    """Heel and toe on a ground: wood, metal and stone ring; gravel, snow and leaves crunch."""
    out = np.zeros((a.frames, 2), np.float32)
    ground = next((one for one in _GROUNDS.values() if a.says(one[0])), None)
    stream = a.stream("steps")
    for k, at_s in enumerate(steady(a, "walk", 1.75 * a.pace, 0.05)):
        side, strong = (0.22, -0.22)[k % 2], float(stream.uniform(0.75, 1))
        if ground is not None:
            put(out, _crunch(a, k, ground), at_s, a.rate, strong, side)
            continue
        for part, (delay_s, gain) in enumerate(((0.0, 1.0), (0.085 / a.pace, 0.55))):
            x = _sole(a, (k, part))
            put(out, x, at_s + delay_s, a.rate, strong * gain, side)
    return out


def _crunch(a: Ask, k: int, ground: tuple[str, int, int, int, float]) -> np.ndarray:
    _, per_s, low_hz, high_hz, length_s = ground
    b = a.of_length(0.34)
    press = along(b, (0, 0), (0.12, 1), (0.35, 0.35), (0.55, 0.8), (1, 0)) * np.float32(per_s)
    centres = np.geomspace(low_hz, high_hz, 8) * a.lower**0.5
    grains = [
        burst(a, (k, n), length_s, bandpass(round(float(hz)), 1.6)) for n, hz in enumerate(centres)
    ]
    out = scatter(b, ("crunch", k), grains, press, 1.5, 0.3)
    put(out, burst(a, ("weight", k), 0.08, lowpass(260)), 0.01, a.rate, 0.5)
    return out


def _sole(a: Ask, which: tuple[int, int]) -> np.ndarray:
    """One part of a step on a hard ground, (n, 2)."""
    if a.says(_STEEL):
        hz, ring = np.array((236, 391, 604, 873, 1310, 1904)), 0.5
    elif a.says(_WOOD):
        hz, ring = np.array((96, 163, 247, 372, 540, 815)), 0.12
    else:
        hz, ring = np.array((132, 310, 690, 1240, 2050, 3100)), 0.045
    x = hit(a, ("sole", which), hz * a.lower, ring * a.longer * (hz[0] / hz) ** 0.4, loose=0.02)
    put(x, burst(a, ("heel", which), 0.018, bandpass(1500, 0.7)), 0, a.rate, 0.35)
    return x


def coins(a: Ask) -> np.ndarray:
    """Coins that fall and bounce, each at shorter and shorter gaps."""
    out = np.zeros((a.frames, 2), np.float32)
    stream = a.stream("coins")
    for coin in range(int(stream.randint(4, 8))):
        hz = float(stream.uniform(2700, 4100)) * a.lower**0.5
        at_s, gap_s = float(stream.uniform(0, 0.3)), float(stream.uniform(0.1, 0.2))
        for k in range(9):
            ring = 0.5 * a.longer * np.array((1, 0.8, 0.7, 0.5, 0.4, 0.3))
            x = hit(a, (coin, k), hz * _DISC, ring * stream.uniform(0.3, 1), loose=0.004)
            put(out, x, at_s, a.rate, 0.8**k, stream.uniform(-0.5, 0.5))
            at_s, gap_s = at_s + gap_s, gap_s * 0.72
    return out


def keys(a: Ask) -> np.ndarray:
    """A bunch of keys that is shaken."""
    stream = a.stream("keys")
    grains = []
    for k in range(12):
        hz = float(stream.uniform(2400, 7600)) * a.lower
        grains.append(hit(a, k, hz * np.array((1, 1.47, 2.09)), (0.14, 0.09, 0.06)))
    shakes = 22 + 55 * curve(a, "shake", 4 * a.pace, 0, 1) ** 2
    return scatter(a, "jingle", grains, shakes, 1.5, 0.5)


def dice(a: Ask) -> np.ndarray:
    """Dice that are thrown, and roll out."""
    grains = [
        hit(a, k, np.array((1450, 2380, 3900)) * a.lower * (0.9 + 0.05 * k), (0.03, 0.02, 0.012))
        for k in range(6)
    ]
    rolling = 26 * np.exp(-a.t / 0.3)
    out = scatter(a, "roll", grains, rolling.astype(np.float32), 1.2, 0.5)
    put(out, grains[0], 0.0, a.rate)
    return out


def pop(a: Ask) -> np.ndarray:
    """A cork: a resonance that jumps up, and a puff."""
    n = round(0.14 * a.rate)
    t = np.arange(n, dtype=np.float32) / a.rate
    tone = sine(420 * a.lower * (1 + 1.9 * (1 - np.exp(-t / 0.012))), n, a.rate)
    out = cut(mono(tone * fall(t, 0.09 * a.longer) * np.minimum(1, t / 0.0008)), a.frames)
    put(out, burst(a, "puff", 0.03, bandpass(2200, 0.7)), 0, a.rate, 0.5)
    return out


def zipper(a: Ask) -> np.ndarray:
    """Teeth that close one after the other, faster in the middle."""
    tooth = [burst(a, k, 0.008, bandpass(3000 + 500 * k, 2), highpass(1200)) for k in range(5)]
    out = np.zeros((a.frames, 2), np.float32)
    rate = along(a, (0, 35), (0.4, 110), (0.9, 70), (1, 40)) * np.float32(a.pace)
    turns = np.cumsum(rate) / a.rate
    stream = a.stream("teeth")
    for k in range(int(turns[-1])):
        at_s = float(np.searchsorted(turns, k)) / a.rate
        put(out, tooth[k % 5], at_s, a.rate, stream.uniform(0.5, 1))
    return out


def paper(a: Ask) -> np.ndarray:
    """A page that is turned or crumpled: crackles of all sizes over a soft brush."""
    grains = [burst(a, k, 0.006 + 0.004 * k, highpass(1400 + 450 * k)) for k in range(7)]
    move = curve(a, "hand", 4 * a.pace, 0, 1) ** 2
    out = scatter(a, "crumple", grains, 20 + 260 * move, 3.0, 0.5)
    return out + hiss(a, "sheet", a.frames, highpass(2500), lowpass(9000)) * wide(0.25 * move)


def typing(a: Ask) -> np.ndarray:
    """Keys of a keyboard, each down and up; now and then the long one. A typewriter rings."""
    out = np.zeros((a.frames, 2), np.float32)
    stream = a.stream("keys")
    heavy = a.says(r"typewriter|schreibmaschine|máquina de escr|machine à écrire|タイプライター")
    base = np.array((310, 820, 1540, 2630)) if heavy else np.array((240, 1150, 2250, 3900))
    for k, at_s in enumerate(steady(a, "type", 6.5 * a.pace, 0.42)):
        long_key = stream.uniform() < 0.12
        hz = base * a.lower * (0.72 if long_key else 1) * stream.uniform(0.94, 1.06)
        side = float(stream.uniform(-0.4, 0.4))
        ring = 0.045 if heavy else 0.02
        put(out, hit(a, (k, 1), hz, [ring] * 4), at_s, a.rate, stream.uniform(0.6, 1), side)
        put(out, burst(a, (k, 2), 0.008, highpass(2500)), at_s, a.rate, 0.5, side)
        put(out, hit(a, (k, 3), 1.2 * hz, [0.012] * 4), at_s + 0.07, a.rate, 0.3, side)
    return out


def click(a: Ask) -> np.ndarray:
    """A button of a page: one short, dry, high click."""
    out = cut(hit(a, "key", np.array((1750, 2900, 4400)) * a.lower, (0.02, 0.014, 0.01)), a.frames)
    put(out, burst(a, "contact", 0.004, highpass(2500)), 0, a.rate, 0.4)
    return out


def switch(a: Ask) -> np.ndarray:
    """A switch that snaps over: two clicks of different pitch."""
    out = np.zeros((a.frames, 2), np.float32)
    for k, (at_s, pitch) in enumerate(((0.0, 1.0), (0.055 / a.pace, 0.72))):
        hz = np.array((520, 1420, 2650, 4300)) * a.lower * pitch
        put(out, hit(a, k, hz, (0.04, 0.025, 0.015, 0.01)), at_s, a.rate, 1 - 0.2 * k)
        put(out, burst(a, ("snap", k), 0.006, highpass(1800)), at_s, a.rate, 0.5)
    return out


def camera(a: Ask) -> np.ndarray:
    """A shutter: the mirror up, the curtain, the mirror down."""
    out = np.zeros((a.frames, 2), np.float32)
    for k, at_s in enumerate((0.0, 0.045, 0.13)):
        x = hit(a, k, np.array((640, 1480, 2320, 3850)) * a.lower, (0.03, 0.025, 0.02, 0.012))
        put(out, x, at_s / a.pace, a.rate, (0.7, 0.5, 1)[k])
        noisy = burst(a, ("curtain", k), (0.03, 0.07, 0.04)[k], bandpass(4200, 0.8))
        put(out, noisy, at_s / a.pace, a.rate, 0.7)
    return out


def clock(a: Ask) -> np.ndarray:
    """An escapement: tick and tock, a little apart in pitch, with the case's wood."""
    out = np.zeros((a.frames, 2), np.float32)
    old = a.says(r"grandfather|pendulum|tower|standuhr|pendule")
    per_s = (1.0 if old else 2.0) * a.pace
    for k, at_s in enumerate(steady(a, "pendulum", per_s, 0.004)):
        hz = np.array((880, 1530, 2470, 3690)) * a.lower * (0.55 if old else 1)
        hz = hz * (1.0 if k % 2 else 1.13)
        x = hit(a, ("tick", k % 2), hz, (0.05, 0.035, 0.025, 0.015), loose=0.01)
        put(out, x, at_s, a.rate, 1.0 if k % 2 else 0.85)
        put(out, burst(a, ("gear", k % 2), 0.006, highpass(3000)), at_s + 0.008, a.rate, 0.3)
    return out


def heartbeat(a: Ask) -> np.ndarray:
    """Two valves: lub and dub, low and dull."""
    out = np.zeros((a.frames, 2), np.float32)
    n = round(0.3 * a.rate)
    t = np.arange(n, dtype=np.float32) / a.rate
    for at_s in steady(a, "pulse", 1.15 * a.pace, 0.02):
        for delay_s, hz, gain in ((0.0, 47, 1.0), (0.3 / a.pace**0.5, 61, 0.7)):
            tone = sine(hz * a.lower**0.4 * (1 + 0.5 * np.exp(-t / 0.03)), n, a.rate)
            beat = tone * fall(t, 0.22) * np.minimum(1, t / 0.008)
            put(out, mono(beat), at_s + delay_s, a.rate, gain)
    return saturate(out, 1.3)


def slot_machine(a: Ask) -> np.ndarray:
    """Reels that tick slower and stop, then coins in a tray."""
    out = np.zeros((a.frames, 2), np.float32)
    end_s = 0.5 * a.length_s
    at_s, k = 0.0, 0
    while at_s < end_s:
        hz = np.array((980, 1720, 2800)) * a.lower
        put(out, hit(a, ("reel", k % 3), hz, (0.03, 0.02, 0.012)), at_s, a.rate, 0.6)
        at_s += (0.035 + 0.1 * (at_s / end_s) ** 3) / a.pace
        k += 1
    won = a.of_length(max(0.3, a.length_s - end_s))
    tray = [hit(a, ("tray", k), (2850 + 170 * k) * _DISC[:5], [0.25] * 5) for k in range(8)]
    put(out, scatter(won, "coins", tray, 15.0, 1.0, 0.6), end_s, a.rate, 1.0)
    return out


def breath(a: Ask) -> np.ndarray:
    """Breath in and out through a mouth."""
    turns = np.cumsum(np.full(a.frames, 0.27 * a.pace)) / a.rate
    inward = np.maximum(0, np.sin(2 * np.pi * turns)) ** 1.5
    outward = np.maximum(0, -np.sin(2 * np.pi * turns)) ** 1.2
    centre = (700 + 1500 * inward + 500 * outward) * a.lower
    x = swept_noise(a.frames, a.rate, centre, 1.1, a.name, a.seed)
    return mono(x * (0.7 * inward + outward).astype(np.float32))
