"""The OSC door over real sockets on loopback."""

import json
import threading

import pytest

from bridge.errors import DoorError
from bridge.events import (
    Accepted,
    Done,
    Failed,
    Known,
    Refused,
    SessionChanged,
    Told,
    order_name,
)
from bridge.osc.answers import Greeting
from bridge.osc.door import MAX_SENDERS, OscDoor
from bridge.osc.packet import Message
from tests.helpers.osc_client import Client, wait_for


@pytest.fixture
def orders():
    return []


@pytest.fixture
def asked():
    """Orders that ask for what is known of the session."""
    return []


@pytest.fixture
def door(orders, asked):
    def take(order):
        (asked if isinstance(order, Known) else orders).append(order)

    door = OscDoor(
        take,
        port=0,
        greeting=Greeting("0.1", "/crate", "boot1"),
        presets={"dusty": {"prompt": "dusty drums"}},
    )
    door.start()
    yield door
    door.stop()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("osc-")]


@pytest.fixture
def client(door):
    client = Client(door.port)
    yield client
    client.socket.close()


def settle(client):
    """Everything sent before is handled once this is answered."""
    client.send("/sidecrate/hello", "x", 0, "settle")
    while (message := client.receive()) and message.address != "/sidecrate/welcome":
        pass


def test_hello_is_welcomed_and_a_request_becomes_an_order(door, client, orders):
    client.send("/sidecrate/hello", "max", 0, "n1")
    assert client.receive() == Message("/sidecrate/welcome", ("n1", "0.1", "/crate", "boot1", ""))
    client.send("/sidecrate/generate", "dusty drums", "bpm", 90, "id", "a1")
    (order,) = wait_for(orders, 1)
    assert order.verb == "make"
    assert dict(order.requests[0].values) == {"prompt": "dusty drums", "bpm": 90.0, "id": "a1"}
    assert order.once == "osc:n1:a1"
    door.tell(Accepted(order.origin, "j1", 1))
    assert client.receive() == Message("/sidecrate/accepted", ("a1", "j1", 1))


def test_answers_go_to_the_port_that_was_named(door, client, orders):
    other = Client(door.port)
    client.send("/sidecrate/hello", "max", other.port, "n1")
    assert other.receive().address == "/sidecrate/welcome"
    other.socket.close()


def test_who_says_hello_for_the_first_time_is_told_what_is_known(door, client, asked):
    for nonce in ("n1", "n1", "n2"):
        client.send("/sidecrate/hello", "max", 0, nonce)
        assert client.receive().address == "/sidecrate/welcome"
    first, again = wait_for(asked, 2)
    door.tell(Told(first.origin, "known", "", {"bpm": 90.0}))
    assert client.receive() == Message("/sidecrate/session", ('{"bpm": 90.0}',))
    assert isinstance(again, Known)


def test_our_own_port_is_refused_for_replies(door, client):
    client.send("/sidecrate/hello", "max", door.port, "n1")
    answer = client.receive()
    assert answer.address == "/sidecrate/error" and "our own" in answer.arguments[2]


def test_faults_are_named_to_the_sender(client, orders):
    client.send("/sidecrate/generate", "x", "bpm", 1e9)
    answer = client.receive()
    assert answer.arguments[:2] == ("/sidecrate/generate", "bad_request")
    assert "40 to 300" in answer.arguments[2]
    client.send("/sidecrate/genrate", "x")
    assert client.receive().arguments[1] == "unknown_address"
    client.send("/sidecrate/preset", "nope")
    assert "dusty" in client.receive().arguments[2]
    assert orders == []


def test_errors_are_bounded(client):
    for _ in range(50):
        client.send("/sidecrate/nothing", 1)
    answers = 0
    while client.receive(0.3):
        answers += 1
    assert 1 <= answers <= 11


def test_what_we_send_is_never_answered(client, orders):
    for address in ("/sidecrate/done", "/sidecrate/error", "/sidecrate/welcome"):
        client.send(address, "x", 1, "y")
    client.send("/sidecrate/report", "j1", "{}")
    assert client.receive(0.3) is None and orders == []


def test_a_button_counts_once(client, orders):
    for value in (1, 0, 1, 0):
        client.send("/sidecrate/again", value)
    settle(client)
    assert [order.verb for order in orders] == ["again"]
    client.send("/sidecrate/loop", "kick", "id", "a")
    client.send("/sidecrate/loop", "kick", "id", "b")
    settle(client)
    assert len(orders) == 3


def test_set_holds_for_this_sender_only(door, client, orders):
    client.send("/sidecrate/set", "bpm", "140")
    client.send("/sidecrate/generate", "one")
    client.send("/sidecrate/set", "bpm", "")
    client.send("/sidecrate/generate", "two")
    other = Client(door.port)
    other.send("/sidecrate/generate", "three")
    wait_for(orders, 3)
    other.socket.close()
    assert [order.requests[0].get("bpm") for order in orders] == [140.0, None, None]


