"""Drums of any rhythm: they strike where the source does, as two hands and two feet can."""

from __future__ import annotations

import statistics
from collections import Counter

import numpy as np
import pytest
import soundfile

from daemon.engines.embedded.notes import STEP
from daemon.errors import ConformError
from daemon.pieces.drumify import drumify, near_share, rhythm_of
from daemon.pieces.piece import Note, Part, Piece
from daemon.pieces.play import drum_voice
from daemon.pieces.render import render
from tests.helpers.pieces import drums, line, musician, piece_of, run, twinkle

#: A funky bass line of two bars: (pitch, sixteenths).
BASS = [(36, 3), (0, 3), (36, 1), (48, 3), (43, 2), (0, 2), (41, 2)] * 2


def bass_line() -> Piece:
    return twinkle().with_parts([line(BASS, name="bass")], 2)


def strokes(result, folder):
    (part,) = piece_of(result, folder).parts
    assert part.is_drums
    return part.notes


def steps_of(notes):
    return {round(note.start / STEP) for note in notes}


@pytest.mark.parametrize("genre", ["funk", "house", "rock", "trap", "bossa nova", "ambient"])
def test_strokes_fall_with_the_onsets_of_the_source(tmp_path, genre):
    found = []
    for piece in (bass_line(), twinkle(), musician("jazz", 3)):
        (result,) = run(drumify, piece, tmp_path, genre=genre, seed=3)
        notes = strokes(result, tmp_path)
        hits = steps_of(notes)
        own = [note for note in piece.notes if note.start < piece.ticks]
        found.append(near_share(hits, steps_of(own)))
        rhythm = rhythm_of(piece, piece.parts)
        on_onsets = near_share(hits, rhythm.strength)
        assert result.report["did"]["on_onsets"] == pytest.approx(on_onsets, abs=0.001)
        # an ornament and its note are one onset, struck when the stronger of them sounds
        onsets = {max(0, step * STEP + rhythm.late[step]) for step in rhythm.strength}
        assert onsets <= {note.start for note in notes}, "every onset is struck"
        far = [min(abs(note.start - onset) for onset in onsets) for note in own]
        assert max(far) < STEP, "every note is an onset or its ornament"
    assert statistics.mean(found) >= 0.85


def test_low_notes_are_kicks_and_the_backbeat_stays(tmp_path):
    (result,) = run(drumify, bass_line(), tmp_path, genre="rock", seed=1)
    voices = Counter(
        (drum_voice(note.pitch), round(note.start / STEP) % 16)
        for note in strokes(result, tmp_path)
    )
    assert voices["kick", 0] == 2 and voices["snare", 4] == 2 and voices["snare", 12] == 2


def test_more_density_strikes_more_and_none_only_what_the_source_strikes(tmp_path):
    counts = []
    for density in (0.0, 0.3, 0.6, 1.0):
        (result,) = run(drumify, bass_line(), tmp_path, genre="funk", density=density, seed=1)
        notes = strokes(result, tmp_path)
        counts.append(len(notes))
        if density == 0:
            assert steps_of(notes) == steps_of(bass_line().notes)
    assert counts == sorted(counts) and counts[3] > counts[0]


def test_nobody_has_three_hands_and_fills_come_by_words(tmp_path):
    plain, filled = (
        strokes(run(drumify, musician("house", 3), tmp_path, genre="rock", seed=2, density=1.0,
                    prompt=prompt)[0], tmp_path)
        for prompt in ("", "with fills")
    )  # fmt: skip
    for notes in (plain, filled):
        at_once = Counter(
            note.start for note in notes if drum_voice(note.pitch) not in ("kick", "hard kick")
        )
        assert max(at_once.values()) <= 2
    end = 4 * 3840 - 8 * STEP
    assert {n.pitch for n in filled if n.start >= end} != {n.pitch for n in plain if n.start >= end}
    assert [n for n in filled if n.start < 2 * 3840] == [n for n in plain if n.start < 2 * 3840]


def test_a_seed_repeats_and_late_notes_stay_late(tmp_path):
    late = twinkle().with_parts(
        [Part("lead", tuple(Note(k * 960 + 40 * (k % 2), 60, 400) for k in range(16)))], 4
    )
    one, same = (strokes(run(drumify, late, tmp_path, seed=5)[0], tmp_path) for _ in range(2))
    assert one == same
    assert {n.start % 960 for n in one if 900 < n.start % 1920 < 1020} == {40}


def test_only_the_named_part_is_followed_and_may_come_along(tmp_path):
    piece = musician("house", 3)
    (result,) = run(drumify, piece, tmp_path, parts=["bass"], give="whole", density=0.0)
    made = piece_of(result, tmp_path)
    assert {part.role for part in made.parts} == {"bass", "chords", "lead", "drums"}
    bass = next(part for part in made.parts if part.role == "bass")
    own = next(part for part in made.parts if part.role == "drums")
    assert steps_of(own.notes) == steps_of(bass.notes)


def test_drums_of_a_sound_follow_its_attacks(tmp_path):
    rows = {36: "x..x..x...x.x...", 42: "x.x.x.x.x.x.x.x."}
    piece = twinkle().with_parts([drums(2, rows)], 2)
    (sound,) = run(render, piece, tmp_path, bpm=100.0)
    path = tmp_path / "loop.wav"
    soundfile.write(path, sound.audio, 44100, "FLOAT")
    (result,) = run(drumify, path, tmp_path, density=0.0)
    hits = steps_of(strokes(result, tmp_path))
    assert near_share(hits, steps_of(piece.notes)) > 0.9
    assert (result.bars, result.bpm) == (2, 100.0)


def test_what_has_no_rhythm_is_told(tmp_path):
    path = tmp_path / "hiss.wav"
    noise = np.random.RandomState(1).uniform(-0.1, 0.1, (88200, 1)).astype(np.float32)
    soundfile.write(path, noise, 44100)
    with pytest.raises(ConformError, match="sidecrate correct FILE --bpm"):
        run(drumify, path, tmp_path)
