"""What moves a film, by its sound."""

import warnings

import numpy as np
import pytest

from daemon.video.movement import BANDS, movement_of


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 96000])
def test_a_sound_at_any_rate_moves_every_band_that_it_holds_and_no_other(rate):
    noise = 0.2 * np.random.default_rng(1).standard_normal((2 * rate, 1)).astype(np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = movement_of(noise, rate, True)
    bands = made.bands.mean(axis=0)
    edges = np.geomspace(45.0, 14000.0, BANDS + 1)[:-1]
    held = edges < rate / 2
    assert np.isfinite(made.bands).all() and np.isfinite(made.level).all()
    assert bands[held].min() > 0.1 and bands[~held].max(initial=0.0) == 0.0
