"""One client of ALSA's sequencer, played by another; skipped where the kernel has no sequencer."""

from __future__ import annotations

import os
import queue
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bridge.midi.alsa_client import AlsaSystem, alsa_library
from bridge.midi.ports import MidiPorts, list_ports
from tests.helpers.midi_door import wait_for

pytestmark = [
    pytest.mark.alone,
    pytest.mark.skipif(
        sys.platform != "linux" or not os.access("/dev/snd/seq", os.R_OK | os.W_OK),
        reason="ALSA's sequencer is not here (modprobe snd-seq)",
    ),
]
NAMES = ["pads", "Ardour"]


class Program:
    """Another client with one port in each direction."""

    def __init__(self, name: str) -> None:
        library = alsa_library()
        self._library = library
        self.client = library.SequencerClient(name)
        self.plug()

    def plug(self) -> None:
        self.port = self.client.create_port("keys", self._library.RW_PORT)

    def play(self, *message: int) -> None:
        self.client.event_output(self._library.MidiBytesEvent(message), port=self.port)
        self.client.drain_output()

    def lit(self) -> list[int]:
        """The oldest message that its port was sent; empty without one."""
        while self.client.event_input_pending(True):
            event = self.client.event_input(prefer_bytes=True)
            if isinstance(event, self._library.MidiBytesEvent):
                return list(event.midi_bytes)
        return []


@pytest.fixture
def pads() -> Iterator[Program]:
    made = Program("pads")
    yield made
    made.client.close()


Heard = queue.Queue[tuple[str, list[int], float]]


@pytest.fixture
def heard() -> Heard:
    return queue.Queue()


@pytest.fixture
def ports(heard: Heard) -> Iterator[MidiPorts]:
    made = MidiPorts(
        lambda port, message, at_s: heard.put((port, list(message), at_s)),
        api="alsa",
        inputs=NAMES,
        outputs=NAMES,
        timing=True,
        sysex=True,
    )
    yield made
    made.close()


def clients_called(name: str) -> int:
    """How many clients of the sequencer have a name."""
    client: Any = alsa_library().SequencerClient("counts")
    try:
        found, count = client.query_next_client(), 0
        while found is not None:
            count += found.name == name
            found = client.query_next_client(found)
        return count
    finally:
        client.close()


def test_notes_lights_and_long_messages_go_both_ways_by_one_client(
    pads: Program, ports: MidiPorts, heard: Heard
) -> None:
    other = Program("Ardour")
    ports.open()
    assert len(ports.heard_ports) == len(ports.lit_ports) == 2
    assert clients_called("Sidecrate") == 1
    (name,) = [port for port in ports.heard_ports if port.startswith("pads")]
    long = [0xF0, *[5] * 700, 0xF7]
    for message in ([0x90, 36, 100], [0xB3, 7, 1], [0xF8], long):
        pads.play(*message)
        assert heard.get(timeout=10)[:2] == (name, message)
    ports.send([0x90, 36, 1], name)
    wait_for(lambda: pads.lit() == [0x90, 36, 1])
    # with named outputs a light goes to all of them
    wait_for(lambda: other.lit() == [0x90, 36, 1])
    other.client.close()


def test_messages_are_dated_by_the_kernel(pads: Program, ports: MidiPorts, heard: Heard) -> None:
    ports.open()
    before_s = ports.now_s()
    pads.play(0xF8)
    time.sleep(0.3)
    pads.play(0xF8)
    first, second = heard.get(timeout=10)[2], heard.get(timeout=10)[2]
    assert before_s <= first <= second - 0.3 and second <= ports.now_s()


def test_a_program_sends_to_our_own_port_and_is_answered_by_it(
    ports: MidiPorts, heard: Heard
) -> None:
    ports.open()
    program = Program("sequencer")
    (sink,) = [one for one in program.client.list_ports(output=True) if one.name == "in"]
    (source,) = [one for one in program.client.list_ports(input=True) if one.name == "out"]
    program.port.connect_to(sink)
    program.port.connect_from(source)
    program.play(0x90, 1, 2)
    assert heard.get(timeout=10)[:2] == ("Sidecrate", [0x90, 1, 2])
    ports.send([0x90, 1, 3], "Sidecrate")
    wait_for(lambda: program.lit() == [0x90, 1, 3])
    program.client.close()


def test_a_device_that_is_back_at_once_under_its_name_is_opened_anew(
    pads: Program, ports: MidiPorts, heard: Heard
) -> None:
    ports.open()
    (name,) = ports.heard_ports
    assert not ports.has_moved()
    pads.port.close()
    pads.plug()
    wait_for(ports.has_moved)
    assert ports.refresh() and ports.heard_ports == [name]
    pads.play(0x90, 36, 100)
    assert heard.get(timeout=10)[:2] == (name, [0x90, 36, 100])
    ports.send([0x90, 36, 1], name)
    wait_for(lambda: pads.lit() == [0x90, 36, 1])
    pads.port.close()
    wait_for(lambda: ports.refresh() and not ports.heard_ports and not ports.lit_ports)


def test_a_flood_loses_messages_and_not_the_client(
    pads: Program, ports: MidiPorts, heard: Heard
) -> None:
    ports.open()
    for number in range(20000):
        pads.play(0x90, number % 128, 1)
    pads.play(0xC0, 5)

    def came() -> bool:
        pads.play(0xC0, 6)
        time.sleep(0.05)
        while not heard.empty():
            if heard.get()[1] == [0xC0, 6]:
                return True
        return False

    wait_for(came)


def test_devices_and_programs_are_told_apart_and_no_hidden_port_is_shown(
    pads: Program, ports: MidiPorts
) -> None:
    ports.open()
    listing = list_ports("alsa")
    found = {port.name.rpartition(" ")[0]: port.physical for port in listing.sources}
    assert found["pads:keys"] is False and "Sidecrate:devices" not in found
    assert found["Sidecrate:out"] is False
    if Path("/proc/asound").exists() and any("Virtual Raw MIDI" in name for name in found):
        assert any(found[name] for name in found if name.startswith("Virtual Raw MIDI"))


def test_a_closed_client_is_gone_and_its_thread_with_it(heard: Heard, ports: MidiPorts) -> None:
    ports.open()
    joined = ports._joined
    assert isinstance(joined, AlsaSystem) and not joined.has_lost_us()
    ports.close()
    assert joined.has_lost_us() and clients_called("Sidecrate") == 0
