"""A judge that is to tell bars that were written from those that were there: what it sees, and how
often it is right.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from daemon.engines.embedded.notes import STEP
from daemon.pieces.piece import Piece, share_in_key


@dataclass
class Judged:
    features: list[list[float]]
    written: list[int]
    groups: list[int]


def looks(piece: Piece, gap: list[int]) -> list[float]:
    """What a judge sees of the bars: their notes, their joints and their likeness to others."""
    (part,) = piece.parts
    width = piece.bar_ticks
    start, end = gap[0] * width - STEP // 2, (gap[-1] + 1) * width - STEP // 2
    inside = [n for n in part.notes if start <= n.start < end]
    before = [n for n in part.notes if n.start < start]
    after = [n for n in part.notes if n.start >= end]
    steps = [b.pitch - a.pitch for a, b in pairwise(inside)] or [0]
    gaps = [b.start - a.start for a, b in pairwise(inside)] or [0]
    others = [b for b in range(piece.bars) if b not in gap]
    rests = before + after
    usual = sum(len(piece.bar(part, b)) for b in others) / max(1, len(others))
    shapes = [{round(n.start / STEP) for n in piece.bar(part, b)} for b in others]
    own = [{round(n.start / STEP) for n in piece.bar(part, b)} for b in gap]
    pitches = [{(round(n.start / STEP), n.pitch) for n in piece.bar(part, b)} for b in others]
    mine = [{(round(n.start / STEP), n.pitch) for n in piece.bar(part, b)} for b in gap]
    middle = sum(n.pitch for n in rests) / max(1, len(rests))
    return [
        len(inside) / len(gap) - usual,
        float(np.mean(np.abs(steps))),
        float(np.std(steps)),
        float(np.max(np.abs(steps))),
        sum(step == 0 for step in steps) / len(steps),
        float(np.mean(gaps)) / STEP,
        float(np.std(gaps)) / STEP,
        share_in_key(inside, piece.key_),
        sum(n.pitch for n in inside) / len(inside) - middle,
        abs(inside[0].pitch - before[-1].pitch) if before else 0.0,
        abs(after[0].pitch - inside[-1].pitch) if after else 0.0,
        float(np.mean([max(alike(one, other) for other in shapes) for one in own])),
        float(np.mean([max(alike(one, other) for other in pitches) for one in mine])),
        alike(own[0], own[1]),
        sum(n.start % (4 * STEP) < STEP // 2 for n in inside) / len(inside),
        max(n.length for n in inside) / STEP,
        (inside[-1].pitch - piece.key_.tonic) % 12 in (0, 4, 7),
    ]


def alike(one: Set[object], other: Set[object]) -> float:
    return len(one & other) / len(one | other) if one | other else 1.0


def cross_validated(judged: Judged, folds: int = 10) -> float:
    """Accuracy of a logistic regression with pairs of features, held out by piece."""
    x = np.array(judged.features, float)
    x = np.hstack([x, x**2])
    y = np.array(judged.written, float)
    fold = np.array(judged.groups) % folds
    right = 0
    for k in range(folds):
        train, test = fold != k, fold == k
        mean, std = x[train].mean(axis=0), x[train].std(axis=0) + 1e-9
        a = np.hstack([(x[train] - mean) / std, np.ones((train.sum(), 1))])
        b = np.hstack([(x[test] - mean) / std, np.ones((test.sum(), 1))])
        weights = np.zeros(a.shape[1])
        for _ in range(400):
            chance = 1 / (1 + np.exp(-np.clip(a @ weights, -30, 30)))
            weights -= 0.3 * (a.T @ (chance - y[train]) / len(a) + 0.01 * weights)
        right += int((((b @ weights) > 0) == (y[test] > 0.5)).sum())
    return right / len(y)
