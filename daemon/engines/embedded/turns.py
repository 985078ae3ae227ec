"""Which of several options a seed takes: seeds in a row get different ones."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def in_turn(options: Sequence[T], seed: int, what: str, drifts: bool = True) -> T:
    """The option of a seed: seeds in a row, as a job's clips have, get different ones.

    Options that drift get another order each round. Otherwise two choices with equal counts of
    options would always go together.
    """
    stream = random.Random(what)
    count = len(options)
    order = stream.sample(options, count)
    drift = stream.randrange(count - 1) if drifts and count > 2 else 0
    return order[(seed + seed // count * drift) % count]


def stream_for(seed: int, what: str) -> random.Random:
    """The random stream of one decision."""
    return random.Random(f"{seed}:{what}")
