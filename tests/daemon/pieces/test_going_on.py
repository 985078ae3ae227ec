"""More bars, and bars written anew: the old notes stay, the new ones keep to key, step and register."""

from __future__ import annotations

import random
from itertools import pairwise
from statistics import fmean

import pytest

from daemon.errors import ConformError
from daemon.pieces.crossing import Crossing
from daemon.pieces.going_on import continue_, continued, infill, infilled, part_of_bars
from daemon.pieces.harmony import find_chords
from daemon.pieces.phrases import Phrases
from daemon.pieces.piece import share_in_key
from daemon.pieces.statistics import Kept, top_line
from tests.helpers.pieces import STEP, musician, piece_of, run, twinkle

GENRES = ("house", "jazz", "folk", "boom bap")


def new_notes(part, piece):
    return [note for note in part.notes if note.start >= piece.ticks - STEP // 2]


@pytest.mark.parametrize("genre", GENRES)
def test_the_source_goes_on_in_its_key_register_and_rhythm(genre):
    piece = musician(genre, 3)
    longer = continued(piece, 4, 1.0, seed=7)
    assert longer.bars == 8
    for old, part in zip(piece.parts, longer.parts, strict=True):
        assert part.notes[: len(old.notes)] == old.notes or old.role == "chords"
        notes = new_notes(part, piece)
        assert notes and max(note.end for note in notes) <= longer.ticks + 8 * STEP
        assert 0.6 < len(notes) / len(old.notes) < 1.6
        if part.role == "drums":
            assert {n.pitch for n in notes} <= {n.pitch for n in old.notes}
            continue
        low, high = old.register
        inside = [low - 3 <= note.pitch <= high + 3 for note in notes]
        assert sum(inside) / len(inside) > 0.9
        own = share_in_key(old.notes, piece.key_)
        assert share_in_key(notes, piece.key_) >= own - 0.05


def test_a_seed_gives_the_same_bars_another_gives_others_and_nothing_old_is_touched():
    piece = twinkle()
    one, same, other = (continued(piece, 4, 1.0, seed) for seed in (1, 1, 2))
    assert one == same and one != other
    assert one.parts[0].notes[: len(piece.notes)] == piece.parts[0].notes


def test_new_bars_of_a_line_keep_nearer_to_its_pairs_than_its_own_other_half_does():
    # the first half of a tune is the source; three tunes are enough for a mean with a wide margin
    ours, truly = [], []
    for genre in ("folk", "pop", "jazz"):
        whole = musician(genre, 5, bars=8)
        lead = next(part for part in whole.parts if part.role == "lead")
        alone = whole.with_parts([lead])
        half, rest = part_of_bars(alone, 0, 4), part_of_bars(alone, 4, 8)
        kept = Kept([top_line(half.notes)])
        truly.append(kept.off(top_line(rest.notes)))
        for seed in range(3):
            longer = continued(half, 4, 1.0, seed)
            ours.append(kept.off(top_line(new_notes(longer.parts[0], half))))
    assert fmean(ours) < fmean(truly)


def test_a_walk_has_only_pairs_of_intervals_that_the_line_has():
    tune = twinkle()
    (part,) = tune.parts
    walk = Crossing({bar: tune.bar(part, bar) for bar in range(8)}, tune.bar_ticks).walk
    pitches = [note.pitch for note in part.notes]
    steps = [b - a for a, b in pairwise(pitches)]
    stream = random.Random(1)
    shapes = set()
    for _ in range(60):
        bar = walk(stream, part.notes[:0], 1.0)
        shapes.add(tuple(note.pitch for note in bar))
        made = [b.pitch - a.pitch for a, b in pairwise(bar)]
        assert set(pairwise(made)) <= set(pairwise(steps))
        assert max(note.end for note in bar) <= tune.bar_ticks
    assert len(shapes) > 3


def test_a_tune_ends_on_its_chord_and_holds_the_last_note():
    piece = twinkle("D")
    for seed in range(6):
        last = continued(piece, 4, 1.0, seed).parts[0].notes[-1]
        assert last.pitch % 12 in {2, 6, 9}, "a tone of D major"
        assert last.length >= 4 * STEP - 20


def test_a_higher_temperature_goes_further_and_none_repeats():
    piece = musician("jazz", 3)

    def quoted(temperature):
        results = [continued(piece, 4, temperature, seed) for seed in range(4)]
        own = {
            tuple((n.start, n.pitch) for n in piece.bar(part, bar))
            for part in piece.parts
            for bar in range(4)
        }
        bars = [
            tuple((n.start, n.pitch) for n in longer.bar(part, bar)) in own
            for longer in results
            for part in longer.parts
            for bar in range(4, 8)
        ]
        return sum(bars) / len(bars)

    none, half, one = quoted(0), quoted(0.5), quoted(1.5)
    assert none > half > one and none > 0.8 and one < 0.75


def test_only_the_named_parts_go_on(tmp_path):
    piece = musician("house", 3)
    (result,) = run(continue_, piece, tmp_path, parts=["bass"], bars=2)
    made = piece_of(result, tmp_path)
    assert made.bars == 6 and (result.kind, result.bars) == ("midi", 6)
    assert {part.name for part in made.parts if new_notes(part, piece)} == {"bass"}
    with pytest.raises(ConformError, match="has no part flute; it has drums, bass, chords, lead"):
        run(continue_, piece, tmp_path, parts=["flute"])


def test_named_chords_lie_under_the_new_bars(tmp_path):
    piece = musician("folk", 3)
    (result,) = run(
        continue_, piece, tmp_path, chords="Dm7 G7 Cmaj7 Am", give="new", bars=4, temperature=0.5
    )
    made = piece_of(result, tmp_path)
    assert made.bars == 4
    roots = [find_chords(made).bar(bar)[0].root for bar in range(4)]
    assert sum(root == asked for root, asked in zip(roots, (2, 7, 0, 9), strict=True)) >= 3


@pytest.mark.parametrize("genre", GENRES)
def test_marked_bars_are_written_anew_and_all_others_stay(genre):
    piece = musician(genre, 3, 8)
    filled = infilled(piece, [2, 3], 1.0, seed=5)
    changed = 0
    for old, part in zip(piece.parts, filled.parts, strict=True):
        for bar in range(8):
            before = [(n.start, n.pitch, n.velocity) for n in piece.bar(old, bar)]
            after = [(n.start, n.pitch, n.velocity) for n in filled.bar(part, bar)]
            if bar not in (2, 3):
                assert before == after
            changed += before != after
    assert changed >= 2


def test_an_empty_gap_is_filled_and_joins_both_sides(tmp_path):
    piece = twinkle()
    hole = piece.each_part(
        lambda part: part.with_notes(n for n in part.notes if not 2 * 3840 <= n.start < 4 * 3840)
    )
    (result,) = run(infill, hole, tmp_path, marked="3-4")
    made = piece_of(result, tmp_path)
    (part,) = made.parts
    gap = [n for n in part.notes if 2 * 3840 <= n.start < 4 * 3840]
    assert len(gap) >= 4
    line = [n.pitch for n in part.notes if 3840 <= n.start < 5 * 3840]
    assert max(abs(a - b) for a, b in pairwise(line)) <= 9
    assert result.report["did"]["bars"] == [3, 4]


@pytest.mark.parametrize(
    ("marked", "says"),
    [
        ("", "which bars of 1 to 8"),
        ("x", "no row of bars"),
        ("7-9", "has bars 1 to 8"),
        ("1-8", "nothing is left to learn from"),
    ],
)
def test_bars_that_cannot_be_filled_are_told(tmp_path, marked, says):
    with pytest.raises(ConformError, match=says):
        run(infill, twinkle(), tmp_path, marked=marked)


def test_one_note_goes_on_and_a_loop_sounds(tmp_path):
    one = twinkle().with_parts([twinkle().parts[0].with_notes(twinkle().notes[:1])], 1)
    assert continued(one, 4, 1.0, 1).bars == 5
    (result,) = run(continue_, one, tmp_path, sound=True, bars=1)
    assert result.kind == "loop" and result.audio is not None and result.midi


def test_phrases_are_as_long_as_what_repeats():
    assert Phrases.of(twinkle()).bars == 4
    assert Phrases.of(musician("house", 3)).bars == 4
