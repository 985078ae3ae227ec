"""Takes with a known key: chords, bass and melody in many timbres, with drums over them; for tests and measurements."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bridge.music import Key, note_hz

RATE = 22050
_PROGRESSIONS = {
    "minor": [(0, 5, 2, 6), (0, 3, 4, 0), (0, 6, 5, 4), (0, 0, 5, 6), (0, 3, 0, 4), (0, 2, 3, 5)],
    "major": [(0, 4, 5, 3), (0, 3, 4, 0), (1, 4, 0, 0), (0, 5, 1, 4), (3, 0, 4, 5), (0, 0, 3, 4)],
    "dorian": [(0, 3, 0, 3), (0, 6, 3, 0)],
    "mixolydian": [(0, 6, 3, 0), (0, 6, 0, 3)],
}


@dataclass(frozen=True)
class KnownTake:
    audio: np.ndarray
    key: Key


def make_take(
    seed: int,
    drums_db: float = 0.0,
    tuning_cents: float = 0.0,
    modes: tuple[str, ...] = ("minor", "major"),
) -> KnownTake:
    """About 8 s in a random key, tempo, progression and timbre; `drums_db`: the drums over the harmony (-99: none)."""
    rng = np.random.default_rng(seed)
    mode = str(rng.choice(modes))
    tonic = int(rng.integers(12))
    key = Key(tonic, mode, ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")[tonic])
    beat = round(60 / rng.uniform(75, 150) * RATE)
    bars = 4
    harmony = np.zeros(bars * 4 * beat + 2 * RATE)
    scale = [key.tonic + step for step in _steps(key)]
    progression = _PROGRESSIONS[mode][rng.integers(len(_PROGRESSIONS[mode]))]
    timbre = rng.uniform(0.8, 2.2), rng.uniform(0.5, 6.0), rng.uniform(0, 0.004)
    strums = int(rng.choice([1, 2, 4]))
    for bar in range(bars):
        degree = progression[bar % len(progression)]
        chord = [
            _pitch(scale, degree + third, 48)
            for third in ((0, 2, 4, 6) if rng.random() < 0.3 else (0, 2, 4))
        ]
        for strum in range(strums):
            at = (bar * 4 + strum * 4 // strums) * beat
            for pitch in chord:
                _add(harmony, at, _tone(pitch, 4 * beat // strums, timbre, tuning_cents, rng), 0.2)
        for hit in range(4):
            if rng.random() < 0.7:
                _add(
                    harmony,
                    (bar * 4 + hit) * beat,
                    _tone(_pitch(scale, degree, 33), beat, (1.2, 2.0, 0), tuning_cents, rng),
                    0.4,
                )
        if timbre[0] > 1.3:
            for eighth in range(8):
                if rng.random() < 0.5:
                    pitch = _pitch(scale, degree + int(rng.choice([0, 2, 4, 1, 5, 3])), 66)
                    _add(
                        harmony,
                        bar * 4 * beat + eighth * beat // 2,
                        _tone(pitch, beat // 2, (1.5, 5.0, 0), tuning_cents, rng),
                        0.2,
                    )
    harmony /= np.sqrt((harmony**2).mean())
    audio = harmony + 10 ** (drums_db / 20) * _drums(len(harmony), beat, rng)
    return KnownTake(
        (0.5 * audio / np.abs(audio).max()).astype(np.float32)[: bars * 4 * beat, None], key
    )


def make_drums(seed: int) -> np.ndarray:
    """Drums alone, float32 (frames, 1)."""
    rng = np.random.default_rng(seed)
    audio = _drums(8 * RATE, round(60 / rng.uniform(75, 170) * RATE), rng)
    return (0.5 * audio / np.abs(audio).max()).astype(np.float32)[:, None]


def _steps(key: Key) -> list[int]:
    return [(pitch - key.tonic) % 12 for pitch in key.scale]


def _pitch(scale: list[int], degree: int, low: int) -> int:
    pitch = scale[degree % 7] + 12 * (degree // 7)
    return (
        pitch + 12 * int(np.ceil((low - pitch) / 12))
        if pitch < low
        else pitch - 12 * ((pitch - low) // 12)
    )


def _tone(
    pitch: int,
    frames: int,
    timbre: tuple[float, float, float],
    cents: float,
    rng: np.random.Generator,
) -> np.ndarray:
    slope, decay, spread = timbre
    t = np.arange(frames + RATE // 8) / RATE
    hertz = note_hz(pitch + cents / 100)
    tone = np.zeros(len(t))
    for n in range(1, 13):
        if n * hertz > 0.45 * RATE:
            break
        tone += (
            np.sin(
                2 * np.pi * n * hertz * (1 + spread * rng.standard_normal() / n) * t
                + rng.uniform(0, 6.28)
            )
            / n**slope
        )
    return tone * np.exp(-t * decay) * np.minimum(1, t * 200) * np.minimum(1, (t[-1] - t) * 30)


def _add(audio: np.ndarray, at: int, sound: np.ndarray, gain: float) -> None:
    audio[at : at + len(sound)] += gain * sound[: len(audio) - at]


def _drums(frames: int, beat: int, rng: np.random.Generator) -> np.ndarray:
    audio = np.zeros(frames)
    t = np.arange(RATE // 3) / RATE
    low = rng.uniform(42, 60)
    kick = np.sin(2 * np.pi * (low * t + 5 * (1 - np.exp(-t * 35)))) * np.exp(
        -t * rng.uniform(8, 20)
    )
    body = np.sin(2 * np.pi * rng.uniform(160, 220) * t) * np.exp(-t * 25)
    for n in range(frames // beat * 4):
        at = n * beat // 4
        if n % 8 == 0 or (n % 4 == 2 and rng.random() < 0.2):
            _add(audio, at, kick, 1.0)
        if n % 8 == 4:
            _add(audio, at, 0.5 * body + rng.standard_normal(len(t)) * np.exp(-t * 18), 0.5)
        if n % 2 == 0:
            _add(audio, at, np.diff(rng.standard_normal(len(t) + 1)) * np.exp(-t * 60), 0.15)
    return audio / np.sqrt((audio**2).mean())
