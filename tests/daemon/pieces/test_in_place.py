"""Notes of sounds: heard first, played again; what is not asked for stays to the sample."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import soundfile

from bridge.music import Meter, loop_frames
from daemon.brief import Brief, Decision
from daemon.errors import ConformError
from daemon.pieces.going_on import continue_, infill, infilled
from daemon.pieces.in_place import changed_spans, put_back, take_apart, weights
from daemon.pieces.interpolate import interpolate
from daemon.pieces.piece import Note
from daemon.pieces.play import play
from daemon.pieces.render import render
from daemon.pieces.vary import vary
from tests.helpers.pieces import STEP, line, musician, piece_of, run, twinkle

RATE = 44100
BEAT = RATE // 2
#: What the user says of a tune whose beat could be another.
WORD = {"bpm": 120.0}


@pytest.fixture(scope="module")
def loop(tmp_path_factory):
    """(the file of a loop of 4 bars at 120 with drums and bass, its samples)."""
    piece = musician("house", 3)
    piece = piece.with_parts(part for part in piece.parts if part.role in ("drums", "bass"))
    audio = play(piece, Brief("", "", genre="house"), lambda *_: None)
    path = tmp_path_factory.mktemp("loop") / "beat.wav"
    soundfile.write(path, audio, RATE, "FLOAT")
    return path, audio


@pytest.fixture(scope="module")
def apart(loop, tmp_path_factory):
    """The loop taken apart and written down."""
    brief = Brief("", "", do="infill", reference=str(loop[0]), bpm=None)
    return take_apart(brief, tmp_path_factory.mktemp("apart"), lambda *_: None)


@pytest.fixture(scope="module")
def tune(tmp_path_factory):
    """(the file of a tune's loop, its piece)."""
    piece = replace(twinkle(bpm=120.0), name="tune")
    piece = piece.with_parts([line([(n.pitch, n.length // STEP) for n in piece.notes[:14]])], 4)
    path = tmp_path_factory.mktemp("tune") / "tune.wav"
    soundfile.write(path, play(piece, Brief("", ""), lambda *_: None), RATE, "FLOAT")
    return path, piece


def test_what_is_locked_stays_to_the_sample(loop, tmp_path):
    path, audio = loop
    (made,) = run(vary, path, tmp_path, strength=0.4, lock=["drums"], seed=2)
    assert made.audio.shape == audio.shape and set(made.report["did"]["changed_bars"]) == {"bass"}
    assert any("drums" in one and "to the sample" in one for one in made.report["said"])
    off = made.audio - audio
    assert 0.1 < (np.abs(off).max(axis=1) > 0).mean() < 1
    # the bass alone is another: what is above it stays
    high = np.fft.rfft(off[:, 0])
    hz = np.fft.rfftfreq(len(audio), 1 / RATE)
    assert np.abs(high[hz > 5000]).std() < 0.05 * np.abs(high[hz < 500]).std()


def test_a_marked_bar_of_a_loop_is_written_anew_and_the_others_stay(loop, apart, tmp_path):
    _, audio = loop
    same = put_back(apart, apart.piece, Brief("", ""), tmp_path, lambda *_: None)
    assert (same.audio == audio).all() and not same.bars
    made = infilled(apart.piece, [1], 1.0, seed=1)
    back = put_back(apart, made, Brief("", ""), tmp_path, lambda *_: None)
    off = np.abs(back.audio - audio).max(axis=1).reshape(4, -1)
    early = round(0.04 * RATE)
    # what rings from bar 2 into bar 3 is gone there too
    assert not off[0, :-early].any() and not off[2, BEAT:].any() and not off[3].any()
    assert (off[1] > 0).mean() > 0.9
    assert back.players["drums"] == "its own sounds"


def test_a_tune_in_a_sound_goes_on_as_sound_with_its_notes(tune, tmp_path):
    path, piece = tune
    (made,) = run(continue_, path, tmp_path, bars=2, seed=1, corrected=WORD)
    assert (made.kind, made.bars, made.bpm) == ("loop", 6, 120.0)
    assert len(made.audio) == loop_frames(6, Meter(), 120.0, RATE)
    assert "heard in tune" in made.report["said"][0]
    first = [n for n in piece_of(made, tmp_path).notes if n.start < 4 * 16 * STEP - STEP]
    truth = {(round(n.start / STEP), n.pitch) for n in piece.notes}
    found = {(round(n.start / STEP), n.pitch) for n in first}
    assert len(truth & found) >= 0.9 * len(truth) and len(found) <= 1.4 * len(truth)
    (notes,) = run(continue_, path, tmp_path, bars=2, seed=1, corrected=WORD, sound=False)
    assert notes.kind == "midi" and notes.midi == made.midi


def test_a_way_between_a_sound_and_notes(tune, tmp_path):
    path, piece = tune
    other = replace(piece, name="other").each_part(
        lambda part: part.with_notes(replace(n, pitch=n.pitch + 5) for n in part.notes)
    )
    target = tmp_path / "other.mid"
    target.write_bytes(run(render, other, tmp_path)[0].midi)
    steps = run(interpolate, path, tmp_path, other=str(target), steps=3, corrected=WORD)
    assert [one.kind for one in steps] == ["loop"] * 3
    assert piece_of(steps[-1], tmp_path).notes == other.notes


def test_changed_beats_go_round_the_seam_and_leave_the_rest_at_exactly_0():
    piece = twinkle(bpm=120.0).with_parts([], 1)
    old = [Note(0, 60, STEP), Note(8 * STEP, 60, STEP)]
    new = [Note(0, 62, STEP), Note(8 * STEP, 60, STEP)]
    spans = changed_spans(old, new, piece.beat_ticks)
    assert spans == [(0, 4 * STEP)] and changed_spans(old, old, piece.beat_ticks) == []
    weight = weights(spans, piece, 4 * BEAT, RATE)
    assert weight[0] == 1 and weight[-100] == 1 and not weight[BEAT:-2000].any()
    assert weights([(0, 16 * STEP)], piece, 4 * BEAT, RATE).all()


def test_what_has_no_beat_or_another_tempo_is_told_in_one_line(loop, tmp_path):
    t = np.arange(3 * RATE) / RATE
    hum = (0.3 * np.sin(2 * np.pi * 220 * t)).astype(np.float32)
    soundfile.write(tmp_path / "hum.wav", hum, RATE)
    for verb, more in ((continue_, {}), (render, {}), (vary, {}), (infill, {"marked": "1"})):
        with pytest.raises(ConformError, match="sidecrate correct"):
            run(verb, tmp_path / "hum.wav", tmp_path, **more)
    path, _ = loop
    brief = Brief("", "", do="vary", reference=str(path), bpm=90.0,
                  decided={"bpm": Decision(90.0, "request")})  # fmt: skip
    with pytest.raises(ConformError, match="bpm: beat has 120 bpm"):
        list(vary(brief, {}, tmp_path, lambda *_: None))
