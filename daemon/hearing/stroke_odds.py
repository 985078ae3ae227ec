"""What a drum network's odds are worth beside all else that it heard in a sound.

The network hears a moment alone. Whether odds of .3 are a stroke depends on more: how sure it is
of that drum elsewhere in the sound, which other drums it hears just then, how loud the moment is
beside the drum's sure strokes, and what it hears of it shortly before and after. A few numbers for
each drum weigh that (logistic regression; `tools/train_notes/stroke_odds.py` fits them).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from scipy import ndimage

from daemon.models.weights import read_weights

#: Odds from which a moment is looked at, and those beyond which none counts for more.
LEAST, _SUREST = 0.06, 0.999
#: Columns around a moment in which another drum strikes together with it, and those from which on
#: to which it strikes before or after.
_TOGETHER, _APART, _NEAR = 2, 4, 13
#: dB that count as much as one step of odds.
_STEP_DB = 10.0


@cache
def weights() -> dict[str, np.ndarray]:
    """Drum -> float32 weights of `seen`, and last a constant; toms and cymbals have none."""
    return read_weights(Path(__file__).with_name("stroke_odds.npz"))


def weighed(
    odds: np.ndarray, row: int, columns: np.ndarray, loud_db: np.ndarray, role: str
) -> np.ndarray:
    """The odds, 0-1, of strokes of one drum at `columns`, beside all else that was heard.

    `odds`: the network's, (columns, pieces), `row` the drum's among the pieces; `loud_db`: each
    moment's level.
    """
    if role not in weights() or not len(columns):
        return odds[columns, row]
    own = weights()[role]
    return np.asarray(1 / (1 + np.exp(-seen(odds, row, columns, loud_db) @ own[:-1] - own[-1])))


def seen(odds: np.ndarray, row: int, columns: np.ndarray, loud_db: np.ndarray) -> np.ndarray:
    """(moments, numbers): what is weighed of each moment."""
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
    return np.column_stack(
        [
            _steps(own),
            np.full(len(own), _steps(surest)),
            _steps(others),
            (loud_db - usual_db) / _STEP_DB,
            *(_steps(one) for one in near),
        ]
    )


def _steps(odds: np.ndarray) -> np.ndarray:
    """Odds as their logarithm, bounded."""
    bounded = np.clip(odds, 1 - _SUREST, _SUREST)
    return np.asarray(np.log(bounded / (1 - bounded)))
