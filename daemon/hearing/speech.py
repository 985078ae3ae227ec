"""Whether a sound is somebody speaking: no role, and nothing that an engine could learn from.

Of speech most loud moments are voiced, their pitch glides instead of standing, it spans an octave
around that of a voice, and syllables come a few times a second (Scheirer and Slaney, 1997, take
much the same). Music has one or another of these, and hardly ever all.
"""

from __future__ import annotations

import numpy as np
import soxr

from daemon.audio.sound import mixed

_RATE = 8000
_WINDOW, _HOP = 320, 80
#: Shorter sounds are not judged, and longer ones by their beginning, s.
_LEAST_S, _MOST_S = 1.0, 20.0
#: A moment is loud from here on under the loud ones, dB, and voiced from this correlation on.
_LOUD_DB, _VOICED = -30.0, 0.6
_LOW_HZ, _HIGH_HZ = 70, 400
#: Cents from moment to moment of a pitch that glides; more is a jump.
_GLIDE, _JUMP = 4.0, 120.0
#: Moments of a syllable at least.
_SYLLABLE = 6
#: What each measure is of speech, least and most: the share of voiced moments, of these that glide,
#: syllables a second, semitones that the pitch spans, its median, and the share of what the level
#: moves that it moves two to eight times a second.
_SPEECH = ((0.7, 0.97), (0.42, 1.0), (1.3, 9.0), (7.0, 18.0), (85.0, 280.0), (0.35, 1.0))


def is_speech(audio: np.ndarray, rate: int) -> bool:
    """audio: float32 (frames, channels)."""
    if len(audio) < _LEAST_S * rate:
        return False
    mono = mixed(audio[: round(_MOST_S * rate)])
    mono = soxr.resample(mono, rate, _RATE)
    measures = measured(mono)
    return measures is not None and all(
        low <= one <= high for one, (low, high) in zip(measures, _SPEECH, strict=True)
    )


def measured(mono: np.ndarray) -> tuple[float, ...] | None:
    """The measures of `_SPEECH` of a sound at 8 kHz; None where it has no voiced moments."""
    window = np.hanning(_WINDOW)
    frames = np.lib.stride_tricks.sliding_window_view(mono, _WINDOW)[::_HOP] * window
    power = (frames**2).sum(1)
    loud = 10 * np.log10(power / max(float(np.quantile(power, 0.95)), 1e-9) + 1e-9) > _LOUD_DB
    hz, clear = _pitches(frames, window)
    voiced = loud & clear
    if voiced.sum() <= _SYLLABLE:
        return None
    semitones = 12 * np.log2(hz / 440)
    steps = 100 * np.abs(np.diff(semitones))[voiced[:-1] & voiced[1:]]
    steps = steps[steps < _JUMP + 30]
    ends = np.diff(np.concatenate([[0], voiced.astype(int), [0]]))
    runs = np.flatnonzero(ends < 0) - np.flatnonzero(ends > 0)
    high, low = np.quantile(semitones[voiced], (0.9, 0.1))
    return (
        float(voiced.sum() / loud.sum()),
        float(((steps > _GLIDE) & (steps < _JUMP)).mean()) if len(steps) else 0.0,
        float((runs >= _SYLLABLE).sum() / (len(mono) / _RATE)),
        float(high - low),
        float(np.median(hz[voiced])),
        _syllabic(np.sqrt(power)),
    )


def _pitches(frames: np.ndarray, window: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n,) the pitch of each frame in Hz, and whether it is clear: by its autocorrelation."""
    match = np.fft.irfft(np.abs(np.fft.rfft(frames, 2 * _WINDOW)) ** 2)[:, :_WINDOW]
    own = np.fft.irfft(np.abs(np.fft.rfft(window, 2 * _WINDOW)) ** 2)[:_WINDOW]
    # a window's own correlation falls with the lag, and is divided out
    match = match / (match[:, :1] + 1e-12) / (own / own[0] + 1e-3)
    low, high = _RATE // _HIGH_HZ, _RATE // _LOW_HZ
    best = match[:, low:high].argmax(1)
    inside = (best > 0) & (best < high - low - 1)
    return _RATE / (best + low), inside & (match[np.arange(len(match)), best + low] > _VOICED)


def _syllabic(level: np.ndarray) -> float:
    """The share of a level's movement that comes two to eight times a second."""
    size = max(512, len(level))
    moved = np.abs(np.fft.rfft((level - level.mean()) * np.hanning(len(level)), size)) ** 2
    hz = np.fft.rfftfreq(size, _HOP / _RATE)
    return float(moved[(hz > 2) & (hz < 8)].sum() / (moved[hz > 0.3].sum() + 1e-12))
