from dataclasses import replace

import numpy as np

from bridge.music import Meter
from daemon.conform.choose import cuts
from daemon.hearing import Heard
from daemon.hearing.beat_features import FPS
from daemon.hearing.envelopes import BEFORE_S

RATE = 22050


def heard(octave=1.0):
    """Ten seconds at 120 with a bar line every two seconds, from the first sound on."""
    beats = np.arange(-8.0, 33.0)
    return Heard(Meter(), 120.0, 1.0, 1.0, beats, beats * 0.5, 0.0, 10.0, octave=octave)


def noise(quiet_until_s=0.0):
    sound = np.random.RandomState(1).randn(10 * RATE).astype(np.float32) * 0.1
    sound[: round(quiet_until_s * RATE)] *= 0.001
    return sound


def test_every_run_of_whole_bars_is_weighed():
    found = cuts(heard(), noise(), RATE, 2)
    assert sorted(cut.start_q for cut in found) == [0, 4, 8, 12]
    assert all(abs(cut.end_s - cut.start_s - 4) < 1e-6 for cut in found)


def test_full_bars_go_before_quiet_ones():
    assert cuts(heard(), noise(quiet_until_s=4.0), RATE, 2)[0].start_q >= 8


def test_at_double_tempo_no_loop_begins_in_the_middle_of_the_musics_bar():
    assert sorted(cut.start_q for cut in cuts(heard(octave=0.5), noise(), RATE, 2)) == [0, 8]


def test_fewer_bars_than_asked_are_all_of_them():
    (cut,) = cuts(heard(), noise(), RATE, 16)
    assert (cut.start_q, cut.bars) == (0, 5)


def test_less_than_a_bar_is_its_whole_beats():
    beats = np.arange(-8.0, 33.0)
    short = Heard(Meter(), 120.0, 1.0, 1.0, beats, beats * 0.5, 0.0, 1.6)
    (cut,) = cuts(short, noise()[: round(1.6 * RATE)], RATE, 1)
    assert (cut.start_q, cut.part_q) == (0, 2), "three beats are there; two go into a bar evenly"


def test_a_last_bar_whose_last_hit_has_died_away_is_whole():
    beats = np.arange(-8.0, 33.0)
    sounding = Heard(Meter(), 120.0, 1.0, 1.0, beats, beats * 0.5, 0.0, 7.7)
    assert cuts(sounding, noise()[: 8 * RATE], RATE, 4)[0].bars == 4, (
        "the file goes on in silence to the end of the bar"
    )
    assert cuts(sounding, noise()[: round(7.7 * RATE)], RATE, 4)[0].bars == 3, (
        "the file is cut off inside the bar"
    )
    assert cuts(replace(sounding, sounds_to_s=7.3), noise()[: 8 * RATE], RATE, 4)[0].bars == 3, (
        "the last beat is empty"
    )


def test_of_bars_that_loop_equally_well_those_without_a_faint_beat_are_cut():
    chances = np.full(round((BEFORE_S + 10) * FPS), 0.6, np.float32)
    chances[: round((BEFORE_S + 4.2) * FPS)] = 0.95
    for beat_s in (1.5, 2.5):
        at = round((BEFORE_S + beat_s) * FPS)
        chances[at - 3 : at + 4] = 0.05
    taken = cuts(replace(heard(), chances=chances), noise(), RATE, 2)
    clearest = max(taken, key=lambda cut: cut.parts["clearness"])
    assert clearest.start_q == 0, "most of its beats are the clearest, and two are hardly heard"
    assert taken[0].start_q == 8
