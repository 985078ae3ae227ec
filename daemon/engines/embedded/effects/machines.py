"""Machines and signals that they give: engines, wheels, alarms, bells, horns, phones.

Engines, blades and sirens follow Farnell, "Designing Sound" (2010); bells the partials that
Fletcher and Rossing (1991) give for church bells.
"""

from __future__ import annotations

import numpy as np

from daemon.audio.drive import saturate
from daemon.audio.envelopes import fall
from daemon.audio.filters import bandpass, filtered, highpass, lowpass
from daemon.audio.noise import swept_noise
from daemon.audio.stereo import stereo
from daemon.audio.waves import sine, wave
from daemon.engines.embedded.effects.impacts import BAR
from daemon.engines.embedded.effects.parts import (
    Ask,
    along,
    burst,
    curve,
    cut,
    held,
    hiss,
    hit,
    mono,
    put,
    scatter,
    steady,
    wide,
)

#: Partials of a church bell, of the prime: hum, prime, tierce, quint, nominal and above.
_BELL = np.array((0.5, 1, 1.183, 1.506, 2, 2.514, 2.662, 3.011, 4.166, 5.433))
_BELL_LEVELS = (0.5, 1, 0.75, 0.35, 0.9, 0.3, 0.3, 0.35, 0.25, 0.15)


def _cylinders(a: Ask, firing_hz: np.ndarray) -> np.ndarray:
    """Explosions in cylinders at a moving rate, each a little different, (frames,)."""
    turns = np.cumsum(firing_hz, dtype=np.float64) / a.rate
    own = a.stream("cylinders").uniform(0.75, 1.1, 4)
    phase = (turns % 1).astype(np.float32)
    strong = own[(turns % 4).astype(int)].astype(np.float32)
    return strong * (np.exp(-9 * phase) - np.exp(-60 * phase)) - np.float32(0.1)


def motor(a: Ask) -> np.ndarray:
    """An engine: pulses of its cylinders through exhaust and body; it idles, or is revved."""
    revs = along(a, (0, 24), (0.25, 60), (0.5, 88), (0.75, 45), (1, 27))
    idle = curve(a, "idle", 2, 25, 29)
    firing = (revs if a.says(r"rev|start|accelerat|racing|gas geben") else idle) * a.lower * a.pace
    pulses = mono(saturate(_cylinders(a, firing), 2.5))
    x = filtered(pulses, a.rate, lowpass(1500), highpass(38))
    body = filtered(pulses, a.rate, bandpass(190 * a.lower, 1.2)) * np.float32(1.4)
    rattle = hiss(a, "valves", a.frames, bandpass(2600, 0.8)) * wide(
        np.maximum(0, pulses[:, 0]) ** 2
    )
    return x + body + rattle * np.float32(0.5)


def car(a: Ask) -> np.ndarray:
    """A car that passes: engine and tyres by distance, Doppler shift, from side to side."""
    when = np.linspace(-1, 1, a.frames, dtype=np.float32)
    near = 1 / np.sqrt(0.03 + when**2)
    toward = -when / np.sqrt(0.02 + when**2)
    firing = 62 * a.lower * a.pace * (1 + 0.075 * toward)
    engine = filtered(saturate(_cylinders(a, firing), 2), a.rate, lowpass(900), highpass(50))
    tyres = swept_noise(a.frames, a.rate, 700 + 500 * near / near.max(), 0.6, a.name, a.seed)
    x = (engine + 0.9 * tyres) * near**1.3 / near.max() ** 1.3
    side = np.tanh(2.5 * when)
    if a.seed % 2:
        side = -side
    return stereo(x * (1 - 0.7 * side), x * (1 + 0.7 * side))


def helicopter(a: Ask) -> np.ndarray:
    """Blades that beat the air, and a turbine."""
    turns = np.cumsum(np.full(a.frames, 10.5 * a.pace)) / a.rate
    chop = (np.exp(-7 * (turns % 1)) * np.minimum(1, (turns % 1) / 0.06)).astype(np.float32)
    low = hiss(a, "air", a.frames, lowpass(420 * a.lower), highpass(30))
    mid = hiss(a, "slap", a.frames, bandpass(900, 0.6))
    turbine = sine(2350 * a.lower, a.frames, a.rate) * np.float32(0.02)
    return low * wide(chop) * 2 + mid * wide(0.5 * chop**2) + mono(turbine)


