"""Where notes come to lie: groove lines, tempo maps, a loop's seam, one voice, its bends."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.notes import f_of
from bridge.music import Meter
from daemon.hearing.heard import Heard
from daemon.hearing.log_spectra import FRAME_S, LOWEST, QUICK_ROWS, RATE, Maps
from daemon.notes.heard_notes import HeardNote, notes_of, one_at_a_time
from daemon.notes.listen import Ear, Voice, hear_voice, listen
from daemon.notes.note_net import FIRST, PITCHES
from daemon.notes.note_odds import weighed
from daemon.notes.one_pitch import curve_of
from daemon.notes.report import report_of
from daemon.notes.ticks import PER_QUARTER, Lines, Ticks, timed
from daemon.parts.source import Grid
from tools.train_notes.pieces import played


@pytest.mark.parametrize(
    ("places", "name"),
    [
        ((0, 0.25, 0.5, 0.75), "sixteenths"),
        ((0, 1 / 3, 2 / 3), "triplets"),
        ((0, 0.31, 0.5, 0.81), "sixteenths swung"),
        ((0, 0.62), "eighths swung"),
    ],
)
def test_the_groove_of_the_notes_gives_the_lines(places, name):
    rng = np.random.default_rng(1)
    ticks = np.concatenate([np.arange(16) + place for place in places]) * PER_QUARTER
    lines = Lines.of_notes(ticks + rng.normal(0, 8, len(ticks)))
    assert lines.name.startswith(name)
    drawn = lines.drawn(ticks, 1.0) / PER_QUARTER
    assert np.abs(drawn - ticks / PER_QUARTER).max() < 0.03


def note(start_s, end_s=None, pitch=60, sure=0.9):
    return HeardNote(start_s, end_s or start_s + 0.2, pitch, 90, sure)


def test_quantise_moves_notes_a_share_of_the_way_and_leaves_ornaments():
    lines = Lines((0, 0.25, 0.5, 0.75), "sixteenths")
    ticks = Ticks.of_loop(120, 1, Meter())
    rows = timed([note(0.52), note(1.06)], ticks, lines, 0.5)
    # 0.52 s is 38 ticks late of the second beat; 1.06 s lies midway between two sixteenths
    assert [first for first, _, _ in rows] == [979, round(1.06 * 2 * PER_QUARTER)]


def test_a_note_that_is_drawn_over_the_end_begins_the_loop():
    ticks = Ticks.of_loop(120, 1, Meter())
    (row,) = timed([note(1.99)], ticks, Lines((0, 0.25, 0.5, 0.75), "sixteenths"), 1.0)
    assert row[0] == 0


def test_a_take_that_drifts_gets_a_tempo_map_and_stays_on_its_beats():
    beats_s = np.cumsum(np.r_[0.4, np.linspace(0.5, 0.6, 16)])
    heard = Heard(
        Meter(), 110, 0.9, 0.9, np.arange(17.0), beats_s, 0.4, float(beats_s[-1]), steady=False
    )
    ticks = Ticks.of_heard(heard, float(beats_s[-1]))
    assert ticks.of(beats_s) == pytest.approx(np.arange(17) * PER_QUARTER, abs=1)
    assert len(ticks.tempos) > 8 and ticks.tempos[0][1] == pytest.approx(120, rel=0.02)
    assert ticks.starts_s == pytest.approx(0.4, abs=0.001)
    grid = Grid(110, None, "4/4", None, "heard", 0.9)
    report = report_of(grid, ticks, "played", [], {}, 0.5)
    assert report["found"]["bpm"] == 110, "the take's tempo, not that of its first beat"
    assert any("between 100.0 and 120.0 bpm" in line for line in report["said"]), report["said"]


def plucked(seconds, *notes):
    t = np.arange(round(seconds * RATE)) / RATE
    sound = np.zeros_like(t)
    for at, pitch in notes:
        # a loop: what rings on at its end is heard at its start
        for clock in (t - at, t - at + seconds):
            wave = sum(
                np.sin(2 * np.pi * k * 440 * 2 ** ((pitch - 69) / 12) * clock) / k
                for k in range(1, 8)
            )
            own = wave * np.exp(-2 * clock) * np.clip(clock / 0.003, 0, 1) * (clock < 1.2)
            sound += np.where(clock >= 0, own, 0) * 0.15
    return sound.astype(np.float32)


def test_a_note_over_the_seam_is_one_note_at_its_own_beginning():
    mono = plucked(2.0, (0.9, 52), (1.75, 70))
    notes = hear_voice(mono, True, "poly").surer_than(0.5)
    assert {one.pitch for one in notes} == {52, 70}
    (over,) = (one for one in notes if one.pitch == 70 and not 0.5 < one.start_s < 1.5)
    assert over.start_s == pytest.approx(1.75, abs=0.03) and over.end_s > 2.0


def test_a_ringing_note_does_not_begin_again_at_a_stroke_and_a_click_is_no_note():
    odds = np.zeros((100, PITCHES, 2), np.float32)
    odds[[20, 50], 40, 0] = 0.9  # it begins, and seems to begin again
    odds[20:80, 40, 1] = 0.9
    odds[50, 60, 0] = 0.9  # nothing sounds after this one
    level = np.zeros((100, QUICK_ROWS), np.uint8)
    level[20:80, 40 + FIRST - LOWEST] = 200
    maps, struck = Maps(level, level), np.zeros(100, bool)
    found = notes_of(odds, maps, tone=0.3, struck=struck)
    assert [round(note.start_s / FRAME_S) for note in found] == [20, 50]
    struck[48:53] = True
    (one,) = notes_of(odds, maps, tone=0.3, struck=struck)
    assert one.end_s > 79 * FRAME_S, "it rings on to its own end"
    level[50:56, 40 + FIRST - LOWEST] = 220
    assert len(notes_of(odds, maps, tone=0.3, struck=struck)) == 2, "struck anew it is louder"


def test_a_note_rings_through_a_beginning_that_is_left_out():
    notes = [note(0, 1, 60, 0.9), note(1, 2, 60, 0.3), note(2.5, 3, 60, 0.2), note(1, 2, 64, 0.3)]
    voice = Voice("notes", "poly", notes, "")
    assert [(one.pitch, one.end_s) for one in voice.surer_than(0.5)] == [(60, 2)]
    ends = [(one.pitch, one.end_s) for one in voice.surer_than(0.25)]
    assert ends == [(60, 1), (60, 2), (64, 2)]


def test_odds_are_worth_more_where_a_loud_tone_sounds_after_them_and_did_not_before():
    odds = np.zeros((100, PITCHES, 2), np.float32)
    odds[[10, 40, 70], [20, 30, 40], 0] = 0.4
    odds[10:30, 20, 1] = odds[20:60, 30, 1] = 0.9  # 20 sounds after, 30 before too, 40 never
    columns, rows = np.array([10, 40, 70]), np.array([20, 30, 40])
    new, again, click = weighed(odds, columns, rows, np.zeros(3))
    assert new > again > click
    softer = weighed(odds, columns, rows, np.array([-20.0, 0, 0]))
    assert softer[0] < new


def test_one_voice_sounds_one_note_at_a_time():
    notes = [note(0, 1, 60, 0.9), note(0.01, 1, 72, 0.5), note(0.6, 1.2, 62, 0.8)]
    kept = one_at_a_time(notes)
    assert [(one.pitch, one.end_s) for one in kept] == [(60, 0.6), (62, 1.2)]


def hummed(noise=0.0):
    """220 Hz with a vibrato of 40 cents, that swells and has no attack."""
    t = np.arange(3 * RATE) / RATE
    hz = 220 * 2 ** (0.4 * np.sin(2 * np.pi * 5 * t) / 12)
    wave = sum(np.sin(2 * np.pi * k * np.cumsum(hz) / RATE) / k**2 for k in (1, 2, 3))
    swell = np.clip((t - 0.4) / 0.4, 0, 1) * np.clip((2.4 - t) / 0.4, 0, 1)
    rng = np.random.default_rng(1)
    return (0.2 * wave * swell + noise * rng.standard_normal(len(t))).astype(np.float32)


@pytest.mark.parametrize("noise", [0.0, 0.03])
def test_a_hummed_note_is_found_by_its_pitch_and_bends(noise):
    heard = hear_voice(hummed(noise), False, "mono", bends=True)
    found = max(heard.surer_than(0.5), key=lambda one: one.end_s - one.start_s)
    assert found.pitch == 57 and found.end_s - found.start_s > 1
    bends = np.array([bend for _, bend in found.bends])
    assert 0.3 < bends.max() < 0.5 and -0.5 < bends.min() < -0.3


def test_silence_and_noise_have_no_pitch():
    rng = np.random.default_rng(2)
    for sound in (np.zeros(RATE), 0.1 * rng.standard_normal(RATE)):
        assert np.isnan(curve_of(sound.astype(np.float32)).pitch).mean() > 0.9


#: (16th, MIDI pitch) of an acid line: notes come again at once, and leap by octaves.
ACID = [(0, 40), (1, 28), (2, 40), (4, 28), (5, 28), (6, 31), (8, 40), (9, 28), (10, 28), (12, 43),
        (13, 40), (14, 28), (15, 28)]  # fmt: skip
SIXTEENTH_S = 0.12


def acid(cents, bars=2):
    """Saws of 80 ms, each behind a low-pass that falls, out of tune by so many cents."""
    sound = np.zeros(round(bars * 16 * SIXTEENTH_S * RATE))
    for bar in range(bars):
        for slot, pitch in ACID:
            hz = 440 * 2 ** ((pitch - 69 + cents / 100) / 12)
            t = np.arange(round(0.085 * RATE)) / RATE
            cut_hz = 200 + 2500 * np.exp(-t / 0.03)
            wave = sum(
                np.sin(2 * np.pi * k * hz * t) / k / (1 + (k * hz / cut_hz) ** 4)
                for k in range(1, int(8000 / hz))
            )
            own = wave * np.minimum(t / 0.002, 1) * np.clip((0.08 - t) / 0.004, 0, 1)
            at = round((bar * 16 + slot) * SIXTEENTH_S * RATE)
            sound[at : at + len(own)] += 0.3 * own
    return sound.astype(np.float32)


@pytest.mark.slow
@pytest.mark.parametrize("cents", [0, -35, 30])
def test_an_acid_line_is_one_voice_without_drums_in_its_own_tuning(cents):
    (voice,) = listen(acid(cents), True, "auto", lambda *_: None)
    assert (voice.name, voice.kind) == ("bass", "mono")
    notes = voice.surer_than(0.5)
    wanted = [((bar * 16 + slot) * SIXTEENTH_S, pitch) for bar in (0, 1) for slot, pitch in ACID]
    near = [
        any(abs(one.start_s - at_s) < 0.04 and one.pitch == pitch for one in notes)
        for at_s, pitch in wanted
    ]
    assert np.mean(near) > 0.9 and len(notes) < 1.1 * len(wanted)


@pytest.mark.slow
def test_a_line_of_which_no_chord_is_sure_is_still_no_drum(monkeypatch):
    monkeypatch.setattr(Ear, "lines", lambda self, by: ())
    (voice,) = listen(acid(0), True, "auto", lambda *_: None)
    assert (voice.name, voice.kind) == ("bass", "mono")


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "least"), [(1_000_203, 0.62), (1_000_206, 0.70)])
def test_echoes_of_a_lead_are_taken_for_notes_less_often(seed, least):
    """Loops of seeds that nothing is taught on; before, their echoes made F .56 and .64."""
    piece = played(np.random.default_rng([19, seed]), seed)
    wanted = [(float(row[0]), int(row[2])) for row in piece.notes["lead"]]
    found = hear_voice(piece.stems["lead"], True, "mono").surer_than(0.5)
    assert f_of([(one.start_s, one.pitch) for one in found], wanted) > least
