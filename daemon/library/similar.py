"""Nearest neighbours in sound, without numpy and without reading all vectors.

The worker measures the vectors (`features.py`). They are bytes: each dimension is 0-255, scaled so
that equal steps are about equally audible; the distance is Euclidean. What lies within a distance
also lies within a box of that half-width. An R-tree over the first dimensions finds the box's
clips, and few others.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from math import dist, inf

#: Dimensions of the R-tree `sound_boxes`: the coarsest spectral shapes, which differ most.
BOX_DIMENSIONS = 5
#: Half-widths to try, each twice the last; the last box holds everything.
_REACHES = (24, 48, 96, 255)


def box_of(features: bytes) -> list[int]:
    """A vector as a row of the R-tree: a box without width, so each dimension stands twice."""
    return [value for value in features[:BOX_DIMENSIONS] for _ in (0, 1)]


def box_around(wanted: bytes, reach: int) -> tuple[str, list[int]]:
    """The SQL condition on `clips c`, and its values, for a box of half-width `reach`."""
    if reach >= 255:
        return "1", []
    edges = [edge for value in wanted[:BOX_DIMENSIONS] for edge in (value - reach, value + reach)]
    inside = " AND ".join(f"{name} >= ? AND {name} <= ?" for name in "abcde")
    return f"c.seq IN (SELECT seq FROM sound_boxes WHERE {inside})", edges


def nearest(
    wanted: bytes, around: Callable[[int], list[tuple[int, bytes]]], most: int
) -> list[tuple[float, int]]:
    """(distance, number) of the `most` nearest vectors, nearest first.

    `around` gives the vectors within a box. Once the farthest find lies within the box's reach,
    none outside is nearer.
    """
    goal = tuple(wanted)
    found = list[tuple[float, int]]()
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
