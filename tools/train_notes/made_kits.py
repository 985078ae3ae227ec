"""Kits without end: drums of plain synthesis, drawn anew each time.

Skins are falling sines with an attack of noise. Metal is a cluster of squares and noise behind a
high-pass, as in the drum machines of the eighties, or plates of bronze as the musician's, each with
modes of its own. Half of them are meant to be unlike any machine.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import signal

from daemon.engines.embedded.voices.bronze import CymbalKind, cymbal
from daemon.engines.embedded.voices.voice import Strike, Tone
from tools.train_hearing.music import RATE

Kit = dict[str, list[np.ndarray]]
#: Share of kits whose metal is bronze.
_BRONZE = 0.5


def made_kit(rng: np.random.Generator) -> Kit:
    """Each sound mono float32 at `RATE` of the bank, at full scale, as the bank's are."""
    ratios = rng.uniform(1, 4.5, int(rng.integers(4, 9)))
    metal_hz, tone = rng.uniform(200, 900), rng.uniform(0, 0.8)

    def metal(length_s: float, decay_s: float, high_hz: float, ping: float = 0.0) -> np.ndarray:
        t = np.arange(round(length_s * RATE)) / RATE
        squares = np.sign(np.sin(2 * np.pi * metal_hz * np.outer(ratios, t))).mean(axis=0)
        sound = tone * squares + (1 - tone) * rng.standard_normal(len(t)) * 0.5
        sound = _filtered(sound, high_hz, "highpass") * np.exp(-t / decay_s)
        pinged = np.sin(2 * np.pi * rng.uniform(2500, 6000) * t) * np.exp(-t / 0.15)
        return sound + ping * np.abs(sound[:2000]).max() * pinged

    high_hz = rng.uniform(2500, 7500)
    tom_hz = rng.uniform(90, 170)
    kit = {
        name: [_full(sound()) for _ in range(count)]
        for name, count, sound in _sounds(rng, metal, high_hz, tom_hz)
    }
    return kit | bronze_kit(rng) if rng.random() < _BRONZE else kit


def bronze_kit(rng: np.random.Generator) -> Kit:
    """Hats, a ride and crashes of bronze, none of them the musician's own."""
    bright, number = rng.uniform(-0.6, 0.3), int(rng.integers(2**40))

    def struck(kind: CymbalKind, held_s: float) -> np.ndarray:
        tone = Tone(bright=bright, length=rng.uniform(0.6, 1.5), attack=rng.uniform(0.1, 0.9))
        stroke = Strike(60, held_s, rng.uniform(0.5, 1), RATE, tone)
        return _full(cymbal(kind, stroke).mean(axis=1))

    def kind(
        name: str,
        ring_s: tuple[float, float],
        wash: tuple[float, float],
        builds_s: float,
        ping: float,
    ) -> CymbalKind:
        return CymbalKind(
            f"{name} {number}", rng.uniform(220, 600), rng.uniform(7000, 14000),
            rng.uniform(*ring_s), rng.uniform(0.05, 0.8), rng.uniform(*wash),
            rng.uniform(2500, 6500), builds_s, (rng.uniform(0.2, 1), rng.uniform(2800, 7000)), ping,
        )  # fmt: skip

    hat, open_hat = kind("hat", (0.04, 0.16), (0.8, 2.2), 0.002, 1.0), (0.7, 1.8)
    return {
        "hat": [struck(hat, 0.1)],
        "ohat": [struck(kind("open hat", open_hat, (1, 2.4), 0.004, 1.0), 2.0)],
        "ride": [struck(kind("ride", (1.2, 3), (0.1, 0.9), 0.012, rng.uniform(1, 2)), 2.0)],
        "crash": [
            struck(kind(f"crash {n}", (1.2, 3.2), (1.4, 3), 0.018, 0.8), 2.0) for n in range(2)
        ],
    }


