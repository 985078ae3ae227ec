"""The script in an FL that lacks this or that, joined with the daemon's end of the link."""

from __future__ import annotations

import itertools
import random

import pytest

from bridge.fl.link import (
    BETWEEN,
    DATA,
    MAX_FRAME,
    PING,
    TO_DAEMON,
    TO_FL,
    FlLink,
    Frame,
    read_frame,
    split_message,
)  # fmt: skip
from tests.fl_studio_scripts.fl_studio import Clock, Fl, Wire

STEP_S = 0.02
MAP = [[0x90, 36, -1], [0x90, 38, 9], [0xB0, 21, -1], [0xC0, 5, -1]]


class Joined:
    """FL and the daemon's end of the link, and the wires between them."""

    def __init__(self, fl: Fl, *, idle: bool = True, seed: int = 0, boot: str = "b1", **faults: float) -> None:
        self.fl, self.idle, self.boot = fl, idle, boot
        self.link = FlLink()
        chance = random.Random(seed)
        self.to_fl, self.to_daemon = Wire(chance, **faults), Wire(chance, **faults)
        self.messages: list[dict] = []

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / STEP_S)):
            now = self.fl.clock.now_s = self.fl.clock.now_s + STEP_S
            for frame in self.to_fl.carry(self.link.due(now)):
                self.fl.sysex(frame)
            self.hear()
            if self.idle:
                self.fl.call("OnIdle")
                self.hear()

    def hear(self) -> None:
        for frame in self.to_daemon.carry(self.fl.take_sent()):
            message = self.link.hear(frame, self.fl.clock.now_s)
            if message:
                self.messages.append(message)
                if message["do"] == "hello":
                    self.link.put({"do": "welcome", "boot": self.boot, "map": MAP})

    def said(self, what: str) -> list[dict]:
        return [message for message in self.messages if message["do"] == what]

    def context(self) -> dict:
        together: dict = {}
        for message in self.said("context"):
            together.update(message)
        return together


LACKING = (
    "general.getProjectTitle", "ui.getVersion", "channels.channelCount", "patterns.getPatternName", "device.dispatchReceiverCount",
)  # fmt: skip
MATRIX = list(itertools.product([False, True], [True, False], [True, False], [(), LACKING], [128500, 128.5]))


@pytest.mark.parametrize(("file_access", "idle", "assigned", "missing", "tempo"), MATRIX)
def test_in_every_fl_the_project_arrives_where_an_output_is_linked(file_access, idle, assigned, missing, tempo):
    fl = Fl(file_access=file_access, missing=missing, tempo=tempo)
    fl.is_assigned = assigned
    joined = Joined(fl, idle=idle)
    joined.run(6)
    fl.touch(0x90, 36, 100)
    fl.call("OnRefresh", 263)
    fl.call("OnUpdateBeatIndicator", 1)
    fl.call("OnDirtyChannel", 0, 1)
    fl.call("OnDirtyMixerTrack", 3)
    joined.run(3)
    assert fl.opened == []
    if not assigned:
        assert joined.messages == []
        return
    context = joined.context()
    assert context["bpm"] == 128.5 and context["meter"] == "4/4" and context["playing"] == 0
    assert context["project"] == "night drive" and context["channel"] == "Kick"
    assert context.get("pattern") == (None if missing else "Pattern 1")
    assert context["idle"] == int(idle)
    assert [message["midi"] for message in joined.said("touch")] == [[0x90, 36, 100]]
    joined.link.put({"do": "hint", "text": "^iSidecrate: queued: drums"})
    joined.run(1.5)
    assert fl.hints and set(fl.hints) == {"^iSidecrate: queued: drums"}
    joined.fl.call("OnDeInit")
    joined.hear()
    assert joined.messages[-1] == {"do": "bye"}


def test_without_any_function_of_fl_nothing_is_raised():
    fl = Fl()
    every = tuple(
        f"{name}.{function}" for name, module in fl.modules().items() for function in vars(module) if function[0] != "_"
    )
    bare = Fl(missing=every)
    bare.is_assigned = True
    joined = Joined(bare)
    joined.run(2)
    bare.touch(0x90, 36, 1)
    bare.call("OnProjectLoad", 0)
    bare.call("OnProjectLoad", 100)
    joined.run(2)
    assert joined.messages == []


def test_events_that_make_no_sense_are_survived():
    fl = Fl()
    Joined(fl).run(1)
    for callback in ("OnMidiIn", "OnMidiMsg", "OnSysEx"):
        for event in (None, object(), 7):
            fl.call(callback, event)
    fl.call("OnProjectLoad", None)
    fl.call("OnRefresh", None)
    fl.call("OnInit")
    fl.call("OnDeInit")


def test_an_output_that_is_linked_later_is_found():
    fl = Fl()
    fl.is_assigned = False
    joined = Joined(fl)
    joined.run(4)
    fl.is_assigned = True
    joined.run(6)
    assert joined.context()["bpm"] == 128.5


