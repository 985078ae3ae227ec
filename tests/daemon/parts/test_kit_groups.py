"""Hits are told apart by sound, in memory that a long take fits into."""

import tracemalloc

import numpy as np

from daemon.parts import kit


def hits(counts, noise_db):
    """So many hits of each of a few sounds, which are 20 dB apart in half of their bands."""
    rng, found = np.random.default_rng(1), []
    for sound, count in enumerate(counts):
        shape = np.where(np.arange(32) // 4 % (sound + 2) == 0, 20.0, 0.0)
        for _ in range(count):
            one = shape + rng.normal(0, noise_db, 32)
            found.append(kit._Hit(0, 1000, "hat", 1.0, 0.5, one - one.mean()))
    return found


def test_each_sound_is_one_group():
    groups = kit._groups(hits((5, 3, 1), noise_db=1.0))
    assert sorted(len(group) for group in groups) == [1, 3, 5]


def test_a_thousand_hits_take_little_memory():
    many = hits((600, 400), noise_db=1.0)
    tracemalloc.start()
    groups = kit._groups(many)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sorted(len(group) for group in groups) == [400, 600]
    assert peak < 60e6, f"{peak / 1e6:.0f} MB"
