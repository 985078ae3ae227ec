"""One-shots: trimmed to the attack, faded, their note found and tuned."""

from __future__ import annotations

import math

import numpy as np
import scipy.fft
import soxr

from daemon.audio.sound import Sound, mixed

_ATTACK_DB, _TAIL_DB = -40.0, -66.0
_WINDOW_S = 0.001
#: Kept before the attack's threshold is crossed, so that its first rise is whole.
_PRE_ATTACK_S = 0.0005
_FADE_IN_S, _FADE_OUT_S = 0.0002, 0.02
_LOWEST_HZ, _HIGHEST_HZ = 25.0, 4200.0
_YIN_RATE = 22050
_YIN_WINDOW = 2048
_YIN_HOP = 256
#: YIN's aperiodicity above which a frame has no pitch, and the share of the energy that must have one.
_APERIODIC = 0.15
_VOICED_SHARE = 0.5


def without_dc(sound: Sound) -> Sound:
    """Each channel's mean removed, the stems' by their own share."""
    return sound.linear(
        lambda x: x - x.mean(axis=0, keepdims=True, dtype=np.float64).astype(np.float32)
    )


def trimmed(sound: Sound, keep_frames: int | None = None) -> Sound:
    """From the attack, at frame 0, to where the tail is gone (or at most `keep_frames`), with short fades at both ends."""
    envelope = _peak_envelope(sound.mono, sound.sample_rate)
    hop = max(1, round(_WINDOW_S * sound.sample_rate))
    peak = envelope.max(initial=0.0)
    if peak <= 0:
        return sound
    loud = np.flatnonzero(envelope >= peak * 10 ** (_ATTACK_DB / 20))
    heard = np.flatnonzero(envelope >= peak * 10 ** (_TAIL_DB / 20))
    first = _attack_frame(sound.mono, loud[0] * hop, hop, float(peak))
    start = max(0, first - round(_PRE_ATTACK_S * sound.sample_rate))
    stop = min(sound.frames, (int(heard[-1]) + 1) * hop + round(_FADE_OUT_S * sound.sample_rate))
    if keep_frames is not None:
        stop = min(stop, start + keep_frames)
    return sound.linear(lambda x: faded(x[start:stop], sound.sample_rate))


