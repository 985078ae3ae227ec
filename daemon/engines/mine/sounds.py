"""A user's one-shots as an engine knows them: aligned at the attack, at one level, at one pitch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import soxr

from daemon.audio.sound import mixed
from daemon.engines.mine.shape import FRAMES, SAMPLE_RATE

#: A sound begins where it first comes this near to its peak.
_ONSET_DB = -40.0
#: Kept before that.
_LEAD_S = 0.001
#: A tail under this is cut off.
_TAIL_DB = -60.0
#: Where a pitch is looked for, in s from the onset: behind the attack, twice.
_PITCH_AT_S = (0.04, 0.14)
_PITCH_S = 0.12
_LOW_HZ, _HIGH_HZ = 40.0, 1500.0
#: Least correlation with itself a period later, and most cents between both looks.
_LEAST_CLEAR, _MOST_CENTS = 0.9, 40.0


@dataclass(frozen=True)
class Sound:
    """audio: float32 (frames, 2), peak 1, from its onset; note: MIDI note of a steady pitch."""

    audio: np.ndarray
    note: float | None

    @property
    def length_s(self) -> float:
        return len(self.audio) / SAMPLE_RATE


def prepared(audio: np.ndarray, sample_rate: int) -> Sound | None:
    """A file's sound made ready; None where it is silent. audio: (frames, 1 or 2)."""
    if sample_rate != SAMPLE_RATE:
        audio = soxr.resample(audio, sample_rate, SAMPLE_RATE)
    audio = np.repeat(audio, 2, axis=1) if audio.shape[1] == 1 else audio[:, :2]
    loud = np.abs(audio).max(axis=1, initial=0.0)
    peak = float(loud.max(initial=0.0))
    if peak < 1e-3:
        return None
    begin = max(
        0, int(np.argmax(loud >= peak * 10 ** (_ONSET_DB / 20))) - round(_LEAD_S * SAMPLE_RATE)
    )
    heard = np.nonzero(loud >= peak * 10 ** (_TAIL_DB / 20))[0]
    cut = audio[begin : int(heard[-1]) + 1][:FRAMES] / peak
    return Sound(cut.astype(np.float32), note_of(mixed(cut)))


def note_of(mono: np.ndarray) -> float | None:
    """The MIDI note (with fraction) of a steady pitch behind the attack; None for drums and noise.

    The period is the peak of the autocorrelation, refined by a parabola; it must be clear, and the
    same in two looks a tenth of a second apart, so that a kick's fall is none.
    """
    notes = []
    for at_s in _PITCH_AT_S:
        piece = mono[round(at_s * SAMPLE_RATE) : round((at_s + _PITCH_S) * SAMPLE_RATE)]
        note = _note(piece) if len(piece) >= round(_PITCH_S * SAMPLE_RATE) else None
        if note is None:
            return None
        notes.append(note)
    return float(np.mean(notes)) if abs(notes[0] - notes[1]) * 100 <= _MOST_CENTS else None


def _note(piece: np.ndarray) -> float | None:
    piece = piece - piece.mean()
    power = float((piece**2).sum())
    if power <= 1e-9:
        return None
    # only here, as it takes half a second to load
    from scipy.signal import fftconvolve

    match = fftconvolve(piece, piece[::-1])[len(piece) - 1 :]
    # each lag has fewer samples than the one before it
    match = match / np.maximum(power * (1 - np.arange(len(match)) / len(match)), 1e-12)
    low, high = round(SAMPLE_RATE / _HIGH_HZ), min(round(SAMPLE_RATE / _LOW_HZ), len(match) - 2)
    inside = match[low:high]
    tops = np.nonzero((inside[1:-1] > inside[:-2]) & (inside[1:-1] >= inside[2:]))[0] + 1
    clear = [top for top in tops if inside[top] >= max(_LEAST_CLEAR, 0.95 * inside[tops].max())]
    if not clear:
        return None
    at = low + clear[0]
    a, b, c = match[at - 1 : at + 2]
    period = at + 0.5 * (a - c) / (a - 2 * b + c + 1e-12)
    return float(69 + 12 * np.log2(SAMPLE_RATE / period / 440.0))


def moved(audio: np.ndarray, semitones: float) -> np.ndarray:
    """A sound at another pitch, as a sampler plays it: higher is shorter."""
    if abs(semitones) < 0.01:
        return audio
    ratio = 2 ** (semitones / 12)
    return np.asarray(soxr.resample(audio, SAMPLE_RATE * ratio, SAMPLE_RATE), np.float32)


def whole(audio: np.ndarray) -> np.ndarray:
    """A sound with exactly FRAMES frames, silence behind it."""
    return np.pad(audio[:FRAMES], ((0, max(0, FRAMES - len(audio))), (0, 0)))
