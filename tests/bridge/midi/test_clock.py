"""MIDI clock against clocks whose tempo is known, as they arrive: rounded to audio buffers, late, lost and doubled."""

import math
import random

import pytest

from bridge.midi.clock import MidiClock
from bridge.midi.followed_clock import Clocks
from bridge.midi.rtmidi_system import Arrivals

BUFFER_S = 512 / 48000
CLOCK = {"tick": [0xF8], "start": [0xFA], "continue": [0xFB], "stop": [0xFC]}


def ticks_of(bpm, seconds, from_s=0.0):
    period_s = 60 / bpm / 24
    return [from_s + k * period_s for k in range(int(seconds / period_s) + 1)]


def buffered(times_s):
    return [math.ceil(time_s / BUFFER_S) * BUFFER_S for time_s in times_s]


def heard(times_s, *, started=False):
    clock = MidiClock()
    if started:
        clock.start()
    for time_s in times_s:
        clock.tick(time_s)
    return clock


def error(clock, bpm):
    return abs(clock.measured.bpm - bpm) if clock.measured else math.inf


def p95(errors):
    return sorted(errors)[len(errors) * 95 // 100]


@pytest.mark.slow
def test_four_seconds_of_ticks_rounded_to_buffers_tell_the_tempo():
    draw = random.Random(4)
    tempos = [draw.uniform(40, 300) for _ in range(200)]
    clocks = [heard(buffered(ticks_of(bpm, 4, draw.random()))) for bpm in tempos]
    assert p95([error(clock, bpm) for clock, bpm in zip(clocks, tempos, strict=True)]) < 0.05
    known = [
        (clock.measured, bpm) for clock, bpm in zip(clocks, tempos, strict=True) if clock.measured
    ]
    assert sum(abs(found.bpm - bpm) <= found.error_bpm for found, bpm in known) >= 0.9 * len(tempos)


@pytest.mark.parametrize("bpm", [60, 90, 93.4, 120, 128, 140, 174, 87.5])
def test_the_tempo_snaps_to_the_roundest_inside_its_error(bpm):
    draw = random.Random(5)
    for _ in range(5):
        measured = heard(buffered(ticks_of(bpm, 6, draw.random()))).measured
        assert measured and measured.snapped == pytest.approx(bpm, abs=0.011 if bpm % 1 else 0.001)


@pytest.mark.parametrize("bpm", [70, 126, 200])
def test_late_ticks_do_not_move_the_tempo(bpm):
    draw = random.Random(6)
    times = [time_s + draw.gauss(0, 0.001) for time_s in ticks_of(bpm, 6)]
    for k in range(62, 66):  # the sender stood still and then sent what was due
        times[k] = max(times[k], times[66] - 0.0001)
    assert error(heard(sorted(times)), bpm) < 0.1


@pytest.mark.parametrize("rounded", [False, True])
@pytest.mark.parametrize("fault", ["lost", "doubled", "five lost"])
def test_lost_and_doubled_ticks_neither_move_the_tempo_nor_the_song(fault, rounded):
    draw = random.Random(7)
    moved, errors = 0, []
    for _ in range(20):
        bpm = draw.uniform(64, 190)
        times = ticks_of(bpm, 9, draw.random())
        last, gap = times[-1], times[1] - times[0]
        place = len(times) // 2
        if fault == "doubled":
            times.insert(place, times[place])
        else:
            del times[place : place + (5 if "five" in fault else 1)]
        whole = [time_s + draw.uniform(0, 0.0005) for time_s in times]
        clock = heard(buffered(times) if rounded else sorted(whole), started=True)
        errors.append(error(clock, bpm))
        expected = (last - (times[0])) / gap / 24
        moved += abs(clock.position(last) - expected) > 0.8 / 24
    assert sorted(errors)[15] < 0.05
    assert moved <= 3


@pytest.mark.parametrize("change", [0.8, 0.96, 1.01, 1.05, 1.3])
def test_a_new_tempo_is_known_four_seconds_later(change):
    draw = random.Random(8)
    errors = []
    for _ in range(20):
        bpm = draw.uniform(60, 180)
        before = ticks_of(bpm, 6, draw.random())
        after = ticks_of(bpm * change, 4, before[-1] + 60 / bpm / change / 24)
        errors.append(error(heard(buffered(before + after)), bpm * change))
    assert sorted(errors)[16] < 0.1


def test_start_stop_continue_and_song_position():
    clock, period_s = MidiClock(), 60 / 120 / 24
    for k in range(96):
        clock.tick(k * period_s)
    assert clock.position(95 * period_s) is None and clock.playing is None
    clock.start()
    for k in range(96, 96 + 49):
        clock.tick(k * period_s)
    assert clock.playing and clock.position((96 + 48) * period_s) == pytest.approx(2, abs=0.01)
    clock.stop()
    for k in range(145, 160):
        clock.tick(k * period_s)
    assert not clock.playing and clock.position(160 * period_s) == pytest.approx(2, abs=0.05)
    clock.locate(16)
    clock.proceed()
    for k in range(160, 160 + 25):
        clock.tick(k * period_s)
    assert clock.position((160 + 24) * period_s) == pytest.approx(5, abs=0.01)
    assert clock.measured.snapped == 120


def send(clocks, port, times_s, said, kind="tick"):
    """Play messages to a port."""
    for time_s in times_s:
        if clocks.note(port, CLOCK[kind], time_s) and (values := clocks.look(time_s)):
            said.append(values)


def test_only_what_is_new_is_told():
    clocks, said = Clocks(), []
    send(clocks, "a", ticks_of(120, 20), said)
    assert said == [{"settling": True}, {"bpm": 120.0, "settling": False}]
    send(clocks, "a", [20.0001], said, "start")
    send(clocks, "a", ticks_of(120, 10, 20.0005), said)
    assert said[2] == {"bpm": 120.0, "settling": True, "playing": True, "position": 0.0}
    assert said[3]["bpm"] == 120.0 and not said[3]["settling"]
    again = said[4:]
    assert 1 <= len(again) <= 3 and all(
        values["bpm"] == 120 and values["playing"] for values in again
    )
    assert again[-1]["position"] > again[0]["position"] or len(again) == 1


def test_a_clock_that_falls_silent_while_playing_has_stopped_and_its_tempo_stays():
    clocks, said = Clocks(), []
    send(clocks, "a", [0.0], said, "start")
    send(clocks, "a", ticks_of(100, 5), said)
    values = clocks.look(8.0)
    assert values and values["playing"] is False and values["bpm"] == 100


def test_of_two_clocks_one_is_followed_until_it_ends_or_the_other_starts_a_song():
    clocks, said = Clocks(), []
    both = sorted(
        [(time_s, "a") for time_s in ticks_of(120, 5)]
        + [(time_s, "b") for time_s in ticks_of(90, 5, 0.01)]
    )
    for time_s, port in both:
        send(clocks, port, [time_s], said)
    assert clocks.followed == "a" and said[-1] == {"bpm": 120.0, "settling": False}
    send(clocks, "b", [5.05], said, "start")
    assert clocks.followed == "b"
    send(clocks, "b", ticks_of(90, 4, 5.06), said)
    assert said[-1]["bpm"] == 90 and said[-1]["playing"]
    send(clocks, "a", ticks_of(110, 4, 12), said)
    assert clocks.followed == "a" and said[-1]["bpm"] == 110


def test_the_time_that_the_system_measured_counts_and_not_when_we_were_called():
    draw, clocks, arrivals = random.Random(9), Clocks(), Arrivals()
    times, last = ticks_of(132, 5), 0.0
    for time_s in times:
        at_s = arrivals.at_s("a", time_s - last, time_s + draw.uniform(0, 0.008))
        clocks.note("a", CLOCK["tick"], at_s)
        last = time_s
    values = clocks.look(5.0)
    assert values and values["bpm"] == 132


@pytest.mark.parametrize("bpm", [127.5, 132.0, 93.4, 128.21, 127.53])
@pytest.mark.parametrize("rate", [44100, 48000])
def test_ticks_on_a_servers_frames_never_tell_a_wrong_tempo(bpm, rate):
    """A DAW rounds its ticks to frames; each value that is ever told is its tempo, from the start."""
    clocks, said = Clocks(), []
    send(clocks, "a", [7.0], said, "start")
    send(clocks, "a", [round(time_s * rate) / rate for time_s in ticks_of(bpm, 20, 7.01)], said)
    assert {values["bpm"] for values in said if "bpm" in values} == {bpm}
    assert said[0]["settling"] and not said[-1]["settling"]


def test_a_new_tempo_settles_before_it_is_told_and_the_last_one_holds_until_then():
    clocks, said = Clocks(), []
    first = ticks_of(127.5, 10)
    send(clocks, "a", first, said)
    clocks.forget()
    # another server's clock begins at nothing
    send(clocks, "a", ticks_of(99.87, 12), said)
    told = [(values["bpm"], values["settling"]) for values in said if "bpm" in values]
    assert told == [(127.5, False), (127.5, True), (99.87, False)]
