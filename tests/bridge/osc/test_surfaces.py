"""Flat values for control surfaces: over real sockets, and how often by a clock of our own."""

from itertools import pairwise

import pytest

from bridge.events import (
    Accepted,
    Done,
    Failed,
    Finished,
    Known,
    Origin,
    Progress,
    Refused,
    SessionChanged,
    Told,
)
from bridge.osc.addresses import OUT, is_ours
from bridge.osc.door import Greeting, OscDoor
from bridge.osc.packet import parse_packet
from bridge.osc.surfaces import (
    MAX_SURFACES,
    MIN_GAP_S,
    PLACES,
    SILENCE_ENDS_S,
    Surfaces,
    light_address,
)
from tests.helpers.osc_client import Client, wait_for

PRESETS = {"dusty": {"prompt": "dusty drums"}, "deep bass/2": {"prompt": "bass"}}


class Screen:
    """What a surface has been told, newest last, by an injected clock."""

    def __init__(self, presets=tuple(PRESETS)):
        self.now_s = 0.0
        self.sent = []
        self.surfaces = Surfaces(presets, self._hear, lambda: self.now_s)

    def _hear(self, packet, peer):
        (message,) = parse_packet(packet)
        self.sent.append((peer, message.address, message.arguments[0]))

    def shown(self):
        return {address: value for _, address, value in self.sent}

    def new(self):
        new, self.sent = self.sent, []
        return [(address, value) for _, address, value in new]


def of(preset=""):
    return Origin("osc", {"preset": preset} if preset else {})


@pytest.fixture
def screen():
    screen = Screen()
    screen.surfaces.join(("127.0.0.1", 9000))
    return screen


def test_who_joins_is_told_everything_each_time(screen):
    first = dict(screen.new())
    assert first == {
        "/sidecrate/text": "ready", "/sidecrate/bar": 0.0,
        "/sidecrate/now/tempo": 0.0, "/sidecrate/now/key": "", "/sidecrate/now/meter": "",
        "/sidecrate/name/1": "dusty", "/sidecrate/name/2": "deep bass/2",
        "/sidecrate/light/dusty": 0.0, "/sidecrate/light/1": 0.0,
        "/sidecrate/light/deep_bass_2": 0.0, "/sidecrate/light/2": 0.0,
    }  # fmt: skip
    screen.surfaces.join(("127.0.0.1", 9000))
    assert dict(screen.new()) == first, "a lost packet is healed by the next sign of life"


def test_every_address_is_one_of_the_table(screen):
    folders = [path.partition("<")[0] for path in OUT if "<" in path]
    for address in screen.shown():
        assert address in OUT or any(address.startswith(folder) for folder in folders)
        assert is_ours(address)


def test_a_light_goes_through_the_states_of_its_preset_alone(screen):
    screen.new()
    seen = []
    for event in (
        Accepted(of("dusty"), "j1", 1), Progress(of("dusty"), "j1", 0.5, "generating"), Done(of("dusty"), "j1", "k", "/x.wav", {}),
        Finished(of("dusty"), "j1", 1, 0), Accepted(of("dusty"), "j2", 1), Failed(of("dusty"), "j2", "silent", "silent"),
        Accepted(of("dusty"), "j3", 1), Failed(of("dusty"), "j3", "cancelled", "cancelled"),
    ):  # fmt: skip
        screen.now_s += 1
        screen.surfaces.hear(event)
        told = dict(screen.new())
        assert told.get("/sidecrate/light/1") == told.get("/sidecrate/light/dusty")
        seen.append(told.get("/sidecrate/light/dusty"))
    assert seen == [0.25, 0.5, None, 1.0, 0.25, 0.75, 0.25, 0.0]
    assert "/sidecrate/light/2" not in screen.shown()


def test_text_and_bar_tell_of_every_door(screen):
    for event, text, bar in (
        (Accepted(Origin("inbox"), "j1", 1, "dusty drums"), "queued: dusty drums", 0.0),
        (Progress(Origin("cli"), "j1", 0.5, "generating"), "generating 50%", 0.5),
        (
            Done(Origin("midi"), "j1", "k3f9", "/crate/Loops/dusty_90bpm_k3f9.wav", {}),
            "done: dusty_90bpm_k3f9",
            1.0,
        ),
        (Finished(Origin("midi"), "j1", 1, 2, "silent\ntakes"), "1 of 3 clips: silent takes", 1.0),
        (Failed(Origin("midi"), "j1", "cancelled", "x"), "cancelled", 0.0),
        (Refused(Origin("midi"), "bad", "bpm 5 is too slow"), "not taken: bpm 5 is too slow", 0.0),
        (Told(Origin("midi"), "keep", "k3f9"), "kept k3f9", 0.0),
    ):
        screen.now_s += 1
        screen.surfaces.hear(event)
        shown = screen.shown()
        assert (shown["/sidecrate/text"], shown["/sidecrate/bar"]) == (text, bar)
    screen.now_s += 1
    screen.surfaces.hear(Refused(of(), "bad", "x" * 4000))
    assert len(screen.shown()["/sidecrate/text"]) <= 100


