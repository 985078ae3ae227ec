"""Floods from addresses that were let in and from those that were not, and the places that keep the packets of others from being lost."""

import json
import logging
import socket
import sys
import threading
import time

import pytest

from bridge.errors import DoorError
from bridge.events import order_name
from bridge.osc.door import FLOOD_TOLD_EVERY_S
from bridge.osc.gate import WRONG_CODES
from bridge.osc.kernel_filter import drop_from
from bridge.osc.packet import build_message, parse_packet
from bridge.osc.throttle import BEYOND_PACKETS, PACKETS_PER_S, Throttle
from bridge.osc.udp import MOST_OWN, MOST_SHUT_OUT, SHUT_OUT_S, OscSocket

FLOOD = 4_000
PACKETS = (
    build_message("/sidecrate/preset", "dusty"), build_message("/sidecrate/nothing", 1), build_message("/sidecrate/hello", "x", 0, "n"),
    build_message("/sidecrate/pair", "123456"), build_message("/sidecrate/allow", "203.0.113.66"), build_message("/sidecrate/generate", "x", "bpm", 1e9),
    b"#bundle\0" + bytes(8) + b"\xff\xff\xff\xfc", b"rubbish",
)  # fmt: skip

linux = pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere the system does not sort packets by their sender"
)


class Client:
    def __init__(self, address, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 0))
        self.peer = (address, port)

    def send(self, address, *arguments):
        self.socket.sendto(build_message(address, *arguments), self.peer)

    def answer(self, address, wait_s=5.0):
        """The next answer at an address; None when none comes."""
        until = time.monotonic() + wait_s
        while (left_s := until - time.monotonic()) > 0:
            self.socket.settimeout(left_s)
            try:
                message = parse_packet(self.socket.recv(65_536))[0]
            except TimeoutError:
                break
            if message.address == address:
                return message
        return None

    def greet(self):
        """As a device does: hello again until it is answered."""
        for _ in range(20):
            self.send("/sidecrate/hello", "device", 0, "n")
            if self.answer("/sidecrate/welcome", 0.5):
                return
        raise AssertionError("no hello was answered")


class Flood:
    """While it lasts, a client sends as fast as it can."""

    def __init__(self, client, packets=PACKETS):
        self.sent, self._stop = 0, threading.Event()
        self._client, self._packets = client, packets
        self._thread = threading.Thread(target=self._send)

    def _send(self):
        while not self._stop.is_set() or self.sent < FLOOD:
            self._client.socket.sendto(
                self._packets[self.sent % len(self._packets)], self._client.peer
            )
            self.sent += 1
            if self.sent % 50 == 0:
                time.sleep(
                    0.001
                )  # the flood is in our own process: let the others of it have a turn

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()


def ask_and_be_answered(here, times=10):
    """Requests that are answered at once by the door itself, each of them, though nothing is sent twice."""
    for n in range(times):
        here.send("/sidecrate/preset", f"none{n}")
        answer = here.answer("/sidecrate/error")
        assert answer is not None and f"none{n}" in answer.arguments[2]
        time.sleep(0.11)  # errors are told ten times a second


def test_a_flood_of_strangers_is_not_heard_and_nobody_waits(own_address, open_door, orders, caplog):
    door = open_door(allow=["192.168.1.20"])
    here, stranger = Client("127.0.0.1", door.port), Client(own_address, door.port)
    threads = threading.active_count()
    here.greet()
    with caplog.at_level(logging.INFO), Flood(stranger):
        ask_and_be_answered(here)
    assert threading.active_count() == threads
    assert {order.origin.address["peer"][0] for order in orders} == {"127.0.0.1"}
    assert {peer[0] for peer in door._senders} == {"127.0.0.1"}
    # its packets are not even counted
    assert {peer[0] for peer in door._throttle._peers} == {"127.0.0.1"}
    assert not caplog.records and stranger.answer("/sidecrate/welcome", 0.1) is None
    assert door.health().endswith("to 192.168.1.20 too")
    for client in (here, stranger):
        client.socket.close()


