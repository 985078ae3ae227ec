"""Chords by beat: the notes that sound in each beat, the bass beneath them, and a steady hand.

A chord's fit is the likeness of a beat's chroma to its tones and their overtones, and of the
bass to its root (templates after Fujishima 1999, overtones after Papadopoulos and Peeters 2007). A
Viterbi path then holds chords: a change costs least on the first beat of a bar.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from bridge.music import Key
from daemon.hearing import key as keys
from daemon.hearing.heard import Heard

#: Semitones above the root, and the prior's logarithm: plain triads are what music has most. These
#: and the next were set on 70 of the musician's loops of all genres, by root, triad and all tones;
#: `benchmarks chords` judges by others.
_KINDS: dict[str, tuple[tuple[int, ...], float]] = {
    "": ((0, 4, 7), 0.0), "m": ((0, 3, 7), 0.0), "7": ((0, 4, 7, 10), -0.75),
    "m7": ((0, 3, 7, 10), -0.7), "M7": ((0, 4, 7, 11), -0.75), "sus4": ((0, 5, 7), -1.15),
    "sus2": ((0, 2, 7), -1.25), "dim": ((0, 3, 6), -0.7), "m7b5": ((0, 3, 6, 10), -1.3),
    "aug": ((0, 4, 8), -1.0), "m6": ((0, 3, 7, 9), -1.4), "6": ((0, 4, 7, 9), -1.4),
    "9": ((0, 4, 7, 10, 2), -2.15), "m9": ((0, 3, 7, 10, 2), -1.1), "M9": ((0, 4, 7, 11, 2), -2.35),
}  # fmt: skip
#: Strength of a tone's third, fifth and seventh partial in the classes they fall into.
_OVERTONES = ((0, 1.0), (7, 0.31), (4, 0.21), (10, 0.09))
#: How sharply likeness decides, and how much the bass does.
_SHARPNESS, _BASS_SHARE = 17.5, 0.16
#: Logarithm of the chance that a chord changes on a bar's first beat, on its middle, elsewhere.
_CHANGES = (-1.15, -4.5, -5.1)
#: Prior of a chord all of whose tones are in the key, over one with strangers; per stranger.
_STRANGER = -0.16
#: Fit of a beat in which nothing is tonal, for the state without a chord.
_NO_CHORD = 0.55
#: s of sound that a beat must have.
_LEAST_BEAT_S = 0.1
#: Share of the loudest beat's strength below which a beat says nothing.
_SOFT = 0.02


@dataclass(frozen=True)
class HeardChord:
    """A chord from `at_s` to the next, in s; `bar` and `beat` count from 1 at the first downbeat.

    `name` as musicians write it (`Am7`), empty where nothing tonal sounds. `confidence` is 0-1.
    """

    bar: int
    beat: int
    at_s: float
    name: str
    confidence: float


def hear_chords(mono: np.ndarray, sample_rate: int, heard: Heard) -> tuple[HeardChord, ...]:
    """The chords of `mono`, float (frames,), on the grid that was heard; none without a beat."""
    # a beat at the very end has no sound to tell its chord by
    beats_s = heard.beats_s[heard.beats_s < len(mono) / sample_rate - _LEAST_BEAT_S]
    if not heard.periodic or len(beats_s) < 2:
        return ()
    chroma, bass = _by_beat(mono, sample_rate, beats_s)
    tones = keys.hear_tones(mono, sample_rate)
    found, _ = keys.find_key(tones)
    names, fits = _fits(chroma, bass, found)
    per_bar = max(1, heard.meter.beats_per_bar)
    first = _first_downbeat(heard, beats_s)
    place = (np.arange(len(beats_s)) - first) % per_bar
    path = _path(fits, place, per_bar)
    shares = np.exp(fits - fits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    out: list[HeardChord] = []
    for n, state in enumerate(path):
        if n and state == path[n - 1]:
            continue
        last = next((k for k in range(n, len(path)) if path[k] != state), len(path))
        bar, beat = divmod(n - first, per_bar)
        sure = round(float(shares[n:last, state].mean()), 2)
        out.append(HeardChord(bar + 1, beat + 1, round(float(beats_s[n]), 4), names[state], sure))
    return tuple(out)


def by_bar(chords: tuple[HeardChord, ...], bars: int) -> list[str]:
    """The chords as `make` understands them, bar by bar; `Am / F` where two share one.

    A bar in which none is heard keeps the one before it, or takes the first that comes: `make` has
    no word for silence. None at all without any.
    """
    named = [chord for chord in chords if chord.name]
    if not named:
        return []
    out: list[str] = []
    sounding = named[0].name
    for bar in range(1, bars + 1):
        own = [chord for chord in named if chord.bar == bar]
        names = [chord.name for chord in own]
        if not own or own[0].beat > 1:
            names = [sounding, *names]
        sounding = names[-1]
        out.append(" / ".join(dict.fromkeys(names)))
    return out


def _by_beat(
    mono: np.ndarray, sample_rate: int, beats_s: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Chroma (beats, 12) of what lies above the bass, and of the bass; each beat sums to one."""
    hertz, weight, frame, _ = keys.spectral_peaks(mono, sample_rate)
    chroma, bass = np.zeros((2, len(beats_s), 12))
    if not len(hertz):
        return chroma, bass
    pitch = 69 + 12 * np.log2(hertz / 440)
    strength = weight**0.7 * np.where(keys.lasting(hertz, frame), 1.0, 0.1)
    turn = (strength * np.exp(2j * np.pi * pitch)).sum()
    pitch = pitch - float(np.angle(turn) / (2 * np.pi))
    strength = strength * np.cos(np.pi * (pitch - np.round(pitch))) ** 2
    classes = np.round(pitch).astype(int) % 12
    centre_s = frame * keys.HOP_S
    beat = np.searchsorted(beats_s, centre_s + 0.02, side="right") - 1
    inside = (beat >= 0) & (beat < len(beats_s))
    low = hertz < keys.BASS_HZ
    # partials above the third octave of a chord lie in classes that are not its own
    high = strength / (1 + (hertz / 1400) ** 2)
    np.add.at(chroma, (beat[inside & ~low], classes[inside & ~low]), high[inside & ~low])
    np.add.at(bass, (beat[inside & low], classes[inside & low]), strength[inside & low])
    return _normed(chroma), _normed(bass)