def test_tempo_key_and_meter_are_the_sessions(screen):
    screen.surfaces.hear(SessionChanged({"bpm": 93.5, "key": "Am", "meter": "3/4", "said_by": {}}))
    shown = screen.shown()
    assert [shown[f"/sidecrate/now/{name}"] for name in ("tempo", "key", "meter")] == [
        93.5,
        "Am",
        "3/4",
    ]
    screen.now_s += 1
    screen.surfaces.hear(SessionChanged({"said_by": {}}))
    shown = screen.shown()
    assert [shown[f"/sidecrate/now/{name}"] for name in ("tempo", "key", "meter")] == [0.0, "", ""]


def test_a_value_is_sent_no_more_often_than_the_gap_and_the_newest_arrives(screen):
    screen.new()
    times = []
    for step in range(1000):
        screen.now_s = step / 1000
        screen.surfaces.hear(Progress(of(), "j1", step / 1000, "generating"))
        screen.surfaces.flush()
        times += [screen.now_s for address, _ in screen.new() if address == "/sidecrate/bar"]
    gaps = [after - before for before, after in pairwise(times)]
    assert len(times) == 10 and min(gaps) >= MIN_GAP_S - 1e-9
    screen.now_s += MIN_GAP_S
    screen.surfaces.flush()
    assert dict(screen.new())["/sidecrate/bar"] == pytest.approx(0.999)
    screen.surfaces.flush()
    assert screen.new() == []


def test_surfaces_are_bounded_and_the_silent_are_forgotten(screen):
    for port in range(1, MAX_SURFACES + 1):
        screen.surfaces.join(("127.0.0.1", port))
    assert ("127.0.0.1", 9000) not in screen.surfaces and ("127.0.0.1", 1) in screen.surfaces
    screen.now_s = SILENCE_ENDS_S + 1
    screen.new()
    screen.surfaces.hear(Accepted(of(), "j1", 1))
    assert screen.new() == [] and ("127.0.0.1", 1) not in screen.surfaces


def test_places_end_and_give_way_to_names():
    names = ["2", "one", *(f"p{n}" for n in range(30))]
    screen = Screen(names)
    screen.surfaces.join(("127.0.0.1", 1))
    shown = screen.shown()
    assert (
        shown[f"/sidecrate/name/{PLACES}"] == names[PLACES - 1]
        and f"/sidecrate/name/{PLACES + 1}" not in shown
    )
    screen.surfaces.hear(Accepted(of("one"), "j1", 1))
    assert screen.shown()["/sidecrate/light/2"] == 0.0, "that is the light of the preset called 2"
    assert light_address("a b#c*d,e/f?g[h]i{j}") == "/sidecrate/light/a_b_c_d_e_f_g_h_i_j_"


@pytest.fixture
def orders():
    return []


@pytest.fixture
def door(orders):
    door = OscDoor(orders.append, port=0, greeting=Greeting("0", "/crate", "boot"), presets=PRESETS)
    door.start()
    yield door
    door.stop()


@pytest.fixture
def client(door):
    client = Client(door.port)
    yield client
    client.socket.close()


def listen(client, wait_s=0.3):
    told = []
    while message := client.receive(wait_s):
        told.append((message.address, *message.arguments))
    return told


def test_over_the_wire_a_preset_by_place_lights_its_key(door, client, orders):
    client.send("/sidecrate/surface", 1)
    client.send("/sidecrate/surface", 0)
    assert ("/sidecrate/name/1", "dusty") in listen(client)
    client.send("/sidecrate/preset", "1", "bars", 2)
    known, make = wait_for(orders, 2)
    assert isinstance(known, Known) and dict(make.requests[0].values) == {
        "prompt": "dusty drums",
        "bars": 2,
    }
    event = Accepted(make.origin, "j1", 1)
    door.overhear(event)
    door.tell(event)
    told = listen(client)
    assert ("/sidecrate/light/1", 0.25) in told and ("/sidecrate/accepted", "", "j1", 1) in told
    door.tell(Told(known.origin, "known", "", {"bpm": 90.0}))
    door.tell(SessionChanged({"bpm": 90.0}))
    assert listen(client) == [], "it reads no JSON"
    client.send("/sidecrate/preset", "7")
    assert any(
        row[0] == "/sidecrate/text" and row[1].startswith("not taken: preset '7'")
        for row in listen(client)
    )
    client.send("/sidecrate/bye", "tablet")
    wait_for(orders, 3)
    door.overhear(Accepted(Origin("inbox"), "j2", 1))
    assert listen(client) == []


def test_the_values_go_to_the_port_that_was_named_whatever_port_sends(door, client):
    screen = Client(door.port)
    client.send("/sidecrate/surface", screen.port)
    assert ("/sidecrate/text", "ready") in listen(screen)
    door.overhear(Refused(Origin("inbox"), "bad", "so not"))
    assert listen(screen) == [("/sidecrate/text", "not taken: so not")]
    client.send("/sidecrate/surface", door.port)
    assert any("our own" in str(row[-2]) for row in listen(screen))
    screen.socket.close()


def test_what_we_send_to_surfaces_is_not_answered_when_it_comes_back(door, client, orders):
    for address in (
        "/sidecrate/text",
        "/sidecrate/bar",
        "/sidecrate/light/x",
        "/sidecrate/name/1",
        "/sidecrate/now/tempo",
    ):
        client.send(address, 1.0)
    assert client.receive(0.3) is None and orders == []
