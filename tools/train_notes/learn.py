"""Small networks of plain layers, taught by Adam (Kingma and Ba, 2015) in numpy alone."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

#: Inputs and wanted answers, float32 (examples, inputs) and (examples, outputs), both 0-1.
Batch = tuple[np.ndarray, np.ndarray]
_BETAS, _TINY = (0.9, 0.999), 1e-8
_DECAY = 1e-5


def started(rng: np.random.Generator, sizes: tuple[int, ...], odds: float) -> dict[str, np.ndarray]:
    """Weights of layers of `sizes`, their answers `odds` at first."""
    out = {}
    for n, (a, b) in enumerate(pairwise(sizes)):
        out[f"{n}"] = rng.normal(0, np.sqrt(2 / a), (a, b)).astype(np.float32)
        out[f"{n}.bias"] = np.zeros(b, np.float32)
    out[f"{len(sizes) - 2}"] *= 0.1
    out[f"{len(sizes) - 2}.bias"] += np.float32(np.log(odds / (1 - odds)))
    return out


def taught(
    weights: dict[str, np.ndarray],
    batch: Callable[[], Batch],
    steps: int,
    rate: float,
    tell: Callable[[int, float], None],
    weigh: np.ndarray | None = None,
) -> dict[str, np.ndarray]:
    """The weights after `steps`; cross-entropy, the outputs weighted by `weigh`."""
    first = {k: np.zeros_like(v) for k, v in weights.items()}
    second = {k: np.zeros_like(v) for k, v in weights.items()}
    told = 0.0
    for step in range(1, steps + 1):
        x, y = batch()
        loss, slopes = slopes_of(weights, x, y, weigh)
        told = loss if step == 1 else 0.99 * told + 0.01 * loss
        # up for a twentieth of the way, then down along a cosine
        now = rate * min(step / (0.05 * steps), 0.5 + 0.5 * np.cos(np.pi * step / steps) + 1e-3)
        for k, slope in slopes.items():
            first[k] += (1 - _BETAS[0]) * (slope - first[k])
            second[k] += (1 - _BETAS[1]) * (slope**2 - second[k])
            a, b = first[k] / (1 - _BETAS[0] ** step), second[k] / (1 - _BETAS[1] ** step)
            weights[k] -= np.float32(now) * (a / (np.sqrt(b) + _TINY) + _DECAY * weights[k])
        if step % 250 == 0:
            tell(step, told)
    return weights


def slopes_of(
    weights: dict[str, np.ndarray], x: np.ndarray, y: np.ndarray, weigh: np.ndarray | None
) -> tuple[float, dict[str, np.ndarray]]:
    """Mean cross-entropy, and its slope by each weight."""
    depth = len(weights) // 2
    seen = [x]
    for n in range(depth):
        x = x @ weights[f"{n}"] + weights[f"{n}.bias"]
        if n + 1 < depth:
            x = np.maximum(x, 0)
            seen.append(x)
    odds = 1 / (1 + np.exp(-np.clip(x, -30, 30)))
    each = -(y * np.log(odds + 1e-7) + (1 - y) * np.log(1 - odds + 1e-7))
    back = (odds - y) / np.float32(len(y))
    if weigh is not None:
        each, back = each * weigh, back * weigh
    slopes = {}
    for n in reversed(range(depth)):
        slopes[f"{n}"] = seen[n].T @ back
        slopes[f"{n}.bias"] = back.sum(axis=0)
        if n:
            back = (back @ weights[f"{n}"].T) * (seen[n] > 0)
    return float(each.sum(axis=1).mean()), slopes
