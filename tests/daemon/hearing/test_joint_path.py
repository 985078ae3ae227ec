"""Whether the path of both ears keeps the beats of a take that slows down, steps, or stays."""

from __future__ import annotations

import numpy as np
import pytest

from daemon.hearing import joint_path
from daemon.hearing.envelopes import envelopes
from tests.daemon.hearing.test_path_lattice import LENGTH_S, RATE, _struck, _taught
from tests.daemon.hearing.test_tempo_change import _slowing


def _stepping(bpm: float, at_beat: int, ratio: float) -> np.ndarray:
    """Beats in seconds whose tempo is `ratio` times as fast from `at_beat` on."""
    gaps_s = np.full(200, 60 / bpm)
    gaps_s[at_beat:] /= ratio
    beats_s = 0.3 + np.concatenate([[0], np.cumsum(gaps_s)])
    return beats_s[beats_s < LENGTH_S - 0.5]


@pytest.mark.parametrize(
    "true_s", [_slowing(120.0, 14, 0.3), _stepping(120.0, 17, 1.25), _stepping(120.0, 200, 1.0)]
)
def test_every_beat_is_found_whatever_the_tempo_does(true_s: np.ndarray) -> None:
    env = envelopes(_struck(true_s, 3), RATE)
    found_s = joint_path.beats_of(env, _taught(true_s), 120.0)
    apart_s = np.abs(true_s[:, None] - found_s[None, :]).min(axis=1)
    assert apart_s.max() < 0.03
    assert len(found_s) == pytest.approx(len(true_s), abs=1)


def test_attacks_keep_the_path_where_the_second_ear_is_deaf() -> None:
    """For six seconds it hears nothing, and there the tempo steps."""
    true_s = _stepping(120.0, 20, 1.2)
    deaf = (true_s > 7) & (true_s < 13)
    env = envelopes(_struck(true_s, 4), RATE)
    found_s = joint_path.beats_of(env, _taught(true_s[~deaf]), 120.0)
    apart_s = np.abs(true_s[deaf][:, None] - found_s[None, :]).min(axis=1)
    assert np.median(apart_s) < 0.02 and np.percentile(apart_s, 90) < 0.04


def test_a_sound_shorter_than_two_beats_has_no_path() -> None:
    true_s = np.array([0.3])
    env = envelopes(_struck(true_s, 5)[: RATE // 2], RATE)
    assert not len(joint_path.beats_of(env, _taught(true_s), 120.0))
