"""Weather, water and fire: many small events over a bed.

Drops and bubbles after van den Doel, "Physically Based Models for Liquid Sounds" (2005): a bubble
is a sine that rises as it nears the surface. Wind, thunder and fire after Farnell (2010).
"""

from __future__ import annotations

import numpy as np

from daemon.audio.drive import saturate
from daemon.audio.envelopes import fall
from daemon.audio.filters import bandpass, filtered, highpass, lowpass
from daemon.audio.noise import swept_noise
from daemon.audio.stereo import stereo
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
    wide,
)
from daemon.engines.embedded.voices.textures import texture

#: What rain falls on where it is told: words, modes in Hz, decay in s.
_ROOFS = (
    (r"window|glass|fenster|ventana|fenêtre|janela|finestra|窓", (1900, 2900, 4300, 6100), 0.018),
    (r"roof|tin\b|metal|car\b|dach|techo|toit|tetto|telhado|屋根", (680, 1240, 2010, 3300), 0.05),
    (r"tent|umbrella|zelt|schirm|paraguas|parapluie|傘", (310, 520, 860, 1500), 0.03),
    (r"leaves|forest|wald|bosque|forêt|blätter", (1400, 2300, 3900, 5200), 0.01),
)


def bubble(a: Ask, what: object, hz: float) -> np.ndarray:
    """One bubble, (n, 2): the smaller, the higher and the shorter (Minnaert's resonance)."""
    length_s = 0.013 * (3000 / hz) ** 0.75
    n = round(1.3 * length_s * 5 * a.rate)
    t = np.arange(n, dtype=np.float32) / a.rate
    up = a.stream("bubble", what).uniform(0.02, 0.25)
    x = sine(hz * (1 + up * t / length_s), n, a.rate) * np.exp(-t / length_s)
    return mono(x * np.minimum(1, t / 0.0008))


def _bubbles(a: Ask, low_hz: float, high_hz: float) -> list[np.ndarray]:
    """Twenty bubbles, from the largest to the smallest."""
    return [
        bubble(a, k, float(hz) * a.lower) for k, hz in enumerate(np.geomspace(low_hz, high_hz, 20))
    ]


def rain(a: Ask) -> np.ndarray:
    """A bed of far drops, near drops one by one, and what they fall on."""
    heavy = 2 ** (1.5 * a.size) * (0.55 if a.says(r"light|soft|gentle|drizzle|leicht") else 1)
    bed = hiss(a, "bed", a.frames, highpass(1300), lowpass(11000), width=1.4)
    out = bed * wide(0.3 * curve(a, "gust", 0.5, 0.75, 1.1))
    roof = next((one for one in _ROOFS if a.says(one[0])), None)
    if roof is None:
        drops = [burst(a, k, 0.004 + 0.002 * k, bandpass(3000 + 900 * k, 1.5)) for k in range(5)]
        drops += [bubble(a, ("drop", k), 1500 + 400 * k) * np.float32(0.5) for k in range(5)]
    else:
        drops = [
            hit(a, k, np.array(roof[1]) * (0.85 + 0.04 * k), [roof[2]] * len(roof[1]))
            for k in range(9)
        ]
        out = filtered(out, a.rate, lowpass(5000)) * np.float32(0.7)
    return out + scatter(a, "drops", drops, min(600.0, 110 * heavy), 3.0, 0.9)


def thunder(a: Ask) -> np.ndarray:
    """A crack where it is near, and rolls of lower and lower noise."""
    out = np.zeros((a.frames, 2), np.float32)
    stream = a.stream("rolls")
    far = a.says(r"distant|far\b|fern|lejan|lointain|遠")
    if not far:
        put(out, burst(a, "crack", 0.16, highpass(300), lowpass(7500)), 0, a.rate, 1.6)
        put(out, burst(a, "tear", 0.5, bandpass(600, 0.5)), 0.02, a.rate, 1.2)
    last_s = max(0.3, 0.75 * a.length_s)
    for k, at_s in enumerate(np.sort(stream.uniform(0, last_s, int(5 + 2 * a.length_s)))):
        top = 420 * np.exp(-at_s / 2.2) + (70 if far else 110)
        roll = burst(
            a, k, float(stream.uniform(0.8, 2.6)), lowpass(round(float(top))), highpass(22)
        )
        soft = np.minimum(1, np.arange(len(roll), dtype=np.float32) / (0.05 * a.rate))[:, None]
        gain = stream.uniform(0.5, 1.4) * np.exp(-at_s / (0.5 * a.length_s))
        put(out, roll * soft, at_s, a.rate, gain, stream.uniform(-0.6, 0.6))
    return saturate(out, 1.2)


