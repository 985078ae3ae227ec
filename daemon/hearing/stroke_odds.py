"""What a drum network's odds are worth beside all else that it heard in a sound.

The network hears a moment alone. Whether odds of .3 are a stroke depends on more: how sure it is
of that drum elsewhere in the sound, which other drums it hears just then, how loud the moment is
beside the drum's sure strokes, what it hears of it shortly before and after, and what it hears
where the sound is struck alike (`attacks_beside.py`). Boosted trees weigh that for each drum
(`tools/train_notes/stroke_odds.py` grows them).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from scipy import ndimage

from daemon.hearing.attacks_beside import Attacks, steps
from daemon.hearing.drum_net import ROLES
from daemon.models.trees import Trees
from daemon.models.weights import read_weights

#: Odds from which a moment is looked at.
LEAST = 0.03
#: The drums that are weighed: of the others too few are struck to learn from.
WEIGHED = ("kick", "snare", "hats")
#: Columns around a moment in which another drum strikes together with it, and those from which on
#: to which it strikes before or after.
_TOGETHER, _APART, _NEAR = 2, 4, 13
#: dB that count as much as one step of odds.
_STEP_DB = 10.0
#: Odds between which the even odds of a sound lie.
_EVEN_FROM, _EVEN_TO = 0.15, 0.5


@cache
def _trees() -> dict[str, Trees]:
    stored = read_weights(Path(__file__).with_name("stroke_odds.npz"))
    return {role: Trees.of(stored, role) for role in WEIGHED}


def weighed(
    odds: np.ndarray, row: int, columns: np.ndarray, loud_db: np.ndarray, attacks: Attacks
) -> np.ndarray:
    """The odds, 0-1, of strokes of one drum at `columns`, beside all else that was heard.

    `odds`: the network's, (columns, pieces), `row` that of the drum, one of `WEIGHED`; `loud_db`:
    each moment's level; `attacks`: those of the sound.
    """
    if not len(columns):
        return np.zeros(0)
    return _trees()[tuple(ROLES)[row]].odds(seen(odds, row, columns, loud_db, attacks))


def even_of(odds: np.ndarray) -> float:
    """The odds from which moments of a sound, (moments,), count as strokes: as many as make the
    expected F greatest. That is where odds are half of that F (Lipton and others 2014)."""
    if not len(odds):
        return _EVEN_TO
    right = np.cumsum(np.sort(odds)[::-1])
    expected = 2 * right / (np.arange(1, len(odds) + 1) + right[-1])
    return float(np.clip(expected.max() / 2, _EVEN_FROM, _EVEN_TO))


def seen(
    odds: np.ndarray, row: int, columns: np.ndarray, loud_db: np.ndarray, attacks: Attacks
) -> np.ndarray:
    """float32 (moments, numbers): what is weighed of each moment, of one at least."""
    own = odds[columns, row]
    surest = np.sort(own)[::-1][: max(1, len(own) // 4)].mean()
    together = ndimage.maximum_filter1d(odds, 2 * _TOGETHER + 1, axis=0)[columns]
    others = np.delete(together, row, axis=1)
    usual_db = np.average(loud_db, weights=own**3)
    padded = np.pad(odds[:, row], _NEAR)
    near = [
        np.max([padded[columns + _NEAR + side * k] for k in range(_APART, _NEAR)], axis=0)
        for side in (-1, 1)
    ]
    numbers = np.column_stack(
        [
            steps(own),
            np.full(len(own), steps(surest)),
            steps(others),
            (loud_db - usual_db) / _STEP_DB,
            *(steps(one) for one in near),
        ]
    )
    return np.concatenate([numbers, attacks.at(columns)], axis=1).astype(np.float32)
