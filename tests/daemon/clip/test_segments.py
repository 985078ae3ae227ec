"""A long piece of drifting takes lies on one grid, is joined without a step, and buys nothing twice."""

import numpy as np
import pytest

from daemon.brief import Brief
from daemon.clip.segments import Engine, make_long
from daemon.conform.join import join
from daemon.errors import EngineError
from tests.helpers.drifting import RATE, drifting

BRIEF = Brief("drums", "drums", kind="track", bpm=112.0, bars=None, seconds=21.0, seed=3)


def quiet(value: float, words: str) -> None:
    return None


def off_grid_ms(audio: np.ndarray, bpm: float) -> np.ndarray:
    """How far the kicks of the downbeats lie off the grid, in ms."""
    mono = np.abs(audio).mean(axis=1)
    found = []
    for bar in range(1, int(len(mono) / RATE * bpm / 240) - 1):
        place = round(bar * 240 / bpm * RATE)
        near = mono[place - RATE // 20 : place + RATE // 20]
        rise = near > 0.25 * near.max()
        found.append((int(np.argmax(rise)) - RATE // 20) / RATE * 1000)
    return np.array(found)


@pytest.mark.slow
def test_drifting_takes_become_one_piece_on_one_grid(tmp_path):
    calls = []

    def make(brief, seed, progress):
        calls.append((seed, brief.seconds, brief.reference))
        return drifting(brief, seed, progress)

    take = make_long(BRIEF, 3, Engine(13, False), tmp_path, make, quiet)
    assert take.grid.bars * 240 / 112 >= 21 and take.grid.bpm == 112
    off = off_grid_ms(take.audio, 112)
    assert np.abs(off[-6:]).max() < 10 and np.median(np.abs(off)) < 5
    assert len(calls) == 3 and all(seconds <= 13 for _, seconds, _ in calls)


@pytest.mark.slow
def test_an_engine_that_continues_gets_the_bars_before_and_one_that_stops_keeps_its_segments(
    tmp_path,
):
    calls = []

    def make(brief, seed, progress):
        calls.append(brief.reference)
        if len(calls) == 2:
            raise EngineError("it stopped", "engine", again=True)
        return drifting(brief, seed, progress, most=0)

    with pytest.raises(EngineError, match="segment1: it stopped; the segments before it are kept"):
        make_long(BRIEF, 3, Engine(13, True), tmp_path, make, quiet)
    take = make_long(BRIEF, 3, Engine(13, True), tmp_path, make, quiet)
    count = len(calls)
    again = make_long(BRIEF, 3, Engine(13, True), tmp_path, make, quiet)
    assert len(calls) == count == 3 and np.array_equal(again.audio, take.audio)
    assert calls[0] is None and calls[1] and calls.count(None) == 1


@pytest.mark.parametrize("bars", [1, 3])
def test_a_piece_whose_last_bar_is_a_little_short_is_joined_on_the_bar_line(bars):
    bar = RATE
    tone = np.sin(np.arange(4 * bar) * 0.05)[:, None].repeat(2, 1).astype(np.float32) * 0.3
    made, joint = join(tone[: bars * bar - bar // 60], tone, bar, RATE, 2)
    assert len(made) == joint.bar * bar + (4 - (joint.bar - max(0, bars - min(2, bars - 1)))) * bar
    # where the bar line itself is missing, what is missing is silence
    assert np.isfinite(made).all() and np.abs(made).max() < 0.5


def test_pieces_meet_where_they_are_most_alike_at_one_level():
    bar = RATE
    stream = np.random.default_rng(5)
    bars = [stream.standard_normal(bar) * 0.1 * np.linspace(1, 0, bar) ** k for k in range(1, 9)]
    whole = np.concatenate(bars[:6])[:, None].repeat(2, 1).astype(np.float32)
    # the piece plays the fifth and sixth bar again, softer, after one that is like none
    other = np.sin(np.arange(bar) * 0.02) * 0.2
    piece = np.concatenate([other, bars[4], bars[5], bars[6], bars[7]]) * 0.5
    made, joint = join(whole, piece[:, None].repeat(2, 1).astype(np.float32), bar, RATE, 3)
    assert joint.bar in (5, 6) and 4.5 < joint.gain_db < 7.5
    assert len(made) == 8 * bar
    assert np.allclose(made[: 4 * bar], whole[: 4 * bar])
    assert np.abs(made[6 * bar : 7 * bar, 0] - bars[6]).max() < 0.05