def train(a: Ask) -> np.ndarray:
    """Wheels over the joints of the rails, da-dum, da-dum, over a low rumble."""
    out = hiss(a, "rumble", a.frames, lowpass(320), highpass(35)) * wide(
        curve(a, "sway", 1, 0.3, 0.5)
    )
    steel = np.array((340, 790, 1420, 2350, 3700)) * a.lower
    for k, at_s in enumerate(steady(a, "joints", 0.95 * a.pace, 0.01)):
        for part, delay_s in enumerate((0.0, 0.13, 0.42, 0.55)):
            x = hit(a, (k % 3, part), steel, (0.12, 0.09, 0.07, 0.05, 0.03))
            put(out, x, at_s + delay_s / a.pace, a.rate, (0.9, 0.7, 0.8, 0.6)[part])
            low = burst(a, ("wheel", k % 3, part), 0.12, lowpass(240))
            put(out, low, at_s + delay_s / a.pace, a.rate, 0.9)
    return out


def aeroplane(a: Ask) -> np.ndarray:
    """A jet that passes high above: roar, whine, slow."""
    when = np.linspace(-1, 1, a.frames, dtype=np.float32)
    near = 1 / (1 + 4 * when**2)
    shift = 1 - 0.12 * np.tanh(3 * when)
    roar = hiss(a, "roar", a.frames, lowpass(650 * a.lower), highpass(30), width=1.0)
    top = swept_noise(a.frames, a.rate, 1400 * shift * a.lower, 0.8, a.name, a.seed)
    whine = sine(1900 * shift * a.lower, a.frames, a.rate) * np.float32(0.05)
    return roar * wide(near * curve(a, "air", 2, 0.7, 1)) + mono((0.35 * top + whine) * near**2)


def machine(a: Ask) -> np.ndarray:
    """A press in a hall: clank, steam, gears, in a steady round."""
    out = mono(_hum(a, 48.0) * np.float32(0.12))
    for k, at_s in enumerate(steady(a, "round", 1.35 * a.pace, 0.004)):
        iron = np.array((118, 205, 333, 512, 840, 1310, 2070)) * a.lower
        put(out, hit(a, k % 2, iron, 0.4 * a.longer * (118 / iron) ** 0.4), at_s, a.rate, 1.0)
        put(out, burst(a, ("press", k % 2), 0.05, bandpass(1500, 0.7)), at_s, a.rate, 0.8)
        steam = burst(a, ("steam", k % 2), 0.22, highpass(2500))
        put(out, steam, at_s + 0.36 / a.pace, a.rate, 0.5, 0.4)
        for tooth in range(4):
            x = hit(a, ("gear", tooth), (1340, 2210, 3480), (0.03, 0.02, 0.015))
            put(out, x, at_s + (0.12 + 0.05 * tooth) / a.pace, a.rate, 0.35, -0.4)
    return out


def _hum(a: Ask, hz: float) -> np.ndarray:
    """Mains hum and its harmonics, (frames,)."""
    levels = (1, 0.8, 0.35, 0.4, 0.15, 0.2, 0.08)
    return sum(
        (level * sine(hz * (k + 1), a.frames, a.rate) for k, level in enumerate(levels)),
        np.zeros(a.frames, np.float32),
    )


def hum(a: Ask) -> np.ndarray:
    """A transformer or a fridge: mains hum and a little hiss."""
    hz = 60.0 if a.says(r"\b60\b|american") else 50.0
    level = curve(a, "load", 1, 0.85, 1)
    buzz = filtered(_hum(a, hz * 2) ** 3, a.rate, highpass(200)) * np.float32(0.05)
    fan = hiss(a, "fan", a.frames, lowpass(1500), highpass(80)) * np.float32(0.25)
    return mono((_hum(a, hz) + buzz) * level * np.float32(0.4)) + fan


def fan(a: Ask) -> np.ndarray:
    """Blades in a room: air that beats at the rate of the blades."""
    rate = 22 * a.lower * a.pace
    beat = 1 + 0.25 * sine(rate, a.frames, a.rate)
    air = hiss(a, "air", a.frames, lowpass(1900), highpass(70), width=1.2)
    return air * wide(beat) + mono(sine(rate * 5, a.frames, a.rate) * np.float32(0.05))


def drill(a: Ask) -> np.ndarray:
    """A drill: a motor that takes up speed, with gears and the hammer."""
    hz = 165 * a.lower * along(a, (0, 0.3), (0.12, 1), (0.85, 0.93), (1, 0.35))
    turns = np.cumsum(hz * a.pace) / a.rate
    motor_ = saturate(((turns % 1) * 2 - 1).astype(np.float32), 1.5)
    whine = sine(hz * 11.2, a.frames, a.rate) * np.float32(0.25)
    grit = hiss(a, "grit", a.frames, bandpass(3200, 0.7)) * wide(0.5 + 0.5 * motor_)
    level = along(a, (0, 0), (0.04, 1), (0.92, 1), (1, 0))
    return (filtered(mono(motor_ + whine), a.rate, bandpass(1300, 0.4)) + grit) * wide(level)


