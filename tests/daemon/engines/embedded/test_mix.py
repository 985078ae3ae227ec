"""Mixing: all parts at once give what the stems add up to; soft strokes lie under the accents; a dull beat is brightened."""

import numpy as np
import pytest

from benchmarks.embedded import REAL_LOOPS, drum_figures, reach, real_drum_loops
from benchmarks.take_measures import slope_db_per_octave, statistics
from daemon.audio.loudness import loop_lufs
from daemon.brief import Brief
from daemon.engines.embedded.buses import place
from daemon.engines.embedded.engine import make
from daemon.engines.embedded.notes import Note
from daemon.engines.embedded.plan import Sound
from daemon.engines.embedded.player import Player

RATE = 44100


def quiet(share, stage):
    pass


@pytest.mark.slow
@pytest.mark.parametrize("genre", ["punk", "ambient", "crunk"])
def test_no_part_is_lost_in_mono(genre):
    take = make(Brief(prompt=genre, words=genre, genre=genre, bpm=120.0, bars=4), 1, quiet)
    for part, stem in take.stems.items():
        middle = np.repeat(stem.mean(axis=1, keepdims=True), 2, axis=1)
        assert loop_lufs(stem, RATE) - loop_lufs(middle, RATE) < 1.5, part
    assert np.abs(sum(take.stems.values()) - take.audio).max() < 1e-6


@pytest.mark.slow
def test_a_track_is_the_same_with_its_stems_and_without():
    asked = {
        "prompt": "dub",
        "words": "dub",
        "genre": "dub",
        "kind": "track",
        "bpm": 140.0,
        "bars": None,
        "seconds": 14.0,
    }
    alone, parted = (make(Brief(**asked, stems=stems), 2, quiet) for stems in (False, True))
    assert not alone.stems and len(parted.stems) >= 4
    assert np.abs(alone.audio - parted.audio).max() < 2e-6 < 0.1 < np.abs(alone.audio).max()


def test_a_ghost_lies_well_under_its_accent():
    player = Player(RATE)
    peaks = []
    for velocity in (1.0, 0.55, 0.32):
        bus = place(
            [Note(0, 240, 0, velocity, "snare")], {"snare": Sound("snare")}, 120.0, player, RATE
        )
        peaks.append(20 * np.log10(np.abs(bus).max()))
    assert 6 < peaks[0] - peaks[1] < 12 < 14 < peaks[0] - peaks[2] < 22, peaks


def test_a_beat_alone_is_not_dull():
    asked = Brief(
        prompt="house drums",
        words="house drums",
        genre="house",
        bpm=124.0,
        bars=2,
        instruments=("drums",),
        only=True,
    )
    assert slope_db_per_octave(make(asked, 1, quiet).audio, RATE) > -5.2


def test_a_beat_alone_of_an_older_plan_keeps_its_slope():
    asked = Brief(
        prompt="house drums",
        words="house drums",
        genre="house",
        bpm=124.0,
        bars=1,
        instruments=("drums",),
        only=True,
    )
    new = make(asked, 1, quiet)
    old = make(asked.amended(plan=new.plan | {"version": 2}), 1, quiet)
    assert old.midi == new.midi
    assert 0.3 < slope_db_per_octave(new.audio, RATE) - slope_db_per_octave(old.audio, RATE) < 0.8


@pytest.mark.skipif(not REAL_LOOPS.is_dir(), reason="no real loops beside the repository")
def test_drum_loops_lie_where_real_ones_do():
    real = real_drum_loops()
    every = [figures for loops in real.values() for _, _, figures in loops]
    for genre, _, name, value in drum_figures(real, (1,)):
        low, high = reach([figures[name] for figures in every])
        assert low <= value <= high, (genre, name, value, low, high)


def clicks(steps, rate=RATE):
    """A second of ticks, 16 steps, one where a letter stands: low, mid or high."""
    out = np.zeros((rate, 2), np.float32)
    t = np.arange(rate // 40) / rate
    for k, mark in enumerate(steps):
        if mark in "lmh":
            hz = {"l": 80, "m": 700, "h": 6000}[mark]
            at = k * rate // 16
            out[at : at + len(t)] += (np.sin(2 * np.pi * hz * t) * np.exp(-t / 0.006))[
                :, None
            ].astype(np.float32)
    return out


def test_what_repeats_has_little_entropy_and_a_first_hit_counts():
    even, broken = (
        statistics(clicks(row), RATE) for row in ("h...h...h...h...", "h.h...m.l..hm..l")
    )
    assert even["repeat_entropy_bits"] < 1.1 < 2.2 < broken["repeat_entropy_bits"]
    assert even["high_onsets_per_s"] == 4
