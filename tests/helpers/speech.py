"""A voice that speaks or sings."""

from __future__ import annotations

import numpy as np

from tests.helpers.one_shots import RATE


def voice(rng: np.random.Generator, seconds: float = 3.0, *, speaks: bool = True) -> np.ndarray:
    """Pulses through two resonances, four syllables a second; it sings on one note otherwise."""
    t = np.arange(round(seconds * RATE)) / RATE
    points = rng.uniform(-8, 8, round(seconds * 4) + 2) if speaks else np.zeros(4)
    semitones = np.interp(t, np.linspace(0, seconds, len(points)), points)
    phase = np.cumsum(rng.uniform(120, 200) * 2 ** (semitones / 12)) / RATE
    tone = sum(np.sin(2 * np.pi * n * phase) / n for n in range(1, 16))
    swell = np.sin(np.pi * 4 * t) ** 2 if speaks else np.ones(len(t))
    hiss = 0.3 * rng.standard_normal(len(t)) * (np.sin(np.pi * 2 * t) ** 2 < 0.06)
    return (tone * (swell + 0.02) + hiss)[:, None].astype(np.float32)
