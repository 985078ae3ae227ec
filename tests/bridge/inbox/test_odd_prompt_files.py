"""Odd prompt files from a grammar, a small number of those of `make bench`: no crash, single lines, all answered."""

from __future__ import annotations

import random

import pytest

from benchmarks.prompt_files import odd_file, read, through_inbox


@pytest.mark.parametrize("seed", range(4))
def test_odd_files_are_taken_or_refused_in_single_lines(seed: int) -> None:
    chance = random.Random(f"odd {seed}")
    ends = [read(odd_file(chance)) for _ in range(75)]
    assert {end for end, _ in ends} == {"taken", "refused"}


@pytest.mark.slow
def test_odd_files_in_the_inbox_are_all_answered() -> None:
    chance = random.Random("inbox")
    answered = through_inbox([odd_file(chance) for _ in range(40)], wait_s=60)
    assert answered["taken"] and answered["refused"]
