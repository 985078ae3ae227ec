"""Whether a long take, analysed piece by piece, sounds as it does when analysed as a whole."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from daemon.hearing import breaks, envelopes, onsets

RATE = 22050


@pytest.fixture(scope="module")
def long_take() -> np.ndarray:
    """Struck notes at random moments, 75 s: float32 (frames,). They cross the pieces' borders."""
    rng = np.random.default_rng(4)
    out = 1e-3 * rng.standard_normal(75 * RATE)
    clock_s = np.arange(RATE // 2) / RATE
    for at in rng.integers(0, len(out) - RATE, 180):
        hertz = rng.uniform(60, 4000)
        note = np.sin(2 * np.pi * hertz * clock_s) * np.exp(-clock_s * rng.uniform(5, 30))
        out[at : at + len(note)] += rng.uniform(0.2, 0.8) * note
    return (out / np.abs(out).max()).astype(np.float32)


def test_pieces_hold_the_attacks_and_notes_of_the_whole(
    long_take: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = envelopes.envelopes(long_take, RATE)
    monkeypatch.setattr(envelopes, "WHOLE_S", 0)
    pieces = envelopes.envelopes(long_take, RATE)
    assert pieces.rate == envelopes.RATE and pieces.low_rate == envelopes.LOW_RATE
    one, other = (onsets.onsets(env) for env in (whole, pieces))
    for these, those in ((one, other), (other, one)):
        strong = these.weight > 0.25
        assert strong.sum() > 300
        apart_s = np.abs(these.time_s[strong, None] - those.time_s[None, :])
        apart_s[these.band[strong, None] != those.band[None, :]] = np.inf
        # of two attacks that are as strong, and too near for both, either may be kept
        same = apart_s.min(axis=1) < 2e-4
        assert same.mean() > 0.99
        weight = those.weight[apart_s.argmin(axis=1)]
        assert np.abs(weight - these.weight[strong])[same].max() < 0.02
    assert pieces.attack == pytest.approx(whole.attack, rel=0.01)
    # the low sound is one signal at two rates
    levels = [_levels(env.low * env.low_rate, env.low_rate) for env in (whole, pieces)]
    assert np.abs(levels[0] - levels[1]).max() < 0.02 * levels[0].max()


def _levels(low: np.ndarray, rate: float) -> np.ndarray:
    """Root mean squares of each tenth of a second of the first 74 s, (740,)."""
    edges = np.round(np.arange(741) * rate / 10).astype(int)
    return np.array([np.sqrt(np.mean(low[a:b] ** 2)) for a, b in pairwise(edges)])


def test_breaks_are_the_same_in_stretches(
    long_take: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = long_take[: 12 * RATE]
    stretches = breaks.breaks(some, RATE, 1000.0, 12000)
    monkeypatch.setattr(breaks, "STRETCH", 1 << 24)
    assert np.allclose(stretches, breaks.breaks(some, RATE, 1000.0, 12000), atol=1e-4)
