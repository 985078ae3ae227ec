import pytest

from benchmarks.scale import Times, poisson, simulate


def test_a_batch_ends_when_its_slowest_stage_has_done_all():
    takes = simulate([0.0] * 1000, 10, 50, Times(0.0001, (0.01,), (2.0,), failed=0.0))
    assert takes.end_s == pytest.approx(200, rel=0.01)
    assert takes.busy[0] == pytest.approx(1, abs=0.01)
    fits = simulate([0.0] * 1000, 100, 2, Times(0.0001, (1.0,), (2.0,), failed=0.0))
    assert fits.end_s == pytest.approx(500 + 2, rel=0.01)
    thread = simulate([0.0] * 1000, 1000, 1000, Times(0.5, (1.0,), (2.0,), failed=0.0))
    assert thread.end_s == pytest.approx(500 + 3, rel=0.01)


def test_waits_are_those_of_the_theory():
    """One server with equal service times: the mean wait of M/D/1 is s + rho s / (2 (1 - rho))."""
    out = simulate(poisson(40_000, 0.5), 1, 1000, Times(1e-9, (1e-9,), (1.0,), failed=0.0))
    # its median is not in closed form; half of those who come find the server free
    assert 1.0 <= out.wait_s[0] < 1.5 < out.wait_s[1] < 6.0
    failing = simulate([0.0] * 4000, 10, 50, Times(1e-9, (1e-9,), (1.0,), failed=0.5))
    assert failing.end_s == pytest.approx(800, rel=0.05), "half of the takes fail: two for each"