@pytest.mark.parametrize("idle", [True, False])
@pytest.mark.parametrize("seed", range(8))
def test_lost_repeated_and_overtaken_frames_cost_nothing_and_double_nothing(idle, seed):
    fl = Fl()
    joined = Joined(fl, idle=idle, seed=seed, lost=0.1, doubled=0.2, overtaken=0.2)
    joined.run(12)
    pads = [[0x90, 36, velocity] for velocity in range(1, 41)]
    for pad in pads:
        fl.touch(*pad)
        joined.run(0.1)
    joined.run(40)
    touches = joined.said("touch")
    assert sorted(message["n"] for message in touches) == list(range(1, 41))
    assert sorted(message["midi"] for message in touches) == pads
    assert joined.context()["bpm"] == 128.5


def test_echoes_foreign_frames_and_oversized_ones_are_passed_over():
    fl = Fl()
    joined = Joined(fl)
    joined.run(3)
    before = len(joined.messages)
    own = [frame.to_bytes() for frame in split_message({"do": "touch", "midi": [0x90, 36, 9], "n": 1}, 5, TO_DAEMON)]
    too_long = bytes((0xF0, 0x7D, 0x53, 0x43, 1, TO_FL, DATA, 9, 0, 1)) + b"A" * 400 + b"\xf7"
    high_bit = bytes((0xF0, 0x7D, 0x53, 0x43, 1, TO_FL, DATA, 9, 0, 1)) + b"\xc3" + b"\xf7"
    others = [b"\xf0\x7d\x01\x02\x03\xf7", b"\xf0\x7e\x00\x06\x01\xf7", b"\xf0\xf7", b"", too_long, high_bit]
    for data in [*own, *others]:
        event = fl.sysex(data)
        assert event.handled == data.startswith(b"\xf0\x7dSC")
        joined.run(0.1)
    for data in [*others, Frame(TO_FL, PING, 1).to_bytes()]:
        assert joined.link.hear(data, fl.clock.now_s) is None
    joined.run(1)
    assert len(joined.messages) == before


def test_broken_json_and_unknown_words_change_nothing():
    fl = Fl()
    joined = Joined(fl)
    joined.run(2)
    for k, payload in enumerate((b"!!!!", b"e30", b"bnVsbA==", b"WzEsMl0=", b"eyJkbyI6Im5vIn0=", b"eyJkbyI6NX0=")):
        fl.sysex(Frame(TO_FL, DATA, 60 + k, 0, 1, payload).to_bytes())
    fl.sysex(Frame(TO_FL, 9, 3).to_bytes())
    fl.sysex(Frame(BETWEEN, DATA, 3, 0, 1, b"eyJkbyI6InRvdWNoIn0=").to_bytes())
    joined.run(2)
    fl.touch(0x90, 36, 77)
    joined.run(1)
    assert [message["midi"] for message in joined.said("touch")] == [[0x90, 36, 77]]


def test_every_frame_is_short_and_long_names_arrive_whole():
    fl = Fl()
    fl.title = "süß " * 60
    fl.channel_names[0] = "> " + "dusty drums " * 30
    joined = Joined(fl, idle=False)
    joined.run(6)
    context = joined.context()
    assert context["project"] == fl.title[:200].strip() and context["channel"] == fl.channel_names[0][:200].strip()


def test_silence_while_a_project_loads():
    fl = Fl()
    joined = Joined(fl)
    joined.run(2)
    joined.hear()
    fl.call("OnProjectLoad", 0)
    for _ in range(300):
        fl.clock.now_s += STEP_S
        for frame in joined.link.due(fl.clock.now_s):
            fl.sysex(frame)
        fl.call("OnIdle")
        fl.touch(0x90, 36, 5)
    assert fl.sent == []
    fl.title, fl.tempo = "another", 90000
    fl.call("OnProjectLoad", 100)
    joined.run(4)
    assert joined.context()["project"] == "another" and joined.context()["bpm"] == 90


def test_the_daemon_is_told_changes_alone_and_all_again_when_it_was_started_anew():
    fl = Fl()
    joined = Joined(fl)
    joined.run(3)
    count = len(joined.messages)
    joined.run(20)
    assert len(joined.messages) == count
    fl.tempo, fl.is_playing = 93400, True
    joined.run(1)
    assert joined.messages[count:] == [{"do": "context", "bpm": 93.4, "playing": 1}]
    again = Joined(fl, boot="b2")
    again.link.put({"do": "welcome", "boot": "b2", "map": MAP})
    again.run(3)
    assert again.context()["bpm"] == 93.4 and again.context()["project"] == "night drive"
    assert len(again.said("hello")) == 1


@pytest.mark.parametrize(
    ("ppb", "meter"), [(384, "4/4"), (288, "3/4"), (336, "7/8"), (480, "5/4"), (120, "5/16"), (385, None), (24, None)]
)
def test_meter_by_the_length_of_a_bar(ppb, meter):
    fl = Fl()
    fl.ppb = ppb
    joined = Joined(fl)
    joined.run(2)
    assert joined.context().get("meter") == meter


