"""The key of a take, its tuning, and the smallest shift that brings it into the requested key.

Chroma from spectral peaks, correlated with the key profiles of Albrecht and Shanahan (2013).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.fft
import soxr

from bridge.music import MODES, Key

#: Hz; rate of the analysis: enough for peaks up to `_HIGHEST_HZ`.
_RATE = 11025
#: Samples of an analysis window: about 0.37 s, so bins of 2.7 Hz.
_SIZE = 4096
#: Samples between windows.
_HOP = 1536
#: The same in s.
HOP_S = _HOP / _RATE
#: Windows transformed at a time: some 30 MB.
_AT_ONCE = 512
#: Hz; lowest peak: a semitone there is about one bin.
_LOWEST_HZ = 50.0
#: Hz; highest peak: above it are mostly partials.
_HIGHEST_HZ = 3000.0
#: Hz; peaks below it belong to the bass, which has a chroma of its own.
BASS_HZ = 180.0
#: Weight of the bass's chroma beside that of the rest.
_BASS_WEIGHT = 0.3
#: Share of a frame's highest peak below which another is ignored.
_PEAK_FLOOR = 0.01
#: Hz; peaks towards it and above count less. Seventh and higher partials lie off their own pitch
#: class, and those of detuned saws fill every class. Set on such a stab, checked on 80 known takes.
_PARTIALS_HZ = 3000.0
#: Weights of the pitch classes in a major key, from the tonic (Albrecht and Shanahan 2013).
_MAJOR = (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081)
#: The same in a minor key.
_MINOR = (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052)
#: Gain in correlation from which a shift is better than none.
_SHIFT_EVIDENCE = 0.1
#: Loss in correlation to the best shift up to which a smaller shift is preferred.
_NEARLY = 0.02
#: Agreement of the peaks on one row of semitones from which a take has a key. Drums stay under
#: 0.05, music over 0.1 (takes with a known key, as in `benchmarks.conform`).
_LEAST_AGREEMENT = 0.08
#: The same from which its key is named, though nothing is shifted by it: loud drums, soft tones.
#: Set on 34 takes of music models with a known key: two more are named, and right.
_NAMED_AGREEMENT = 0.065
#: Most confidence of a key that is only named.
_NAMED_AT_MOST = 0.3
#: The same in standard deviations of chance: a few peaks agree by chance.
_LEAST_SIGNIFICANCE = 2.5
#: Agreement from which the tuning is measured well enough to be corrected.
_TUNING_AGREEMENT = 0.25
#: Cents off A = 440 from which the tuning is corrected: less is hardly audible.
_TUNING_CENTS = 8.0
#: Names of the tonics, as musicians usually spell them.
SHARPS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


@dataclass(frozen=True)
class Tones:
    """The tonal content of a take: `chroma` (12,) from C, and `tuning_cents` off A = 440.

    `agreement` (0-1) is how far the spectral peaks agree on one row of semitones; those of noise
    and drums do not. `is_tonal` says whether it suffices to shift by, `has_key` to name a key.
    """

    chroma: np.ndarray
    tuning_cents: float
    agreement: float
    is_tonal: bool
    has_key: bool


def hear_tones(mono: np.ndarray, sample_rate: int) -> Tones:
    """The tonal content of `mono`, float (frames,)."""
    hertz, weight, frame, count = spectral_peaks(mono, sample_rate)
    if not len(hertz):
        return Tones(np.zeros(12), 0.0, 0.0, False, False)
    strength = weight**0.7 * np.where(lasting(hertz, frame), 1.0, 0.1)
    pitch = 69 + 12 * np.log2(hertz / 440)
    turn = (strength * np.exp(2j * np.pi * pitch)).sum() / strength.sum()
    tuning = float(np.angle(turn) / (2 * np.pi))
    agreement = float(abs(turn))
    # The effective number of peaks, if all weighed the same: a small number may agree by chance.
    peaks = float(strength.sum() ** 2 / (strength**2).sum())
    chance = _LEAST_SIGNIFICANCE / np.sqrt(peaks)
    is_tonal = agreement > max(_LEAST_AGREEMENT, chance)
    has_key = agreement > max(_NAMED_AGREEMENT, chance)
    pitch = pitch - tuning
    strength = strength * np.cos(np.pi * (pitch - np.round(pitch))) ** 2
    strength = strength / (1 + (hertz / _PARTIALS_HZ) ** 2)
    classes = np.round(pitch).astype(int) % 12
    bass = hertz < BASS_HZ
    chroma = _profile(classes[~bass], strength[~bass], frame[~bass], count)
    chroma = chroma + _BASS_WEIGHT * _profile(classes[bass], strength[bass], frame[bass], count)
    return Tones(chroma, 100 * tuning, agreement, is_tonal, has_key)


def find_key(tones: Tones) -> tuple[Key | None, float]:
    """The likeliest major or minor key and its confidence (0-1); None where no key is heard."""
    if not tones.has_key:
        return None, 0.0
    fits = np.array(
        [_fit(tones.chroma, tonic, mode) for mode in ("major", "minor") for tonic in range(12)]
    )
    order = np.argsort(-fits)
    best = int(order[0])
    confidence = float(
        np.clip(fits[best], 0, 1) * np.clip(0.4 + 3 * (fits[best] - fits[order[1]]), 0, 1)
    )
    if not tones.is_tonal:
        confidence = min(confidence, _NAMED_AT_MOST)
    name = SHARPS[best % 12]
    return Key(best % 12, "major" if best < 12 else "minor", name), confidence


def shift_to(tones: Tones, asked: Key) -> tuple[int, float]:
    """Semitones (-5 to 6) that bring the take into the requested key, and the gain in correlation.

    0 where the evidence is too weak or nothing is tonal.
    """
    if not tones.is_tonal:
        return 0, 0.0
    names = _same_scale(asked)
    fits = np.array(
        [
            np.mean([_fit(np.roll(tones.chroma, shift), *name) for name in names])
            for shift in range(12)
        ]
    )
    gain = float(fits.max() - fits[0])
    if gain <= _SHIFT_EVIDENCE:
        return 0, gain
    shifts = (np.flatnonzero(fits > fits.max() - _NEARLY) + 5) % 12 - 5
    return int(shifts[np.argmin(np.abs(shifts))]), gain


def tuning_shift(tones: Tones) -> float:
    """Semitones that bring a take's tuning to A = 440; 0 where it is close or not measurable."""
    if (
        not tones.is_tonal
        or tones.agreement < _TUNING_AGREEMENT
        or abs(tones.tuning_cents) < _TUNING_CENTS
    ):
        return 0.0
    return -tones.tuning_cents / 100


