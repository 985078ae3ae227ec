"""What is heard of channels that differ."""

import numpy as np

from daemon.conform.sound import mixed

LEFT = np.sin(np.arange(4410) / 9).astype(np.float32)


def test_channels_in_opposite_phase_do_not_cancel():
    assert np.array_equal(mixed(np.stack([LEFT, -LEFT], 1)), LEFT)
    assert np.array_equal(mixed(np.stack([0.9 * LEFT, -LEFT], 1)), -LEFT)


def test_others_are_averaged():
    assert np.array_equal(mixed(np.stack([LEFT, 0 * LEFT], 1)), LEFT / 2)
    assert np.array_equal(mixed(LEFT[:, None]), LEFT)
    assert not mixed(np.zeros((9, 2), np.float32)).any()
