"""A whole piece: its bars on the project's grid, its level held by the limiter."""

import numpy as np
import pytest
import soundfile

from daemon.brief import Brief
from daemon.conform.conform import conform
from daemon.engines.contract import Grid, Take
from daemon.errors import ConformError
from tests.daemon.conform.takes import drums, quiet

RATE = 44100


def brief(**more):
    return Brief("p", "p", kind="track", bars=None, **more)


@pytest.mark.slow
def test_a_track_is_put_on_the_grid_whole():
    audio = drums(117.0, 8, 0.4)
    clip = conform(Take(audio, RATE, 1, "file", "", "own"), brief(bpm=120.0), quiet)
    assert clip.bpm == 120 and clip.bars == 9
    assert len(clip.audio) == pytest.approx((len(audio) - 0.4 * RATE) * 117 / 120, rel=0.02)
    assert np.abs(clip.audio[: RATE // 20]).max() > 0.3 * np.abs(clip.audio).max()
    assert clip.report["did"]["method"] != "none"


def test_level_of_a_track():
    clip = conform(
        Take(drums(120.0, 8), RATE, 1, "test", "", "own", grid=Grid(120.0, "4/4", 8)),
        brief(bpm=120.0, level=-18.0),
        quiet,
    )
    after = clip.report["after"]
    assert after["true_peak_db"] <= -0.9 and clip.report["did"]["limited"]
    assert after["lufs"] == pytest.approx(-18, abs=1)


def test_a_track_without_a_beat_is_left_in_its_own_time():
    t = np.arange(8 * RATE) / RATE
    audio = (0.2 * np.sin(2 * np.pi * 110 * t) * (1 + 0.2 * np.sin(t)))[:, None].astype(np.float32)
    clip = conform(Take(audio, RATE, 1, "file", "", "own"), brief(bpm=120.0, do="fit"), quiet)
    assert np.array_equal(clip.audio, audio) and clip.report["warnings"]


def test_a_track_that_its_user_keeps_off_the_grid_is_not_said_to_have_no_sure_beat():
    audio = drums(117.0, 8)
    take = Take(audio, RATE, 1, "file", "", "own")
    clip = conform(take, brief(bpm=120.0, do="fit", grid="off"), quiet)
    assert len(clip.audio) == len(audio)
    assert "the piece was left in its own time: grid: off asks for that" in clip.report["warnings"]


@pytest.mark.parametrize("bpm", [120.0, None])
def test_a_track_without_a_beat_is_refused_where_that_is_wanted(bpm):
    tone = 0.2 * np.sin(2 * np.pi * 110 * np.arange(8 * RATE) / RATE)
    take = Take(tone[:, None].astype(np.float32), RATE, 1, "file", "", "own")
    with pytest.raises(ConformError, match="no beat was found"):
        conform(take, brief(bpm=bpm, do="fit", strict=True), quiet)


@pytest.mark.slow
def test_a_track_is_mastered_after_a_favourite_where_its_user_wants_it(tmp_path):
    noise = np.random.default_rng(1).standard_normal((6 * RATE, 2)).astype(np.float32)
    like = np.cumsum(noise, axis=0) * 0.001
    soundfile.write(tmp_path / "like.wav", like - like.mean(axis=0), RATE, "FLOAT")
    take = Take(drums(120.0, 8), RATE, 1, "test", "", "own", grid=Grid(120.0, "4/4", 8))
    master = {"bpm": 120.0, "master": True, "master_like": str(tmp_path / "like.wav")}
    clip = conform(take, brief(**master), quiet)
    did = clip.report["did"]["mastered"]
    assert did["like"] == "like" and did["spectrum_off_db"] < 0.6 * did["spectrum_off_db_before"]
    assert clip.report["after"]["true_peak_db"] <= -0.9
    (tmp_path / "like.wav").unlink()
    plain = conform(take, brief(**master), quiet)
    assert any("master_like" in one for one in plain.report["warnings"])
    off = conform(take, brief(bpm=120.0), quiet)
    assert "mastered" not in off.report["did"] and (plain.audio == off.audio).all()
