"""Takes for the tests of conforming, and progress that nobody watches."""

import numpy as np

RATE = 44100


def quiet(value, stage):
    assert 0 <= value <= 1 and stage


def drums(bpm, bars, lead_s=0.0, rate=RATE, channels=2):
    """A plain beat: low kicks on one and three, noise on two and four, soft hats on eighths."""
    noise = np.random.default_rng(5)
    beat_s = 60 / bpm
    audio = np.zeros(round((lead_s + (bars * 4 + 0.5) * beat_s) * rate))

    def add(at_s, sound):
        first = round((lead_s + at_s) * rate)
        audio[first : first + len(sound)] += sound[: len(audio) - first]

    t = np.arange(round(0.25 * rate)) / rate
    kick = np.sin(2 * np.pi * (50 * t + 6 * (1 - np.exp(-t * 40)))) * np.exp(-t * 18)
    for beat in range(bars * 4):
        if beat % 2 == 0:
            add(beat * beat_s, (0.8 if beat % 4 == 0 else 0.6) * kick)
        else:
            add(beat * beat_s, 0.4 * noise.standard_normal(len(t)) * np.exp(-t * 25))
        for eighth in (0, 0.5):
            hat = np.diff(noise.standard_normal(len(t) // 4 + 1)) * np.exp(-t[: len(t) // 4] * 90)
            add((beat + eighth) * beat_s, 0.1 * hat)
    return (0.5 * np.repeat(audio[:, None], channels, axis=1)).astype(np.float32)
