"""What the second ear says of beats: how they lead, and whether every other one lies between taps."""

from __future__ import annotations

import numpy as np
import pytest

from daemon.hearing.beat_features import FPS
from daemon.hearing.confidence import TOLD, UNCLEAR, capped, clear
from daemon.hearing.second_ear import NOTHING, SecondEar

BEAT_S = 0.5
HEARD = 2.0


def _odds(every: int, from_beat: float = 0) -> np.ndarray:
    """Twenty seconds in which every so many of the beats are heard."""
    odds = np.full(20 * FPS, NOTHING)
    odds[round(from_beat * BEAT_S * FPS) :: round(every * BEAT_S * FPS)] = HEARD
    return odds


def _heard(*others: np.ndarray) -> SecondEar:
    mean = np.mean(others, axis=0)
    return SecondEar(mean, np.full(len(mean), NOTHING), others)


@pytest.mark.parametrize("first", [0, 1])
def test_beats_twice_too_fast_alternate_from_whichever_they_are_counted(first: int) -> None:
    beats_s = BEAT_S * np.arange(first, 36)
    assert _heard(_odds(1)).alternates(beats_s) == pytest.approx(0)
    assert _heard(_odds(2)).alternates(beats_s) == pytest.approx(HEARD - NOTHING, abs=0.5)


def test_beats_lead_as_little_as_at_the_speed_at_which_they_are_heard_worst() -> None:
    beats_s = BEAT_S * np.arange(1, 36)
    agreed = _heard(_odds(1), _odds(1), _odds(1))
    assert agreed.least_lead(beats_s) == pytest.approx(HEARD - NOTHING)
    one_between = _heard(_odds(1), _odds(1), _odds(1, 0.5))
    assert one_between.least_lead(beats_s) == pytest.approx(NOTHING - HEARD)


def test_a_few_beats_tell_nothing() -> None:
    beats_s = BEAT_S * np.arange(4)
    assert _heard(_odds(2)).alternates(beats_s) == _heard(_odds(2)).least_lead(beats_s) == 0


@pytest.mark.parametrize(
    "lead, alternates, less", [(3.5, 0.5, 0.0), (1.5, 0.5, 1.0), (4.0, 2.0, 1.0), (2.5, 0.0, 0.5)]
)
def test_beats_that_the_second_ear_does_not_hear_clearly_are_less_sure(
    lead: float, alternates: float, less: float
) -> None:
    known = np.zeros((1, TOLD + 2))
    known[0, 2], known[0, TOLD], known[0, TOLD + 1] = 9.0, lead, alternates
    assert clear(known) == pytest.approx(1 - less)
    assert capped(np.array([2.0]), known, np.full((1, 5), 9.0)) == pytest.approx(2 - UNCLEAR * less)
