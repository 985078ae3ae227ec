"""Learnt log odds: which tempo, whether there is a beat, and how sure beats and bar are.

Each is a logistic regression over a few measured features. `tools.train_hearing.odds` fits them and
writes `odds.npz`; [the page on hearing](../../docs/hearing.md) shows how well they mean what they
say.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

#: The regressions of the stored file.
NAMES = (
    *("tempo", "lattice", "beat", "sure", "bar"),
    *("moved", "double", "half", "rival", "speeds", "told"),
)
#: Confidence from which beats are promised: of such claims 98 in 100 are right, by odds that were
#: fitted without them.
PROMISED = 0.7


#: The file of the odds. While they are fitted, it is that of the ones being fitted.
STORED = Path(__file__).with_name("odds.npz")


@lru_cache(maxsize=1)
def _read(path: Path) -> dict[str, np.ndarray]:
    with np.load(path) as stored:
        return {name: stored[name].astype(float) for name in stored.files}


def _stored() -> dict[str, np.ndarray]:
    return _read(STORED)


def log_odds(name: str, features: np.ndarray) -> np.ndarray:
    """Log odds (rows,) of `features` (rows, n) by the regression `name`.

    A feature that is not finite is unknown, and counts as usual.
    """
    stored = _stored()
    scaled = (np.atleast_2d(features) - stored[f"{name}_mean"]) / stored[f"{name}_scale"]
    scaled = np.clip(np.nan_to_num(scaled, nan=0.0, posinf=0.0, neginf=0.0), -4, 4)
    return np.asarray(scaled @ stored[f"{name}_weight"] + stored[f"{name}_offset"])


def probability(odds: float) -> float:
    """Probability (0-1) of log odds."""
    return float(1 / (1 + np.exp(-np.clip(odds, -30, 30))))


def promise() -> float:
    """Log odds of right beats from which a claim is one of `PROMISED`."""
    return float(_stored()["promise"])


def promised(odds: float, from_odds: float) -> float:
    """The confidence (0-1) of log odds: `PROMISED` at `from_odds`, the probability up to a half.

    Between them it is less than the probability. So what is claimed is kept, and what is likely is
    still told from what is not.
    """
    claimed = float(np.log(PROMISED / (1 - PROMISED)))
    if odds <= 0 or from_odds <= claimed:
        return probability(odds)
    if odds < from_odds:
        return probability(odds * claimed / from_odds)
    return probability(odds - from_odds + claimed)
