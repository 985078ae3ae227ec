"""What has drums is heard with them and without."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.notes import f_of
from daemon.hearing.log_spectra import QUICK_ROWS, RATE, Maps
from daemon.notes.drumless import drumless, heard_twice
from daemon.notes.listen import Ear, hear_voice
from daemon.notes.note_net import PITCHES
from tools.train_notes.pieces import played


class Says:
    """A net that says the same of two pitches at all times."""

    def __init__(self, odds):
        self.odds, self.asked = odds, None

    def heard(self, maps, strokes, wanted=None):
        self.asked = wanted
        said = np.zeros((len(maps), PITCHES, 2), np.float32)
        said[:, :2] = self.odds
        return said


def of_two(whole, left):
    levels = np.zeros((4, QUICK_ROWS), np.uint8)
    maps, net = Maps(levels, levels), Says(whole)
    return heard_twice(net, Says(left), maps, maps), net


def test_what_is_left_without_drums_says_more_than_the_whole():
    odds, _ = of_two(whole=0.1, left=0.9)
    assert 0.5 < odds[0, 0, 0] < 0.9
    odds, _ = of_two(whole=0.9, left=0.1)
    assert 0.1 < odds[0, 0, 0] < 0.5


def test_the_whole_is_asked_only_where_something_is_left():
    _, net = of_two(whole=0.9, left=0.2)
    assert net.asked[:, :2].all() and not net.asked[:, 2:].any()


def test_a_click_goes_and_a_tone_stays():
    clock = np.arange(3 * RATE) / RATE
    partials = np.arange(1, 11)
    tone = 0.1 * (np.sin(2 * np.pi * 330 * np.outer(clock, partials)) / partials).sum(axis=1)
    rng = np.random.default_rng(3)
    beats = np.zeros_like(tone)
    for at in range(0, len(beats) - 2000, RATE // 4):
        beats[at : at + 2000] += 0.4 * rng.standard_normal(2000) * np.exp(-np.arange(2000) / 300)
    left = drumless((tone + beats).astype(np.float32), True)
    assert left.shape == tone.shape
    assert np.mean((left - tone) ** 2) < 0.2 * np.mean(beats**2)
    assert 0.9 < left @ tone / (tone @ tone) < 1.1


@pytest.mark.parametrize("is_struck", [True, False])
def test_only_what_has_drums_is_heard_twice(monkeypatch, is_struck):
    asked = []
    monkeypatch.setattr(Ear, "is_struck", is_struck)
    monkeypatch.setattr(
        "daemon.notes.listen.drumless", lambda mono, is_loop: asked.append(is_loop) or mono
    )
    voice = hear_voice(np.zeros(RATE, np.float32), True, "poly")
    assert asked == ([True] if is_struck else [])
    assert ("without" in voice.method) is is_struck, "the report says so"


@pytest.mark.slow
def test_notes_under_drums_are_heard():
    """A loop of a seed that nothing is taught on; heard once, with its drums, F was .37."""
    seed = 2_000_004
    piece = played(np.random.default_rng([19, seed]), seed)
    parts = [part for part in piece.notes if part in ("bass", "chords", "lead")]
    wanted = [(float(row[0]), int(row[2])) for part in parts for row in piece.notes[part]]
    mix = np.sum(list(piece.stems.values()), axis=0).astype(np.float32)
    found = hear_voice(mix, True, "poly").surer_than(0.5)
    assert f_of([(one.start_s, one.pitch) for one in found], wanted) > 0.46
