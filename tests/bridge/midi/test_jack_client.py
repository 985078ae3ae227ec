"""A JACK server that stands still, by SIGSTOP, holds nobody up."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from bridge.errors import DoorError
from bridge.events import Accepted, Order
from bridge.midi.door import MidiDoor
from bridge.midi.jack_client import MOST_WAITING
from bridge.midi.ports import MidiPorts, list_ports
from tests.helpers.controller import controller
from tests.helpers.jack import jack_pid
from tests.helpers.midi_door import MAP, opened, wait_for

pytestmark = [
    pytest.mark.alone,
    pytest.mark.usefixtures("frequent_polls"),
    pytest.mark.skipif(
        sys.platform != "linux", reason="JACK servers are stopped and looked up as Linux does it"
    ),
]


@pytest.fixture
def server(jack: str):
    """The process of a JACK server; it goes on at the end, as one that is stopped cannot be ended."""
    pid = jack_pid(jack)
    yield pid
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)


def stop(server: int) -> None:
    os.kill(server, signal.SIGSTOP)
    wait_for(lambda: Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()[0] == "T")


def test_whoever_sends_to_a_server_that_stands_still_goes_on_and_the_newest_arrive_later(
    server: int,
) -> None:
    ports = MidiPorts(lambda *_: None, api="jack")
    ports.open()
    with controller(to="Sidecrate") as pads:
        wait_for(lambda: ports.send([0x90, 1, 1], "Sidecrate") or not pads.lines.empty())
        stop(server)
        for number in range(6000):
            ports.send([0x90, number % 128, 2], "Sidecrate")
        wait_for(lambda: ports.stands_still)
        os.kill(server, signal.SIGCONT)
        wait_for(lambda: not ports.stands_still)
        ports.send([0x90, 77, 3], "Sidecrate")
        seen = 0
        while pads.lit() != "904d03":
            seen += 1
        assert 0 < seen <= MOST_WAITING + 100
        ports.close()


#: Opens its ports, says so, and ends when it is told to.
PROGRAM = """
import sys
from bridge.midi.ports import MidiPorts
ports = MidiPorts(lambda *_: None, api="jack")
ports.open()
print("open", flush=True)
sys.stdin.readline()
ports.close()
"""


def test_a_program_can_end_while_the_server_stands_still(server: int) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert program.stdout and program.stdout.readline() == "open\n"
        stop(server)
        program.communicate("\n", timeout=20)
        assert program.returncode == 0
    finally:
        program.kill()
        # going on, it would wait seconds for the client that went without a word
        os.kill(server, signal.SIGKILL)


def test_a_server_that_is_stopped_is_not_joined(server: int, orders: queue.Queue[Order]) -> None:
    stop(server)
    with pytest.raises(DoorError, match=f"kill -CONT {server}"):
        list_ports("jack")
    door = MidiDoor(MAP, orders.put, api="jack")
    door.start()
    assert "is stopped" in door.health()
    door.stop()


def test_the_door_says_that_the_server_stands_still_and_paints_its_lights_when_it_goes_on(
    server: int,
    orders: queue.Queue[Order],
) -> None:
    with opened(orders) as door, controller(to="Sidecrate") as pads:
        pads.play("902464")
        order = orders.get(timeout=10)
        stop(server)
        wait_for(lambda: "stands still" in door.health())
        door.tell(Accepted(order.origin, "j1", 1))
        os.kill(server, signal.SIGCONT)
        wait_for(lambda: door.health() == "open")
        assert [pads.lit(), pads.lit()] == ["902401", "902401"], (
            "sent while it stood still, and painted again"
        )
