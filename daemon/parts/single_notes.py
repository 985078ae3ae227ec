"""Melodic one-shots: the single notes of a part that stand alone, tuned, the cleanest of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import soxr

from daemon.audio.sound import mixed
from daemon.hearing.pitch import find_note
from daemon.parts.cuts import attacks, finished, just_before, struck_anew

#: s of a note at least: a shorter one has hardly a pitch; and at most.
_SHORTEST_S, _LONGEST_S = 0.12, 4.0
#: dB below the loudest note under which one is left alone.
_SOFTEST_DB = -24.0
#: dB by which a note grows where it is played again, however softly: the one before ends there.
_AGAIN_DB = 1.0
#: Semitones from a partial within which a note may be one.
_NEAR_PARTIAL = 0.4
#: Share of a note's power that its own partials must have: two notes at once have less.
_LEAST_ALONE = 0.85
#: Hz on either side of a partial that are its own.
_PARTIAL_HZ = 12.0
#: Partials that are counted.
_PARTIALS = 40
#: Notes of a part at most: more say the same.
_MOST = 12


@dataclass(frozen=True)
class SingleNote:
    """A note that stood alone: float32 (frames, channels), in tune."""

    audio: np.ndarray
    note: int
    """Its MIDI number."""
    cents: float
    """By how much it was retuned."""
    at_s: float
    alone: float
    """The share of its power that is its own partials', 0-1."""
    gain_db: float


def single_notes(part: np.ndarray, sample_rate: int) -> list[SingleNote]:
    """The cleanest of each note in float32 (frames, channels), from the lowest to the highest."""
    mono = mixed(part)
    found = attacks(mono, sample_rate)
    ends = [*struck_anew(mono, sample_rate, found, _AGAIN_DB), len(mono)]
    longest = round(_LONGEST_S * sample_rate)
    loudest = float(np.abs(mono).max(initial=0))
    best: dict[int, SingleNote] = {}
    for struck in struck_anew(mono, sample_rate, found):
        start = just_before(mono, sample_rate, struck)
        following = next(end for end in ends if end > struck)
        cut = part[start : min(following, start + longest)]
        peak = float(np.abs(mono[start : start + len(cut)]).max(initial=0))
        if len(cut) < _SHORTEST_S * sample_rate or peak < loudest * 10 ** (_SOFTEST_DB / 20):
            continue
        pitch = find_note(cut, sample_rate)
        if pitch is None:
            continue
        alone = _alone(mixed(cut), sample_rate, 440 * 2 ** ((pitch - 69) / 12))
        note = round(pitch)
        if alone < _LEAST_ALONE or (note in best and best[note].alone >= alone):
            continue
        sound, gain_db = finished(_tuned(cut, note - pitch), peak, sample_rate)
        cents = round(100 * (note - pitch), 1)
        best[note] = SingleNote(
            sound, note, cents, round(start / sample_rate, 4), round(alone, 3), round(gain_db, 2)
        )
    cleanest = sorted(best.values(), key=lambda one: -one.alone)[:_MOST]
    return sorted(cleanest, key=lambda one: one.note)


def is_partial_of(other: np.ndarray, sample_rate: int, one: SingleNote) -> bool:
    """Whether a note is but a partial of what another part plays louder, and leaked out of it.

    `other`: float32 (frames, channels), as long as the part that the note was cut from.
    """
    start = round(one.at_s * sample_rate)
    beside = other[start : start + len(one.audio)]
    peak_db = 20 * np.log10(np.abs(beside).max(initial=1e-9))
    # cut notes peak at one level: what was added to it says how soft the note was
    if peak_db < -one.gain_db:
        return False
    pitch = find_note(beside, sample_rate)
    if pitch is None or pitch > one.note - 11:
        return False
    partial = 2 ** ((one.note - pitch) / 12)
    return bool(abs(12 * np.log2(partial / round(partial))) < _NEAR_PARTIAL)


def _alone(mono: np.ndarray, sample_rate: int, hertz: float) -> float:
    power = np.abs(np.fft.rfft(mono * np.hanning(len(mono)))) ** 2
    hz = np.fft.rfftfreq(len(mono), 1 / sample_rate)
    partial = np.round(hz / hertz)
    width = np.maximum(_PARTIAL_HZ, 0.01 * hz)
    own = (np.abs(hz - partial * hertz) < width) & (partial >= 1) & (partial <= _PARTIALS)
    return float(power[own].sum() / (power.sum() + 1e-12))


def _tuned(cut: np.ndarray, semitones: float) -> np.ndarray:
    """A cut raised by less than half a semitone, played faster by as much."""
    ratio = 2 ** (-semitones / 12)
    return np.asarray(soxr.resample(cut, 1.0, ratio, quality="VHQ"), np.float32)
