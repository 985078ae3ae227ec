"""Eight bars that move: filters that open, a pad that joins, a roll that leads back to the beginning."""

import numpy as np
import pytest

from daemon.brief import Brief
from daemon.engines.embedded.composer import compose
from daemon.engines.embedded.moves import moved, swelled
from daemon.engines.embedded.plan import read_plan
from daemon.engines.embedded.repair import repaired
from daemon.engines.embedded.score import Score

RATE = 44100


def plans(genre, seeds=range(1, 9), **fields):
    asked = {"prompt": genre, "words": genre, "genre": genre, "bpm": 124.0, "bars": 8, **fields}
    return [compose(Brief(**asked), seed) for seed in seeds]


@pytest.mark.parametrize("points", [[0.9, 0.6, 0.3, 0.0], [0.0, 0.5, 0.9, 0.5]])
def test_a_filter_moves_over_its_bars_and_leaves_no_seam(points):
    noise = np.random.default_rng(1).normal(0, 0.1, (4 * RATE, 2)).astype(np.float32)
    hz = np.fft.rfftfreq(RATE, 1 / RATE)
    out = moved(noise, {"lead": points}, "lead", 4, RATE)
    assert out.shape == noise.shape and out.dtype == np.float32
    highs = []
    for k in range(4):
        at = round((k + 0.02) * RATE)
        power = np.abs(np.fft.rfft(out[at : at + RATE // 4, 0], RATE)) ** 2
        highs.append(power[hz > 5000].sum())
    assert np.argmin(highs) == np.argmax(points)
    # a tone of whole cycles goes round as it did
    t = np.arange(4 * RATE) / RATE
    tone = np.repeat(np.sin(2 * np.pi * 3000 * t)[:, None], 2, axis=1).astype(np.float32)
    out = moved(tone, {"lead": points}, "lead", 4, RATE)[:, 0]
    step = abs(float(out[0] - out[-1]))
    assert step <= 1.05 * np.abs(np.diff(out)).max()
    assert moved(tone, {}, "lead", 4, RATE) is tone


def test_machines_move_filters_people_do_not_and_short_loops_neither():
    assert sum(bool(plan.sections[0].closed) for plan in plans("techno")) >= 5
    assert not any(plan.sections[0].closed for plan in plans("jazz"))
    assert not any(plan.sections[0].closed for plan in plans("techno", bars=4))
    plan = next(plan for plan in plans("techno") if plan.sections[0].closed)
    again, reasons = repaired(plan.to_json())
    assert reasons == [] and again == plan == read_plan(plan.to_json())


def test_a_pad_joins_the_second_half_of_some_loops():
    joined = [plan for plan in plans("trance") if plan.pad is not None]
    assert 1 <= len(joined) <= 5
    bar = Score(joined[0]).bar_ticks
    assert min(note.start for note in Score(joined[0]).part("pad")) >= 4 * bar


def test_some_loops_of_trance_build_up_to_their_beginning():
    building = [plan for plan in plans("trance") if plan.sections[0].exit == "rise"]
    assert 1 <= len(building) <= 3
    score = Score(building[0])
    snares = [
        note.start // score.bar_ticks for note in score.part("drums") if note.voice == "snare"
    ]
    assert snares.count(7) > 8 and snares.count(0) <= 8


def test_a_driven_part_has_each_bars_level_although_its_amplifier_evens_it_out():
    bus = np.ones((8 * 4410, 2), np.float32)
    done = swelled(bus, [-6.0, 0.0], 8, 44100)
    middles = [done[bar * 4410 + 2205, 0] for bar in range(8)]
    assert np.allclose(middles, [10 ** (-6 / 20), 1.0] * 4, atol=1e-3)
    # the loop's end meets its beginning half-way
    assert abs(done[-1, 0] - done[0, 0]) < 0.002 and swelled(bus, [], 8, 44100) is bus
