"""Tunes and touch: each genre its own rhythm, an answer in the second half, hands that weigh notes."""

import random
from collections import defaultdict
from itertools import pairwise

import pytest

from bridge.music import Key
from daemon.brief import Brief
from daemon.engines.embedded.composer import compose
from daemon.engines.embedded.harmony import read_chord, voicing
from daemon.engines.embedded.notes import STEP, Note
from daemon.engines.embedded.ornaments import adorned
from daemon.engines.embedded.plan import read_plan
from daemon.engines.embedded.score import Score
from daemon.engines.embedded.styles import STYLES
from daemon.engines.embedded.voicings import VOICINGS, spread


def plan_of(genre, seed=1, **fields):
    return compose(
        Brief(**{"prompt": genre, "words": genre, "genre": genre, "bpm": STYLES[genre].bpm, "bars": 8, **fields}), seed,
    )  # fmt: skip


@pytest.fixture(scope="module")
def leads():
    """The steps of each bar's lead notes, with their pitches, by genre."""
    found = {}
    for genre in STYLES:
        score = Score(plan_of(genre))
        bars = defaultdict(list)
        for note in score.part("lead"):
            step = round(note.start / STEP)
            bars[step // score.steps].append((step % score.steps, note.pitch))
        found[genre] = [bars[k] for k in range(8)]
    return found


def test_genres_do_not_share_the_rhythm_of_a_tune(leads):
    rhythms = {tuple(tuple(step for step, _ in bar) for bar in bars[:4]) for bars in leads.values()}
    assert len(rhythms) > 0.9 * len(leads)


def test_half_of_the_bars_begin_off_their_first_beat(leads):
    played = [bar for bars in leads.values() for bar in bars if bar]
    on_one = sum(any(step == 0 for step, _ in bar) for bar in played) / len(played)
    assert 0.35 < on_one < 0.6


def test_the_second_half_answers_and_a_thought_comes_again(leads):
    assert not any(bars[:4] == bars[4:] for bars in leads.values())
    again = sum(len({tuple(bar) for bar in bars}) < 8 for bars in leads.values())
    assert again > 0.4 * len(leads)


def test_a_tune_breathes(leads):
    for genre, bars in leads.items():
        if bars[7]:
            assert max(step for step, _ in bars[7]) <= 15, genre
        held = sum(len(bar) for bar in bars)
        assert 8 <= held <= 110, (genre, held)


@pytest.mark.parametrize("genre", ["house", "jazz", "trance", "ambient", "soul"])
def test_the_notes_of_a_chord_have_weights_of_their_own(genre):
    plan = plan_of(genre)
    chords = defaultdict(list)
    for note in Score(plan.with_(feel=plan.feel.__class__({}, 0.0, 0.0))).part("chords"):
        chords[note.start].append(note)
    struck = [notes for notes in chords.values() if len(notes) > 2]
    assert struck
    for notes in struck:
        assert len({round(note.velocity, 3) for note in notes}) > 1
    top = sum(
        max(notes, key=lambda n: n.pitch).velocity == max(n.velocity for n in notes)
        for notes in struck
    )
    assert top > 0.8 * len(struck)


def test_hands_lie_apart_and_machines_do_not():
    def apart(genre):
        plan = plan_of(genre)
        starts = sorted(note.start for note in Score(plan).part("chords"))
        return sum(0 < b - a < 60 for a, b in pairwise(starts)) / len(starts)

    assert plan_of("jazz").feel.apart_ms > 10 and plan_of("techno").feel.apart_ms == 0
    assert apart("soul") > 0.3 and apart("techno") < 0.1


def test_voicings_keep_the_chord_and_reach_wider():
    for name in ("Dm7", "G7", "Cmaj7", "Am", "F"):
        chord = read_chord(name, Key.parse("C major"))
        close = voicing(chord, None)
        for kind in VOICINGS:
            notes = spread(close, kind, chord)
            assert notes == sorted(notes) and len(set(notes)) == len(notes) >= 2
            assert {n % 12 for n in notes} <= set(chord.pitch_classes)
            assert notes[0] >= 40 and notes[-1] <= 100
        assert (
            spread(close, "open", chord)[-1] - spread(close, "open", chord)[0]
            > close[-1] - close[0]
        )


@pytest.mark.parametrize("manner", ["bent", "slid", "graced"])
def test_ornaments_stay_in_time_and_key(manner):
    key = Key.parse("A minor")
    line = [Note(k * 4 * STEP, 3 * STEP, 69 + (0, 3, 5, 7)[k % 4], 0.8, "lead") for k in range(40)]
    done = adorned(line, manner, key, random.Random(1))
    assert done != line
    whole = [note for note in done if note.length > STEP // 2]
    assert [note.start for note in whole] == [note.start for note in line]
    for before, after in pairwise(done):
        assert before.start + before.length <= after.start or before.length == 3 * STEP
    if manner == "graced":
        assert all(note.pitch % 12 in key.scale for note in done)
    else:
        assert len(done) == len(line) and any(note.glide_from for note in done)


def test_a_pitched_note_is_not_played_alike_twice_running():
    notes = Score(plan_of("folk")).part("chords")
    last = {}
    for note in notes:
        assert last.get(note.pitch) != note.variation
        last[note.pitch] = note.variation


def test_a_loop_of_eight_bars_has_an_arc_and_one_of_two_has_none():
    arc = plan_of("soul").sections[0].arc_db
    assert len(arc) == 8 and max(arc) == 0 and min(arc) < -1
    assert plan_of("soul", bars=2).sections[0].arc_db == []


def test_what_an_older_plan_does_not_say_is_played_as_it_was():
    """A plan of the fourth version names neither voicing, manner nor arc."""
    new = plan_of("rock").to_json()
    for gone in (
        ("chords", "voicing"),
        ("chords", "lift"),
        ("lead", "manner"),
        ("feel", "apart_ms"),
    ):
        new[gone[0]].pop(gone[1])
    for section in new["sections"]:
        section.pop("arc_db")
    plan = read_plan(new | {"version": 4})
    score = Score(plan)
    for part in ("chords", "lead"):
        assert {note.variation for note in score.part(part)} == {0}
    chords = defaultdict(set)
    for note in score.part("chords"):
        chords[note.start].add(note.velocity)
    assert all(len(velocities) == 1 for velocities in chords.values())
    assert not any(note.glide_from for note in score.part("lead"))