def rocket(a: Ask) -> np.ndarray:
    """An engine that ignites and goes: broad noise, low, that flutters."""
    level = along(a, (0, 0), (0.06, 0.5), (0.2, 1), (0.7, 0.8), (1, 0))
    low = hiss(a, "low", a.frames, lowpass(300 * a.lower), highpass(22), width=1.0)
    high = hiss(a, "high", a.frames, bandpass(1300 * a.lower, 0.5), width=1.4)
    flutter = curve(a, "flutter", 26, 0.55, 1)
    return saturate((low * np.float32(1.7) + high * wide(0.6 * flutter)) * wide(level), 1.6)


def spaceship(a: Ask) -> np.ndarray:
    """A ship's inside: a drive that throbs, harmonics that drift, air."""
    root = (41 + a.tonic * 2) * a.lower
    out = np.zeros((a.frames, 2), np.float32)
    for k, ratio in enumerate((1, 1.004, 2.01, 2.99, 4.02, 6.03)):
        tone = sine(root * ratio, a.frames, a.rate) * curve(a, ("drift", k), 0.6, 0.2, 1)
        put(out, mono(tone), 0, a.rate, 0.7 / (k + 1) ** 0.8, (-0.5, 0.5)[k % 2] * (k > 0))
    throb = 0.75 + 0.25 * sine(1.4 * a.pace, a.frames, a.rate)
    air = hiss(a, "vents", a.frames, bandpass(620, 0.5), width=1.4) * np.float32(0.2)
    return out * wide(throb) + air


def alarm(a: Ask) -> np.ndarray:
    """Two hard tones in turn; a fire alarm whoops, a clock's beeps in fours."""
    t = a.t
    if a.says(r"clock|wecker|despertador|réveil|sveglia|目覚"):
        on = ((t * 8 * a.pace) % 2 < 1) & ((t * a.pace) % 1 < 0.5)
        hz = np.full(a.frames, 2050.0 * a.lower)
    elif a.says(r"fire|smoke|evacuat"):
        on = np.ones(a.frames, bool)
        hz = (500 + 700 * ((t * 1.2 * a.pace) % 1)) * a.lower
    else:
        on = np.ones(a.frames, bool)
        hz = np.where((t * 2 * a.pace) % 1 < 0.5, 880.0, 660.0) * a.lower
    smooth = np.convolve(on.astype(np.float32), np.ones(88, np.float32) / 88, "same")
    tone = saturate(sine(hz, a.frames, a.rate), 3.5)
    return mono(filtered(tone, a.rate, lowpass(6500), highpass(200)) * smooth)


def siren(a: Ask) -> np.ndarray:
    """A wail that climbs and falls; two tones in turn where a European one is meant."""
    t = a.t
    if a.says(r"ambulance|european|tatü|martinshorn|zwei|sirène|sirena|ambulanc|krankenwagen"):
        hz = np.where((t * 0.8 * a.pace) % 1 < 0.5, 440.0, 585.0)
    elif a.says(r"air raid|war\b|tsunami|luftschutz"):
        hz = 260 + 210 * np.minimum(1, np.abs(((t * 0.16 * a.pace) % 1) * 2 - 1) * 1.4)
    else:
        speed = 3.2 if a.says(r"yelp|fast") else 0.32
        hz = 950 - 350 * np.cos(2 * np.pi * speed * a.pace * t)
    tone = saturate(sine(hz * a.lower, a.frames, a.rate), 3)
    horn_ = filtered(mono(tone), a.rate, bandpass(1300, 0.6), lowpass(5000))
    return horn_ * wide(np.minimum(1, t / 0.05))


def horn(a: Ask) -> np.ndarray:
    """A car's pair of horns; a ship's is one low reed, a train's a chord."""
    if a.says(r"ship|fog|boat|schiff|barco|bateau|navio|nave|船|汽笛"):
        tones: tuple[float, ...] = (87, 88.2)
    elif a.says(r"train|lokomotive|tren\b|treno|trem"):
        tones = (311, 370, 415, 494, 622)
    else:
        tones = (405, 508)
    n = a.frames
    x = np.zeros(n, np.float32)
    for k, hz in enumerate(tones):
        x += wave("saw", hz * a.lower, n, a.rate, 5200, 0.8, 0.13 * k)
    out = filtered(mono(saturate(x, 1.6)), a.rate, bandpass(1100, 0.35))
    breath = hiss(a, "air", n, bandpass(900, 0.7)) * np.float32(0.06)
    return (out + breath) * wide(held(n, a.rate, 0.03, min(0.25, 0.3 * a.length_s)))


