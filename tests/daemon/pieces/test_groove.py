"""Feels: on their published places, learnt back from what has them, by amount, and out again."""

from __future__ import annotations

import statistics

import numpy as np
import pytest
import soundfile

from daemon.errors import ConformError
from daemon.pieces.attacks import feel_of_sound
from daemon.pieces.drumify import drumify
from daemon.pieces.feel import NAMED, feel_of_notes, jazz_swing, named_feel
from daemon.pieces.grid import Grid, find_grid
from daemon.pieces.groove import groove, with_feel
from daemon.pieces.piece import Note
from daemon.pieces.render import render
from daemon.pieces.slices import Slices, moved
from tests.helpers.pieces import STEP, drums, line, musician, piece_of, run, twinkle, written

RATE = 44100
SIXTEENTHS = {42: "xxxxxxxxxxxxxxxx", 36: "X.......X.......", 38: "....X.......X..."}


def beat(bars=4):
    return twinkle().with_parts([drums(bars, SIXTEENTHS)], bars)


@pytest.mark.parametrize(("unit", "swing"), [(1, 58), (1, 66), (2, 60), (2, 200 / 3)])
def test_a_swing_is_found_and_taken_out_exactly(unit, swing):
    grid = Grid(swing, unit)
    rows = range(0, 64, unit)
    notes = [Note(round(grid.tick(step)), 60, 100) for step in rows]
    found = find_grid(notes)
    assert found.unit == unit and found.swing == pytest.approx(swing, abs=1.01)
    swung = twinkle().with_parts([line([]).with_notes(notes)], 4)
    straight = with_feel(swung, named_feel("straight", 120), 1.0, 1)
    assert [note.start for note in straight.notes] == [step * STEP for step in rows]


@pytest.mark.parametrize(("name", "at", "share"), [
    ("mpc 54", 1, 0.08), ("mpc 66", 1, 0.32), ("shuffle", 2, 2 / 3), ("samba", 3, -0.1),
])  # fmt: skip
def test_named_feels_move_their_steps(name, at, share):
    felt = with_feel(beat(), named_feel(name, 120), 1.0, 1)
    late = feel_of_notes(felt).late if share < 0.4 else named_feel(name, 120).late
    assert late[at] == pytest.approx(share * STEP, abs=2) and late[0] == pytest.approx(0, abs=1)
    half = with_feel(beat(), named_feel(name, 120), 0.5, 1)
    whole = {n.start for n in felt.notes} - {n.start for n in beat().notes}
    assert whole and with_feel(beat(), named_feel(name, 120), 0.0, 1) == beat()
    assert half != felt


def test_jazz_swings_less_the_faster_it_is():
    """Friberg and Sundström (2002): 3.5 to 1 at 120, even at 300, the short note near 100 ms."""
    ratios = [swing / (100 - swing) for swing in map(jazz_swing, (120, 200, 300))]
    assert ratios == pytest.approx([3.5, 2.0, 1.0])


def test_a_feel_is_learnt_from_notes_and_put_on_others():
    swung = with_feel(beat(), named_feel("mpc 62", 120), 1.0, 1)
    learnt = feel_of_notes(swung)
    assert learnt.late[1] == pytest.approx(0.24 * STEP, abs=2)
    felt = with_feel(beat(2), learnt, 1.0, 1)
    assert [n.start for n in felt.notes] == [n.start for n in swung.notes][: len(felt.notes)]


@pytest.mark.parametrize("name", ["mpc 58", "samba"])
def test_a_feel_is_learnt_from_a_sound_within_two_milliseconds(tmp_path, name):
    bpm = 100.0
    swung = with_feel(beat(), named_feel(name, bpm), 1.0, 1)
    (result,) = run(render, swung, tmp_path, bpm=bpm)
    sound = tmp_path / "swung.wav"
    soundfile.write(sound, result.audio, 44100, "FLOAT")
    (felt,) = run(groove, beat(), tmp_path, other=str(sound), bpm=bpm)
    got, asked = piece_of(felt, tmp_path).notes, swung.notes
    ms = 60_000 / bpm / 960
    off = [abs(a.start - b.start) * ms for a, b in zip(got, asked, strict=True)]
    assert statistics.median(off) < 2.0 and max(off) < 12.0


