"""Names of files as sample packs and people write them, and what is read of each."""

from __future__ import annotations

import pytest

from daemon.witness.file_name import read_name
from daemon.witness.statement import Weight


@pytest.mark.parametrize(
    ("name", "bpm", "key"),
    [
        ("break 90 BPM", 90, None),
        ("bpm90 break", 90, None),
        ("BPM_90_break", 90, None),
        ("break_90bpm", 90, None),
        ("break-90-bpm-F#m", 90, "F#m"),
        ("break_90-95bpm", 92.5, None),
        ("break_90,5bpm", 90.5, None),
        ("break_90.00bpm", 90, None),
        ("break_090bpm_Am", 90, "Am"),
        ("Break_90BPM_A Minor", 90, "Am"),
        ("break90bpm_Bbmin", 90, "Bbm"),
        ("break 90bpm Amaj7", 90, "A"),
        ("break_90_bpm_F♯min", 90, "F#m"),
        ("break 90 bpm 8A", 90, "Am"),
        ("break_90bpm_Ebm", 90, "Ebm"),
        ("BassLoop128Bpm", 128, None),
        ("Bass_a-Moll_90bpm", 90, "Am"),
        ("Klavier h-Moll 84 bpm", 84, "Bm"),
        ("Flöte_B-Dur_100_BPM", 100, "Bb"),
        ("Geige fis-Moll 72bpm", 72, "F#m"),
        ("Fill_A_90bpm", 90, None),
        ("Am I dreaming 90 bpm", 90, None),
    ],
)
def test_a_number_that_is_called_a_tempo_is_one(name: str, bpm: float, key: str | None) -> None:
    said = read_name(name)
    assert said is not None
    assert said.weight == Weight.NAME
    assert said.bpm == pytest.approx(bpm)
    assert (said.key.short if said.key else None) == key


@pytest.mark.parametrize(
    ("name", "bpm", "key"),
    [
        ("break_90", 90, None),
        ("Break_90_Amin", 90, "Am"),
        ("90_break_Cmaj", 90, "C"),
        ("break_Dmin_90", 90, "Dm"),
        ("JV_drumloop_174_top", 174, None),
        ("Lp-124_Gm", 124, "Gm"),
        ("DrumLoop174Amin", 174, "Am"),
        ("SM_NP_100_electric_guitar_baby_Dmaj", 100, "D"),
    ],
)
def test_a_number_alone_beside_a_loop_may_be_a_tempo(
    name: str, bpm: float, key: str | None
) -> None:
    said = read_name(name)
    assert said is not None
    assert said.weight == Weight.BARE
    assert said.bpm == bpm
    assert (said.key.short if said.key else None) == key


@pytest.mark.parametrize(
    "name",
    ["909_kick_loop", "take 2 of 90", "DNB SNARE 2", "break_090", "loop 24", "2026-11-03 loop",
     "A day in June", "song 128", "Kick 808", "break_90_120", "loop 90.5.1"],
)  # fmt: skip
def test_other_numbers_are_no_tempo(name: str) -> None:
    said = read_name(name)
    assert said is None or said.bpm is None


@pytest.mark.parametrize(
    ("name", "root"), [("Cymatics - 808 (C#)", 1), ("Bass [F]", 5), ("Kick_F#", 6), ("Sub (G1)", 7)]
)
def test_a_note_in_brackets_or_at_the_end_is_a_root(name: str, root: int) -> None:
    said = read_name(name)
    assert said is not None
    assert said.root_class == root
    assert said.bpm is None
    assert said.key is None


@pytest.mark.parametrize(
    "name", ["", "Vocal A", "Plan B", "Intro", "Vitamin C", "Amazing", "A minute of rain"]
)
def test_words_are_no_key(name: str) -> None:
    assert read_name(name) is None