def bell(a: Ask) -> np.ndarray:
    """A church bell; a hand bell, a ship's or a bicycle's is smaller."""
    small = a.says(r"hand|bicycle|bike|desk|reception|shop|fahrrad|ship")
    prime = 1250.0 * a.lower if small else 262.0 * a.lower * 2 ** (a.tonic / 12)
    decays = (1.6 if small else 6.5) * a.longer / _BELL**0.75
    n_s = min(a.length_s, float(decays.max()))
    out = np.zeros((a.frames, 2), np.float32)
    gap_s = (0.32 if a.says(r"bicycle|bike|fahrrad") else 2.6) / a.pace
    for k, at_s in enumerate(np.arange(0, max(0.1, a.length_s - 0.3), gap_s)):
        x = hit(a, k % 2, prime * _BELL, decays, _BELL_LEVELS, loose=0.0015, length_s=n_s)
        put(out, x, at_s, a.rate, 1.0)
        put(out, burst(a, ("clapper", k % 2), 0.012, highpass(2000)), at_s, a.rate, 0.15)
    return out


def doorbell(a: Ask) -> np.ndarray:
    """Ding, dong: two bars with a tube under each."""
    out = np.zeros((a.frames, 2), np.float32)
    for k, (at_s, hz) in enumerate(((0.0, 659.3), (0.55 / a.pace, 523.3))):
        bar = hz * a.lower * np.array((1, 2.756, 5.404, 8.933))
        x = hit(a, k, bar, 1.8 * a.longer / np.array((1, 4, 9, 16)), (1, 0.3, 0.15, 0.06), 0.001)
        put(out, x, at_s, a.rate, 1.0)
    return out


def telephone(a: Ask) -> np.ndarray:
    """Two gongs and a hammer between them; a mobile phone trills."""
    out = np.zeros((a.frames, 2), np.float32)
    if a.says(r"mobile|cell|smart|digital|modern|handy|móvil|celular|携帯"):
        t = a.t
        hz = np.where((t * 16 * a.pace) % 2 < 1, 1320.0, 1056.0) * a.lower
        ringing = np.convolve((t * 0.9 % 1) < 0.55, np.ones(200) / 200, "same")
        return mono((saturate(sine(hz, a.frames, a.rate), 1.5) * ringing).astype(np.float32))
    for k, at_s in enumerate(np.arange(0, a.length_s - 0.05, 0.045 / a.pace)):
        if (at_s * 0.36) % 1 > 0.62:
            continue
        gong_hz = (1180.0, 1480.0)[k % 2] * a.lower
        x = hit(a, k % 4, gong_hz * BAR[:4], (0.5, 0.3, 0.2, 0.1), (1, 0.5, 0.3, 0.1), loose=0.001)
        put(out, x, at_s, a.rate, 0.8)
    return out


def radio(a: Ask) -> np.ndarray:
    """Static between stations: noise in a narrow band, whistles that slide, crackle."""
    static = hiss(a, "static", a.frames, highpass(400), lowpass(3600), width=0.2)
    out = static * wide(curve(a, "fading", 4, 0.3, 1))
    for k in range(2):
        slide = curve(a, ("slide", k), 0.8, 300, 2600)
        there = np.maximum(0, curve(a, ("there", k), 0.9, -1, 1))
        out += mono(sine(slide, a.frames, a.rate) * there * np.float32(0.12))
    pops = [burst(a, k, 0.004, bandpass(1800, 0.8)) for k in range(3)]
    return out + scatter(a, "pops", pops, 14.0, 3.0, 0.2)


def fireworks(a: Ask) -> np.ndarray:
    """Rockets that whistle up, burst, and crackle down."""
    out = np.zeros((a.frames, 2), np.float32)
    stream = a.stream("rockets")
    sparks = [burst(a, k, 0.012, bandpass(2500 + 800 * k, 1)) for k in range(6)]
    for k, at_s in enumerate(np.arange(0, max(0.5, a.length_s - 1.2), 1.7 / a.pace)):
        b = a.of_length(0.8)
        up = sine(along(b, (0, 700), (1, 2700)), b.frames, a.rate)
        side = float(stream.uniform(-0.7, 0.7))
        put(out, mono(up * along(b, (0, 0), (0.3, 0.12), (1, 0.02))), at_s, a.rate, 1, side)
        put(
            out,
            burst(a, ("bang", k), 0.5, lowpass(900), highpass(35)),
            at_s + 0.82,
            a.rate,
            1.6,
            side,
        )
        c = a.of_length(1.2)
        rain_ = scatter(c, ("sparks", k), sparks, 110 * fall(c.t, 1.2), 2.0, 0.9)
        put(out, rain_, at_s + 0.9, a.rate, 0.6)
    return cut(out, a.frames)