def test_a_flood_of_knocks_is_told_once_and_opens_nothing(own_address, open_door, orders):
    door = open_door()
    here, stranger = Client("127.0.0.1", door.port), Client(own_address, door.port)
    here.greet()
    here.send("/sidecrate/pair", 60)
    code = json.loads(here.answer("/sidecrate/told").arguments[2])["code"]
    wrong = [
        build_message("/sidecrate/pair", str(n))
        for n in range(100_000, 100_000 + 500)
        if str(n) != code
    ]
    with Flood(stranger, wrong):
        knock = here.answer("/sidecrate/told")
        assert knock is not None and knock.arguments[1] == own_address
        # its own code is of no use to anybody by now, but the person's word is
        ask_and_be_answered(here, 3)
    told = 0
    while here.answer("/sidecrate/told", 0.2):
        told += 1
    assert told == 0 and door._gate.pairing.wrong_codes == WRONG_CODES
    stranger.send("/sidecrate/pair", code)
    stranger.send("/sidecrate/preset", "dusty")
    assert here.answer("/sidecrate/told", 0.3) is None
    here.send("/sidecrate/allow", own_address)
    assert here.answer("/sidecrate/told").arguments[:2] == ("allow", own_address)
    assert [order_name(order) for order in orders] == ["known"], (
        "nothing that a stranger sent is an order"
    )
    for client in (here, stranger):
        client.socket.close()


def test_a_flood_of_one_that_was_let_in_costs_that_one_alone(
    own_address, open_door, orders, caplog
):
    door = open_door(allow=[own_address])
    here, tablet = Client("127.0.0.1", door.port), Client(own_address, door.port)
    threads, began_s = threading.active_count(), time.monotonic()
    here.greet()
    with caplog.at_level(logging.INFO), Flood(tablet):
        ask_and_be_answered(here)
    length_s = time.monotonic() - began_s
    from_there = [
        order
        for order in orders
        if order.origin.address["peer"][0] == own_address and order_name(order) == "make"
    ]
    assert len(from_there) <= PACKETS_PER_S * (1 + length_s) and not any(
        order.may_spend for order in from_there
    )
    assert threading.active_count() == threads and len(door._senders) == 2
    assert len(caplog.records) <= 1 + length_s / FLOOD_TOLD_EVERY_S
    assert door._gate.allowed == [own_address], "it lets nobody else in"
    tablet.greet()
    for client in (here, tablet):
        client.socket.close()


@linux
def test_who_has_a_place_loses_nothing_to_a_flood():
    port = OscSocket(0)
    port.open(wide=False)
    device, other = (Client("127.0.0.1", port.port) for _ in range(2))
    port.keep_place(device.socket.getsockname())
    for _ in range(30_000):
        other.socket.sendto(bytes(40), other.peer)
    for n in range(100):
        device.send("/sidecrate/status", n)
    heard, others = [], 0
    while packets := port.receive():
        heard += [
            parse_packet(data)[0].arguments[0]
            for data, peer in packets
            if peer == device.socket.getsockname()
        ]
        others += sum(peer == other.socket.getsockname() for _, peer in packets)
    assert heard == list(range(100))
    assert 0 < others <= 30_000
    for client in (device, other):
        client.socket.close()
    port.close()


@linux
def test_who_has_a_place_is_heard_before_the_flood():
    port = OscSocket(0)
    port.open(wide=False)
    devices = [Client("127.0.0.1", port.port) for _ in range(3)]
    other = Client("127.0.0.1", port.port)
    for _ in range(1000):
        other.socket.sendto(bytes(40), other.peer)
    for device in devices:
        port.keep_place(device.socket.getsockname())
        device.send("/sidecrate/status")
    heard = [peer for _, peer in port.receive()]
    assert set(heard[:3]) == {device.socket.getsockname() for device in devices}
    assert set(heard[3:]) == {other.socket.getsockname()}
    for client in (*devices, other):
        client.socket.close()
    port.close()


