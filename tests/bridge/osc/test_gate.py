"""Who may send: the gate by itself, and the door over real sockets from an address that is not loopback."""

import json
import socket

import pytest
from hypothesis import HealthCheck, given, settings

from bridge.events import Context
from bridge.osc.gate import WRONG_CODES, Gate, Knock
from bridge.osc.packet import OscError, build_message
from bridge.osc.sender import Sender
from tests.faults.osc_strategies import PACKETS
from tests.helpers.osc_client import Client, Tablet, wait_for

ASKER, OTHER = Sender(("127.0.0.1", 5000)), Sender(("127.0.0.1", 5001))
TABLET, STRANGER = ("192.168.1.20", 7000), ("192.168.1.66", 7000)
SURFACE = build_message("/sidecrate/surface", 9000)


def code(text):
    return build_message("/sidecrate/pair", text)


@pytest.fixture
def now():
    return [0.0]


@pytest.fixture
def gate(now):
    return Gate((), lambda: now[0])


def test_this_machine_and_those_that_are_named_are_admitted(now):
    gate = Gate(["192.168.1.20"], lambda: now[0])
    assert gate.is_wide and gate.admits(TABLET) and not gate.admits(STRANGER)
    assert gate.admits(("127.0.0.1", 1)) and gate.admits(("127.0.0.2", 1))
    assert not Gate((), lambda: now[0]).is_wide


def test_a_knock_is_heard_once_while_somebody_waits(gate, now):
    assert gate.knock(SURFACE, TABLET) is None
    gate.open_for(ASKER, 30)
    assert gate.is_wide and not gate.admits(TABLET)
    assert gate.knock(SURFACE, TABLET) == Knock("192.168.1.20", "/sidecrate/surface", False)
    assert gate.knock(SURFACE, TABLET) is None and not gate.admits(TABLET), (
        "it waits for a person's word"
    )
    for packet in (
        b"",
        b"/",
        b"#bundle\0",
        build_message("/elsewhere", 1),
        b"/sidecrate/x",
        b"\xff" * 600,
    ):
        assert gate.knock(packet, STRANGER) is None
    now[0] = 30.0
    assert gate.knock(SURFACE, STRANGER) is None and not gate.is_wide


def test_the_code_lets_in_and_cannot_be_guessed(gate):
    pairing = gate.open_for(ASKER, 30)
    assert gate.knock(SURFACE, TABLET) and gate.knock(code(int(pairing.code)), TABLET).has_code
    assert gate.knock(code(float(pairing.code)), TABLET).has_code, (
        "TouchOSC's scripts send numbers as floats"
    )
    for guess in range(WRONG_CODES):
        gate.knock(code(str(guess)), STRANGER)
    assert gate.knock(code(pairing.code), STRANGER) is None
    assert len(pairing.code) == 6 and gate.open_for(ASKER, 30).code != pairing.code


def test_programs_that_send_bundles_knock_too(gate):
    pairing = gate.open_for(ASKER, 30)

    def bundle(*packets):
        return (
            b"#bundle\0"
            + bytes(7)
            + b"\1"
            + b"".join(len(packet).to_bytes(4, "big") + packet for packet in packets)
        )

    assert gate.knock(bundle(build_message("/time", 1.0), SURFACE), TABLET) == Knock(
        "192.168.1.20", "/sidecrate/surface", False
    )
    assert gate.knock(bundle(build_message("/time", 1.0), code(pairing.code)), TABLET).has_code
    guesses = bundle(*(code(str(guess)) for guess in range(60)))
    assert not gate.knock(guesses, STRANGER).has_code and pairing.wrong_codes == WRONG_CODES


def test_a_crowd_of_knockers_is_bounded(gate):
    gate.open_for(ASKER, 30)
    assert sum(gate.knock(SURFACE, (f"10.0.0.{n}", 1)) is not None for n in range(100)) == 8


def test_one_pairing_at_a_time(gate, now):
    gate.open_for(ASKER, 30)
    with pytest.raises(OscError, match="under way"):
        gate.open_for(OTHER, 30)
    gate.end()
    gate.open_for(OTHER, 30)


@pytest.mark.parametrize(
    "address", ["", "tablet", "127.0.0.1", "0.0.0.0", "224.0.0.1", "1.2.3", "fe80::1"]
)
def test_only_another_machines_address_is_let_in(gate, address):
    with pytest.raises(OscError, match="another machine"):
        gate.let_in(address)
    assert gate.let_in(" 192.168.1.20 ") == "192.168.1.20" and gate.admits(TABLET)


@pytest.mark.slow
@settings(max_examples=60, deadline=2000, suppress_health_check=[HealthCheck.too_slow])
@given(PACKETS)
def test_no_packet_of_a_stranger_does_more_than_knock(packet):
    gate = Gate((), lambda: 0.0)
    gate.open_for(ASKER, 30)
    for _ in range(2):
        knock = gate.knock(packet, STRANGER)
        assert knock is None or not knock.has_code
    assert not gate.admits(STRANGER)


# -- over the wire, in a network of its own, from an address that the door takes for another machine's


def answer_to(client, address):
    while message := client.receive():
        if message.address == address:
            return message
    raise AssertionError(f"no {address} came")


def test_without_allow_the_network_finds_no_port(own_address, open_door):
    tablet = Tablet(own_address, open_door().port)
    tablet.send("/sidecrate/hello", "x", 0, "n")
    assert tablet.receive(0.5) is None