def _normed(table: np.ndarray) -> np.ndarray:
    total = table.sum(axis=1, keepdims=True)
    return np.where(total > _SOFT * total.max(), table / (total + 1e-12), 0.0)


@cache
def _templates() -> tuple[tuple[str, ...], np.ndarray, np.ndarray, np.ndarray]:
    """Names, unit templates (chords, 12), tones (chords, 12) and priors (chords,)."""
    names, rows, tones, priors = [], [], [], []
    for suffix, (steps, prior) in _KINDS.items():
        for root in range(12):
            row, has = np.zeros(12), np.zeros(12)
            for step in steps:
                has[(root + step) % 12] = 1
                for overtone, strength in _OVERTONES:
                    row[(root + step + overtone) % 12] += strength
            names.append(keys.SHARPS[root] + suffix)
            rows.append(row / np.linalg.norm(row))
            tones.append(has)
            priors.append(prior)
    return tuple(names), np.array(rows), np.array(tones), np.array(priors)


def _fits(
    chroma: np.ndarray, bass: np.ndarray, key: Key | None
) -> tuple[tuple[str, ...], np.ndarray]:
    """Names, and (beats, chords and none) the logarithm of how well each fits each beat."""
    names, rows, tones, priors = _templates()
    size = np.linalg.norm(chroma, axis=1, keepdims=True)
    likeness = (chroma / np.maximum(size, 1e-9)) @ rows.T
    roots = np.arange(len(names)) % 12
    under = bass[:, roots] - 0.5 * (bass @ (1 - tones).T)
    fits = _SHARPNESS * (likeness + _BASS_SHARE * under) + priors
    if key is not None:
        scale = np.zeros(12)
        for step in key.scale:
            scale[(key.tonic + step) % 12] = 1
        fits = fits + _STRANGER * (tones @ (1 - scale))
    silent = size[:, 0] == 0
    none = np.where(silent, _SHARPNESS, _SHARPNESS * _NO_CHORD)
    fits[silent] = 0
    return (*names, ""), np.column_stack([fits, none])


def _path(fits: np.ndarray, place: np.ndarray, per_bar: int) -> np.ndarray:
    """The likeliest state of each beat (Viterbi)."""
    beats, states = fits.shape
    back = np.zeros((beats, states), int)
    best = fits[0].copy()
    for n in range(1, beats):
        kind = 0 if place[n] == 0 else 1 if per_bar % 2 == 0 and place[n] == per_bar // 2 else 2
        leap = best.max() + _CHANGES[kind]
        stays = best >= leap
        back[n] = np.where(stays, np.arange(states), int(best.argmax()))
        best = np.where(stays, best, leap) + fits[n]
    path = np.zeros(beats, int)
    path[-1] = int(best.argmax())
    for n in range(beats - 1, 0, -1):
        path[n - 1] = back[n, path[n]]
    return path


def _first_downbeat(heard: Heard, beats_s: np.ndarray) -> int:
    downbeats_s = heard.downbeats_s
    return int(np.argmin(np.abs(beats_s - downbeats_s[0]))) if len(downbeats_s) else 0