def test_a_human_feel_follows_its_seed_and_keeps_the_order():
    piece = musician("house", 3)
    one, same, other = (with_feel(piece, named_feel("human", 124), 1.0, s) for s in (1, 1, 2))
    assert one == same and one != other
    off = [a.start - b.start for p, q in zip(one.parts, piece.parts, strict=True)
           for a, b in zip(p.notes, q.notes, strict=False)]  # fmt: skip
    spread_ms = np.std(off) * 60_000 / 124 / 960
    assert 3 < spread_ms < 16
    assert {n.velocity for n in one.notes} != {n.velocity for n in piece.notes}


def test_amounts_lie_between_and_other_parts_stay(tmp_path):
    piece = musician("jazz", 3)
    (result,) = run(groove, piece, tmp_path, feel="straight", parts=["drums"])
    made = piece_of(result, tmp_path)
    for old, new in zip(piece.parts, made.parts, strict=True):
        assert (old.notes == new.notes) == (old.role != "drums")
    moved = [
        run(groove, piece, tmp_path, feel="straight", amount=amount)[0].report["did"]["moved_ms"]
        for amount in (0.0, 0.3, 0.7, 1.0)
    ]
    assert moved == sorted(moved) and moved[0] == 0 and moved[3] > 0


def test_triplets_and_rolls_stay_between_the_steps():
    part = line([]).with_notes(Note(k * 320, 60, 300) for k in range(12))
    felt = with_feel(twinkle().with_parts([part], 1), named_feel("straight", 120), 1.0, 1)
    assert [n.start for n in felt.notes] == [k * 320 for k in range(12)]


def test_every_name_says_its_source_and_others_are_told(tmp_path):
    for name in NAMED:
        assert named_feel(name, 120).source
    assert "boom bap" in named_feel("boom-bap", 90).source
    with pytest.raises(ConformError, match="feel: wobbly is not known; there are straight, mpc 54"):
        run(groove, beat(), tmp_path, feel="wobbly")
    with pytest.raises(ConformError, match="leave one of them out"):
        path = written(tmp_path, twinkle())
        run(groove, beat(), tmp_path, feel="jazz", other=str(path))


def test_a_sound_without_bars_is_told(tmp_path):
    path = tmp_path / "hiss.wav"
    noise = np.random.RandomState(1).uniform(-0.1, 0.1, (44100, 1)).astype(np.float32)
    soundfile.write(path, noise, 44100)
    with pytest.raises(ConformError, match="sidecrate correct FILE --bpm"):
        feel_of_sound(path)


@pytest.mark.slow
def test_what_its_user_said_of_the_other_loop_counts(tmp_path):
    loop, model = beaten(tmp_path, "loop"), beaten(tmp_path, "model")
    word = {"other": str(model), "other_corrected": {"bpm": 97.0}}
    with pytest.raises(ConformError, match="not whole bars long at the 97 bpm that you said"):
        run(groove, loop, tmp_path, **word)
    with pytest.raises(ConformError, match="not whole bars long at the 97 bpm that you said"):
        run(drumify, model, tmp_path, corrected={"bpm": 97.0})


def beaten(folder, name, late=(0.0,), bars=2, bpm=120.0, tone=0.0):
    """A beat with a stroke on every sixteenth, by ticks `late` going round; with a steady tone."""
    path = folder / f"{name} {bpm:g}bpm.wav"
    frames = round(bars * 240 / bpm * RATE)
    audio = tone * np.sin(2 * np.pi * 110 * np.arange(frames) / RATE)
    clock = np.arange(6000) / RATE
    hiss = np.random.RandomState(3).uniform(-1, 1, 6000)
    kick = np.sin(2 * np.pi * 70 * clock) * np.exp(-clock * 25)
    snare, hat = hiss * np.exp(-clock * 40), np.diff(hiss, append=0) * np.exp(-clock * 120)
    for step in range(16 * bars):
        at = (step * STEP + late[step % len(late)]) / 960 * 60 / bpm
        stroke = 0.15 * hat * (1.0, 0.5, 0.8, 0.5)[step % 4]
        stroke = stroke + (0.8 * kick if step % 8 == 0 else 0.4 * snare if step % 8 == 4 else 0)
        audio[(round(at * RATE) + np.arange(6000)) % frames] += stroke
    soundfile.write(path, audio.astype(np.float32)[:, None], RATE, "FLOAT")
    return path


