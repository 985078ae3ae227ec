"""FL's door with the script in an FL of our own; the ports between them are queues."""

from __future__ import annotations

import logging
import queue
import time

import pytest

import bridge.fl.door
from bridge.errors import DoorError
from bridge.events import Accepted, Done, Failed, Origin, SessionChanged, order_name
from bridge.fl.door import SOURCE, FlDoor
from bridge.fl.link import DATA, PING, TO_DAEMON, TO_FL, Frame, read_frame, split_message
from bridge.midi.mapping import MidiMap
from tests.fl_studio_scripts.fl_studio import Fl
from tests.helpers.daemon_process import wait_until

MAP = MidiMap.read(
    [
        {"note": 36, "do": "preset dusty", "velocity": "energy"},
        {"note": 37, "do": "make"},
        {"note": 38, "do": "again"},
        {"note": 39, "do": "oneshot"},
        {"cc": 21, "do": "set energy"},
        {"cc": 64, "do": "keep"},
        {"program": 5, "do": "preset dusty", "channel": 2},
    ],
    {"dusty": {"prompt": "dusty drums", "bars": 2}},
)
FL = Origin("fl", {"source": SOURCE})


class Ports:
    """What stands between the door and FL here."""

    def __init__(self, heard, **named) -> None:
        self.hear, self.named = heard, named
        self.own_port, self.heard_ports, self.refused_ports = named["name"], [], []
        self.to_fl: queue.Queue[bytes] = queue.Queue()
        self.is_there, self.is_open = True, False

    def open(self) -> None:
        if not self.is_there:
            raise DoorError("no MIDI system answers")
        self.is_open = True

    def refresh(self) -> bool:
        return self.is_there

    def send(self, message, port) -> None:
        assert self.is_open and len(message) <= 256
        self.to_fl.put(bytes(message))

    def close(self) -> None:
        self.is_open = False


class Desk:
    """Takes the door's orders, and lives FL's life meanwhile."""

    def __init__(self, monkeypatch, **named) -> None:
        made: list[Ports] = []

        def ports(*arguments, **more):
            made.append(Ports(*arguments, **more))
            return made[0]

        monkeypatch.setattr(bridge.fl.door, "MidiPorts", ports)
        self.taken: list = []
        self.door = FlDoor(MAP, self.taken.append, boot="b1", log=logging.getLogger("fl"), **named)
        self.ports = made[0]
        self.fl: Fl | None = None

    def plug_in(self) -> Fl:
        self.fl = Fl(real_time=True)
        return self.fl

    def turn(self, data: bytes = b"") -> bool:
        time.sleep(0.005)
        if data:
            self.ports.hear("FL", data, 0.0)
        while not self.ports.to_fl.empty():
            frame = self.ports.to_fl.get()
            if self.fl:
                self.fl.sysex(frame)
        if self.fl:
            self.fl.call("OnIdle")
            for frame in self.fl.take_sent():
                self.ports.hear("FL", frame, 0.0)
        return True

    def until(self, look, what="it"):
        return wait_until(lambda: self.turn() and look(), 20, what)

    def orders(self, verb: str) -> list:
        return [order for order in self.taken if order_name(order) == verb]

    def context(self) -> dict:
        together: dict = {}
        for order in self.orders("context"):
            assert order.source == SOURCE
            together.update(order.values)
        return together

    def touch(self, *midi: int) -> None:
        assert self.fl
        self.fl.touch(*midi)


@pytest.fixture
def desk(monkeypatch):
    made = Desk(monkeypatch)
    made.door.start()
    yield made
    made.door.stop()
    assert not made.ports.is_open and made.door.health() == "closed"


