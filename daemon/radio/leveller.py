"""The loudness of the set: each passage brought towards the loudness of its energy, without a step.

Loudness is that of ITU-R BS.1770 over about 2 s. A gain curve is planned before a phrase is heard:
from its own weighted power in steps of a tenth of a second, with what still rings of the phrases
before, and from how loud the last seconds were.
"""

from __future__ import annotations

import numpy as np

from daemon.audio.loudness import limiting, lufs_of_blocks, weighted_energy
from daemon.radio.phrase import RATE

#: LUFS of a phrase of full energy, and LU by which the calmest is softer.
_LUFS, _CALMER_LU = -15.0, 1.0
#: dB by which a passage may be turned up or down from its phrase, and a phrase at all.
_MOST_UP_DB, _MOST_DOWN_DB, _MOST_UP_WHOLE_DB = 14.0, 10.0, 14.0
#: LU by which a passage may be off what is wanted: so much of its own life it keeps.
_LEFT_LU = 0.5
#: Frames of a step of power, steps between two points of the curve, and steps of a passage's half.
_HOP = RATE // 10
_KNOT, _HALF = 5, 9
#: Frames of what was heard that count for what follows.
PAST = 2 * _HALF * _HOP
#: Rounds in which a curve is found, and how much of what is off each takes away.
_ROUNDS, _SHARE, _MOST_A_ROUND_DB = 10, 0.6, 6.0
#: What a limiter takes at most, as a share of the power that there was.
_LEAST_LEFT = 0.05
#: Times that a curve is found again with what the limiter took: bare drums need most of them.
_ATTEMPTS = 4


class Leveller:
    """Levels one phrase after another; it knows what was heard before."""

    def __init__(self, heard: np.ndarray | None = None, ringing: np.ndarray | None = None) -> None:
        """heard, ringing: what was heard last, and what of it rings on, float32 (frames, 2)."""
        self._ringing = np.zeros((0, 2), np.float32) if ringing is None else ringing
        self._past = np.zeros(0) if heard is None else _power(heard)

    def level(self, audio: np.ndarray, frames: int, energy: float) -> np.ndarray:
        """A phrase, float32 (frames and ringing, 2), with its passages at one loudness.

        energy: 0 to 1. Peaks are held down; silence stays so.
        """
        ringing = np.zeros((max(len(audio), len(self._ringing)), 2), np.float32)
        ringing[: len(self._ringing)] = self._ringing
        made = self._levelled(audio, frames, _power(ringing[:frames]), energy)
        ringing[: len(made)] += made
        self._past = _power(ringing[max(0, frames - PAST) : frames])
        self._ringing = ringing[frames:].copy()
        return made

    def _levelled(
        self, audio: np.ndarray, frames: int, rings: np.ndarray, energy: float
    ) -> np.ndarray:
        own = _power(audio[:frames])
        whole, wanted = lufs_of_blocks(_blocks(own)), _LUFS - _CALMER_LU * (1 - energy)
        if not np.isfinite(whole):
            return audio
        gain_db = min(wanted - whole, _MOST_UP_WHOLE_DB)
        limited = np.ones(len(own))
        for _ in range(_ATTEMPTS):
            places, curve_db = self._curve(own * limited, rings, wanted, gain_db)
            here_db = np.interp(np.arange(len(audio)), places * _HOP, curve_db)
            louder = audio * (10 ** (here_db / 20)).astype(np.float32)[:, None]
            made: np.ndarray = (louder * limiting(louder, RATE)).astype(np.float32)
            # what the limiter takes is loudness too: the curve is found again with that
            left = _power(made[:frames]) / np.maximum(_power(louder[:frames]), 1e-12)
            limited = np.clip(left, _LEAST_LEFT, 1.0)
        return made

    def _curve(
        self, own: np.ndarray, rings: np.ndarray, wanted: float, gain_db: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """(steps, dB): the points of the gain that brings each passage near what is wanted."""
        steps, past = np.arange(len(own)), len(self._past)
        places = np.unique(np.append(steps[::_KNOT], len(own) - 1))
        curve_db = np.full(len(places), gain_db)
        for _ in range(_ROUNDS):
            heard = own * 10 ** (np.interp(steps, places, curve_db) / 10) + rings
            heard = np.concatenate([self._past, heard])
            levels = np.array([
                lufs_of_blocks(_blocks(heard[max(0, past + at - _HALF) : past + at + _HALF]))
                for at in places
            ])  # fmt: skip
            off = np.where(np.isfinite(levels), wanted - levels, 0.0)
            off = np.sign(off) * np.maximum(0.0, np.abs(off) - _LEFT_LU)
            curve_db += _SHARE * np.clip(off, -_MOST_A_ROUND_DB, _MOST_A_ROUND_DB)
            curve_db = np.clip(curve_db, gain_db - _MOST_DOWN_DB, gain_db + _MOST_UP_DB)
        return places, curve_db


def _power(audio: np.ndarray) -> np.ndarray:
    """(steps,): mean weighted power of each tenth of a second."""
    energy = weighted_energy(audio, RATE)
    steps = -(-len(energy) // _HOP)
    return np.pad(energy, (0, steps * _HOP - len(energy))).reshape(steps, _HOP).mean(axis=1)


def _blocks(power: np.ndarray) -> np.ndarray:
    """The standard's blocks of 0.4 s, each a tenth of a second after the one before."""
    if len(power) < 4:
        return power.mean(keepdims=True) if len(power) else power
    return np.convolve(power, np.full(4, 0.25), "valid")
