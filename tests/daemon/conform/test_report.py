from types import SimpleNamespace

import numpy as np
import pytest

from bridge.music import Meter
from daemon.conform import report as module


def test_beats_counted_between_the_beats_are_said_and_measured_all_the_same(monkeypatch):
    """Which eighth is the beat may be heard otherwise; how far the hits lie off the grid is not changed by it."""
    beats_s = np.arange(8) * 0.5 + 0.25 + 0.004
    monkeypatch.setattr(module, "hear", lambda *_: SimpleNamespace(beats_s=beats_s, periodic=True))
    after = module.beat_errors(np.zeros((44100 * 4, 1), np.float32), 44100, 120, Meter(4, 4), False)
    assert after["counted_between_beats"] and after["mean_beat_error_ms"] == pytest.approx(
        4, abs=0.1
    )
