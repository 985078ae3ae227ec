"""Where the waveform breaks off."""

from __future__ import annotations

import numpy as np
import pytest

from daemon.hearing.breaks import BLOCK, breaks


@pytest.mark.parametrize("at", [5 * BLOCK, 5 * BLOCK + 400, 6 * BLOCK - 1])
def test_a_splice_stands_out_wherever_it_falls_in_a_block(at: int) -> None:
    rng = np.random.default_rng(2)
    turns = np.arange(12 * BLOCK) / 44100
    tone = np.sin(2 * np.pi * 220 * turns) + 0.5 * np.sin(2 * np.pi * 1330 * turns)
    tone[at:] = np.roll(tone, 77)[at:]
    heights = breaks(
        (0.3 * tone + 1e-4 * rng.standard_normal(len(tone))).astype(np.float32), 44100, 1000.0, 280
    )
    assert abs(int(np.argmax(heights)) - at / 44.1) <= 1
    others = np.delete(heights, np.arange(int(at / 44.1) - 1, int(at / 44.1) + 3))
    assert heights.max() > others[5:-5].max() + 1.0


def test_silence_and_single_samples_have_no_breaks_and_no_errors() -> None:
    for frames in (1, 17, BLOCK + 1):
        assert np.isfinite(breaks(np.zeros(frames, np.float32), 44100, 1000.0, 30)).all()


def test_a_sound_that_stands_still_off_zero_is_foretold() -> None:
    rng = np.random.default_rng(3)
    held = np.concatenate(
        [0.2 * rng.standard_normal(6 * BLOCK), np.full(8 * BLOCK, -1.5e-4)]
    ).astype(np.float32)
    with np.errstate(all="raise", under="ignore"):
        heights = breaks(held, 44100, 1000.0, 320)
    assert np.isfinite(heights).all() and heights.max() < 3.0
