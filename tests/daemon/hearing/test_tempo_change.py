"""A take that slows down and starts anew: both ears together follow it, attacks alone do not."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.music import Meter
from daemon.hearing import beats, onsets, path_lattice, tempo_change
from daemon.hearing.beats import Beats
from daemon.hearing.envelopes import envelopes
from daemon.hearing.reading import read
from tests.daemon.hearing.test_path_lattice import LENGTH_S, RATE, _struck, _taught

#: Beats over which the tempo sinks, and comes back.
SLOW_BEATS = 8


def _slowing(bpm: float, at_beat: int, by: float) -> np.ndarray:
    """Beats in seconds that slow down by a share within five beats, and then come back."""
    shares = np.zeros(200)
    sinks = np.minimum(1, np.arange(1, SLOW_BEATS - 1) / (SLOW_BEATS - 3))
    shares[at_beat : at_beat + SLOW_BEATS] = by * np.append(sinks, [0.5, 0.5])
    beats_s = 0.3 + np.concatenate([[0], np.cumsum(60 / (bpm * (1 - shares)))])
    return beats_s[beats_s < LENGTH_S - 0.5]


def _lost(true_s: np.ndarray, lattice: Beats) -> float:
    """Share of the true beats that lie beside those of the lattice, in its best place."""
    parts = np.arange(4 * len(lattice.map.beats_s))
    away_s = [
        np.abs(true_s[:, None] - lattice.map.seconds(parts[first::4])[None, :]).min(axis=1)
        for first in range(4)
    ]
    return min(float((each > 0.04).mean()) for each in away_s)


@pytest.mark.slow
@pytest.mark.parametrize("bpm", [150.0, 132.0])
def test_a_take_that_slows_down_and_starts_anew_is_followed_by_both_ears(bpm: float) -> None:
    true_s = _slowing(bpm, 14, 0.35)
    parts_s = np.interp(np.arange(4 * len(true_s) - 3) / 4, np.arange(len(true_s)), true_s)
    kept = np.random.default_rng(1).random(len(parts_s)) < 0.45
    kept[::4] = True
    env = envelopes(_struck(parts_s[kept], 1), RATE)
    hits = onsets.onsets(env)
    own = beats.find(env, hits, bpm, 4)
    assert _lost(true_s, own) > 0.3
    ear = _taught(true_s)
    assert tempo_change.changed(env, hits, bpm, 4, own, ear) is own, "no step, and no even sway"
    found = path_lattice.followed(env, hits, ear, read(env, own, 1.0, Meter(), ear), bpm, Meter())
    assert found is not None and _lost(true_s, found.lattice) < 0.1
    elsewhere = _taught(np.arange(0.5, LENGTH_S - 0.5, 60 / bpm))
    alone = read(env, own, 1.0, Meter(), elsewhere)
    found = path_lattice.followed(env, hits, elsewhere, alone, bpm, Meter())
    assert found is None or _lost(true_s, found.lattice) > 0.3
