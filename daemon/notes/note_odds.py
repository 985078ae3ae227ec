"""What the note network's odds of a beginning are worth beside how the pitch sounds.

Odds of .3 are a note where its tone sounds afterwards and did not before, and where the pitch is as
loud as the sound's other notes. Four numbers weigh that, the same for every sound (logistic
regression; `tools/train_notes/note_odds.py` fits them). More of them, as which other pitches begin
then or how sure the network is elsewhere, told more of one kind of sound and less of others.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from daemon.models.weights import read_weights

#: Odds beyond which none counts for more.
_SUREST = 0.997
#: Columns after a beginning in which its tone sounds, and those before it in which another one of
#: its pitch would.
AFTER, BEFORE = slice(4, 14), slice(-7, -2)
#: dB that count as much as one step of odds.
_STEP_DB = 10.0


@cache
def _weights() -> np.ndarray:
    """float32 (5,): of what is `seen`, and last a constant."""
    return read_weights(Path(__file__).with_name("note_odds.npz"))["notes"]


def weighed(
    odds: np.ndarray, columns: np.ndarray, rows: np.ndarray, loud_db: np.ndarray
) -> np.ndarray:
    """The odds, 0-1, of notes that may begin at `columns` and `rows` of (columns, PITCHES, 2) odds.

    `loud_db`: how loud each is.
    """
    own = _weights()
    return np.asarray(1 / (1 + np.exp(-seen(odds, columns, rows, loud_db) @ own[:-1] - own[-1])))


def seen(
    odds: np.ndarray, columns: np.ndarray, rows: np.ndarray, loud_db: np.ndarray
) -> np.ndarray:
    """(beginnings, 4): what is weighed of each."""
    begins = odds[columns, rows, 0]
    usual_db = np.average(loud_db, weights=begins**2 + 1e-6) if len(begins) else 0.0
    return np.column_stack(
        [
            _steps(begins),
            *(_steps(_mean(odds[:, :, 1], columns, rows, around)) for around in (AFTER, BEFORE)),
            (loud_db - usual_db) / _STEP_DB,
        ]
    )


def _mean(sounds: np.ndarray, columns: np.ndarray, rows: np.ndarray, around: slice) -> np.ndarray:
    """Of (columns, PITCHES) odds of a tone, the mean around each of `columns`; 0 outside."""
    summed = np.pad(np.cumsum(sounds, axis=0, dtype=float), ((1, 0), (0, 0)))
    first, last = (np.clip(columns + at, 0, len(sounds)) for at in (around.start, around.stop))
    return np.asarray((summed[last, rows] - summed[first, rows]) / np.maximum(last - first, 1))


def _steps(odds: np.ndarray) -> np.ndarray:
    """Odds as their logarithm, bounded."""
    bounded = np.clip(odds, 1 - _SUREST, _SUREST)
    return np.asarray(np.log(bounded / (1 - bounded)))