def test_pins_and_context(client, orders):
    client.send("/sidecrate/tempo", 128)
    client.send("/sidecrate/tempo", 0)
    client.send("/sidecrate/key", "Am")
    client.send("/sidecrate/meter", 3, 4)
    client.send("/sidecrate/context", json.dumps({"source": "max:1", "bpm": 93.5, "playing": True}))
    wait_for(orders, 5)
    assert [order.values for order in orders[:4]] == [
        {"bpm": 128.0},
        {"bpm": None},
        {"key": "Am"},
        {"meter": "3/4"},
    ]
    assert orders[4].source == "max:1" and orders[4].values == {"bpm": 93.5, "playing": True}


def test_the_end_is_said_again_until_got(door, client, orders):
    client.send("/sidecrate/hello", "max", 0, "n1")
    client.receive()
    client.send("/sidecrate/generate", "x", "id", "a1")
    (order,) = wait_for(orders, 1)
    door.tell(Done(order.origin, "j1", "k3f9", "/crate/x.wav", {"n": 1}))
    assert client.receive().arguments[:4] == ("a1", "j1", "k3f9", "/crate/x.wav")
    assert client.receive(2.5).address == "/sidecrate/done", "said again after a second"
    client.send("/sidecrate/got", "j1", "k3f9")
    assert client.receive(2.8) is None


def test_without_hello_it_is_said_once(door, client, orders):
    client.send("/sidecrate/generate", "x")
    (order,) = wait_for(orders, 1)
    door.tell(Failed(order.origin, "j1", "refused", "silent"))
    assert client.receive().address == "/sidecrate/failed"
    assert client.receive(1.6) is None


def test_senders_are_bounded_and_broadcasts_reach_those_who_said_hello(door, client):
    clients = [Client(door.port) for _ in range(MAX_SENDERS + 8)]
    for number, other in enumerate(clients):
        other.send("/sidecrate/hello", "x", 0, f"n{number}")
        assert other.receive()
    door.tell(SessionChanged({"bpm": 120}))
    heard = [other.receive(0.2) is not None for other in clients]
    assert sum(heard) == MAX_SENDERS and not any(heard[:8])
    for other in clients:
        other.socket.close()


def test_rubbish_does_not_stop_it(client):
    for size in (1, 19, 20, 64, 9000):
        client.socket.sendto(b"#bundle\0" * (size // 8 + 1), client.peer)
    settle(client)


def test_a_port_in_use_is_an_error_with_a_fix(door):
    second = OscDoor(lambda order: None, port=door.port, greeting=Greeting("", "", ""), presets={})
    with pytest.raises(DoorError, match=r"osc\.port"):
        second.start()


def test_the_context_inside_a_request_is_heard_before_it(client, orders):
    client.send(
        "/sidecrate/generate",
        '{"prompt": "dusty drums", "id": "a1", "context": {"source": "max:m1", "bpm": 93.5, "key": "Dm"}}',
    )
    context, make = wait_for(orders, 2)
    assert (order_name(context), context.source, dict(context.values)) == (
        "context",
        "max:m1",
        {"bpm": 93.5, "key": "Dm"},
    )
    assert (make.verb, dict(make.requests[0].values)) == (
        "make",
        {"prompt": "dusty drums", "id": "a1"},
    )


def test_an_error_bears_the_id_of_what_was_refused(door, client, orders):
    client.send("/sidecrate/generate", '{"prompt": "x", "bpm": 5, "id": "a7"}')
    assert client.receive().arguments[3] == "a7"
    client.send("/sidecrate/generate", "x", "bpm", 5, "id", "a8")
    assert client.receive().arguments[3] == "a8"
    client.send("/sidecrate/generate", '{"prompt": "x", "context": 3, "id": "a9"}')
    assert client.receive().arguments[1:] == ("bad_osc", "context takes one JSON object", "a9")
    client.send("/sidecrate/generate", "x", "id")
    assert client.receive().arguments[3] == ""
    client.send("/sidecrate/generate", "x", "id", "a10")
    (order,) = wait_for(orders, 1)
    door.tell(Refused(order.origin, "engine", "no such engine", "make"))
    assert client.receive() == Message(
        "/sidecrate/error", ("/sidecrate/generate", "engine", "no such engine", "a10")
    )


def test_an_end_does_not_wait_for_packets(orders, monkeypatch):
    # else the thread would be there until its next look
    monkeypatch.setattr("bridge.osc.udp.WAIT_S", 60.0)
    door = OscDoor(orders.append, port=0, greeting=Greeting("0.1", "/crate", "boot1"), presets={})
    for _ in range(2):
        door.start()
        door.stop()
        assert not [one for one in threading.enumerate() if one.name.startswith("osc-")]
