"""Audio kept in files: the same samples, read as an array, and not held in memory."""

import numpy as np

from daemon.audio.scratch import LEAST_BYTES, Scratch, aside, release


def test_what_is_added_and_scaled_is_read_back():
    rng = np.random.default_rng(1)
    wanted = np.zeros((700_000, 2), np.float32)
    kept = Scratch(len(wanted))
    for at in (0, 250_000, 400_000):
        piece = rng.standard_normal((300_000, 2)).astype(np.float32)
        wanted[at : at + len(piece)] += piece
        kept.add(at, piece)
    curve = np.linspace(1, 0, 100_000, dtype=np.float32)[:, None]
    wanted[600_000:] *= curve
    kept.scale(600_000, curve)
    kept.scale(0, np.float32(0.5))
    np.testing.assert_array_equal(kept.array(), wanted * np.float32(0.5))


def test_long_audio_goes_aside_and_comes_back_after_release():
    long = np.random.default_rng(2).standard_normal((LEAST_BYTES // 8, 2)).astype(np.float32)
    kept = aside(long)
    assert isinstance(kept, np.memmap) and aside(kept) is kept
    np.testing.assert_array_equal(kept, long)
    release(kept)
    np.testing.assert_array_equal(kept, long)


def test_short_audio_stays_where_it_is():
    short = np.zeros((100, 2), np.float32)
    assert aside(short) is short
    release(short)
