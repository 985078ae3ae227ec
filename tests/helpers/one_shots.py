"""Folders of one-shots with known truth: strokes of noise and tone, wide apart, other for each seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

RATE = 44100


def snare(rng: np.random.Generator) -> np.ndarray:
    t = np.arange(round(rng.uniform(0.15, 0.5) * RATE)) / RATE
    body = np.sin(2 * np.pi * rng.uniform(150, 260) * t) * np.exp(-t * rng.uniform(15, 40))
    noise = rng.standard_normal(len(t)) * np.exp(-t * rng.uniform(8, 40))
    bright = rng.uniform(0.05, 0.9)
    smooth = np.convolve(noise, np.ones(8) / 8, "same")
    return body * rng.uniform(0.2, 1) + bright * noise + (1 - bright) * smooth


def bass(rng: np.random.Generator) -> np.ndarray:
    t = np.arange(round(rng.uniform(0.4, 0.9) * RATE)) / RATE
    hz = 440 * 2 ** ((rng.integers(33, 46) - 69) / 12)
    tone = sum(rng.uniform(0.1, 1) / n * np.sin(2 * np.pi * hz * n * t) for n in range(1, 7))
    return tone * np.exp(-t * rng.uniform(2, 6))


def write_folder(folder: Path, *, snares: int = 0, basses: int = 0, seed: int = 1) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    for name, count, make in (("snare", snares, snare), ("bass", basses, bass)):
        for number in range(count):
            sound = make(rng)
            stereo = np.stack([sound, sound * rng.uniform(0.7, 1)], axis=1)
            path = folder / f"{name}_{number:02d}.wav"
            soundfile.write(path, 0.8 * stereo / np.abs(stereo).max(), RATE, subtype="PCM_24")
    return folder