def test_those_that_are_named_are_heard_and_others_are_not(own_address, open_door, orders):
    door = open_door(allow=[own_address])
    assert door.health() == f"open on port {door.port}, to {own_address} too"
    tablet = Tablet(own_address, door.port)
    tablet.send("/sidecrate/preset", "dusty")
    assert [order.may_spend for order in wait_for(orders, 1)] == [False]
    tablet.send("/sidecrate/generate", "x", "kit", "/home/me")
    assert "trust_lan" in tablet.receive().arguments[2]
    tablet.send("/sidecrate/context", '{"bpm": 90}')
    assert "trust_lan" in tablet.receive().arguments[2]
    tablet.send("/sidecrate/allow", "192.168.1.66")
    assert tablet.receive().arguments[1] == "not_local"
    tablet.send("/sidecrate/pair", 30)
    assert tablet.receive(0.3) is None

    other = open_door(allow=["192.168.1.20"])
    refused = Tablet(own_address, other.port)
    refused.send("/sidecrate/hello", "x", 0, "n")
    assert refused.receive(0.4) is None
    here = Client(other.port)
    here.send("/sidecrate/hello", "x", 0, "n")
    assert here.receive().address == "/sidecrate/welcome"
    for client in (tablet, refused, here):
        client.socket.close()


def test_trust_lan_lets_them_do_what_this_machine_may(own_address, open_door, orders):
    tablet = Tablet(own_address, open_door(allow=[own_address], trust_lan=True).port)
    tablet.send("/sidecrate/context", '{"bpm": 90}')
    tablet.send("/sidecrate/preset", "dusty")
    context, make = wait_for(orders, 2)
    assert isinstance(context, Context) and make.may_spend
    tablet.socket.close()


def test_pairing_by_a_persons_word(own_address, open_door, orders):
    door = open_door()
    here, tablet = Client(door.port), Tablet(own_address, door.port)
    here.send("/sidecrate/pair")
    opened = answer_to(here, "/sidecrate/told")
    assert opened.arguments[:2] == ("pair", "") and json.loads(opened.arguments[2])["seconds"] == 30
    tablet.send("/sidecrate/surface", 9000)
    knocked = answer_to(here, "/sidecrate/told")
    assert knocked.arguments[:2] == ("pair", own_address)
    assert json.loads(knocked.arguments[2]) == {"sent": "'/sidecrate/surface'", "code": False}
    tablet.send("/sidecrate/preset", "dusty")
    here.send("/sidecrate/allow", own_address)
    assert answer_to(here, "/sidecrate/told").arguments[:2] == ("allow", own_address)
    assert orders == [], "what came before the word is not done"
    tablet.send("/sidecrate/preset", "dusty")
    assert [order.verb for order in wait_for(orders, 1)] == ["make"]
    for client in (here, tablet):
        client.socket.close()


def test_pairing_by_the_code_and_back_to_this_machine_alone(own_address, open_door, orders):
    now = [0.0]
    door = open_door(clock=lambda: now[0])
    here, tablet = Client(door.port), Tablet(own_address, door.port)
    here.send("/sidecrate/pair", 10)
    secret = json.loads(answer_to(here, "/sidecrate/told").arguments[2])["code"]
    tablet.send("/sidecrate/pair", str(int(secret) ^ 1))
    assert json.loads(answer_to(here, "/sidecrate/told").arguments[2])["code"] is False
    now[0] = 11.0
    tablet.send("/sidecrate/pair", secret)
    assert here.receive(0.6) is None and not door._socket.is_wide, (
        "too late: closed to the network again"
    )
    here.send("/sidecrate/pair", 10)
    secret = json.loads(answer_to(here, "/sidecrate/told").arguments[2])["code"]
    tablet.send("/sidecrate/pair", secret)
    assert json.loads(answer_to(here, "/sidecrate/told").arguments[2])["code"] is True
    tablet.send("/sidecrate/hello", "tablet", 0, "n")
    assert tablet.receive().address == "/sidecrate/welcome" and door._socket.is_wide
    for client in (here, tablet):
        client.socket.close()


def test_where_the_network_side_is_taken_pairing_says_so_and_this_machine_is_served_on(
    own_address, open_door
):
    door = open_door()
    here, other = Client(door.port), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    other.bind((own_address, door.port))
    here.send("/sidecrate/pair")
    assert answer_to(here, "/sidecrate/error").arguments[1] == "port_in_use"
    here.send("/sidecrate/hello", "x", 0, "n")
    assert answer_to(here, "/sidecrate/welcome")
    other.close()
    here.socket.close()


def test_a_time_that_is_none_is_refused(open_door):
    here = Client(open_door().port)
    for wrong in ("soon", -1, 1e9):
        here.send("/sidecrate/pair", wrong)
        assert "0 to 300 s" in here.receive().arguments[2]
    here.socket.close()


def test_packets_of_strangers_are_parsed_no_further(gate, monkeypatch):
    gate.open_for(ASKER, 30)
    assert gate.knock(SURFACE, TABLET)
    monkeypatch.setattr("bridge.osc.gate.parse_packet", lambda packet: pytest.fail("read"))
    assert gate.knock(SURFACE, TABLET) is None and gate.knock(b"#bundle\0", STRANGER) is None
