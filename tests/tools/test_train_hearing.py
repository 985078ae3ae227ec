"""Whether the hearing's odds are fitted as they are used, from sounds that a seed makes anew."""

from __future__ import annotations

import numpy as np
import pytest

from daemon.hearing import odds, tempo
from tools.train_hearing import odds as training
from tools.train_hearing.negatives import KINDS, negatives


def test_a_choice_is_learnt_from_what_was_right() -> None:
    rng = np.random.default_rng(1)
    takes = []
    for _ in range(60):
        rows = rng.standard_normal((5, 3))
        takes.append((rows, (np.arange(5) == np.argmax(rows[:, 1])) * 1.0, 1.0))
    made = training.Regression("tempo", np.vstack([rows for rows, _, _ in takes]))
    made.fit_choice(takes)
    right = [np.argmax(made.odds(rows)) == np.argmax(hit) for rows, hit, _ in takes]
    assert np.mean(right) > 0.95
    assert made.weight[1] > 3 * max(abs(made.weight[0]), abs(made.weight[2]))


def test_yes_and_no_are_learnt_as_probabilities() -> None:
    rng = np.random.default_rng(2)
    rows = rng.standard_normal((4000, 2))
    chance = 1 / (1 + np.exp(-(1.5 * rows[:, 0] - 0.5)))
    yes = (rng.random(4000) < chance) * 1.0
    made = training.Regression("sure", rows).fit_yes(rows, yes, np.ones(4000))
    said = 1 / (1 + np.exp(-made.odds(rows)))
    assert np.abs(said - chance).max() < 0.06


@pytest.mark.parametrize("name", odds.NAMES)
def test_the_stored_odds_are_whole(name: str) -> None:
    width = len(odds._stored()[f"{name}_weight"])
    assert np.isfinite(odds.log_odds(name, np.zeros((3, width)))).all()
    unknown = odds.log_odds(name, np.full((1, width), np.nan))
    usual = odds.log_odds(name, odds._stored()[f"{name}_mean"][None])
    assert unknown == pytest.approx(usual)
    if name == "tempo":
        assert width == tempo.FEATURES


def test_the_same_seed_makes_the_same_sounds() -> None:
    first, again = (dict(negatives(1, 7)) for _ in range(2))
    assert len(first) == len(KINDS)
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert all(8 * 44100 <= len(audio) <= 20 * 44100 for audio in first.values())
