"""One tempo step in the beats of a long take, as they were followed."""

import numpy as np
import pytest

from daemon.hearing.tempo_steps import step_in


def beats(*tempi, jitter_s=0.0, seed=1):
    """Seconds of beats whose tempo in bpm is each of `tempi`."""
    exact = np.concatenate([[0.0], np.cumsum(60 / np.asarray(tempi, float))])
    return exact + np.random.default_rng(seed).normal(0, jitter_s, len(exact))


@pytest.mark.parametrize("ratio", [0.8, 0.97, 1.03, 1.2])
def test_a_step_is_found_where_the_two_rows_of_beats_meet(ratio):
    at_s, before, after = step_in(beats(*[97.0] * 50, *[97.0 * ratio] * 70, jitter_s=0.0003))
    assert at_s == pytest.approx(50 * 60 / 97, abs=0.15)
    assert (before, after) == pytest.approx((97.0, 97.0 * ratio), rel=1e-3)


def test_beats_that_lag_behind_the_step_do_not_move_it():
    late = np.linspace(110, 121, 6)
    at_s, _, after = step_in(beats(*[110.0] * 45, *late, *[121.0] * 60))
    assert at_s == pytest.approx(48 * 60 / 110, abs=0.3) and after == pytest.approx(121, rel=1e-3)


@pytest.mark.parametrize(
    "tempi",
    [
        [120.0] * 200,
        list(np.linspace(110, 121, 200)),
        [120 + 4 * np.sin(k / 9) for k in range(200)],
        [120.0] * 8 + [132.0] * 200,
        [120.0] * 20,
        [],
    ],
)
def test_a_steady_a_drifting_and_a_swaying_take_have_no_step(tempi):
    assert step_in(beats(*tempi)) is None
