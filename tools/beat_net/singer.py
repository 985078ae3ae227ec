"""A voice over the music: vowels and consonants that come near the beat, but not on it."""

from __future__ import annotations

import numpy as np
from scipy import signal

from tools.beat_net.song import RATE

#: Hz; first three formants of five vowels.
VOWELS = (
    (800, 1150, 2900),
    (400, 1700, 2600),
    (350, 2000, 2800),
    (450, 800, 2830),
    (325, 700, 2700),
)
#: Hz; bandwidth of the formants.
WIDE_HZ = (80, 100, 140)
#: Semitones of a scale that sung and spoken notes are taken from.
SCALE = (0, 2, 4, 7, 9, 12)


def voice(length: int, beat_s: float, random: np.random.Generator) -> np.ndarray:
    """`length` samples of a singer or a speaker, mono float32 at RATE, peak near 1."""
    out = np.zeros(length, np.float32)
    spoken = random.random() < 0.3
    tonic = float(random.uniform(100, 260))
    now = float(random.uniform(0, 2))
    bend = random.uniform(0.02, 0.09)
    while now < length / RATE - 0.1:
        if random.random() < 0.12:
            now += float(random.uniform(0.5, 3)) * beat_s  # a breath between phrases
        lasts = beat_s * float(random.choice([0.25, 0.5, 0.5, 1, 1.5])) if not spoken else None
        seconds = float(np.clip(lasts or random.uniform(0.08, 0.3), 0.07, 2.0))
        late = 0.0 if spoken else float(random.normal(0.02, bend))
        pitch = tonic * 2 ** (float(random.choice(SCALE)) / 12)
        sound = _syllable(seconds, pitch, spoken, random)
        at = max(0, round((now + late) * RATE))
        if at < length:
            out[at : at + len(sound)] += sound[: length - at]
        now += seconds
    return out / max(float(np.abs(out).max(initial=0)), 1e-6)


def _syllable(
    seconds: float, pitch: float, spoken: bool, random: np.random.Generator
) -> np.ndarray:
    """A consonant and a vowel; the pitch slides in, sways, and falls in speech."""
    count = round(seconds * RATE)
    time = np.arange(count) / RATE
    sway = 0.01 * np.sin(2 * np.pi * 5.5 * time) * np.clip(time / 0.3, 0, 1)
    slide = -0.08 * np.exp(-time / 0.05) if not spoken else -0.2 * time / seconds
    phase = np.cumsum(pitch * (1 + sway + slide)) / RATE
    source = 2 * (phase % 1) - 1 + 0.05 * random.standard_normal(count)
    vowel = VOWELS[int(random.integers(len(VOWELS)))]
    sound = np.zeros(count)
    for k, (hz, wide) in enumerate(zip(vowel, WIDE_HZ, strict=True)):
        b, a = signal.iirpeak(hz * random.uniform(0.9, 1.15), hz / wide, fs=RATE)
        sound += signal.lfilter(b, a, source) * 0.6**k
    attack = float(random.uniform(0.01, 0.08))
    sound *= np.clip(time / attack, 0, 1) * np.clip((seconds - time) / 0.04, 0, 1)
    hiss = round(float(random.uniform(0.02, 0.09)) * RATE) if random.random() < 0.5 else 0
    noise = np.diff(random.standard_normal(hiss + 1)) * np.hanning(max(hiss, 1))[:hiss]
    return np.concatenate([0.15 * noise, sound]).astype(np.float32)
