"""Nearest in sound, by the small vectors that the worker measured (`features.py`): without numpy, and without reading them all.

Vectors are bytes, each dimension 0-255 scaled so that equal steps are about equally audible; the distance is Euclid's. What lies
within a distance lies also within a box of that half-width: an R-tree of the first dimensions finds those, and few others.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from math import dist, inf

#: Dimensions of the R-tree `sound_boxes`: the spectrum's coarsest shapes, which differ most from clip to clip.
BOX_DIMENSIONS = 5
#: Half-widths that are tried; the last holds everything.
_REACHES = (24, 48, 96, 255)


def box_of(features: bytes) -> list[int]:
    """A vector as the R-tree's row: each of the first dimensions twice, for a box without width."""
    return [value for value in features[:BOX_DIMENSIONS] for _ in (0, 1)]


def box_around(wanted: bytes, reach: int) -> tuple[str, list[int]]:
    """A condition on `clips c` for those within `reach` in each of the first dimensions, and its values."""
    if reach >= 255:
        return "1", []
    edges = [edge for value in wanted[:BOX_DIMENSIONS] for edge in (value - reach, value + reach)]
    inside = " AND ".join(f"{name} >= ? AND {name} <= ?" for name in "abcde")
    return f"c.seq IN (SELECT seq FROM sound_boxes WHERE {inside})", edges


def nearest(
    wanted: bytes, around: Callable[[int], list[tuple[int, bytes]]], most: int
) -> list[tuple[float, int]]:
    """(distance, number) of the `most` clips whose vectors lie nearest, nearest first.

    `around` gives those within a box. Where the farthest of the found ones lies within the box's reach, none outside is nearer.
    """
    goal, found = tuple(wanted), list[tuple[float, int]]()
    for reach in _REACHES:
        clips = (
            (dist(goal, features), number)
            for number, features in around(reach)
            if len(features) == len(goal)
        )
        found = heapq.nsmallest(most, clips)
        farthest = found[-1][0] if found and len(found) == most else inf
        if farthest <= reach:
            break
    return found
