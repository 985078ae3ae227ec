"""Rubbish and floods on the OSC port: no hang, no thread more, bounded memory and log, and requests answered all the while."""

import json
import logging
import os
import socket
import threading
import time

import psutil
import pytest
from hypothesis import HealthCheck, given, settings

from bridge.errors import SidecrateError
from bridge.events import Ask, Context, Pin
from bridge.osc.door import FLOOD_TOLD_EVERY_S, MAX_SENDERS
from bridge.osc.packet import build_message, parse_packet
from bridge.osc.throttle import HELLOS_PER_S, PACKETS_PER_S, STRANGERS_PER_S, Throttle
from bridge.session import Session
from daemon.service.service import FILE_THREADS
from tests.faults.osc_strategies import PACKETS
from tests.helpers.osc_door import make_door

FLOOD = 5_000


class Client:
    def __init__(self, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.peer = ("127.0.0.1", port)

    def send(self, packet):
        self.socket.sendto(packet, self.peer)

    def round_trip_s(self, address, *arguments, answer, wait_s=5.0):
        """Seconds to the first answer at an address."""
        began = time.monotonic()
        self.send(build_message(address, *arguments))
        while (left_s := began + wait_s - time.monotonic()) > 0:
            self.socket.settimeout(left_s)
            try:
                if parse_packet(self.socket.recv(65_536))[0].address == answer:
                    return time.monotonic() - began
            except TimeoutError:
                break
        raise AssertionError(f"{address} was not answered with {answer} within {wait_s} s")


@pytest.mark.slow
@settings(max_examples=400, deadline=2000, suppress_health_check=[HealthCheck.too_slow])
@given(PACKETS)
def test_no_packet_brings_about_more_than_an_order_or_a_named_error(packet):
    orders = []
    door = make_door(orders.append)
    # the door's own road, without its catch-all: nothing may get so far
    door._handle(packet, ("127.0.0.1", 50_000))
    session = Session()
    for order in orders:
        json.dumps(order.origin.address, ensure_ascii=False).encode()
        for request in order.requests if isinstance(order, Ask) else ():
            json.dumps(dict(request.values), ensure_ascii=False).encode()
        if isinstance(order, Context):
            session.hear(order.source, order.values, 0.0)
        for name, value in order.values.items() if isinstance(order, Pin) else ():
            session.pin(name, value)
    json.dumps(session.view(1.0).to_json(), ensure_ascii=False).encode()


def threads_at_rest(process):
    """How many threads there are once none more has come for a second: those that watch the inbox begin after the daemon answers."""
    seen, since = process.num_threads(), time.monotonic()
    while time.monotonic() - since < 1:
        time.sleep(0.05)
        if process.num_threads() != seen:
            seen, since = process.num_threads(), time.monotonic()
    return seen


@pytest.mark.slow
def test_the_daemon_lives_through_a_flood_and_answers_in_it(start_daemon):
    daemon = start_daemon()
    process = psutil.Process(daemon.process.pid)
    before = (
        threads_at_rest(process),
        process.memory_info().rss,
        process.num_fds() if os.name == "posix" else 0,
    )
    stop, flooders = threading.Event(), [Client(daemon.link.port) for _ in range(2)]
    packets = [
        build_message("/sidecrate/nothing", 1), build_message("/sidecrate/generate", "x", "bpm", 1e9), b"#bundle\0" + bytes(8) + b"\xff\xff\xff\xfc",
        b"rubbish", build_message("/sidecrate/context", '{"bpm": 100}'),
    ]  # fmt: skip

    def flood(client):
        for n in range(FLOOD):
            if stop.is_set():
                return
            client.send(packets[n % len(packets)])

    threads = [threading.Thread(target=flood, args=(client,)) for client in flooders]
    for thread in threads:
        thread.start()
    asker = Client(daemon.link.port)
    try:
        # one datagram may be lost, as on any network; a device repeats its hello
        for nonce in range(20):
            try:
                asker.round_trip_s(
                    "/sidecrate/hello", "x", 0, f"n{nonce}", answer="/sidecrate/welcome", wait_s=0.5
                )
                break
            except AssertionError:
                continue
        else:
            raise AssertionError("no hello was answered during the flood")
    finally:
        for thread in threads:
            thread.join(60)
        stop.set()
    asker.round_trip_s(
        "/sidecrate/generate", "clicks", "engine", "fake", "bars", 1, answer="/sidecrate/accepted"
    )
    # those that write files are begun when there is something to write
    assert process.num_threads() <= before[0] + FILE_THREADS + 1
    assert process.memory_info().rss < before[1] + (30 << 20)
    if os.name == "posix":
        # a worker's pipes
        assert process.num_fds() <= before[2] + 12
    log = daemon.places.log.read_text(encoding="utf-8")
    assert len(log.splitlines()) < 100, "a flood does not fill the log"
    for client in (*flooders, asker):
        client.socket.close()


def test_who_floods_loses_only_their_own():
    now = [0.0]
    throttle = Throttle(lambda: now[0])
    flood = [
        throttle.allows(("127.0.0.1", 1), b"/x", greeted=False) for _ in range(10 * PACKETS_PER_S)
    ]
    assert sum(flood) == PACKETS_PER_S
    assert throttle.allows(("127.0.0.1", 2), b"/x", greeted=False)
    now[0] = 0.5
    assert (
        sum(throttle.allows(("127.0.0.1", 1), b"/x", greeted=False) for _ in range(PACKETS_PER_S))
        == PACKETS_PER_S // 2
    )


def test_a_flood_from_many_ports_leaves_room_for_hello_and_for_the_greeted():
    throttle = Throttle(lambda: 0.0)
    assert (
        sum(throttle.allows(("127.0.0.1", n), b"/x", greeted=False) for n in range(50_000))
        == STRANGERS_PER_S
    )
    hellos = [
        throttle.allows(("127.0.0.2", n), b"/sidecrate/hello\0\0\0\0,\0\0\0", greeted=False)
        for n in range(1000)
    ]
    assert sum(hellos) == HELLOS_PER_S
    assert all(throttle.allows(("127.0.0.3", 1), b"/x", greeted=True) for _ in range(100))
    assert len(throttle._peers) < 1000


def test_strangers_displace_no_device():
    door = make_door(lambda order: None)
    door._handle(build_message("/sidecrate/hello", "max", 0, "n"), ("127.0.0.1", 1))
    for port in range(1000, 1000 + 3 * MAX_SENDERS):
        door._handle(build_message("/sidecrate/nothing"), ("127.0.0.1", port))
    assert ("127.0.0.1", 1) in door._senders and len(door._senders) == MAX_SENDERS + 1


def test_the_log_of_faults_is_bounded(caplog):
    def broken(order):
        raise RuntimeError("the daemon's fault")

    now = [0.0]
    door = make_door(broken, clock=lambda: now[0])
    door.start()
    try:
        client = Client(door.port)
        with caplog.at_level(logging.WARNING):
            for _ in range(50):
                client.send(build_message("/sidecrate/status"))
            client.round_trip_s("/sidecrate/preset", "nope", answer="/sidecrate/error")
            assert len(caplog.records) == 1
            now[0] += FLOOD_TOLD_EVERY_S
            client.send(build_message("/sidecrate/status"))
            client.round_trip_s("/sidecrate/preset", "nopes", answer="/sidecrate/error")
        assert len(caplog.records) == 2
        client.socket.close()
    finally:
        door.stop()


def test_a_socket_that_fails_is_read_again():
    door = make_door(lambda order: None)
    door.start()
    real, failures = door._socket, iter(range(3))

    class Failing:
        def receive(self):
            if next(failures, None) is not None:
                raise OSError(100, "Network is down")
            return real.receive()

        def __getattr__(self, name):
            return getattr(real, name)

    door._socket = Failing()
    try:
        client = Client(door.port)
        client.round_trip_s("/sidecrate/hello", "x", 0, "n", answer="/sidecrate/welcome")
        client.socket.close()
    finally:
        door.stop()


@pytest.mark.parametrize("bad", ['"\\ud800"', '{"a": 1}', "[1]", "null"])
def test_values_that_no_field_takes_are_named(bad):
    door = make_door(lambda order: pytest.fail("it was taken"))
    door._error = lambda sender, address, error, label="": said.append(error)
    said: list[SidecrateError] = []
    door._handle(build_message("/sidecrate/generate", f'{{"prompt": {bad}}}'), ("127.0.0.1", 1))
    assert "prompt" in said[0].text
    said[0].text.encode()
