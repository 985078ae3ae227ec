"""The key: found, shifted to by the smallest shift that fits, left alone where it fits or where nothing is tonal."""

import numpy as np
import pytest

from bridge.music import Key
from daemon.hearing.key import find_key, hear_tones, shift_to, tuning_shift
from tests.daemon.hearing.key_set import RATE, make_drums, make_take

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def takes():
    """Takes whose keys are known, each with its tones as they are heard."""
    made = [make_take(seed, drums_db=(-99, 0)[seed % 2]) for seed in range(40)]
    return [(take, hear_tones(take.audio[:, 0], RATE)) for take in made]


def test_wrong_keys_are_mended(takes):
    right = []
    for take, tones in takes:
        for by in range(1, 12):
            shift, _ = shift_to(tones, Key((take.key.tonic + by) % 12, take.key.mode, "x"))
            right.append((shift - by) % 12 == 0)
    assert np.mean(right) >= 0.85


def test_what_fits_is_left_alone(takes):
    for take, tones in takes:
        relative = Key(
            (take.key.tonic + (3 if take.key.is_minor else 9)) % 12,
            "major" if take.key.is_minor else "minor",
            "x",
        )
        assert shift_to(tones, take.key)[0] == 0 and shift_to(tones, relative)[0] == 0


def test_most_keys_are_named_by_their_notes(takes):
    scales = [(find_key(tones)[0], take.key) for take, tones in takes]
    assert (
        np.mean(
            [found is not None and set(found.scale) == set(true.scale) for found, true in scales]
        )
        > 0.75
    )


@pytest.mark.parametrize("mode", ["dorian", "mixolydian"])
def test_modes(mode):
    kept = right = 0
    for seed in range(12):
        take = make_take(seed, -6, modes=(mode,))
        tones = hear_tones(take.audio[:, 0], RATE)
        kept += shift_to(tones, take.key)[0] == 0
        right += shift_to(tones, Key((take.key.tonic + 2) % 12, mode, "x"))[0] in (2, -5)
    assert kept >= 11 and right >= 8


def test_drums_and_noise_have_no_key():
    for seed in range(12):
        tones = hear_tones(make_drums(seed)[:, 0], RATE)
        assert (
            not tones.is_tonal
            and find_key(tones)[0] is None
            and shift_to(tones, Key.parse("Am"))[0] == 0
        )
    noise = np.random.default_rng(0).standard_normal(5 * RATE).astype(np.float32)
    assert not hear_tones(noise, RATE).is_tonal
    assert not hear_tones(np.zeros(RATE, np.float32), RATE).is_tonal


@pytest.mark.parametrize("cents", [-32, 25])
def test_tuning(cents):
    for seed in (1, 2, 3):
        tones = hear_tones(make_take(seed, -3, cents).audio[:, 0], RATE)
        assert tuning_shift(tones) == pytest.approx(-cents / 100, abs=0.05)
    assert tuning_shift(hear_tones(make_take(4, -3, 0).audio[:, 0], RATE)) == 0
