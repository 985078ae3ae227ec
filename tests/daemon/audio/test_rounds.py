import numpy as np
import pytest

from bridge.music import Meter, bar_seconds, loop_frames
from daemon.audio import seam
from daemon.audio.rounds import repeated
from daemon.audio.sound import Sound


@pytest.mark.parametrize("rate", [11025, 44100, 192000])
@pytest.mark.parametrize(("meter", "bpm"), [("7/8", 123.7), ("5/4", 97.3), ("4/4", 174.9)])
def test_every_round_of_many_begins_on_its_bar_line(meter, bpm, rate):
    """A bump at the round's start, repeated 64 times: frames were left out or added up before."""
    bar = bar_seconds(Meter.parse(meter), bpm) * rate
    frames = loop_frames(64, Meter.parse(meter), bpm, rate)
    away = np.arange(round(bar))
    away = np.minimum(away, round(bar) - away)
    bump = np.exp(-((away / 20) ** 2)).astype(np.float32)[:, None]
    made, roll = repeated(Sound(bump, rate), bar, frames)
    assert roll == 0 and len(made.audio) == frames
    for k in range(1, 64):
        start = round(k * bar)
        near = made.audio[start - 60 : start + 60, 0].astype(float)
        middle = (np.arange(start - 60, start + 60) * near).sum() / near.sum()
        assert abs(middle - k * bar) < 0.6, k


def test_rounds_that_fill_a_length_are_copies_and_others_are_left_to_be_closed():
    rate, n = 44100, 44100
    tone = (0.3 * np.sin(2 * np.pi * 220 * np.arange(n) / n)).astype(np.float32)[:, None]
    made, roll = repeated(Sound(tone, rate), n, 3 * n)
    assert roll == 0 and np.array_equal(made.audio, np.tile(tone, (3, 1)))
    saw = (np.arange(n) / n).astype(np.float32)[:, None]
    made, roll = repeated(Sound(saw, rate), n, n + n // 2)
    assert roll > 0 and len(made.audio) == n + n // 2 + 2 * roll
    closing, _ = seam.best_closing(made.audio, roll, rate)
    assert seam.measure_seam(seam.close(made.audio, roll, closing)).jump < 1
