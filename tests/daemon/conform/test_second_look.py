"""The finished clip heard anew: it says where its beats lie off the grid, and is fitted again."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from bridge.music import Meter
from daemon.brief import Brief
from daemon.conform import own_grid
from daemon.conform import second_look as module
from daemon.conform.conform import conform
from daemon.conform.own_grid import as_heard
from daemon.correction import Correction
from daemon.engines.contract import Grid, Take
from daemon.witness.hearing import hear_with
from daemon.witness.statement import Statement, Weight
from daemon.witness.witnesses import Witnesses
from tests.daemon.conform.takes import RATE, drums, quiet


def test_beats_counted_between_the_beats_are_said_and_measured_all_the_same(monkeypatch):
    """Which eighth is the beat may be heard otherwise; how far the hits lie off the grid is not changed by it."""
    beats_s = np.arange(8) * 0.5 + 0.25 + 0.004
    monkeypatch.setattr(
        module, "hear", lambda *_, **__: SimpleNamespace(beats_s=beats_s, periodic=True)
    )
    anew = module.hear_anew(np.zeros((44100 * 4, 1), np.float32), 44100, 120, Meter(4, 4), False)
    after = anew.errors
    assert after["counted_between_beats"] and after["mean_beat_error_ms"] == pytest.approx(
        4, abs=0.1
    )


@pytest.mark.parametrize("late_s", [0.045, -0.09, 0.114])
def test_a_loop_cut_beside_its_beats_is_noticed_and_its_beats_give_the_grid(late_s):
    loop = drums(120, 2)[: 4 * RATE]
    cut = np.roll(loop, round(late_s * RATE), axis=0)
    anew = module.hear_anew(cut, RATE, 120.0, Meter(), True)
    assert anew.speaks and anew.mean_ms == pytest.approx(1000 * abs(late_s), abs=5)
    # the clip began at the position 4 of a grid whose beats are as late as the clip's
    first = as_heard(Grid(120.0, "4/4", 8))
    better = module.taken_from(first, 4.0, anew)
    assert float(better.time_of(4.0)) == pytest.approx(2.0 + late_s, abs=0.005)
    assert better.bpm == 120.0


def test_a_loop_on_its_grid_says_nothing():
    assert not module.hear_anew(drums(120, 2)[: 4 * RATE], RATE, 120.0, Meter(), True).speaks


@pytest.mark.parametrize("plan, is_told", [({"genre": "trap"}, False), (None, True)])
def test_an_ear_that_counts_beside_known_notes_tells_nothing_of_the_clip(plan, is_told):
    """A kick on dotted quarters, say, whose pulse no ear takes for the beat."""
    late = np.roll(drums(120, 2)[: 4 * RATE], round(0.09 * RATE), axis=0)
    grid = Grid(120.0, "4/4", 2)
    take = Take(late, RATE, 1, "embedded", "", "own", grid=grid, plan=plan)
    report = conform(take, Brief("p", "p", bpm=120.0, bars=2), quiet).report
    assert any("off its grid" in line for line in report["warnings"]) is is_told
    assert (report["after"]["mean_beat_error_ms"] is not None) is is_told


@pytest.mark.parametrize("left_ms, is_mended", [(3.0, True), (12.0, False), (39.0, False)])
def test_a_clip_fitted_again_is_kept_only_where_its_beats_are_on_its_grid(left_ms, is_mended):
    """Strokes that are not the same everywhere draw the second grid between them."""
    quarters = np.arange(8.0)
    first, second = (
        module.Anew(quarters, np.full(8, ms / 500), 120.0, False) for ms in (39.0, left_ms)
    )
    assert first.speaks and first.is_mended_by(second) is is_mended
    assert not first.is_mended_by(module.Anew(np.zeros(0), np.zeros(0), 120.0, False))


@pytest.mark.parametrize("ratio, speaks", [(0.98, True), (8 / 9, False), (4 / 3, False)])
def test_another_tempo_in_a_few_bars_does_not_outvote_the_take(ratio, speaks):
    """A clip of four bars that is heard at 8:9 of its tempo would be fitted again to that."""
    beats_q = np.arange(round(16 * ratio)) / ratio
    anew = module.Anew(beats_q, beats_q - np.arange(len(beats_q)), 120.0, False)
    assert anew.mean_ms > 35
    assert anew.speaks is speaks


@pytest.mark.parametrize("late_q", [0.2, -0.15])
def test_a_take_that_was_misheard_is_fitted_again_and_the_report_says_so(monkeypatch, late_q):
    def misheard(*asked):
        verdict = hear_with(*asked)
        knots_q = verdict.heard.knots_q - late_q
        return replace(verdict, heard=replace(verdict.heard, knots_q=knots_q))

    monkeypatch.setattr(own_grid, "hear_with", misheard)
    stated = Witnesses((Statement("its tag", Weight.TAG, bpm=90.0),))
    take = Take(drums(117.0, 6, 0.3), RATE, 1, "file", "", "own", witnesses=stated)
    clip = conform(take, Brief("p", "p", bpm=120.0, bars=2), quiet)
    assert clip.report["after"]["mean_beat_error_ms"] < 5
    assert clip.report["did"]["fitted_again"] is True
    wrong_ms = round(abs(late_q) * 500)
    said = next(line for line in clip.report["warnings"] if "fitted again" in line)
    assert any(f"{ms} ms off its grid" in said for ms in range(wrong_ms - 5, wrong_ms + 6))
    assert clip.report["found"]["stated"] == [{"who": "its tag", "bpm": 90.0}]
    (quarrel,) = clip.report["said"]
    assert "its tag says 90 bpm, but the sound says 117" in quarrel
    assert len(clip.audio) == 4 * RATE


def test_the_user_s_word_is_not_corrected_by_the_ear():
    take = Take(drums(120.0, 6), RATE, 1, "file", "", "own",
                witnesses=Witnesses(correction=Correction(bpm=120.0, downbeat_s=0.2)))  # fmt: skip
    clip = conform(take, Brief("p", "p", bpm=120.0, bars=2), quiet)
    assert "fitted_again" not in clip.report["did"]
    assert (clip.report["found"]["downbeat_s"] - 0.2 + 0.5) % 2 - 0.5 == pytest.approx(0, abs=0.001)
    assert clip.report["found"]["corrected"] == {"bpm": 120.0, "downbeat_s": 0.2}
