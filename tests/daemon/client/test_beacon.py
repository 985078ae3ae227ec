"""What a command makes of the file in which a daemon says where it is, whatever stands in it."""

import json
import threading

import pytest

from bridge import events
from bridge.events import Origin
from daemon.client.beacon import Beacon, read_beacon, remove_beacon, write_beacon
from daemon.client.connection import DaemonClient
from daemon.client.follow import Follower
from daemon.errors import RequestRefused, ServiceError
from daemon.home.places import Places
from tests.helpers.daemon_process import wait_until

WHOLE = {
    "pid": 7, "boot": "b", "version": "0", "started": 1.5, "crate": "/c", "inbox": "/i", "osc_port": 9140, "doors": {"osc": "open"},
}  # fmt: skip


def places_with(tmp_path, text):
    places = Places.find(tmp_path)
    places.state.mkdir(parents=True)
    places.beacon.write_bytes(text.encode() if isinstance(text, str) else text)
    return places


def test_a_beacon_is_read(tmp_path):
    beacon = read_beacon(places_with(tmp_path, json.dumps(WHOLE)))
    assert (beacon.pid, beacon.osc_port, beacon.doors) == (7, 9140, {"osc": "open"})


def test_what_is_written_is_read_and_nothing_else_is_left(tmp_path):
    places = Places.find(tmp_path)
    places.state.mkdir(parents=True)
    for doors in ({}, {"osc": "open on port 9140"}):
        told = Beacon(**{**WHOLE, "doors": doors})
        write_beacon(places, told)
        assert read_beacon(places) == told
    assert list(places.state.iterdir()) == [places.beacon]
    for _ in range(2):
        remove_beacon(places)
        assert read_beacon(places) is None


@pytest.mark.parametrize(
    "text",
    [
        "", "null", "[]", "{}", "7", '"x"', "\0" * 50, b"\xff\xfe{", "[" * 100_000, json.dumps(WHOLE)[:-3],
        *(json.dumps({**WHOLE, name: bad}) for name, bad in (("pid", "x"), ("osc_port", "a"), ("osc_port", None), ("started", []), ("doors", 5), ("doors", [1]))),
    ],
    ids=lambda text: str(text)[:20],
)  # fmt: skip
def test_rubbish_in_its_place_means_that_no_daemon_runs(tmp_path, text):
    places = places_with(tmp_path, text)
    assert read_beacon(places) is None and DaemonClient.to(places) is None


def answering(door, orders, *tell):
    """Tell these, made from the order's origin, once an order has come."""

    def answer():
        wait_until(lambda: orders)
        for make in tell:
            door.tell(make(orders[-1].origin))

    thread = threading.Thread(target=answer)
    thread.start()
    return thread


@pytest.mark.parametrize(
    "other",
    [
        lambda origin: events.Told(origin, "proposed", "j1", {"text": "a plan"}),
        lambda origin: events.Told(origin, "keep", "k3f9", {"path": "/x"}),
        lambda origin: events.Refused(
            Origin("osc", {**origin.address, "sent": "/sidecrate/generate"}, "web-1"),
            "late",
            "no",
            "x",
        ),
        lambda origin: events.Refused(
            Origin("osc", {**origin.address, "sent": "/sidecrate/keep"}, ""), "late", "no", "x"
        ),
        lambda origin: events.Told(origin, "pair", "10.0.0.9", {"sent": "/x", "code": False}),
    ],
    ids=["a proposal", "a late answer", "an order's error", "another's error", "a knock"],
)
def test_an_answer_to_something_else_is_not_taken_for_ours(open_door, orders, other):
    door = open_door()
    link = DaemonClient(door.port)
    ours = lambda origin: events.Told(origin, "cancel", "all", {"jobs": ["j1"]})  # noqa: E731
    thread = answering(door, orders, other, ours)
    told = link.ask("/sidecrate/cancel", "all")
    thread.join()
    assert (told.verb, told.what) == ("cancel", "all")
    link.close()


@pytest.mark.parametrize(
    ("where", "ours"), [("/sidecrate/keep", False), ("/sidecrate/generate", True), ("", True)]
)
def test_an_order_ends_by_its_own_errors_alone(tmp_path, open_door, orders, where, ours):
    door = open_door()
    link = DaemonClient(door.port)
    sent = lambda origin: {**origin.address, "sent": where}  # noqa: E731
    thread = answering(
        door, orders,
        lambda origin: events.Refused(Origin("osc", sent(origin)), "first", "not understood", where),
        lambda origin: events.Refused(origin, "second", "no such engine", "make"),
    )  # fmt: skip
    with pytest.raises(RequestRefused) as caught:
        list(
            Follower(link, Places.find(tmp_path), lambda *_: None).order(
                "make", {"prompt": "drums"}
            )
        )
    thread.join()
    assert caught.value.code == ("first" if ours else "second")
    link.close()


def test_a_refusal_and_a_pin_are_answers(open_door, orders):
    door = open_door()
    link = DaemonClient(door.port)
    thread = answering(door, orders, lambda origin: events.Told(origin, "pin", "", {"bpm": 90}))
    assert link.ask("/sidecrate/tempo", 90).verb == "pin"
    thread.join()
    orders.clear()
    thread = answering(
        door, orders, lambda origin: events.Refused(origin, "unknown_clip", "there is none", "keep")
    )
    with pytest.raises(ServiceError, match="there is none"):
        link.ask("/sidecrate/keep", "zzzz")
    thread.join()
    with pytest.raises(ServiceError, match="40"):
        link.ask("/sidecrate/tempo", 9)
    link.close()
