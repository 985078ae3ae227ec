"""Whether a take whose tempo was made to change has its beats where they are said to be."""

from __future__ import annotations

import numpy as np
import pytest

from tools.train_hearing.changing import KINDS, SLOW, STEPS, played, scores, speeds

RATE = 8000


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_the_clicks_of_a_changed_take_lie_on_its_beats(kind: str, seed: int) -> None:
    beats_s = 0.3 + 0.5 * np.arange(40)
    audio = np.zeros(round(21 * RATE), np.float32)
    audio[np.round(beats_s * RATE).astype(int)] = 1.0
    speed = speeds(kind, len(beats_s), np.random.default_rng(seed))
    changed, true_s = played(audio, RATE, beats_s, speed)
    clicks_s = np.flatnonzero(changed > 0.3) / RATE
    assert np.abs(true_s[:, None] - clicks_s[None, :]).min(axis=1).max() < 2 / RATE
    assert (speed[:12] == 1).all() and (speed != 1).any()
    assert speed.min() >= min(SLOW[0], 1 / STEPS[1]) and speed.max() <= STEPS[1]
    assert np.allclose(np.diff(true_s), 0.5 / speed[:-1])


def test_beats_are_scored_by_how_near_they_are() -> None:
    true_s = np.arange(1.0, 11.0)
    assert scores(true_s + 0.03, true_s) == (1.0, 0.0)
    assert scores(true_s[::2], true_s) == (pytest.approx(2 * 5 / 15), 0.5)
    assert scores(true_s + 0.5, true_s)[0] == 0.0
    assert scores(np.zeros(0), true_s) == (0.0, 0.0)