def faded(audio: np.ndarray, sample_rate: int) -> np.ndarray:
    """Float32 (frames, channels) with a very short fade in, which keeps the attack, and a fade out of a raised cosine."""
    out = audio.copy()
    rise = min(len(out) // 4, max(1, round(_FADE_IN_S * sample_rate)))
    fall = min(len(out) // 2, round(_FADE_OUT_S * sample_rate))
    if rise:
        out[:rise] *= np.linspace(0, 1, rise, endpoint=False, dtype=np.float32)[:, None]
    if fall:
        out[-fall:] *= (0.5 + 0.5 * np.cos(np.linspace(0, np.pi, fall, dtype=np.float32)))[:, None]
    return out


def find_note(audio: np.ndarray, sample_rate: int) -> float | None:
    """The note of a one-shot as a MIDI number with its fraction, or None where it has no pitch.

    YIN (de Cheveigné and Kawahara 2002) on each frame, the median weighted by energy, then refined on the spectrum's own peaks.
    """
    mono = soxr.resample(mixed(audio).astype(np.float64), sample_rate, _YIN_RATE, quality="HQ")
    pitches, weights, total = _yin(mono)
    if not len(pitches) or weights.sum() <= _VOICED_SHARE * total:
        return None
    coarse = _weighted_median(pitches, weights)
    near = np.abs(12 * np.log2(pitches / coarse)) < 0.5
    if weights[near].sum() < 0.5 * weights.sum():
        return None
    coarse = float(np.average(pitches[near], weights=weights[near]))
    hertz = _refined(mono, coarse)
    return 69 + 12 * math.log2(hertz / 440)


def semitones_to(note: float, asked_note: int | None, asked_pitch_class: int | None) -> float:
    """The shift that brings `note` to the asked note, or by the shortest way to the asked pitch class; 0 where none is asked."""
    if asked_note is not None:
        return asked_note - note
    if asked_pitch_class is None:
        return 0.0
    return (asked_pitch_class - note + 6) % 12 - 6


def tuned(sound: Sound, semitones: float) -> Sound:
    """Played faster or slower, as a sampler does it: every attack stays as sharp as it was."""
    ratio = 2 ** (semitones / 12)
    return sound.linear(
        lambda x: soxr.resample(x, sound.sample_rate * ratio, sound.sample_rate, quality="VHQ")
    )


def _peak_envelope(mono: np.ndarray, sample_rate: int) -> np.ndarray:
    hop = max(1, round(_WINDOW_S * sample_rate))
    if not len(mono):
        return np.zeros(1, np.float32)
    return np.maximum.reduceat(np.abs(mono), np.arange(0, len(mono), hop))


def _attack_frame(mono: np.ndarray, start: int, hop: int, peak: float) -> int:
    over = np.flatnonzero(np.abs(mono[start : start + hop]) >= peak * 10 ** (_ATTACK_DB / 20))
    return start + (int(over[0]) if len(over) else 0)


def _yin(mono: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Pitches in Hz and energies of the frames that have one, and the energy of all frames."""
    longest = math.ceil(_YIN_RATE / _LOWEST_HZ)
    shortest = math.floor(_YIN_RATE / _HIGHEST_HZ)
    size = _YIN_WINDOW + longest
    padded = np.pad(mono, (0, max(0, size + 1 - len(mono))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::_YIN_HOP]
    length = scipy.fft.next_fast_len(size + _YIN_WINDOW)
    spectrum = scipy.fft.rfft(frames, length, axis=1)
    head = scipy.fft.rfft(frames[:, :_YIN_WINDOW], length, axis=1)
    cross = scipy.fft.irfft(spectrum * head.conj(), length, axis=1)[:, : longest + 1]
    power = np.cumsum(np.pad(frames * frames, ((0, 0), (1, 0))), axis=1)
    energy = power[:, _YIN_WINDOW : _YIN_WINDOW + longest + 1] - power[:, : longest + 1]
    difference = np.maximum(energy[:, :1] + energy - 2 * cross, 0)
    lags = np.arange(1, longest + 1)
    normal = np.ones_like(difference)
    normal[:, 1:] = (
        difference[:, 1:] * lags / np.maximum(np.cumsum(difference[:, 1:], axis=1), 1e-12)
    )
    pitches, weights = [], []
    for row, loudness in zip(normal, energy[:, 0], strict=True):
        lag = _first_dip(row, shortest)
        if lag is not None:
            pitches.append(_YIN_RATE / lag)
            weights.append(float(loudness))
    return np.array(pitches), np.array(weights), float(energy[:, 0].sum())


def _first_dip(row: np.ndarray, shortest: int) -> float | None:
    """The first local minimum under the threshold, between the samples; None where no lag is periodic enough."""
    under = np.flatnonzero(row[shortest:-1] < _APERIODIC)
    if not len(under):
        return None
    lag = shortest + int(under[0])
    while lag + 1 < len(row) - 1 and row[lag + 1] < row[lag]:
        lag += 1
    left, middle, right = row[lag - 1], row[lag], row[lag + 1]
    bend = left - 2 * middle + right
    return lag + (float(np.clip(0.5 * (left - right) / bend, -0.5, 0.5)) if bend > 1e-12 else 0.0)


def _weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values)
    running = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(running, running[-1] / 2)])


def _refined(mono: np.ndarray, coarse_hz: float) -> float:
    """The fundamental by its first harmonics' spectral peaks, each weighed by its power; within a quarter tone of `coarse_hz`."""
    size = scipy.fft.next_fast_len(max(4 * len(mono), 1 << 16))
    magnitude = np.abs(scipy.fft.rfft(mono * np.hanning(len(mono)), size))
    bins_per_hz = size / _YIN_RATE
    found, weights = [], []
    for harmonic in (1, 2, 3):
        low = int(harmonic * coarse_hz * 2 ** (-0.5 / 12) * bins_per_hz)
        high = int(harmonic * coarse_hz * 2 ** (0.5 / 12) * bins_per_hz) + 2
        if high >= len(magnitude) - 1 or low < 1:
            break
        top = low + int(np.argmax(magnitude[low:high]))
        if top in (low, high - 1):
            continue
        left, middle, right = np.log(magnitude[top - 1 : top + 2] + 1e-12)
        bend = left - 2 * middle + right
        found.append(
            (top + (0.5 * (left - right) / bend if bend < 0 else 0.0)) / bins_per_hz / harmonic
        )
        weights.append(float(magnitude[top] ** 2))
    return float(np.average(found, weights=weights)) if found else coarse_hz
