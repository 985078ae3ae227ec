"""The way between two pieces: both ends note for note, each step nearer, all in key and meter."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from bridge.music import Key, Meter
from daemon.errors import ConformError
from daemon.pieces.interpolate import interpolate
from daemon.pieces.morph import distance, keeps_to_key, steps_of, way
from tests.helpers.pieces import STEP, drums, line, musician, piece_of, run, twinkle, written

FLOOR = {36: "X...X...X...X...", 42: "..x...x...x...x.", 38: "....X.......X..."}
BREAK = {36: "X.x...x...x..x..", 42: "x.x.x.x.x.x.x.xx", 38: "....X..x.x..X..x"}
WALTZ = [(67, 4), (64, 4), (60, 4), (65, 8), (62, 4), (64, 4), (60, 4), (55, 4), (60, 12)]


def beats():
    base = twinkle()
    return (
        replace(base.with_parts([drums(2, FLOOR)], 2), name="floor"),
        replace(base.with_parts([drums(2, BREAK)], 2), name="break"),
    )


def waltz(key="C", bpm=90.0):
    shift = (Key.parse(key).tonic + 6) % 12 - 6
    part = line([(pitch + shift, steps) for pitch, steps in WALTZ])
    return replace(
        twinkle(), name="waltz", parts=(part,), meter=Meter(3, 4), bars=4, bpm=bpm,
        key=Key.parse(key),
    )  # fmt: skip


PAIRS = [
    beats(),
    (twinkle(), waltz()),
    (twinkle("C"), waltz("F#", 140.0)),
    (waltz("A"), twinkle("Eb")),
    (musician("house", 3), musician("jazz", 4)),
    (musician("trap", 3), musician("folk", 5, 8)),
]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair[0].name}-{pair[1].name}")
@pytest.mark.parametrize("seed", [1, 2])
def test_each_step_is_nearer_to_the_second_and_further_from_the_first(pair, seed):
    first, last = pair
    steps = steps_of(way(first, last, seed), 8)
    assert steps[0] == first and steps[-1] == last and len(steps) == 8
    there = [distance(piece, last) for piece in steps]
    back = [distance(first, piece) for piece in steps]
    assert all(a > b for a, b in pairwise(there)), there
    assert all(a < b for a, b in pairwise(back)), back
    for piece in steps:
        assert keeps_to_key(piece, first, last)
        assert str(piece.meter) in (str(first.meter), str(last.meter))
        assert min(first.bars, last.bars) <= piece.bars <= max(first.bars, last.bars)
        assert all(0 <= note.start < piece.ticks for note in piece.notes)
        assert piece.notes


def test_a_line_stays_one_voice_and_tempo_goes_along():
    first, last = twinkle("C", 100.0), waltz("C", 140.0)
    steps = steps_of(way(first, last, 1), 16)
    assert len(steps) == 16
    tempos = [piece.bpm for piece in steps]
    assert tempos == sorted(tempos) and (tempos[0], tempos[-1]) == (100.0, 140.0)
    for piece in steps[1:-1]:
        (part,) = piece.parts
        starts = sorted({note.start for note in part.notes})
        ends = {note.start: note.end for note in part.notes}
        assert all(ends[a] <= b for a, b in pairwise(starts))


def test_the_clips_come_in_order_with_both_ends_as_they_were(tmp_path):
    first, last = beats()
    path = written(tmp_path, last)
    results = run(interpolate, first, tmp_path, other=str(path), steps=5, seed=4)
    pieces = [piece_of(result, tmp_path) for result in results]
    assert pieces[0].notes == first.notes and pieces[-1].notes == last.notes
    assert [result.report["did"]["step"] for result in results] == [1, 2, 3, 4, 5]
    assert results[2].words == "floor to break 3"
    again = run(interpolate, first, tmp_path, other=str(path), steps=5, seed=4)
    assert [one.midi for one in again] == [one.midi for one in results]


def test_too_few_differences_and_no_common_part_are_told(tmp_path):
    first = twinkle()
    notes = list(first.notes)
    near = replace(first, name="near").each_part(
        lambda part: part.with_notes([*notes[:-1], replace(notes[-1], pitch=67)])
    )
    results = run(interpolate, first, tmp_path, other=str(written(tmp_path, near)), steps=8)
    assert len(results) == 2 and "so few beats" in results[0].report["said"][0]
    beat, _ = beats()
    with pytest.raises(ConformError, match="twinkle has lead and floor has drums"):
        run(interpolate, first, tmp_path, other=str(written(tmp_path, beat)))
    with pytest.raises(ConformError, match="--to other"):
        run(interpolate, first, tmp_path)


def test_a_bar_that_only_one_has_comes_with_all_its_notes():
    short, long = beats()
    long = long.with_parts([drums(4, BREAK)], 4)
    for piece in steps_of(way(short, long, 3), 12)[1:-1]:
        last = [note for note in piece.notes if note.start >= (piece.bars - 1) * 16 * STEP]
        assert len(last) >= 4
