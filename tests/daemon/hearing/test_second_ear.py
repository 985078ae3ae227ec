"""What the second ear says of beats: how they lead, and whether every other one lies between taps."""

from __future__ import annotations

import numpy as np
import pytest

from daemon.hearing.beat_features import FPS
from daemon.hearing.confidence import ALTERNATING, SHARED_COLUMN, TOLD, UNCLEAR, UNSHARED, capped
from daemon.hearing.second_ear import NOTHING, SecondEar, listen

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
    ("lead", "alternates", "shared", "less"),
    [
        (3.5, 0.5, 1.0, 0.0),
        (1.5, 0.5, 1.0, UNCLEAR),
        (4.0, 2.0, 1.0, ALTERNATING),
        (2.5, 0.0, 1.0, UNCLEAR / 2),
        (3.5, 0.5, 0.0, UNSHARED),
        (1.5, 2.0, 0.5, UNCLEAR + ALTERNATING + UNSHARED / 2),
    ],
)
def test_beats_that_a_witness_doubts_are_less_sure(
    lead: float, alternates: float, shared: float, less: float
) -> None:
    known = np.zeros((1, TOLD + 3))
    known[0, 2], known[0, TOLD], known[0, TOLD + 1] = 9.0, lead, alternates
    known[0, SHARED_COLUMN] = shared
    sure = capped(np.array([2.0]), known, np.full((1, 5), 9.0))
    assert sure == pytest.approx(2 - less)


@pytest.mark.parametrize(
    ("beats_a_beat", "late", "shared"), [(1, 0, 1.0), (1, 0.5, 0.0), (2, 0, 2 / 3), (0.5, 0, 2 / 3)]
)
def test_the_flux_shares_beats_of_the_same_tempo_and_place(
    beats_a_beat: float, late: float, shared: float
) -> None:
    flux = np.zeros(20 * FPS)
    flux[round(BEAT_S * FPS) :: round(BEAT_S * FPS)] = 0.9
    ear = SecondEar(_odds(1), _odds(4), (), flux)
    beats_s = BEAT_S * np.arange(1 + late, 39, 1 / beats_a_beat)
    assert ear.flux_agreed(beats_s) == pytest.approx(shared, abs=0.03)


def test_the_ear_hears_the_flux_of_attacks_between_its_beats() -> None:
    """Attacks alone, of no sound that the net was taught: the flux is heard all the same."""
    rate, times_s = 22050, 0.3 + 0.6 * np.arange(20)
    sound = np.zeros(round(12.5 * rate), np.float32)
    noise = np.random.default_rng(3).standard_normal(round(0.05 * rate)).astype(np.float32)
    for at_s in times_s:
        sound[round(at_s * rate) :][: len(noise)] += (
            noise * np.hanning(2 * len(noise))[len(noise) :]
        )
    ear = listen(sound, rate)
    assert ear.flux_agreed(times_s) > 0.9
    assert ear.flux_agreed(times_s + 0.3) < 0.1