def test_from_hello_to_context_touches_hints_and_bye(desk):
    assert desk.door.health() == "open; FL's script does not answer"
    fl = desk.plug_in()
    fl.channel_names[0] = "Lead [Cm]"
    desk.until(lambda: desk.context().get("project") and desk.context().get("key") == "Cm")
    assert desk.context() == {
        "bpm": 128.5,
        "meter": "4/4",
        "playing": 0,
        "project": "night drive",
        "key": "Cm",
    }
    desk.until(lambda: desk.door.health() == "open; FL's script answers")
    desk.touch(0xB0, 21, 127)
    desk.touch(0x90, 36, 64)
    desk.touch(0xC1, 5, 0)
    (by_pad, by_program) = desk.until(lambda: len(desk.orders("make")) == 2 and desk.orders("make"))
    assert by_pad.origin.door == "fl" and by_pad.requests[0]["prompt"] == "dusty drums"
    assert (
        by_pad.requests[0]["energy"] == pytest.approx(0.5, abs=0.01)
        and by_program.requests[0]["energy"] == 1
    )
    assert by_pad.once and by_pad.once != by_program.once
    desk.touch(0x90, 38, 1)
    desk.touch(0xB0, 64, 127)
    desk.until(lambda: desk.orders("again") and desk.orders("keep"))
    assert desk.orders("again")[0].what == desk.orders("keep")[0].clip == "last"
    for event, hint in (
        (Accepted(FL, "j1", 1, "dusty drums"), "^iSidecrate: queued: dusty drums"),
        (Done(FL, "j1", "c1", "/crate/Loops/dusty.wav", {}), "^cSidecrate: done: dusty.wav"),
        (Failed(FL, "j1", "gate", "silent"), "^eSidecrate: failed: silent"),
    ):
        desk.door.tell(event)
        desk.until(lambda hint=hint: hint in fl.hints, hint)
    desk.door.tell(SessionChanged({}))
    desk.door.tell(Accepted(Origin("osc"), "j9", 1, "not ours"))
    fl.call("OnDeInit")
    assert desk.until(lambda: desk.orders("bye"))[0].source == SOURCE
    assert not any("not ours" in hint for hint in fl.hints)


def test_a_prompt_comes_from_a_name_only_where_nothing_else_says_one(desk):
    fl = desk.plug_in()
    fl.channel_names[0], fl.pattern_names[0] = "> warm chords [Dm]", "> never this"
    desk.until(lambda: desk.context().get("key") == "Dm")
    for note in (36, 37, 39):
        desk.touch(0x90, note, 127)
    preset, plain, kind = desk.until(
        lambda: len(desk.orders("make")) == 3 and [one.requests[0] for one in desk.orders("make")]
    )
    assert preset["prompt"] == "dusty drums" and "key" not in preset
    assert (plain["prompt"], plain["key"]) == ("warm chords", "Dm")
    assert (kind["prompt"], kind["kind"]) == ("warm chords", "oneshot")
    fl.channel_names[0], fl.pattern_names[0] = "Sampler", "Pattern 3"
    count = len(desk.orders("context"))
    desk.until(
        lambda: (
            len(desk.orders("context")) > count and desk.orders("context")[-1].values["key"] == ""
        )
    )
    desk.touch(0x90, 39, 127)
    bare = desk.until(lambda: len(desk.orders("make")) == 4 and desk.orders("make")[3].requests[0])
    assert "prompt" not in bare


def test_a_name_with_two_signs_is_made_at_once(desk):
    fl = desk.plug_in()
    desk.until(lambda: "bpm" in desk.context())
    fl.pattern_names[0] = ">> broken beat [F#m]"
    (order,) = desk.until(lambda: desk.orders("make"))
    assert dict(order.requests[0].values) == {"prompt": "broken beat", "key": "F#m"}


def test_a_script_that_starts_anew_tells_all_anew(desk):
    desk.plug_in()
    desk.until(lambda: "bpm" in desk.context())
    desk.taken.clear()
    desk.plug_in().tempo = 90.0
    desk.until(lambda: desk.context().get("bpm") == 90)
    assert desk.context()["project"] == "night drive"
    assert [order_name(order) for order in desk.taken].index("bye") == 0


def test_a_door_that_starts_anew_is_told_all_anew(desk, monkeypatch):
    fl = desk.plug_in()
    desk.until(lambda: "bpm" in desk.context())
    later = Desk(monkeypatch)
    later.door._boot = "b2"
    later.fl = fl
    later.door.start()
    later.until(lambda: later.context().get("project") and "bpm" in later.context())
    later.door.stop()


