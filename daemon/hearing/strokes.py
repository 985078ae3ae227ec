"""The strokes of drums that are heard in a sound, read out of the network's odds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import soxr

from daemon.audio.sound import mixed
from daemon.hearing import stroke_odds
from daemon.hearing.attacks_beside import Attacks
from daemon.hearing.drum_net import EVEN, ROLES, drum_net
from daemon.hearing.log_spectra import FRAME_S, RATE, levels_db, quick_of
from daemon.hearing.peaks import between, confidence_of, peaks

#: Columns within which one drum is struck once only: 60 ms.
APART = 3
#: Weighed odds under which a moment is no stroke at all.
_LEAST = 0.1
#: The rows by which a drum's loudness is told.
_ROWS = {"kick": (10, 32), "snare": (32, 80), "hats": (84, 104), "toms": (16, 48),
         "cymbals": (80, 104)}  # fmt: skip


@dataclass(frozen=True)
class Stroke:
    """A stroke of one of `ROLES` at `at_s`, how loud it is in dB, its confidence 0-1."""

    at_s: float
    role: str
    level_db: float
    confidence: float


def strokes_heard(audio: np.ndarray, sample_rate: int) -> list[Stroke]:
    """The strokes of float32 (frames, channels), however doubtful."""
    mono = np.asarray(soxr.resample(mixed(audio), sample_rate, RATE), np.float32)
    quick = quick_of(mono)
    return strokes_of(drum_net().heard(quick), quick)


def strokes_of(odds: np.ndarray, quick: np.ndarray) -> list[Stroke]:
    """The strokes of (columns, pieces) odds, however doubtful, by role and time."""
    moments = [moments_of(odds, row) for row in range(len(ROLES))]
    attacks = Attacks.of(odds, quick, np.concatenate(moments))
    found = []
    for row, (role, columns) in enumerate(zip(ROLES, moments, strict=True)):
        loud_db = loudness_of_drum(quick, columns, role)
        if role in stroke_odds.WEIGHED:
            worth = stroke_odds.weighed(odds, row, columns, loud_db, attacks)
            even = stroke_odds.even_of(worth)
        else:
            worth, even = odds[columns, row], EVEN[role]
        for at, level_db, one in zip(columns, loud_db, worth, strict=True):
            if one > _LEAST:
                at_s = max(0.0, between(odds[:, row], at) * FRAME_S)
                sure = confidence_of(float(one), even)
                found.append(Stroke(at_s, role, float(level_db), sure))
    return found


def moments_of(odds: np.ndarray, row: int) -> np.ndarray:
    """Columns where the piece of that row of (columns, pieces) odds may be struck."""
    own = odds[:, row : row + 1]
    return np.flatnonzero(peaks(own, APART, stroke_odds.LEAST))


def loudness_of_drum(quick: np.ndarray, columns: np.ndarray, role: str) -> np.ndarray:
    """dB of a drum's rows in each of `columns`, at the loudest of the moments around."""
    low, high = _ROWS[role]
    levels = np.pad(levels_db(quick[:, low:high]).mean(axis=1), (1, 2), mode="edge")
    return np.asarray(np.max([levels[columns + k] for k in range(4)], axis=0))
