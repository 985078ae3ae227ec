"""Repetitions beside a plain cross-correlation."""

from __future__ import annotations

import numpy as np
import pytest

from daemon.hearing.envelopes import BANDS
from daemon.hearing.repeats import _matches

HALF, REACH = 60, 11


def test_passages_are_matched_as_by_plain_correlation() -> None:
    rng = np.random.default_rng(5)
    shape = np.abs(rng.standard_normal((900, len(BANDS)))).astype(np.float32)
    # what sounds from 100 on comes again 304 frames later
    shape[404:600] = shape[100:296]
    first = np.array([180, 180, 200, 220, 230])
    second = np.array([484, 600, 500, 520, 400])
    lag, height, loudness = _matches(shape, first, second, HALF, REACH)
    window = np.hanning(2 * HALF + 1)
    for row, (a, b) in enumerate(zip(first, second, strict=True)):
        passage = shape[a - HALF : a + HALF + 1] * window[:, None]
        likeness = []
        for moved in range(-REACH, REACH + 1):
            other = shape[b + moved - HALF : b + moved + HALF + 1]
            norm = (passage * shape[a - HALF : a + HALF + 1]).sum() * (
                other**2 * window[:, None]
            ).sum()
            likeness.append((passage * other).sum() / np.sqrt(norm))
        best = int(np.argmax(likeness))
        assert loudness[row] == pytest.approx(
            (passage * shape[a - HALF : a + HALF + 1]).sum(), rel=1e-4
        )
        if 0 < best < 2 * REACH:
            assert height[row] == pytest.approx(likeness[best], abs=1e-4)
            assert abs(lag[row] - (b - a + best - REACH)) <= 0.5
        else:
            assert height[row] == 0 and lag[row] == b - a
    assert lag[[0, 2, 3]] == pytest.approx(304, abs=0.5) and height[[0, 2, 3]].min() > 0.99


def test_silence_beside_a_loud_hit_is_like_nothing() -> None:
    rng = np.random.default_rng(6)
    shape = np.zeros((900, len(BANDS)), np.float32)
    shape[140:260] = np.abs(rng.standard_normal((120, len(BANDS))))
    shape[500 + HALF + REACH - 2] = 40
    _, height, _ = _matches(shape, np.array([200]), np.array([500]), HALF, REACH)
    assert height[0] < 0.3
