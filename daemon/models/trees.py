"""Small decision trees, run in numpy: each asks a few questions, and their answers add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Trees:
    """`number` and `above` (trees, questions): whether that number of an example lies above it; of
    question n the next is 2n + 1 where it does not, 2n + 2 where it does. `value` (trees, ends):
    the log odds that each end adds to `start`.
    """

    number: np.ndarray
    above: np.ndarray
    value: np.ndarray
    start: float

    @classmethod
    def of(cls, stored: Mapping[str, np.ndarray], name: str) -> Trees:
        """Those that were stored as `arrays(name)`."""
        number, above, value, start = (
            stored[f"{name}.{part}"] for part in ("number", "above", "value", "start")
        )
        return cls(number.astype(np.intp), above, value, float(start[0]))

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        return {
            f"{name}.number": self.number.astype(np.int16),
            f"{name}.above": self.above.astype(np.float32),
            f"{name}.value": self.value.astype(np.float16),
            f"{name}.start": np.array([self.start], np.float32),
        }

    def odds(self, seen: np.ndarray) -> np.ndarray:
        """(examples,), 0-1, of float (examples, numbers)."""
        total = np.full(len(seen), self.start)
        rows = np.arange(len(seen))
        questions = self.number.shape[1]
        for number, above, value in zip(self.number, self.above, self.value, strict=True):
            at = np.zeros(len(seen), np.intp)
            while at.size and at[0] < questions:
                at = 2 * at + 1 + (seen[rows, number[at]] > above[at])
            total += value[at - questions]
        return np.asarray(1 / (1 + np.exp(-total)))
