"""A take's own tempo: to all digits where its length tells it, round where only the ear does."""

import numpy as np
import pytest

from bridge.music import Meter, loop_frames
from daemon.brief import Brief
from daemon.conform.conform import conform
from daemon.conform.own_tempo import own_tempo, whole_bars
from daemon.engines.contract import Take
from tests.daemon.conform.takes import RATE, drums, quiet

FOUR = Meter.parse("4/4")


@pytest.mark.parametrize("bars", [1, 2, 8])
@pytest.mark.parametrize("own", [139.56, 93.5, 174.37, 87.133, 120.0])
def test_a_file_of_whole_bars_has_the_tempo_of_its_length(own, bars):
    frames = loop_frames(bars, FOUR, own, RATE)
    found = own_tempo(own * 1.00001, frames, RATE, FOUR)
    assert loop_frames(bars, FOUR, found, RATE) == frames
    assert found == pytest.approx(own, abs=own / frames)


def test_a_whole_number_is_the_tempo_of_a_file_that_is_a_millisecond_off():
    frames = loop_frames(4, FOUR, 120.0, RATE) + RATE // 1000
    assert own_tempo(119.99, frames, RATE, FOUR) == 120.0
    assert whole_bars(120.0, frames, RATE, FOUR) == 4


def test_what_is_not_whole_bars_has_the_roundest_tempo_near_the_measured_one():
    frames = loop_frames(4, FOUR, 120.0, RATE) + RATE // 4
    assert own_tempo(139.56, frames, RATE, FOUR) == 139.5
    assert whole_bars(139.56, frames, RATE, FOUR) == 0


def test_hours_of_music_are_not_whole_bars_by_chance():
    assert whole_bars(120.0, loop_frames(64, FOUR, 120.0, RATE), RATE, FOUR) == 64
    assert whole_bars(120.0, loop_frames(65, FOUR, 120.0, RATE), RATE, FOUR) == 0


def test_a_loop_that_is_fitted_to_nothing_keeps_its_tempo_and_its_frames():
    audio = drums(139.56, 2)[: loop_frames(2, FOUR, 139.56, RATE)]
    brief = Brief("p", "p", do="fit", bpm=None, bars=None)
    clip = conform(Take(audio, RATE, 1, "file", "", "own"), brief, quiet)
    assert (clip.bpm, clip.bars, len(clip.audio)) == (139.56, 2, len(audio))
    assert clip.report["did"]["method"] == "none"
    assert np.array_equal(clip.audio[2000:-2000], audio[2000:-2000])
