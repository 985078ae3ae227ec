"""Plans: JSON there and back, mended with reasons, and one part changed while the rest stays note for note."""

import io
import json

import mido
import pytest

from daemon.brief import Brief
from daemon.engines.embedded.change import changed
from daemon.engines.embedded.composer import compose
from daemon.engines.embedded.engine import make
from daemon.engines.embedded.patches import PATCHES, called
from daemon.engines.embedded.plan import read_plan
from daemon.engines.embedded.player import Player
from daemon.engines.embedded.render import Track
from daemon.engines.embedded.repair import repaired
from daemon.engines.embedded.score import Score
from daemon.engines.embedded.styles import STYLES
from daemon.engines.embedded.voices.table import VOICES


def brief(genre="house", **fields):
    return Brief(
        **{"prompt": genre, "words": genre, "genre": genre, "bpm": 120.0, "bars": 4, **fields}
    )


def notes(plan):
    score = Score(plan)
    return {part: score.part(part) for part in plan.parts}


@pytest.mark.parametrize("genre", list(STYLES))
def test_every_style_composes_a_sound_plan_that_json_keeps(genre):
    plan = compose(brief(genre, kind="track", bars=None, seconds=60.0), 3)
    again, reasons = repaired(json.loads(json.dumps(plan.to_json())))
    assert reasons == []
    assert again == plan == read_plan(json.dumps(plan.to_json()))


def test_a_plan_names_instruments_plainly_and_says_which_of_their_voices_plays():
    plan = compose(brief("jazz", prompt="jazz with felt piano", instruments=("felt piano",)), 3)
    record = plan.to_json()
    sound = record["chords"]["sound"]
    assert (sound["voice"], sound["patch"]) == ("piano", "felt piano")
    assert read_plan(record).chords.sound.voice == "felt piano"
    # who writes another instrument means it, whatever patch stands beside it
    sound["voice"] = "organ"
    assert read_plan(record).chords.sound.voice == "organ"
    assert repaired(record)[0].chords.sound.voice == "organ"
    assert {voice for voices in PATCHES.values() for voice in voices} <= set(VOICES)


def test_a_plan_by_hand_is_mended_and_says_why():
    plan, reasons = repaired(
        {
            "genre": "house", "bpm": 900, "key": "H minor", "swing": "a lot", "chords_of": ["i7", "xyz", "Am7"], "bars": 4,
            "drums": {"rows": {"kick": "x...x...x...x...", "hihat": "x.x.x.x.", "snarre": "..?.x...", "gonk": "x"}},
            "bass": {"rows": ["x..Q"], "sound": "roundbass"},
            "lead": {"bars": {"A": [[0, 2, 2], [99, 0, 1], "no"]}, "form": ["A"], "sound": {"voice": "pluck", "tone": {"bright": 9}}},
            "sections": [{"name": "a", "bars": 3, "parts": ["drums", "kazoo"]}], "tempo": 3,
        }
    )  # fmt: skip
    text = " ".join(reasons)
    for word in (
        "bpm",
        "key",
        "swing",
        "xyz",
        "gonk",
        "snare is used",
        "round bass is used",
        "99",
        "bright",
        "sections",
        "tempo",
    ):
        assert word in text, word
    assert plan.bpm == 300 and plan.bars == 3 and plan.chords_of == ["i7", "Am7"]
    assert all(notes(plan)[part] for part in plan.parts)


def test_what_is_no_plan_is_refused():
    with pytest.raises(ValueError):
        repaired("[1, 2]")


@pytest.mark.parametrize("part", ["drums", "bass", "chords", "lead"])
def test_changing_one_part_leaves_the_others_note_for_note(part):
    old = compose(brief(), 5)
    new = changed(old, brief(change=part), 77)
    before, after = notes(old), notes(new)
    assert before[part] != after[part]
    for other in set(before) - {part}:
        assert before[other] == after[other]


def test_changing_a_part_through_the_engine_keeps_the_other_tracks_of_the_midi():
    first = make(brief(kind="midi"), 5, lambda share, stage: None)
    again = make(brief(kind="midi", change="drums", plan=first.plan), 9, lambda share, stage: None)
    tracks = [mido.MidiFile(file=io.BytesIO(take.midi)).tracks for take in (first, again)]
    same = {old.name: list(old) == list(new) for old, new in zip(*tracks, strict=True)}
    assert same == {"house": True, "drums": False, "bass": True, "chords": True, "lead": True}


