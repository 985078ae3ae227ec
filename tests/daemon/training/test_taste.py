"""The ranker of a user's taste: what it learns, when it is used, and what is chosen without it."""

from __future__ import annotations

import numpy as np
import pytest

from daemon.training.taste import LEAST_EACH, Example, best_of, learn_taste


def examples(count: int, likes, seed: int = 1, per_job: int = 10) -> list[Example]:
    rng = np.random.default_rng(seed)
    found = []
    for n in range(count):
        table = rng.integers(40, 216, 21)
        found.append(Example(bytes(table.tolist()), bool(likes(table, rng)), f"job {n // per_job}"))
    return found


def bright(table, rng):
    return table[3] + 20 * rng.standard_normal() > 128


def middle(table, rng):
    return abs(int(table[5]) - 128) < 44


@pytest.mark.parametrize("likes", [bright, middle])
def test_a_taste_is_learnt_and_ranks_what_it_never_heard(likes):
    taste = learn_taste(examples(160, likes))
    assert taste is not None and taste.is_used and taste.skill > 0.7
    fresh = examples(200, likes, seed=9)
    order = sorted(fresh, key=lambda one: -taste.score(one.features))
    assert sum(one.liked for one in order[:50]) > 1.4 * sum(one.liked for one in order[-50:])
    assert "guessing is 50 %" in taste.words()


def test_marks_by_chance_give_a_taste_that_is_not_used():
    used = 0
    for seed in range(20):
        taste = learn_taste(examples(60, lambda table, rng: rng.random() < 0.5, seed))
        used += taste is not None and taste.is_used
    assert used <= 2
    told = learn_taste(examples(60, lambda table, rng: rng.random() < 0.5, 3))
    assert told is not None and (told.is_used or "too little" in told.words())


def test_jobs_that_were_kept_or_thrown_away_whole_count_as_one_word_each():
    def by_chance(seed):
        rng = np.random.default_rng(seed)
        found = []
        for job in range(8):
            middle_ = rng.integers(60, 196, 21)
            near = [bytes((middle_ + rng.integers(-4, 5, 21)).tolist()) for _ in range(10)]
            found += [Example(one, job % 2 == 0, f"{job}") for one in near]
        return learn_taste(found)

    tastes = [by_chance(seed) for seed in range(20)]
    assert sum(taste.is_used for taste in tastes) <= 4
    assert np.median([taste.error for taste in tastes]) > 0.1


def test_too_few_marks_are_no_taste():
    found = examples(200, bright)
    liked = [one for one in found if one.liked][: LEAST_EACH - 1]
    assert learn_taste(liked + [one for one in found if not one.liked]) is None
    assert learn_taste([]) is None


def test_the_best_are_liked_and_no_twins_and_without_a_taste_they_differ():
    taste = learn_taste(examples(160, bright))
    batch = [one.features for one in examples(60, bright, seed=5)]
    twins = [*batch, *[batch[best_of(batch, taste, 1)[0]]] * 10]
    chosen = best_of(twins, taste, 10)
    assert len({twins[n] for n in chosen}) >= 9
    mean = np.mean([taste.score(twins[n]) for n in chosen])
    assert mean > np.mean([taste.score(one) for one in batch]) + 0.5
    spread = best_of(twins, None, 10)
    assert len({twins[n] for n in spread}) == 10
    assert best_of([], None, 3) == [] and len(best_of(batch[:2], None, 10)) == 2
