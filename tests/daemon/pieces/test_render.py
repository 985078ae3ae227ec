"""Notes played by the musician: on the grid, at their place, in the voice that is asked."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.music import Meter, loop_frames
from daemon.hearing.pitch import find_note
from daemon.pieces.piece import Note, Part
from daemon.pieces.render import render
from tests.helpers.pieces import drums, line, run, twinkle

RATE = 44100


def test_a_loop_has_exactly_its_frames_in_the_tempo_that_is_asked(tmp_path):
    piece = twinkle()
    for bpm in (None, 93.7):
        (result,) = run(render, piece, tmp_path, bpm=bpm)
        assert (result.kind, result.bars, result.key) == ("loop", 8, "C")
        assert result.bpm == (bpm or 100.0)
        assert len(result.audio) == loop_frames(8, Meter(), result.bpm, RATE)
        assert 0.1 < np.abs(result.audio).max() < 1.0 and result.midi


def test_notes_sound_at_their_own_pitch_and_time(tmp_path):
    piece = twinkle().with_parts([line([(0, 8), (57, 8)], program=42)], 1)
    (result,) = run(render, piece, tmp_path, bpm=120.0)
    struck = result.audio[RATE : RATE + RATE // 2]
    assert find_note(struck, RATE) == pytest.approx(57, abs=0.2)


def test_drums_strike_on_their_frames(tmp_path):
    piece = twinkle().with_parts([drums(1, {36: "X.......X......."})], 1)
    (result,) = run(render, piece, tmp_path, bpm=120.0)
    loud = np.abs(result.audio).max(axis=1)
    assert loud[RATE : RATE + 2000].max() > 4 * loud[RATE - 4000 : RATE - 200].max()


def test_words_say_who_plays(tmp_path):
    piece = twinkle().with_parts([line([(57, 16)])], 1)
    (piano,) = run(render, piece, tmp_path, bpm=120.0)
    (cello,) = run(render, piece, tmp_path, bpm=120.0, prompt="cello", instruments=("cello",))
    held = [one.audio[RATE : 2 * RATE].std() / one.audio.std() for one in (piano, cello)]
    assert held[1] > 1.2 * held[0]


@pytest.mark.slow
def test_what_is_longer_than_a_loop_is_a_track(tmp_path):
    far = Part("lead", tuple(Note(k * 3840, 60, 900, 90) for k in range(66)))
    (result,) = run(render, twinkle().with_parts([far], 66), tmp_path, bpm=300.0)
    assert result.kind == "track" and len(result.audio) > 66 * 0.8 * RATE