def spectral_peaks(
    mono: np.ndarray, sample_rate: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Frequency in Hz, magnitude and frame of each spectral peak, and the number of frames."""
    low = soxr.resample(mono, sample_rate, _RATE, quality="HQ")
    low = np.pad(low, (_SIZE // 2, max(_SIZE // 2, 2 * _SIZE - len(low))))
    frames = np.lib.stride_tricks.sliding_window_view(low, _SIZE)[::_HOP]
    found = [
        _peaks_of(frames[first : first + _AT_ONCE], first)
        for first in range(0, len(frames), _AT_ONCE)
    ]
    hertz, height, frame, highest = (np.concatenate(column) for column in zip(*found, strict=True))
    loud = height > 1e-3 * highest.max()
    return hertz[loud], height[loud], frame[loud], len(frames)


def _peaks_of(frames: np.ndarray, first: int) -> tuple[np.ndarray, ...]:
    """Hz, magnitude and frame of each peak of some frames, and the highest magnitude (1,).

    `first` is the number of the first frame.
    """
    magnitude = np.abs(scipy.fft.rfft(frames * np.hanning(_SIZE).astype(np.float32), axis=1))
    top = (magnitude[:, 1:-1] > magnitude[:, :-2]) & (magnitude[:, 1:-1] >= magnitude[:, 2:])
    frame, bin_ = np.nonzero(top)
    bin_ = bin_ + 1
    left, middle, right = (np.log(magnitude[frame, bin_ + step] + 1e-9) for step in (-1, 0, 1))
    offset = np.clip(0.5 * (left - right) / (left - 2 * middle + right - 1e-12), -0.5, 0.5)
    hertz = (bin_ + offset) * _RATE / _SIZE
    height = magnitude[frame, bin_]
    loud = (
        (hertz > _LOWEST_HZ)
        & (hertz < _HIGHEST_HZ)
        & (height > _PEAK_FLOOR * magnitude.max(axis=1)[frame])
    )
    return hertz[loud], height[loud], frame[loud] + first, magnitude.max(keepdims=True).ravel()


def lasting(hertz: np.ndarray, frame: np.ndarray) -> np.ndarray:
    """Which peaks recur in the next or previous frame within 15 cents: tones, not noise or hits."""
    cents = 1200 * np.log2(hertz)
    lasting = np.zeros(len(hertz), bool)
    starts = np.searchsorted(frame, np.arange(frame[-1] + 2))
    for now in range(frame[-1]):
        a = slice(starts[now], starts[now + 1])
        b = slice(starts[now + 1], starts[now + 2])
        if a.start == a.stop or b.start == b.stop:
            continue
        near = np.abs(cents[a][:, None] - cents[b][None, :]) < 15
        lasting[a] |= near.any(axis=1)
        lasting[b] |= near.any(axis=0)
    return lasting


def _profile(
    classes: np.ndarray, strength: np.ndarray, frame: np.ndarray, count: int
) -> np.ndarray:
    """Chroma (12,) that sums to 1: each frame counts about alike, however loud it is."""
    table = np.zeros((count, 12))
    np.add.at(table, (frame, classes), strength)
    totals = table.sum(axis=1, keepdims=True)
    even: np.ndarray = (table / (totals + 0.1 * np.median(totals) + 1e-9)).sum(axis=0)
    return even / (even.sum() + 1e-9)


def _fit(chroma: np.ndarray, tonic: int, mode: str) -> float:
    """Correlation of a chroma with the profile of a key."""
    profile = np.roll(_mode_profile(mode), tonic)
    if chroma.std() < 1e-9:
        return 0.0
    return float(
        (
            (chroma - chroma.mean()) / chroma.std() * (profile - profile.mean()) / profile.std()
        ).mean()
    )


def _same_scale(key: Key) -> list[tuple[int, str]]:
    """The major and minor key with the notes of `key`, and `key` itself.

    A shift must bring the take into the scale, whichever of its tonics it rests on.
    """
    major = key.relative_major_tonic
    names = [(major, "major"), ((major + 9) % 12, "minor")]
    return names if (key.tonic, key.mode) in names else [*names, (key.tonic, key.mode)]


def _mode_profile(mode: str) -> np.ndarray:
    """The published profile of major or minor.

    Another mode takes the nearer of the two, with the differing degrees exchanged.
    """
    steps = MODES[mode]
    base_mode = "minor" if steps[2] == 3 else "major"
    profile = np.array(_MINOR if base_mode == "minor" else _MAJOR)
    for own, usual in zip(steps, MODES[base_mode], strict=True):
        if own != usual:
            profile[[own, usual]] = profile[[usual, own]]
    return profile
