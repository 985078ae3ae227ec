"""What the separator's networks are taught on."""

import numpy as np
import pytest

from daemon.parts.mask_net import BANDS, CUES, PER_BAND
from tools.train_separator.mixes import DRAWN_BINS, LOWEST_BINS, placed, stored

RATE = 44100


def noises(seed: int, count: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {
        f"part {n}": (0.1 * rng.standard_normal((RATE, 2))).astype(np.float32) for n in range(count)
    }


@pytest.mark.parametrize("low", [False, True])
def test_the_parts_of_a_stored_mix_add_up_to_it(low):
    found = stored(np.random.default_rng(0), noises(1, 3), low=low)
    bins, windows = LOWEST_BINS + DRAWN_BINS, len(found["seen"])
    assert found["seen"].shape[1] == BANDS * PER_BAND
    assert found["cues"].shape == (len(CUES), bins, windows)
    whole = found["parts"].astype(np.float32).sum(axis=0)
    assert whole == pytest.approx(found["magnitude"].astype(np.float32), abs=0.01)


def test_bins_of_either_window_are_numbered_alike_and_stand_for_all_that_are_looked_at():
    short, low = (stored(np.random.default_rng(0), noises(2, 2), low=low) for low in (False, True))
    assert (short["bins"] % 2 == 0).all() and short["counts"].sum() == pytest.approx(1025, rel=1e-3)
    assert low["bins"].max() < 200 and low["counts"].sum() == pytest.approx(192, rel=1e-3)


def test_a_part_in_another_place_keeps_its_middle_or_its_sides():
    (sound,) = noises(3, 1).values()
    for seed in range(20):
        moved = placed(np.random.default_rng(seed), sound)
        assert moved.shape == sound.shape and moved.dtype == np.float32
        assert 0.2 < np.sqrt((moved**2).mean() / (sound**2).mean()) < 1.5
