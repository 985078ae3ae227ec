"""Chords one note after the other: waves of a harp, a broken chord over its root, a picked guitar."""

from itertools import pairwise

import pytest

from bridge.request import read_request
from bridge.session import SessionView
from daemon.engines.embedded.composer import compose
from daemon.engines.embedded.fingers import fingering
from daemon.engines.embedded.plan import read_plan
from daemon.engines.embedded.repair import repaired
from daemon.engines.embedded.score import Score
from daemon.prompt.defaults import PromptDefaults
from daemon.prompt.settle import settle


def plan_of(prompt, **fields):
    asked = read_request({"prompt": prompt, "bars": 4, **fields}.items())
    return compose(settle(asked, SessionView(), PromptDefaults(), seed=3), 3)


def chords(plan):
    return Score(plan).part("chords")


def test_a_harp_goes_up_and_down_over_three_octaves_and_its_notes_ring():
    plan = plan_of("harp, 120 bpm")
    notes = chords(plan)
    assert plan.chords.style == "harped"
    pitches = [note.pitch for note in notes if note.start < 3840]
    top = pitches.index(max(pitches))
    assert pitches[: top + 1] == sorted(pitches[: top + 1]) and max(pitches) - min(pitches) >= 24
    assert sum(note.length > 480 for note in notes) > len(notes) / 2
    # no note is still held when its own pitch is plucked again
    for one, other in pairwise(notes):
        assert one.pitch != other.pitch or one.start + one.length <= other.start


def test_a_harpsichord_alone_has_its_root_below_and_over_a_bass_not():
    alone, banded = plan_of("harpsichord"), plan_of("harpsichord, bass and drums, classical")
    assert alone.chords.style == banded.chords.style == "broken"
    assert min(note.pitch for note in chords(alone)) < 50
    assert banded.bass is not None and min(note.pitch for note in chords(banded)) >= 52


def test_a_guitar_of_a_classical_piece_is_picked_on_its_strings():
    plan = plan_of("classical nylon guitar")
    assert plan.chords.style == "picked"
    first = [note.pitch for note in chords(plan) if note.start < 1920]
    assert set(first) <= set(fingering(Score(plan).chord_at(Score(plan).bars[0], 0)))
    assert first[0] == min(first)


@pytest.mark.parametrize("prompt", ["harp", "spinet", "classical nylon guitar"])
def test_figures_are_kept_by_json_and_pass_a_reader_of_plans(prompt):
    plan = plan_of(prompt)
    again, reasons = repaired(plan.to_json())
    assert reasons == [] and chords(again) == chords(read_plan(plan.to_json())) == chords(plan)


def test_choirs_sing_in_four_parts_over_their_root():
    plan = plan_of("choir")
    notes = [note.pitch for note in chords(plan) if note.start < 100]
    assert plan.genre == "classical" and len(notes) >= 3 and min(notes) < 54
    assert plan_of("ambient choir").genre == "ambient"


def test_a_slide_guitar_slides():
    notes = Score(plan_of("slide guitar", bars=8)).part("lead")
    assert sum(note.glide_from is not None for note in notes) > len(notes) / 3
