"""One-shots: trimmed to the attack, faded, tuned."""

from __future__ import annotations

import numpy as np
import soxr

from daemon.audio.sound import Sound

#: dB below the peak at which the attack begins.
_ATTACK_DB = -40.0
#: dB below the peak at which the tail has died away.
_TAIL_DB = -66.0
#: Window of the envelope of peaks.
_WINDOW_S = 0.001
#: Kept before the attack's threshold is crossed, so that its first rise is whole.
_PRE_ATTACK_S = 0.0005
#: Very short, so that the attack stays sharp.
_FADE_IN_S = 0.0002
#: A cut tail ends without a click.
_FADE_OUT_S = 0.02


def without_dc(sound: Sound) -> Sound:
    """Without DC offset: each channel's mean removed, the stems' by their own share."""
    return sound.linear(
        lambda x: x - x.mean(axis=0, keepdims=True, dtype=np.float64).astype(np.float32)
    )


def trimmed(sound: Sound, keep_frames: int | None = None) -> Sound:
    """From the attack, at frame 0, to the end of the tail, with short fades at both ends.

    `keep_frames`: the most frames to keep.
    """
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
    """Float32 (frames, channels) with a fade at both ends.

    The fade in is very short and keeps the attack; the fade out is a raised cosine.
    """
    out = audio.copy()
    rise = min(len(out) // 4, max(1, round(_FADE_IN_S * sample_rate)))
    fall = min(len(out) // 2, round(_FADE_OUT_S * sample_rate))
    if rise:
        out[:rise] *= np.linspace(0, 1, rise, endpoint=False, dtype=np.float32)[:, None]
    if fall:
        out[-fall:] *= (0.5 + 0.5 * np.cos(np.linspace(0, np.pi, fall, dtype=np.float32)))[:, None]
    return out


def semitones_to(note: float, asked_note: int | None, asked_pitch_class: int | None) -> float:
    """The shift in semitones to the requested note; 0 where none is requested.

    To a pitch class it goes the shortest way.
    """
    if asked_note is not None:
        return asked_note - note
    if asked_pitch_class is None:
        return 0.0
    return (asked_pitch_class - note + 6) % 12 - 6


def tuned(sound: Sound, semitones: float) -> Sound:
    """Played faster or slower, as a sampler does: every attack stays sharp."""
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
