"""Boosted trees of few questions, grown in numpy: what `daemon/models/trees.py` answers by.

Second-order boosting of log odds by histograms, as XGBoost and LightGBM do (Chen and Guestrin
2016; Ke and others 2017).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from daemon.models.trees import Trees

#: Values that a number is sorted into.
_BINS = 48


@dataclass(frozen=True)
class Growth:
    """How trees are grown.

    `depth`: questions of a tree, one after another. `seen`: share of numbers, `rows`: share of
    examples that a tree is grown by. `least`: weight of examples at each end of a tree at least.
    """

    count: int = 150
    depth: int = 4
    rate: float = 0.06
    seen: float = 0.3
    rows: float = 0.6
    least: float = 8.0
    held: float = 5.0


def grown(rows: np.ndarray, right: np.ndarray, share: np.ndarray, how: Growth, seed: int) -> Trees:
    """Trees for the log odds that float32 (examples, numbers) `rows` are `right`, each by share."""
    rng = np.random.default_rng(seed)
    edges = np.quantile(rows, np.linspace(0, 1, _BINS + 1)[1:-1], axis=0).astype(np.float32)
    binned = np.empty(rows.shape, np.int16)
    for n in range(rows.shape[1]):
        binned[:, n] = np.searchsorted(edges[:, n], rows[:, n], side="left")
    mean = np.average(right, weights=share)
    start = float(np.log(mean / (1 - mean)))
    odds = np.full(len(rows), start)
    ends = 2**how.depth
    number = np.zeros((how.count, ends - 1), np.int16)
    above = np.full((how.count, ends - 1), np.inf, np.float32)
    value = np.zeros((how.count, ends), np.float32)
    for tree in range(how.count):
        likely = 1 / (1 + np.exp(-odds))
        slope, bend = share * (likely - right), share * likely * (1 - likely)
        drawn = np.flatnonzero(rng.random(len(rows)) < how.rows)
        columns = np.flatnonzero(rng.random(rows.shape[1]) < how.seen)
        place = np.zeros(len(rows), int)
        for level in range(how.depth):
            first = 2**level - 1
            best = _questions(binned, columns, drawn, place, slope, bend, 2**level, how)
            here = first + np.flatnonzero(best[:, 0] >= 0)
            n, cut = best[here - first].T
            number[tree, here], above[tree, here] = n, edges[cut, n]
            asked = number[tree, first + place], above[tree, first + place]
            place = 2 * place + (rows[np.arange(len(rows)), asked[0]] > asked[1])
        steep = np.bincount(place, slope, ends)
        value[tree] = -how.rate * steep / (np.bincount(place, bend, ends) + how.held)
        odds += value[tree][place]
    return Trees(number, above, value, start)


def _questions(
    binned: np.ndarray, columns: np.ndarray, drawn: np.ndarray, place: np.ndarray,
    slope: np.ndarray, bend: np.ndarray, nodes: int, how: Growth,
) -> np.ndarray:  # fmt: skip
    """(nodes, 2): for each node of a level the number, and its edge, that tell most; -1 for none."""
    gains, best = np.full(nodes, 1e-9), np.full((nodes, 2), -1)
    at = place[drawn] * _BINS
    for n in columns:
        key = at + binned[drawn, n]
        g = np.bincount(key, slope[drawn], nodes * _BINS).reshape(nodes, _BINS).cumsum(axis=1)
        h = np.bincount(key, bend[drawn], nodes * _BINS).reshape(nodes, _BINS).cumsum(axis=1)
        low_g, low_h, all_g, all_h = g[:, :-1], h[:, :-1], g[:, -1:], h[:, -1:]
        gain = low_g**2 / (low_h + how.held) + (all_g - low_g) ** 2 / (all_h - low_h + how.held)
        gain -= all_g**2 / (all_h + how.held)
        gain[(low_h < how.least) | (all_h - low_h < how.least)] = 0
        cut = gain.argmax(axis=1)
        most = gain.max(axis=1)
        better = most > gains
        gains[better] = most[better]
        best[better] = np.stack([np.full(nodes, n), cut], axis=1)[better]
    return best