def wind(a: Ask) -> np.ndarray:
    """Gusts: the stronger, the higher and the louder; where it meets edges it whistles."""
    sides = []
    for side in (0, 1):
        gust = curve(a, ("gust", side), 0.7 * a.pace, 0.15, 1)
        body = swept_noise(
            a.frames, a.rate, (180 + 500 * gust) * a.lower, 0.9, a.name, a.seed, side
        )
        edge = swept_noise(
            a.frames, a.rate, (420 + 900 * gust**2) * a.lower, 9, a.name, a.seed, "edge", side
        )
        sides.append(
            body * gust + edge * gust**2 * np.float32(1.3 if a.says("howl|whistl") else 0.6)
        )
    one, other = sides
    return stereo(0.8 * one + 0.35 * other, 0.8 * other + 0.35 * one)


def sea(a: Ask) -> np.ndarray:
    """Waves that come, break and run out, each on its own."""
    out = hiss(a, "deep", a.frames, lowpass(420), highpass(40)) * np.float32(0.3)
    stream = a.stream("waves")
    at_s = -float(stream.uniform(1.0, 3.0))
    while at_s < a.length_s:
        b = a.of_length(float(stream.uniform(5.5, 8.5)) / a.pace)
        rise = along(b, (0, 0), (0.3, 0.5), (0.42, 1), (0.6, 0.5), (1, 0)) ** 2
        foam = hiss(a, ("foam", at_s), b.frames, highpass(900), lowpass(9000), width=1.6)
        roll = hiss(a, ("roll", at_s), b.frames, highpass(90), lowpass(900), width=1.2)
        wave = roll * wide(rise) + foam * wide(0.6 * rise**1.4)
        early = max(0, round(-at_s * a.rate))
        put(out, wave[early:], max(0.0, at_s), a.rate, stream.uniform(0.7, 1))
        at_s += float(stream.uniform(3.2, 5.5)) / a.pace
    return out


def stream_of_water(a: Ask) -> np.ndarray:
    """A brook: hundreds of bubbles a second; a big one is a fall, and mostly noise."""
    big = max(0.0, a.size)
    flow = curve(a, "flow", 1.5, 0.6, 1.2)
    out = scatter(a, "bubbles", _bubbles(a, 380, 3400), 170 * flow, 2.5, 0.8)
    bed = hiss(a, "bed", a.frames, highpass(350), lowpass(5500), width=1.5)
    return out * np.float32(1 - 0.6 * big) + bed * wide((0.08 + 0.7 * big) * flow)


def drips(a: Ask) -> np.ndarray:
    """Single drops into water, far apart, with the room they fall in."""
    drops = [
        cut(bubble(a, ("plop", k), (620 + 170 * k) * a.lower) * np.float32(1.0), a.rate // 4)
        for k in range(6)
    ]
    for k, one in enumerate(drops):
        put(one, burst(a, ("touch", k), 0.004, highpass(3000)), 0, a.rate, 0.15)
    out = scatter(a, "drips", drops, 1.6 * a.pace, 1.0, 0.5)
    put(out, drops[a.seed % 6], 0.02, a.rate)
    return out


def bubbles(a: Ask) -> np.ndarray:
    """Bubbles that come up in a glass or from a diver."""
    rate = 4 + 26 * curve(a, "air", 2 * a.pace, 0, 1) ** 2
    out = scatter(a, "up", _bubbles(a, 190, 1250), rate, 1.2, 0.5)
    put(out, bubble(a, "first", 300 * a.lower), 0, a.rate)
    return out


def splash(a: Ask) -> np.ndarray:
    """Something falls into water: the slap, the spray, then bubbles."""
    out = cut(burst(a, "slap", 0.09 * a.longer, bandpass(700 * a.lower, 0.6)), a.frames)
    spray = burst(a, "spray", 0.6 * a.longer, highpass(1500), lowpass(9000))
    soft = np.minimum(1, np.arange(len(spray), dtype=np.float32) / (0.03 * a.rate))[:, None]
    put(out, spray * soft, 0.01, a.rate, 0.8)
    after = 90 * fall(a.t, 1.5 * a.longer)
    return out + scatter(a, "after", _bubbles(a, 260, 2400), after, 1.5, 0.6) * np.float32(0.7)


def fire(a: Ask) -> np.ndarray:
    """A low roar, a hiss, and crackles of every size."""
    roar = hiss(a, "roar", a.frames, lowpass(180), highpass(35)) * wide(
        curve(a, "lap", 3, 0.2, 0.6)
    )
    gas = hiss(a, "gas", a.frames, highpass(2500), lowpass(9000), width=1.4)
    out = roar * np.float32(2 ** (0.8 * a.size)) + gas * wide(
        0.06 + 0.08 * curve(a, "gas", 4, 0, 1)
    )
    pops = [
        burst(a, k, 0.004 + 0.003 * k, bandpass(900 + 700 * k, 1.4), highpass(500))
        for k in range(7)
    ]
    return out + scatter(a, "crackle", pops, 16 * 2 ** (0.6 * a.size), 3.5, 0.7) * np.float32(1.6)


def noise_bed(a: Ask) -> np.ndarray:
    """Vinyl, tape, air or room tone: the background noises of loops."""
    bed = {"vinyl crackle": "vinyl", "tape hiss": "tape", "air": "air", "room tone": "room"}
    return texture(bed[a.name], a.frames, a.rate, a.seed)