def test_a_message_that_comes_again_is_one_touch(desk):
    message = {"do": "touch", "midi": [0x90, 36, 100], "n": 4, "nonce": "n1"}
    for number in (3, 4, 5):
        (frame,) = split_message(message, number, TO_DAEMON)
        desk.turn(frame.to_bytes())
    (other,) = split_message({**message, "nonce": "n2"}, 6, TO_DAEMON)
    desk.turn(other.to_bytes())
    desk.until(lambda: len(desk.orders("make")) == 2)
    time.sleep(0.1)
    assert [order.once for order in desk.orders("make")] == ["fl:n1:4.0", "fl:n2:4.0"]


@pytest.mark.parametrize(
    "message",
    [
        {"do": "touch", "midi": [0x90, 36]}, {"do": "touch", "midi": "x"}, {"do": "touch", "midi": [0x90, 36, 700]},
        {"do": "touch", "midi": [None, 1, 2]}, {"do": "touch"}, {"do": "make"}, {"do": "make", "prompt": ""},
        {"do": "make", "prompt": "x" * 5000}, {"do": "touch", "midi": [], "n": {}}, {"do": "start"}, {"do": 5}, {"do": "context", "channel": 7},
        {"do": "stop"}, {"do": "hello", "nonce": ["x"]}, {},
    ],
)  # fmt: skip
def test_messages_that_make_no_sense_make_no_clip_and_end_nothing(desk, message):
    for frame in split_message(message, 9, TO_DAEMON):
        desk.turn(frame.to_bytes())
    for data in (
        b"\xf0\xf7",
        b"\xf0\x7dSC\x01\x02\x03\x04\xf7",
        Frame(TO_FL, DATA, 1).to_bytes(),
        bytes(300),
    ):
        desk.turn(data)
    (frame,) = split_message({"do": "touch", "midi": [0x90, 36, 1], "n": 1}, 10, TO_DAEMON)
    desk.turn(frame.to_bytes())
    desk.until(lambda: desk.orders("make"))
    assert len(desk.orders("make")) == 1


def test_who_asks_for_an_identity_gets_one(desk):
    desk.ports.hear("FL", bytes.fromhex("f07e000601f7"), 0.0)
    answers = [desk.ports.to_fl.get(timeout=60) for _ in range(2)]
    assert bytes.fromhex("f07e0006027d5343") in [answer[:8] for answer in answers]
    assert any(frame and frame.type == PING for frame in map(read_frame, answers))


def test_a_script_of_another_version_is_named(desk):
    desk.turn(Frame(TO_DAEMON, DATA, 1, version=7).to_bytes())
    desk.until(lambda: "version 7" in desk.door.health())
    assert "install the script again" in desk.door.health()


def test_without_a_midi_system_the_door_says_so_and_nothing_runs(monkeypatch):
    desk = Desk(monkeypatch)
    desk.ports.is_there = False
    desk.door.start()
    assert desk.door.health() == "no MIDI system answers"
    desk.door.tell(Accepted(FL, "j1", 1, "x"))
    desk.door.stop()


def test_notes_of_fls_clips_and_clips_of_notes_are_handed_on(monkeypatch, tmp_path):
    written = queue.Queue()

    class Roll:
        def add(self, midi):
            written.put(midi)

    desk = Desk(
        monkeypatch,
        piano_roll=Roll(),
        midi_of=lambda clip: str(tmp_path / "a.mid") if clip == "c1" else None,
    )
    desk.door.start()
    desk.door.tell(Done(FL, "j1", "c2", "/x/b.wav", {}))
    desk.door.tell(Done(FL, "j1", "c1", "/x/a.wav", {}))
    assert written.get(timeout=60) == tmp_path / "a.mid"
    # of other doors' clips only what is notes alone
    desk.door.tell(Done(Origin("osc"), "j2", "c1", "/x/a.wav", {"kind": "loop"}))
    desk.door.tell(Done(Origin("inbox"), "j3", "c1", "/x/a.mid", {"kind": "midi"}))
    assert written.get(timeout=60) == tmp_path / "a.mid"
    desk.door.stop()
    assert written.empty()