def test_a_plan_of_the_first_version_is_played_as_it_was_and_changed_like_any():
    new = compose(brief(kind="track", bars=None, seconds=40.0), 5).to_json()
    old = new | {
        "version": 1,
        "drums": {name: value for name, value in new["drums"].items() if name != "turn"},
    }
    plan, reasons = repaired(old)
    assert reasons == [] and plan.version == 1 and plan.drums.turn == {}
    gains = [
        Track(plan, {}, Player(8000), False)._gain(block, 1e9)
        for block in Track(plan, {}, Player(8000), False).blocks
    ]
    assert (
        min(gains) > 0.5
    )  # whatever the sections' power: their distance to the fullest came with the second version
    again = changed(plan, brief(kind="track", change="drums"), 8)
    assert again.drums.turn and {p: n for p, n in notes(again).items() if p != "drums"} == {
        p: n for p, n in notes(plan).items() if p != "drums"
    }


def test_other_sounds_play_the_same_notes():
    old = compose(brief(), 5)
    new = changed(old, brief(change="sounds"), 8)

    def timing(plan):
        return {
            part: [(n.start, n.length, n.pitch, n.velocity) for n in played]
            for part, played in notes(plan).items()
        }

    assert timing(old) == timing(new)
    assert new.chords.sound != old.chords.sound and new.lead.sound != old.lead.sound


def test_another_fill_changes_only_the_fill():
    old = compose(brief(), 5)
    new = changed(old, brief(change="fill"), 1)
    assert new.drums.fill != old.drums.fill and new.drums.rows == old.drums.rows
    assert {p: n for p, n in notes(old).items() if p != "drums"} == {
        p: n for p, n in notes(new).items() if p != "drums"
    }


def test_words_change_what_they_name():
    old = compose(brief(), 5)
    busier = changed(old, brief(change="busier hats"), 3)

    def count(plan, voice):
        return sum(n.voice == voice for n in notes(plan)["drums"])

    assert count(busier, "hat") > count(old, "hat") and count(busier, "kick") == count(old, "kick")
    darker = changed(old, brief(change="darker"), 3)
    assert notes(darker) == notes(old)
    assert darker.chords.sound.tone["bright"] < old.chords.sound.tone.get("bright", 0)
    half = changed(old, brief(change="half-time"), 3)
    assert count(half, "kick") < count(old, "kick")
    assert "bass" not in changed(old, brief(change="no bass"), 3).parts


def test_in_two_bars_the_turn_is_a_small_one():
    """It comes every other bar: four strokes more there would be a busier groove than the one that was chosen."""
    counts = {}
    for bars in (2, 4):
        brief = Brief(
            prompt="jungle drums", words="jungle drums", genre="jungle", bpm=166.0, bars=bars
        )
        turns = [compose(brief, seed).drums.turn for seed in range(12)]
        counts[bars] = sum(
            mark not in ". " for turn in turns for row in turn.values() for mark in row
        )
    assert counts[2] < 0.8 * counts[4], counts


def test_an_older_plan_keeps_the_voices_and_the_strokes_that_it_had():
    new = compose(brief("rock", prompt="rock with distorted guitar"), 5).to_json()
    old = read_plan(new | {"version": 5})
    assert read_plan(new).chords.sound.voice == "distorted guitar"
    assert old.chords.sound.voice == "first distorted guitar"
    # read again it is the same, and its instrument is a guitar for who reads it
    record = old.to_json()
    assert read_plan(record) == old and record["chords"]["sound"]["voice"] == "power guitar"
    turns = {note.variation for note in Score(old).part("chords")}
    assert turns == {0, 1} and {note.variation for note in Score(old).part("drums")} == {0, 1, 2}
    assert {note.variation for note in Score(read_plan(new)).part("chords")} == {0, 1, 2}


@pytest.mark.parametrize(
    ("prompt", "voice", "plain", "before"),
    [
        ("accordion", "accordion", "accordion", "first accordion"),
        ("brass section", "horn section", "brass", "first horn section"),
        ("spinet", "spinet", "spinet", "first spinet"),
        ("harpsichord", "harpsichord", "harpsichord", "second harpsichord"),
    ],
)
def test_a_plan_of_the_sixth_version_keeps_its_sounds(prompt, voice, plain, before):
    new = compose(Brief(prompt, prompt, instruments=(plain,), only=True), 5).to_json()
    assert read_plan(new).chords.sound.voice == voice
    old = read_plan(new | {"version": 6})
    assert old.chords.sound.voice == before and called(before) == voice
    record = old.to_json()
    assert read_plan(record) == old and record["chords"]["sound"]["voice"] == plain


@pytest.mark.parametrize("name", ["harpsichord", "spinet"])
def test_a_plan_of_the_eighth_version_keeps_its_harpsichord(name):
    new = compose(Brief(name, name, instruments=(name,), only=True), 5).to_json()
    old = read_plan(new | {"version": 8})
    before = {"harpsichord": "third harpsichord", "spinet": "second spinet"}[name]
    assert old.chords.sound.voice == before and called(before) == name
    assert read_plan(new).chords.sound.voice == name and read_plan(old.to_json()) == old
