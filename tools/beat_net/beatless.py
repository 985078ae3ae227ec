"""Sound without a beat, of twelve kinds: what the net must stay quiet on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import signal

from tools.beat_net.singer import voice
from tools.beat_net.song import RATE, Song

#: Seconds of each.
LENGTH_S = 14.0

Maker = Callable[[int, np.random.Generator], np.ndarray]


def _coloured(count: int, random: np.random.Generator, power: float) -> np.ndarray:
    spectrum = np.fft.rfft(random.standard_normal(count))
    hz = np.maximum(np.fft.rfftfreq(count, 1 / RATE), 20)
    return np.fft.irfft(spectrum * hz ** (-power / 2), count)


def _noise(count: int, random: np.random.Generator) -> np.ndarray:
    return _coloured(count, random, float(random.uniform(0, 2)))


def _hits_at(
    times: np.ndarray, count: int, random: np.random.Generator, kinds: int = 4
) -> np.ndarray:
    """Short decaying sounds of a few kinds at those times."""
    out = np.zeros(count + RATE)
    bank = []
    for _ in range(kinds):
        n = round(float(random.uniform(0.02, 0.5)) * RATE)
        t = np.arange(n) / RATE
        hz = float(np.exp(random.uniform(np.log(60), np.log(4000))))
        tone = np.sin(2 * np.pi * hz * t) * (random.random() < 0.6)
        noise = random.standard_normal(n) * random.uniform(0.1, 1)
        bank.append((tone + noise) * np.exp(-t / (n / RATE / 4)))
    for at in times:
        if 0 <= at < count / RATE:
            sound = bank[int(random.integers(kinds))] * random.uniform(0.2, 1)
            first = int(at * RATE)
            out[first : first + len(sound)] += sound[: len(out) - first]
    return out[:count]


def _random_hits(count: int, random: np.random.Generator) -> np.ndarray:
    rate = float(random.uniform(1, 14))
    return _hits_at(np.cumsum(random.exponential(1 / rate, int(rate * 40))), count, random)


def _jittered(count: int, random: np.random.Generator) -> np.ndarray:
    """Steps, hammering: nearly regular, but each a quarter off."""
    step = float(random.uniform(0.2, 0.6))
    times = np.cumsum(step * (1 + random.uniform(-0.45, 0.45, 100)))
    return _hits_at(times, count, random, 2)


def _rain(count: int, random: np.random.Generator) -> np.ndarray:
    drops = _hits_at(np.sort(random.uniform(0, LENGTH_S, 900)), count, random, 12)
    return drops + 0.5 * _coloured(count, random, 1.0)


def _drone(count: int, random: np.random.Generator) -> np.ndarray:
    t = np.arange(count) / RATE
    out = np.zeros(count)
    root = float(random.uniform(50, 200))
    for k in range(1, 9):
        sway = 1 + 0.5 * np.sin(2 * np.pi * random.uniform(0.02, 0.3) * t + random.uniform(0, 6))
        out += np.sin(2 * np.pi * root * k * (1 + random.uniform(-2e-3, 2e-3)) * t) * sway / k
    return out


def _pads(count: int, random: np.random.Generator) -> np.ndarray:
    """Chords that swell in and out at times of their own."""
    out = np.zeros(count)
    now = 0.0
    while now < LENGTH_S:
        lasts = float(random.uniform(1.5, 6))
        n = min(round(lasts * RATE), count - round(now * RATE))
        t = np.arange(max(n, 0)) / RATE
        for step in random.choice([0, 3, 4, 5, 7, 9, 12, 16], 4, replace=False):
            hz = 130.8 * 2 ** ((step + random.integers(12)) / 12)
            out[round(now * RATE) :][:n] += np.sin(2 * np.pi * hz * t) * np.hanning(max(n, 1))[:n]
        now += lasts * float(random.uniform(0.3, 0.9))
    return out


def _speech(count: int, random: np.random.Generator) -> np.ndarray:
    return voice(count, float(random.uniform(0.17, 0.5)), random) * 1.0


def _birds(count: int, random: np.random.Generator) -> np.ndarray:
    out = 0.02 * _coloured(count, random, 1.0)
    out /= max(np.abs(out).max(), 1e-9) * 20
    now = 0.0
    while now < LENGTH_S - 0.5:
        n = round(float(random.uniform(0.03, 0.25)) * RATE)
        sweep = (
            np.cumsum(np.linspace(random.uniform(2000, 7000), random.uniform(2000, 7000), n)) / RATE
        )
        out[round(now * RATE) :][:n] += np.sin(2 * np.pi * sweep) * np.hanning(n)
        now += float(random.choice([random.uniform(0.05, 0.2), random.exponential(1.0)]))
    return out


def _free_piano(count: int, random: np.random.Generator) -> np.ndarray:
    """Struck notes in free time: the pace wanders, and each note waits as it likes."""
    out = np.zeros(count + 4 * RATE)
    now, pace = 0.2, float(random.uniform(0.25, 0.8))
    while now < LENGTH_S:
        t = np.arange(2 * RATE) / RATE
        for _ in range(int(random.integers(1, 4))):
            hz = 65.4 * 2 ** (int(random.integers(0, 48)) / 12)
            partials = sum(np.sin(2 * np.pi * hz * k * t) / k**1.5 for k in range(1, 7))
            out[round(now * RATE) :][: len(t)] += (
                partials * np.exp(-t / 0.5) * random.uniform(0.3, 1)
            )
        pace = float(np.clip(pace * np.exp(random.normal(0, 0.25)), 0.15, 1.2))
        now += pace * float(random.uniform(0.5, 1.7))
    return out[:count]


def _applause(count: int, random: np.random.Generator) -> np.ndarray:
    return _hits_at(np.sort(random.uniform(0, LENGTH_S, 3000)), count, random, 16)


def _machine(count: int, random: np.random.Generator) -> np.ndarray:
    """A motor: hum, harmonics and a flutter far faster than any beat."""
    t = np.arange(count) / RATE
    hum = _drone(count, random) + 0.4 * _coloured(count, random, 1.0)
    return hum * (1 + 0.4 * signal.sawtooth(2 * np.pi * random.uniform(9, 30) * t))


def _riser(count: int, random: np.random.Generator) -> np.ndarray:
    t = np.arange(count) / RATE / LENGTH_S
    sweep = np.cumsum(100 * 40 ** (t * random.uniform(0.5, 1))) / RATE
    out = signal.sawtooth(2 * np.pi * sweep) * 0.5 + random.standard_normal(count) * 0.5
    return out * t**2


KINDS: dict[str, Maker] = {
    "noise": _noise,
    "random hits": _random_hits,
    "steps": _jittered,
    "rain": _rain,
    "drone": _drone,
    "pads": _pads,
    "speech": _speech,
    "birds": _birds,
    "free piano": _free_piano,
    "applause": _applause,
    "machine": _machine,
    "riser": _riser,
}


def beatless(kind: str, seed: int) -> Song:
    """One of `KINDS`, `LENGTH_S` long, with no beats; same kind and seed, same sound."""
    random = np.random.default_rng([seed, 4, list(KINDS).index(kind)])
    sound = KINDS[kind](round(LENGTH_S * RATE), random)
    sound = (sound / max(float(np.abs(sound).max()), 1e-9) * 0.5).astype(np.float32)
    return Song(f"{kind} {seed}", {"noise": sound}, np.zeros(0), np.zeros(0))