def _sounds(
    rng: np.random.Generator, metal: Callable[..., np.ndarray], high_hz: float, tom_hz: float
) -> list[tuple[str, int, Callable[[], np.ndarray]]]:
    low_hz = rng.uniform(500, 3500)

    def tom() -> np.ndarray:
        base = tom_hz * float(rng.choice([0.7, 1.0, 1.35, 1.8]))
        return _skin(rng, base, rng.uniform(1.05, 1.6), rng.uniform(0.12, 0.4), 0.15, 1.0)

    return [
        ("kick", 1, lambda: _skin(rng, rng.uniform(38, 65), rng.uniform(2, 7),
                                  rng.uniform(0.08, 0.4), rng.uniform(0, 0.4), 0.8)),
        ("snare", 1, lambda: _snare(rng)),
        ("clap", 1, lambda: _clap(rng)),
        ("rim", 1, lambda: _skin(rng, rng.uniform(350, 900), 1.3, rng.uniform(0.01, 0.03), 0.5,
                                 0.3)),
        ("hat", 1, lambda: metal(0.3, rng.uniform(0.012, 0.06), high_hz)),
        ("ohat", 1, lambda: metal(1.0, rng.uniform(0.1, 0.35), high_hz)),
        ("ride", 1, lambda: metal(1.6, rng.uniform(0.35, 0.9), low_hz, rng.uniform(0.2, 1.5))),
        ("crash", 1, lambda: metal(2.0, rng.uniform(0.45, 1.2), low_hz)),
        ("tom", 4, tom),
        ("conga", 3, lambda: _skin(rng, rng.uniform(160, 480), rng.uniform(1, 1.15),
                                   rng.uniform(0.04, 0.2), rng.uniform(0.05, 0.5), 0.5)),
    ]  # fmt: skip


def _skin(
    rng: np.random.Generator, hz: float, fall: float, decay_s: float, noise: float, length_s: float
) -> np.ndarray:
    t = np.arange(round(length_s * RATE)) / RATE
    turns = np.cumsum(hz * (1 + (fall - 1) * np.exp(-t / rng.uniform(0.008, 0.05)))) / RATE
    sound = np.sin(2 * np.pi * turns) * np.exp(-t / decay_s)
    overtone = np.sin(2 * np.pi * turns * rng.uniform(1.4, 1.7)) * np.exp(-t / (0.4 * decay_s))
    click = rng.standard_normal(len(t)) * np.exp(-t / rng.uniform(0.002, 0.02))
    sound = np.tanh((sound + rng.uniform(0, 0.4) * overtone) * rng.uniform(0.7, 3))
    return sound + noise * _filtered(click, rng.uniform(1500, 7000), "lowpass")


def _snare(rng: np.random.Generator) -> np.ndarray:
    t = np.arange(round(0.6 * RATE)) / RATE
    wires = rng.standard_normal(len(t)) * np.exp(-t / rng.uniform(0.03, 0.16))
    wires = _filtered(wires, rng.uniform(300, 2500), "highpass")
    body = _skin(rng, rng.uniform(150, 280), 1.3, rng.uniform(0.03, 0.12), 0.2, 0.6)
    return wires * rng.uniform(0.3, 1) + body * rng.uniform(0.2, 1)


def _clap(rng: np.random.Generator) -> np.ndarray:
    t = np.arange(round(0.5 * RATE)) / RATE
    envelope = np.exp(-t / rng.uniform(0.04, 0.15)) * rng.uniform(0.2, 0.6)
    for at_s in np.cumsum(rng.uniform(0.006, 0.014, int(rng.integers(2, 5)))):
        envelope += np.where(t >= at_s, np.exp(-np.maximum(t - at_s, 0) / 0.004), 0)
    centre = rng.uniform(900, 1800)
    sos = signal.butter(1, [0.6 * centre, 2 * centre], "bandpass", fs=RATE, output="sos")
    return np.asarray(signal.sosfilt(sos, rng.standard_normal(len(t)) * envelope))


def _filtered(sound: np.ndarray, hz: float, kind: str) -> np.ndarray:
    sos = signal.butter(2, hz, kind, fs=RATE, output="sos")
    return np.asarray(signal.sosfilt(sos, sound))


def _full(sound: np.ndarray) -> np.ndarray:
    return np.asarray(0.9 * sound / (np.abs(sound).max() + 1e-9), np.float32)
