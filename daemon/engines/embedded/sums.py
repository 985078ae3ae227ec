"""Sums of stems, and the level that they keep together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

#: Sample peak in dBFS that no mix exceeds.
_CEILING_DB = -3.0


def below_ceiling(stems: dict[str, np.ndarray]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """(mix, stems), attenuated together where the mix exceeds a sample peak of -3 dBFS."""
    mix = added(stems)
    top = max(float(mix.max(initial=0)), -float(mix.min(initial=0)))
    ceiling = 10 ** (_CEILING_DB / 20)
    if top > ceiling:
        stems = {part: stem * np.float32(ceiling / top) for part, stem in stems.items()}
        mix = added(stems)
    return mix, stems


def added(stems: Mapping[str, np.ndarray]) -> np.ndarray:
    """The sum of the stems, float32 (frames, 2)."""
    return total(stems.values())


def total(arrays: Iterable[np.ndarray]) -> np.ndarray:
    """The sum of arrays of one shape and type, in their order.

    Equals `np.sum` of the list without stacking them in memory first.
    """
    first, *others = arrays
    done = first.copy()
    for other in others:
        done += other
    return done
