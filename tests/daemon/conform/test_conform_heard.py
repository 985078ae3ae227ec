"""Takes that must be heard: a drum loop at the wrong tempo, after silence, comes back exact and on the grid."""

import json

import numpy as np
import pytest

from daemon.audio.seam import measure_seam
from daemon.audio.sound import Sound
from daemon.brief import Brief
from daemon.conform.conform import conform
from daemon.conform.loop import _repeated
from daemon.conform.report import Report
from daemon.engines.contract import Take
from tests.daemon.conform.takes import RATE, drums, quiet


def take(audio, rate=RATE, **more):
    return Take(audio, rate, 1, "file", "", "own", **more)


@pytest.mark.parametrize(
    "asked, own, rate, channels",
    [(120.0, 117.3, 44100, 2), (93.5, 96.0, 48000, 1), (140.0, 140.9, 22050, 2)],
)
def test_drums_come_back_exact(asked, own, rate, channels):
    brief = Brief("p", "p", bpm=asked, bars=2)
    clip = conform(take(drums(own, 4, 0.3, rate, channels), rate), brief, quiet)
    assert clip.audio.shape == (brief.frames, channels) and clip.bpm == asked
    assert clip.report["after"]["seam"] <= 1
    assert np.abs(clip.audio[: RATE // 20]).max() > 0.3 * np.abs(clip.audio).max()
    json.dumps(clip.report, allow_nan=False)


def test_a_file_that_is_the_loop_already_is_left_alone():
    brief = Brief("p", "p", do="fit", bpm=120.0, bars=2)
    audio = drums(120.0, 2)[: brief.frames]
    clip = conform(take(audio), brief, quiet)
    assert clip.report["did"]["method"] == "none"
    assert np.array_equal(clip.audio[2000:-2000], audio[2000:-2000])


def test_no_tempo_asked_keeps_the_takes_own():
    clip = conform(take(drums(100.0, 3)), Brief("p", "p", do="fit", bpm=None, bars=None), quiet)
    assert clip.bpm == pytest.approx(100, rel=0.002) or clip.bpm == pytest.approx(200, rel=0.002)
    assert len(clip.audio) == round(clip.bars * 4 * 60 / clip.bpm * RATE)


def test_too_few_bars_are_repeated():
    brief = Brief("p", "p", do="fit", bpm=120.0, bars=8)
    clip = conform(take(drums(118.0, 3)), brief, quiet)
    assert len(clip.audio) == brief.frames and any(
        "repeated" in line for line in clip.report["warnings"]
    )


def test_choice_takes_another_cut():
    brief = Brief("p", "p", bpm=120.0, bars=1)
    first = conform(take(drums(118.0, 6)), brief, quiet)
    second = conform(take(drums(118.0, 6)), brief.amended(choice=2), quiet)
    assert len(first.report["choices"]) > 1
    assert (
        second.report["found"]["downbeat_s"]
        == first.report["choices"][1]["start_s"]
        != first.report["found"]["downbeat_s"]
    )


def test_stems_still_sum():
    audio = drums(118.0, 4)
    stems = {"a": 0.5 * audio, "b": audio - 0.5 * audio}
    clip = conform(take(audio, stems=stems), Brief("p", "p", bpm=120.0, bars=2), quiet)
    assert np.allclose(sum(clip.stems.values()), clip.audio, atol=1e-5)


def test_bars_repeated_in_part_are_closed_where_they_end():
    bar = RATE
    slow = 0.5 * np.sin(2 * np.pi * np.arange(3 * bar) / (3 * bar)).astype(np.float32)
    three = Sound(slow[:, None], RATE)
    report = Report()
    four = _repeated(three, 3 * bar, 4 * bar, report).audio
    assert len(four) == 4 * bar and np.allclose(four[bar : 3 * bar, 0], slow[bar:])
    assert measure_seam(four).jump <= 1, "the first bar ends far from where it began"
    assert np.array_equal(_repeated(three, 3 * bar, 6 * bar, report).audio[3 * bar :], three.audio)


def test_a_last_bar_that_is_cut_short_is_told():
    audio = drums(120.0, 4)[: round(4 * 4 * 0.5 * RATE)]
    cut = audio[: -round(0.25 * 0.5 * RATE)]
    clip = conform(take(cut), Brief("p", "p", do="fit", bpm=None, bars=None), quiet)
    assert clip.bars == 3
    assert any("before its last bar does" in said for said in clip.report["warnings"])
    whole = conform(take(audio), Brief("p", "p", do="fit", bpm=None, bars=None), quiet)
    assert not any("before its last bar does" in said for said in whole.report["warnings"])
