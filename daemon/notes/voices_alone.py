"""Whether a sound is one voice: a line that may be followed as such."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from daemon.hearing.log_spectra import RATE
from daemon.notes.heard_notes import HeardNote
from daemon.notes.line_notes import tuning_of
from daemon.notes.one_pitch import Curve

#: Semitones above a tone at which its partials lie, and octaves below, where ears go wrong.
_PARTIALS = np.array([-24, -12, 0, 12, 19, 24, 28, 31, 34, 36])
_NEAR = 0.8
#: Semitones between two tones of which the higher may be the lower one's partial.
_PARTIAL_OF = (0, 12, 19, 24, 28, 31, 34, 36)
#: Share of the power that must have a pitch, of the notes' time that may be another voice's, and of
#: the notes that may be of a chord.
_VOICED, _OTHERS, _CHORDS = 0.6, 0.3, 0.45
#: Confidence from which a note counts.
_NOTE = 0.5


def has_one_pitch(mono: np.ndarray, curve: Curve) -> bool:
    """Whether most of float32 (frames,) at `RATE` has the single pitch of its curve."""
    return voiced_share(mono, curve) >= _VOICED


def is_one_voice(curve: Curve, notes: Sequence[HeardNote]) -> bool:
    """Whether `notes`, heard as many voices in the line's own tuning, are but one line's."""
    return others_share(curve, notes) <= _OTHERS and chords_share(notes) <= _CHORDS


def voiced_share(mono: np.ndarray, curve: Curve) -> float:
    """The share of its power, 0-1, that has a single pitch."""
    edges = np.minimum(np.round(np.arange(len(curve.pitch) + 1) * curve.hop_s * RATE), len(mono))
    total = np.concatenate([[0.0], np.cumsum(mono.astype(np.float64) ** 2)])
    power = np.diff(total[edges.astype(int)])
    return float(power[np.isfinite(curve.pitch)].sum() / (power.sum() + 1e-12))


def others_share(curve: Curve, notes: Sequence[HeardNote]) -> float:
    """The share of the notes' time, 0-1, in which they are no tone and no partial of the line."""
    off, others, whole = tuning_of(curve), 0.0, 0.0
    for note in notes:
        if note.confidence < _NOTE:
            continue
        own = slice(round(note.start_s / curve.hop_s), round(note.end_s / curve.hop_s) + 1)
        line = curve.pitch[own]
        line = line[np.isfinite(line)]
        if not len(line):
            continue
        above = note.pitch - (line - off)
        fits = (np.abs(above[:, None] - _PARTIALS) < _NEAR).any(axis=1)
        others += float((~fits).sum())
        whole += len(fits)
    return others / whole if whole else 0.0


def chords_share(notes: Sequence[HeardNote]) -> float:
    """The share of the notes, 0-1, beside which another one sounds that is no partial of it."""
    sure = [note for note in notes if note.confidence >= _NOTE]
    if not sure:
        return 0.0
    start_s, end_s = (np.array([getattr(n, at) for n in sure]) for at in ("start_s", "end_s"))
    pitch = np.array([note.pitch for note in sure])
    both = np.minimum(end_s[:, None], end_s) - np.maximum(start_s[:, None], start_s)
    beside = both > 0.5 * (end_s - start_s)[:, None]
    apart = np.abs(pitch[:, None] - pitch)
    return float((beside & ~np.isin(apart, _PARTIAL_OF)).any(axis=1).mean())