@pytest.mark.slow
def test_a_loop_takes_the_groove_of_another_within_two_milliseconds(tmp_path):
    swung = named_feel("mpc 62", 120).late
    model = beaten(tmp_path, "model", swung)
    source = beaten(tmp_path, "source")
    (half,) = run(groove, source, tmp_path, other=str(model), amount=0.5)
    (felt,) = run(groove, source, tmp_path, other=str(model))
    assert felt.kind == "loop" and felt.bars == 2 and felt.bpm == pytest.approx(120)
    for result, share in ((half, 0.5), (felt, 1.0)):
        assert len(result.audio) == 4 * RATE
        path = tmp_path / "felt 120bpm.wav"
        soundfile.write(path, result.audio, RATE, "FLOAT")
        late = feel_of_sound(path).late_ms(120)
        wanted = [share * ticks / 960 * 500 for ticks in swung] * 8
        off = [abs(a - b) for a, b in zip(late, wanted, strict=True)]
        assert statistics.median(off) < 2.0 and max(off) < 4.0
    # and out again
    (straight,) = run(groove, model, tmp_path, feel="straight")
    soundfile.write(path, straight.audio, RATE, "FLOAT")
    assert max(map(abs, feel_of_sound(path).late_ms(120))) < 2.0


@pytest.mark.slow
def test_a_loop_with_a_groove_clicks_nowhere_and_none_of_it_is_the_loop_itself(tmp_path):
    source = beaten(tmp_path, "source", tone=0.3)
    before = soundfile.read(source, always_2d=True, dtype="float32")[0]
    (same,) = run(groove, source, tmp_path, feel="mpc 66", amount=0.0)
    assert np.array_equal(same.audio, before)
    (felt,) = run(groove, source, tmp_path, feel="mpc 66")
    assert felt.report["did"]["moved_ms"] > 5
    twice = np.concatenate([felt.audio, felt.audio])[:, 0]
    # a click is a step that no wave of the loop has: the same steps come at the seam and inside
    steps = np.abs(np.diff(twice, 2))
    assert steps.max() < 1.1 * np.abs(np.diff(np.concatenate([before, before])[:, 0], 2)).max()


def test_slices_of_a_steady_tone_join_without_a_click():
    tone = np.sin(2 * np.pi * 100 * np.arange(2 * RATE) / RATE).astype(np.float32)[:, None]
    strokes = np.arange(0, 2 * RATE, 5000)[:-1]
    moves = np.where(np.arange(len(strokes)) % 2, 1500, -700)
    made = moved(tone, Slices(strokes, moves, np.ones(len(strokes))), RATE)
    assert made.shape == tone.shape
    loud = np.abs(np.fft.rfft(np.concatenate([made, made])[:, 0] * np.hanning(4 * RATE)))
    hz = np.fft.rfftfreq(4 * RATE, 1 / RATE)
    assert 20 * np.log10(loud[hz > 3000].max() / loud.max()) < -75
    assert np.abs(made).max() < 1.05


@pytest.mark.slow
def test_a_feel_alone_is_notes_that_like_takes(tmp_path):
    swung = named_feel("mpc 62", 120).late
    model = beaten(tmp_path, "model", swung)
    (feel,) = run(groove, model, tmp_path, give="feel")
    assert feel.kind == "midi" and feel.bars == 1 and feel.audio is None
    path = tmp_path / "feel.mid"
    path.write_bytes(feel.midi)
    learnt = feel_of_notes(piece_of(feel, tmp_path))
    heard = feel_of_sound(model)
    assert learnt.late == pytest.approx(heard.late, abs=1)
    assert learnt.accent == pytest.approx(heard.accent, abs=0.05)
    (felt,) = run(groove, beat(), tmp_path, other=str(path), bpm=120.0)
    off = [n.start % (2 * STEP) - STEP for n in piece_of(felt, tmp_path).notes
           if round(n.start / STEP) % 2]  # fmt: skip
    assert statistics.median(off) == pytest.approx(swung[1], abs=3)
    with pytest.raises(ConformError, match="the source's own; leave feel and like out"):
        run(groove, model, tmp_path, give="feel", feel="jazz")


def test_a_loop_has_no_parts_and_keeps_its_tempo(tmp_path):
    source = beaten(tmp_path, "source")
    with pytest.raises(
        ConformError, match="parts: source 120bpm is a sound, which moves as a whole"
    ):
        run(groove, source, tmp_path, parts=["drums"])