def test_pads_that_mean_something_are_taken_and_others_play_on():
    fl = Fl()
    joined = Joined(fl)
    assert not fl.touch(0x90, 36, 100).handled
    joined.run(2)
    assert fl.touch(0x99, 36, 100).handled and fl.touch(0x89, 36, 0).handled and fl.touch(0x90, 36, 0).handled
    assert fl.touch(0x99, 38, 100).handled and not fl.touch(0x90, 38, 100).handled
    assert not fl.touch(0x90, 40, 100).handled and not fl.touch(0xE0, 36, 100).handled
    assert fl.touch(0xC0, 5, 0).handled
    joined.run(2)
    assert [message["midi"] for message in joined.said("touch")] == [[0x99, 36, 100], [0x99, 38, 100], [0xC0, 5, 0]]


def test_a_knob_says_where_it_is():
    fl = Fl()
    joined = Joined(fl)
    joined.run(2)
    for position in range(128):
        fl.touch(0xB0, 21, position)
        if position % 16 == 0:
            joined.run(STEP_S)
    joined.run(2)
    turned = [message["midi"][2] for message in joined.said("touch")]
    assert turned[-1] == 127 and turned == sorted(turned) and len(turned) < 30


def test_a_pad_controllers_instance_hands_over_to_the_one_that_hears_the_daemon():
    clock = Clock()
    main, pads = Fl(clock=clock), Fl(clock=clock)
    main.receivers, pads.receivers = [pads], [main]
    joined = Joined(main)
    joined.run(2)
    pads.touch(0x90, 36, 90)
    joined.run(1)
    assert pads.touch(0x90, 36, 91).handled and not pads.touch(0x90, 50, 91).handled
    joined.run(1)
    assert [message["midi"][2] for message in joined.said("touch")] == [90, 91]
    assert pads.sent == []


def test_two_instances_without_a_daemon_do_not_send_each_other_round():
    one, other = Fl(), Fl()
    one.receivers, other.receivers = [other], [one]
    one.touch(0x90, 36, 100)
    assert one.sent == other.sent == []


def test_a_name_given_now_with_two_signs_is_an_order_and_one_that_was_there_is_not():
    fl = Fl()
    fl.pattern_names[1] = ">> was there"
    joined = Joined(fl)
    joined.run(2)
    fl.pattern = 2
    joined.run(1)
    fl.pattern, fl.channel_names[0] = 1, "Kick 2"
    joined.run(1)
    assert joined.said("make") == []
    fl.channel_names[0] = ">> dusty drums [Am]"
    joined.run(1)
    fl.selected = 1
    joined.run(1)
    fl.selected = 0
    joined.run(1)
    assert [message["prompt"] for message in joined.said("make")] == ["dusty drums [Am]"]
    # the pattern in front is deleted: another moves to its number
    del fl.pattern_names[0]
    joined.run(1)
    assert len(joined.said("make")) == 1


def test_hints_are_held_for_a_while_and_then_let_go():
    fl = Fl()
    joined = Joined(fl)
    joined.run(2)
    joined.link.put({"do": "hint", "text": "^cSidecrate: done"})
    joined.run(4)
    assert 15 <= len(fl.hints) <= 26
    count = len(fl.hints)
    joined.run(2)
    assert len(fl.hints) == count


def test_a_daemon_of_another_version_is_answered_with_ours_and_the_user_is_told():
    fl = Fl()
    ping = Frame(TO_FL, PING, 3, version=2).to_bytes()
    for _ in range(100):
        fl.clock.now_s += STEP_S
        fl.sysex(ping)
    answers = [read_frame(frame) for frame in fl.take_sent()]
    assert 1 <= len(answers) <= 3 and {(one.version, one.id) for one in answers} == {(1, 3)}
    assert any("version" in hint for hint in fl.hints)


def test_no_daemon_no_frame():
    fl = Fl()
    for _ in range(500):
        fl.clock.now_s += STEP_S
        fl.call("OnIdle")
        fl.touch(0x90, 36, 100)
    assert fl.sent == []


def test_a_silent_daemon_is_greeted_when_it_is_back():
    fl = Fl()
    joined = Joined(fl)
    joined.run(3)
    for _ in range(1000):
        fl.clock.now_s += STEP_S
        fl.call("OnIdle")
    silent = fl.take_sent()
    assert silent == []
    joined.run(3)
    assert len(joined.said("hello")) == 2 and len([m for m in joined.said("context") if "bpm" in m]) == 2


def test_the_project_is_looked_at_ten_times_a_second_however_often_fl_calls():
    fl = Fl()
    joined = Joined(fl)
    joined.run(2)
    before = fl.looks
    for _ in range(50):
        joined.run(STEP_S)
        for callback in ("OnRefresh", "OnUpdateBeatIndicator", "OnDirtyMixerTrack", "OnDirtyChannel"):
            fl.call(callback, 1)
    assert 8 <= fl.looks - before <= 11


def test_frames_stay_within_what_fl_takes():
    frames = split_message({"do": "welcome", "boot": "b", "map": [[0x90, n, -1] for n in range(128)]}, 1, TO_FL)
    assert all(len(frame.to_bytes()) <= MAX_FRAME for frame in frames) and len(frames) > 1