@linux
def test_the_system_drops_what_it_is_told_to_and_nothing_else():
    port = OscSocket(0)
    port.open(wide=False)
    clients = [Client("127.0.0.1", port.port) for _ in range(MOST_SHUT_OUT)]
    peers = [client.socket.getsockname() for client in clients]

    def heard():
        for client in clients:
            client.send("/sidecrate/status")
        found = set()
        while packets := port.receive():
            found |= {peer for _, peer in packets}
        return found

    assert heard() == set(peers)
    drop_from(port._socket, [("192.0.2.1", peers[0][1]), peers[1]])
    assert heard() == set(peers) - {peers[1]}, "the address counts as well as the port"
    drop_from(port._socket, peers[2:])
    assert heard() == set(peers[:2])
    drop_from(port._socket, [])
    assert heard() == set(peers)
    for client in clients:
        client.socket.close()
    port.close()


def test_who_goes_on_beyond_measure_is_told_from_a_burst():
    now_s = 0.0
    throttle = Throttle(lambda: now_s)
    script, flooding, calm = (("127.0.0.1", n) for n in (1, 2, 3))
    assert not throttle.is_beyond_measure(script), "nothing is known of it"
    for _ in range(2 * PACKETS_PER_S):
        throttle.allows(script, b"x", greeted=False)
    assert not throttle.is_beyond_measure(script)
    for _ in range(2000):
        now_s += 0.001
        throttle.allows(calm, b"x", greeted=False)
        for _ in range(10):
            throttle.allows(script, b"x", greeted=False)
    assert not throttle.is_beyond_measure(script) and not throttle.is_beyond_measure(calm), (
        "ten times too many are only dropped"
    )
    sent = 0
    while not throttle.is_beyond_measure(flooding):
        now_s += 0.001
        for _ in range(100):
            throttle.allows(flooding, b"x", greeted=False)
            sent += 1
    assert BEYOND_PACKETS < sent < 3 * BEYOND_PACKETS
    assert not throttle.is_beyond_measure(flooding), "it begins anew"


@linux
def test_a_flood_is_thrown_away_by_the_system_until_it_ends_and_those_unknown_are_heard(open_door):
    door = open_door()
    flooding, other = Client("127.0.0.1", door.port), Client("127.0.0.1", door.port)
    peer = flooding.socket.getsockname()
    until = time.monotonic() + 60
    while peer not in door._socket._shut_out:
        assert time.monotonic() < until
        for _ in range(2000):
            flooding.socket.sendto(b"rubbish", flooding.peer)
    read = door._throttle.dropped
    for _ in range(20_000):
        flooding.socket.sendto(b"rubbish", flooding.peer)
    other.send("/sidecrate/hello", "stranger", 0, "n")
    assert other.answer("/sidecrate/welcome", 2) is not None
    assert door._throttle.dropped - read < 10_000
    time.sleep(SHUT_OUT_S)
    flooding.greet()
    for client in (flooding, other):
        client.socket.close()


@linux
def test_places_are_few_and_given_up_when_their_sender_has_gone(open_door):
    door = open_door()
    clients = [Client("127.0.0.1", door.port) for _ in range(MOST_OWN + 10)]
    for client in clients:
        client.greet()
    assert len(door._socket._own) == MOST_OWN
    with pytest.raises(DoorError, match="cannot be opened"):
        OscSocket(door.port).open(wide=False)
    for client in clients[:-1]:
        peer = client.socket.getsockname()
        client.socket.close()
        door._socket.send(b"an answer to one that has gone", peer)
    until = time.monotonic() + 60
    while door._socket._own and time.monotonic() < until:
        time.sleep(0.01)
    assert not door._socket._own
    clients[-1].greet()
    assert list(door._socket._own) == [clients[-1].socket.getsockname()]
    clients[-1].socket.close()
