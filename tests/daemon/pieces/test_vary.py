"""A clip slightly changed: nothing at 0, more at each strength, another take at 1, locked parts stay."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from daemon.pieces.morph import distance, share_changed, way
from daemon.pieces.piece import share_in_key
from daemon.pieces.vary import retaken, varied, vary
from tests.helpers.pieces import STEP, drums, musician, piece_of, run, twinkle, written

STRENGTHS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@pytest.mark.parametrize("genre", ["house", "jazz", "folk"])
def test_the_change_grows_with_the_strength_and_never_goes_back(genre):
    piece = musician(genre, 3)
    found = way(piece, retaken(piece, 2), 2)
    takes = [found.at(strength) for strength in STRENGTHS]
    assert takes[2] == varied(piece, STRENGTHS[2], 2)
    far = [distance(piece, take) for take in takes]
    assert far[0] == 0 and takes[0] == piece
    assert all(a < b for a, b in pairwise(far)) and share_changed(piece, takes[-1]) > 0.15
    left = [distance(take, takes[-1]) for take in takes]
    assert all(a > b for a, b in pairwise(left)) and left[-1] == 0


@pytest.mark.parametrize("genre", ["house", "jazz"])
def test_another_take_keeps_key_register_and_chords(genre):
    piece = musician(genre, 3)
    take = varied(piece, 1.0, seed=4)
    assert (take.bars, take.bpm, take.key) == (piece.bars, piece.bpm, piece.key)
    for old, new in zip(piece.parts, take.parts, strict=True):
        if old.role == "drums":
            continue
        low, high = old.register
        assert all(low - 5 <= note.pitch <= high + 5 for note in new.notes)
        assert share_in_key(new.notes, piece.key_) >= share_in_key(old.notes, piece.key_) - 0.05


def test_a_locked_line_whose_notes_overlap_stays_note_for_note():
    piece = musician("house", 3)
    bass = next(part for part in piece.parts if part.name == "bass")
    long = bass.with_notes(replace(note, length=note.length + 2 * STEP) for note in bass.notes)
    piece = piece.with_parts([long if part is bass else part for part in piece.parts])
    made = varied(piece, 0.8, 2, locked=(long,))
    assert made != piece and long in made.parts


def test_at_0_the_file_is_the_same_and_locked_parts_stay(tmp_path):
    piece = musician("house", 3)
    (same,) = run(vary, piece, tmp_path, strength=0.0)
    assert piece_of(same, tmp_path) == piece_of(
        run(vary, piece, tmp_path, strength=0.0)[0], tmp_path
    )
    assert {p.name: p.notes for p in piece_of(same, tmp_path).parts} == {
        p.name: p.notes for p in piece.parts
    }
    (result,) = run(vary, piece, tmp_path, strength=1.0, lock=["drums", "bass"], seed=3)
    made = {part.name: part.notes for part in piece_of(result, tmp_path).parts}
    for part in piece.parts:
        assert (made[part.name] == part.notes) == (part.name in ("drums", "bass"))
    assert result.report["did"]["changed"] > 0.1


def test_seeds_give_different_takes_and_a_tune_of_one_part_too(tmp_path):
    one, other = (varied(twinkle(), 1.0, seed) for seed in (1, 2))
    assert one != other and share_changed(twinkle(), one) > 0.2
    path = written(tmp_path, twinkle())
    before = path.read_bytes()
    run(vary, path, tmp_path, strength=0.5)
    assert path.read_bytes() == before


def test_a_bar_without_others_to_vary_from_says_so(tmp_path):
    piece = twinkle().with_parts([drums(1, {36: "X...X...X...X..."})], 1)
    (result,) = run(vary, piece, tmp_path, strength=0.3)
    assert any("nothing of it changed" in one for one in result.report["said"])
