"""Whole tracks, one-shots, effects and MIDI alone."""

import io

import mido
import numpy as np
import pytest

from bridge.music import Meter, bar_seconds, note_hz
from daemon.brief import Brief
from daemon.engines.embedded import forms
from daemon.engines.embedded.composer import compose
from daemon.engines.embedded.engine import make
from daemon.engines.embedded.instruments import players
from daemon.engines.embedded.oneshot import find_voice
from daemon.engines.embedded.score import Score
from daemon.engines.embedded.styles import STYLES
from daemon.engines.embedded.voices.table import VOICES, newest
from tests.daemon.engines.embedded.measures import RATE, centroid_hz, cents_off, mono, time_to_db


def quiet(share, stage):
    pass


def brief(kind, prompt, **fields):
    return Brief(**{"prompt": prompt, "words": prompt, "kind": kind, "bpm": None, **fields})


@pytest.fixture(scope="module")
def track():
    return make(
        brief("track", "house", genre="house", bpm=124.0, seconds=60.0, bars=None, stems=True),
        2,
        quiet,
    )


@pytest.mark.slow
def test_a_track_has_sections_a_tail_and_markers(track):
    bar = bar_seconds(Meter(), 124.0)
    bars = sum(section["bars"] for section in track.plan["sections"])
    assert bars == track.grid.bars
    # the length is kept with its ringing end, whose bars are no music
    assert len(track.audio) == round(60.0 * RATE)
    assert 1.0 <= 60.0 - bars * bar <= 6.0 + bar
    assert np.abs(track.audio[-200:]).max() < 1e-3
    assert np.abs(sum(track.stems.values()) - track.audio).max() < 1e-5
    conductor = mido.MidiFile(file=io.BytesIO(track.midi)).tracks[0]
    names = [message.text for message in conductor if message.type == "marker"]
    assert {"intro", "break", "build", "drop", "outro"} <= set(names)


@pytest.mark.slow
def test_something_changes_every_eight_bars_and_the_drop_is_the_loudest(track):
    bar = bar_seconds(Meter(), 124.0)
    levels, at = {}, 0
    for before, section in zip(
        [None, *track.plan["sections"]], track.plan["sections"], strict=False
    ):
        assert section["bars"] <= 8
        piece = track.audio[round(at * bar * RATE) : round((at + section["bars"]) * bar * RATE)]
        levels.setdefault(section["name"], []).append(
            10 * np.log10((piece.astype(float) ** 2).mean())
        )
        if before and before["name"] == section["name"]:
            assert before["parts"] != section["parts"] or before["exit"] != section["exit"]
        at += section["bars"]
    drop, rest = max(levels["drop"]), max(levels["break"])
    assert 1.5 <= drop - rest <= 8
    assert drop == max(level for found in levels.values() for level in found)


@pytest.mark.parametrize("form", list(forms.FORMS))
@pytest.mark.parametrize("bars", [1, 3, 8, 16, 31, 64, 97, 130])
def test_any_number_of_bars_is_shared_out_exactly(form, bars):
    sections = forms.sections(form, bars, {"drums", "bass", "chords", "lead", "pad"})
    assert sum(section.bars for section in sections) == bars
    assert all(section.parts and 1 <= section.bars <= 8 for section in sections)


