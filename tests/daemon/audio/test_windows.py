"""The window against that of an independent library."""

import numpy as np
import pytest

from daemon.audio.windows import hann


@pytest.mark.parametrize("length", [2, 3, 512, 1024, 2048, 4096, 8192])
def test_the_window_is_scipys_to_the_last_bit(length):
    # imported here alone: each process of the tests would wait for it
    from scipy import signal

    theirs = signal.windows.hann(length, sym=False).astype(np.float32)
    assert np.array_equal(hann(length), theirs)
