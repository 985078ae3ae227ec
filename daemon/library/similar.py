"""Nearest in sound, by the small vectors that the worker measured (`features.py`): a brute force, without numpy."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from math import dist


def nearest(wanted: bytes, clips: Sequence[tuple[int, bytes]], most: int) -> list[tuple[float, int]]:
    """(distance, number) of the `most` clips whose vectors lie nearest, nearest first.

    Vectors are bytes, each dimension 0-255 scaled so that equal steps are about equally audible: the distance is Euclid's.
    """
    goal = tuple(wanted)
    return heapq.nsmallest(most, ((dist(goal, features), number) for number, features in clips if len(features) == len(goal)))
