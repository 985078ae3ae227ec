"""Lessons of what is left of a mix without its drums."""

from __future__ import annotations

import numpy as np
import pytest

from daemon.hearing.log_spectra import RATE
from tools.train_notes.left import left_of


@pytest.mark.slow
def test_a_loop_without_its_drums_keeps_its_notes():
    found = left_of(8002, [])
    assert found is not None
    sound, notes = found
    assert sound.dtype == np.float32 and sound.ndim == 1
    assert len(notes) > 8 and notes.shape[1] == 4
    assert notes[:, 0].max() < len(sound) / RATE
