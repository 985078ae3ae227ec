"""Decision trees that are asked in numpy, and how they are grown."""

import numpy as np
import pytest

from daemon.models.trees import Trees
from tools.train_notes.trees import Growth, grown

#: Of number 0, then number 1 on either side.
TWO_QUESTIONS = Trees(
    np.array([[0, 1, 1]]), np.array([[0.5, 0.2, 0.8]]), np.array([[-2.0, -1.0, 1.0, 2.0]]), 0.0
)


def odds(log: float) -> float:
    return 1 / (1 + np.exp(-log))


def test_each_question_leads_to_its_own_next_one():
    seen = np.array([[0.4, 0.1], [0.4, 0.3], [0.6, 0.7], [0.6, 0.9]])
    expected = [odds(log) for log in (-2.0, -1.0, 1.0, 2.0)]
    assert TWO_QUESTIONS.odds(seen) == pytest.approx(expected)
    assert TWO_QUESTIONS.odds(np.zeros((0, 2))).shape == (0,)


def test_trees_that_were_stored_answer_as_before():
    stored = TWO_QUESTIONS.arrays("kick")
    seen = np.random.default_rng(1).random((20, 2)).astype(np.float32)
    assert Trees.of(stored, "kick").odds(seen) == pytest.approx(TWO_QUESTIONS.odds(seen), abs=1e-3)


def test_trees_learn_what_no_single_number_tells():
    rng = np.random.default_rng(2)
    seen = rng.random((1200, 3)).astype(np.float32)
    right = ((seen[:, 0] > 0.5) ^ (seen[:, 1] > 0.5)).astype(float)
    trees = grown(seen, right, np.ones(len(seen)), Growth(count=40, rate=0.2, seen=0.9), 3)
    fresh = rng.random((300, 3)).astype(np.float32)
    are = (fresh[:, 0] > 0.5) ^ (fresh[:, 1] > 0.5)
    assert ((trees.odds(fresh) > 0.5) == are).mean() > 0.93