@pytest.mark.parametrize("genre", ["techno", "trap", "pop", "ambient", "jazz", "waltz"])
def test_tracks_of_every_form_have_notes_in_every_section(genre):
    meter = "3/4" if genre == "waltz" else "4/4"
    asked = brief(
        "track",
        genre,
        genre=genre,
        bpm=STYLES[genre].bpm,
        seconds=120.0,
        bars=None,
        meter_name=meter,
    )
    score = Score(compose(asked, 4))
    played = {
        part: {note.start // score.bar_ticks for note in score.part(part)}
        for part in score.plan.parts
    }
    at = 0
    for section in score.plan.sections:
        bars = set(range(at, at + section.bars))
        assert any(played[part] & bars for part in section.parts if part != "texture"), section
        at += section.bars


def test_one_shots_by_name_note_and_variation():
    take = make(brief("oneshot", "808 kick in G", words="808", pitch_class=7), 1, quiet)
    assert take.parts == ("808",) and take.note % 12 == 7
    assert abs(cents_off(mono(take.audio)[2000:30000], note_hz(take.note))) < 10
    others = [make(brief("oneshot", "snare"), seed, quiet).audio for seed in range(4)]
    assert len({x.tobytes() for x in others}) == 4
    assert make(brief("oneshot", "snare"), 2, quiet).audio.tobytes() == others[2].tobytes()


@pytest.mark.parametrize("name", list(VOICES))
def test_every_voice_is_a_one_shot_that_begins_at_once_and_ends_in_silence(name):
    take = make(brief("oneshot", name), 3, quiet)
    # strings, said of a section, are the instrument's own voice
    named = players().get(name)
    assert take.parts == (newest(named.voices[0] if named else name),)
    level = np.abs(take.audio).max(axis=1)
    assert level[0] > 0 or level[1] > 0
    assert np.abs(take.audio[-1]).max() < 1e-4
    assert 0.85 < level.max() <= 10 ** (-1 / 20) + 1e-6
    assert np.abs(np.diff(take.audio[-40:], axis=0)).max() < 0.02  # no click at the end


def test_words_shape_a_one_shot():
    dark, bright = (
        mono(make(brief("oneshot", f"{word} snare"), 3, quiet).audio) for word in ("dark", "bright")
    )
    assert centroid_hz(bright) > 1.2 * centroid_hz(dark)
    short, long = (
        mono(make(brief("oneshot", f"{word} kick"), 3, quiet).audio) for word in ("short", "long")
    )
    assert time_to_db(long, -40) > 1.3 * time_to_db(short, -40)


@pytest.mark.parametrize(
    ("words", "what"),
    [("riser", "riser"), ("deep impact", "impact"), ("rain on a window", "rain"), ("dark drone", "drone"), ("vinyl crackle", "vinyl crackle"),
     ("downlifter", "sweep down")],
)  # fmt: skip
def test_effects_are_as_long_as_asked(words, what):
    take = make(brief("sfx", words, seconds=3.3), 1, quiet)
    assert take.parts == (what,)
    assert len(take.audio) == round(3.3 * RATE)
    assert 0.8 < np.abs(take.audio).max() <= 0.9
    assert np.abs(take.audio[-1]).max() < 1e-3


def test_a_riser_rises():
    audio = mono(make(brief("sfx", "riser", seconds=4.0), 1, quiet).audio)
    early, late = audio[: RATE // 2], audio[round(2.3 * RATE) : round(2.8 * RATE)]
    assert centroid_hz(late) > 2 * centroid_hz(early)
    assert (late**2).mean() > 10 * (early**2).mean()


def test_midi_alone_has_no_audio_and_the_loop_s_notes():
    fields = {"genre": "house", "bpm": 124.0, "bars": 4}
    alone, loop = (make(brief(kind, "house", **fields), 5, quiet) for kind in ("midi", "loop"))
    assert alone.audio is None and alone.midi == loop.midi


def test_midi_says_tempo_meter_key_and_general_midi_drums():
    take = make(
        brief(
            "midi", "house", genre="house", bpm=93.5, bars=4, meter_name="6/8", key_name="F# minor"
        ),
        5,
        quiet,
    )
    file = mido.MidiFile(file=io.BytesIO(take.midi))
    said = {message.type: message for message in file.tracks[0]}
    assert abs(60e6 / said["set_tempo"].tempo - 93.5) < 0.001
    assert (said["time_signature"].numerator, said["time_signature"].denominator) == (6, 8)
    assert said["key_signature"].key == "F#m"
    drums = next(track for track in file.tracks if track.name == "drums")
    assert {m.channel for m in drums if m.type == "note_on"} == {9}
    assert {m.note for m in drums if m.type == "note_on"} <= {
        voice.gm for voice in VOICES.values() if voice.family == "drums"
    }


@pytest.mark.parametrize(
    ("prompt", "voice"),
    [
        ("boomy floor tom hit", "low tom"),
        ("open hi-hat", "open hat"),
        ("closed hi-hat", "hat"),
        ("sub bass one shot", "sub"),
        ("trimmed clap", "clap"),
        ("kickdrum", "kick"),
        ("cinematic boom", "impact"),
        ("brass stab in F", "brass"),
        ("808 cowbell", "cowbell"),
        ("loud kick", "kick"),
    ],
)
def test_a_one_shot_is_of_what_is_named_not_of_what_is_in_a_word(prompt, voice):
    assert find_voice(brief("oneshot", prompt)).name == voice
