"""Places of sounds on a plane, near what sounds alike. Runs in a child process.

They begin at the two directions in which the sounds differ most (principal components) and are then
drawn to their nearest in sound and pushed from others taken by chance, after UMAP's forces
(McInnes, Healy and Melville, 2018) with a = b = 1. The chance has a fixed seed: same sounds, same
map.
"""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from daemon.verbs.tell import TellStage

Plane = NDArray[np.float64]

#: Nearest sounds that draw each one.
_NEAR = 12
#: Sounds taken by chance that push each one, in each round.
_PUSHED_BY = 6
_ROUNDS = 240
#: Share of new sounds up to which the known ones keep their places.
_FEW = 0.25
#: The plane's edge in the answer.
_EDGE = 65535


def lay_out(task: dict[str, Any], tell: TellStage) -> dict[str, Any]:
    """{features, width, before} -> {places}.

    features: base64 of `width` bytes a sound. before: base64 of two uint16 a sound, 0 0 for a new
    one. places: the same, each 1 to 65535.
    """
    raw = np.frombuffer(base64.b64decode(task["features"]), np.uint8)
    sounds = raw.reshape(-1, task["width"]).astype(np.float32)
    before = np.frombuffer(base64.b64decode(task["before"]), "<u2").reshape(-1, 2)
    known: NDArray[np.bool_] = np.any(before, axis=1)
    keeps = len(sounds) > 0 and known.mean() >= 1 - _FEW
    plane = places(sounds, before / _EDGE if keeps else None, known, tell)
    whole = np.clip(np.round(plane * _EDGE), 1, _EDGE).astype("<u2")
    return {"places": base64.b64encode(whole.tobytes()).decode("ascii")}


def places(
    sounds: NDArray[np.float32], before: Plane | None, known: NDArray[np.bool_], tell: TellStage
) -> Plane:
    """Float64 (sounds, 2) within 0 to 1. With `before` those that are `known` stay there."""
    if len(sounds) < 3:
        return 0.5 + 0.1 * np.repeat(np.arange(float(len(sounds)))[:, None], 2, axis=1)
    near = nearest(sounds, min(_NEAR, len(sounds) - 1))
    tell(0.4, "laying out", "the nearest of each")
    if before is None:
        plane = _spread(sounds)
        return _framed(_drawn(plane, near, tell))
    # in the middle of those of its nearest that have a place
    weight = known[near].astype(float)
    weight[weight.sum(axis=1) == 0] = 1
    middle = (before[near] * weight[:, :, None]).sum(axis=1) / weight.sum(axis=1)[:, None]
    chance = np.random.default_rng(1).normal(0, 0.004, middle.shape)
    return np.clip(np.where(known[:, None], before, middle + chance), 0, 1)


def nearest(sounds: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """Of each sound the numbers of the `count` nearest others, (sounds, count)."""
    _, found = cKDTree(sounds).query(sounds, count + 1)
    near: NDArray[np.intp] = found[:, 1:]
    return near


def _spread(sounds: NDArray[np.float32]) -> Plane:
    """The first two principal components, each with a deviation of 4."""
    centred = (sounds - sounds.mean(axis=0)).astype(np.float64)
    _, axes = np.linalg.eigh(centred.T @ centred)
    # an axis' sign is chance: its largest entry is taken as positive
    axes = axes[:, [-1, -2]]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
    plane = centred @ axes
    scaled: Plane = 4 * plane / np.maximum(plane.std(axis=0), 1e-9)
    return scaled


def _drawn(plane: Plane, near: NDArray[np.intp], tell: TellStage) -> Plane:
    """The plane after `_ROUNDS` of forces."""
    count, each = near.shape
    here = np.repeat(np.arange(count), each)
    there = near.ravel()
    chance = np.random.default_rng(1)
    plane = plane + chance.normal(0, 1e-3, plane.shape)
    for turn in range(_ROUNDS):
        step = 0.35 * (1 - turn / _ROUNDS)
        gap = plane[here] - plane[there]
        pull = gap / (1 + (gap**2).sum(axis=1))[:, None] / each * 4
        force = _summed(there, pull, count) - _summed(here, pull, count)
        others = chance.integers(0, count, (_PUSHED_BY, count))
        for other in others:
            apart = plane - plane[other]
            square = (apart**2).sum(axis=1)[:, None]
            force += np.clip(apart / ((0.01 + square) * (1 + square)), -2, 2) / _PUSHED_BY * 2
        plane = plane + step * force
        if turn % 40 == 0:
            tell(0.4 + 0.6 * turn / _ROUNDS, "laying out", "drawing what sounds alike together")
    return plane


def _summed(at: NDArray[np.intp], force: Plane, count: int) -> Plane:
    return np.stack([np.bincount(at, force[:, axis], count) for axis in (0, 1)], axis=1)


def _framed(plane: Plane) -> Plane:
    """Within 0.04 to 0.96, the outermost half percent beyond that."""
    low, high = np.percentile(plane, 0.5, axis=0), np.percentile(plane, 99.5, axis=0)
    framed: Plane = np.clip(0.04 + 0.92 * (plane - low) / np.maximum(high - low, 1e-9), 0.02, 0.98)
    return framed
