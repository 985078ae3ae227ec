"""What is heard of channels that differ."""

import numpy as np
import pytest

from daemon.audio.sound import mixed
from daemon.hearing.pitch import find_note

LEFT = np.sin(np.arange(4410) / 9).astype(np.float32)


def test_channels_in_opposite_phase_do_not_cancel():
    assert np.array_equal(mixed(np.stack([LEFT, -LEFT], 1)), LEFT)
    assert np.array_equal(mixed(np.stack([0.9 * LEFT, -LEFT], 1)), -LEFT)


def test_others_are_averaged():
    assert np.array_equal(mixed(np.stack([LEFT, 0 * LEFT], 1)), LEFT / 2)
    assert np.array_equal(mixed(LEFT[:, None]), LEFT)
    assert not mixed(np.zeros((9, 2), np.float32)).any()


def test_the_note_of_channels_in_opposite_phase_is_found():
    tone = np.sin(2 * np.pi * 220 * np.arange(44100) / 44100).astype(np.float32)
    assert find_note(np.stack([tone, -tone], 1), 44100) == pytest.approx(57, abs=0.01)
