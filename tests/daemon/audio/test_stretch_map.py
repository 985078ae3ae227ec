"""The time map: straight and bent, there and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.audio.stretch_map import StretchMap


@given(
    st.lists(st.tuples(st.floats(10, 1e5), st.floats(10, 1e5)), min_size=1, max_size=20),
    st.floats(-1e5, 1e5),
    st.floats(-1e5, 1e5),
)
def test_there_and_back(steps, source_0, target_0):
    source = source_0 + np.concatenate([[0], np.cumsum([a for a, _ in steps])])
    target = target_0 + np.concatenate([[0], np.cumsum([b for _, b in steps])])
    time_map = StretchMap(source, target, 1000)
    points = np.linspace(source[0] - 1000, source[-1] + 1000, 50)
    assert np.allclose(time_map.source_of(time_map.target_of(points)), points, atol=1e-3)
    assert np.allclose(time_map.target_of(source), target, atol=1e-3)


def test_straight():
    time_map = StretchMap.straight(100, 1.25, 1000)
    assert time_map.ratio == pytest.approx(1.25) and time_map.widest_deviation == pytest.approx(
        0.25
    )
    assert time_map.source_of(np.array([500.0]))[0] == pytest.approx(500)


@pytest.mark.parametrize(
    "source, target", [([0, 1], [0, 0]), ([1, 0], [0, 1]), ([0], [0]), ([0, 1], [0, 1, 2])]
)
def test_refuses_what_does_not_rise(source, target):
    with pytest.raises(ValueError, match="time map"):
        StretchMap(np.array(source, float), np.array(target, float), 10)
