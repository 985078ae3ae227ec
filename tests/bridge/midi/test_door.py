"""The MIDI door over real JACK ports, played from another process."""

from __future__ import annotations

import queue
import sys
import threading
import time
from contextlib import ExitStack

import pytest

from bridge.events import Accepted, Finished, Keep, Order, Progress, Refused, order_name
from bridge.fl.door import FlDoor
from bridge.midi.door import PLUGGED_IN_S, MidiDoor
from bridge.midi.jack_client import JackSystem
from bridge.midi.mapping import MidiMap
from bridge.midi.ports import MidiPorts
from tests.helpers.controller import controller, other_program
from tests.helpers.jack import clients_of, jack_server, kill_jack
from tests.helpers.midi_door import MAP, opened, wait_for

pytestmark = [pytest.mark.alone, pytest.mark.usefixtures("frequent_polls")]


def is_ready(door: MidiDoor, devices: int) -> bool:
    """Whether so many devices are open in both directions, and their lights have been painted."""
    return len(door.ports) == len(door._ports.lit_ports) == devices and not door._plugged_in


def test_a_note_to_our_own_port_is_an_order_and_its_light_tells_how_it_goes(
    jack: str, orders: queue.Queue[Order]
) -> None:
    with opened(orders) as door:
        assert door.health() == "open"
        with controller(to="Sidecrate") as pads:
            pads.play("b0157f", "902464", "902400", "902500", "c005")
            order = orders.get(timeout=10)
            assert order.verb == "make"
            assert dict(order.requests[0].values) == {
                "prompt": "dusty drums",
                "bars": 2,
                "energy": 1.0,
            }
            assert orders.get(timeout=10).origin.address["trigger"] == "program"
            origin = order.origin
            door.tell(Accepted(origin, "j1", 1))
            door.tell(Progress(origin, "j1", 0.5, "generating"))
            door.tell(Progress(origin, "j1", 0.6, "generating"))
            door.tell(Finished(origin, "j1", 1, 0))
            door.tell(Refused(origin, "bad_request", "no"))
            assert [pads.lit() for _ in range(4)] == ["902401", "902440", "90247f", "902405"]
            assert orders.empty()
            door.stop()
            assert pads.lit() == "902400"


def test_a_named_port_is_heard_lit_and_found_again_after_unplugging(
    jack: str, orders: queue.Queue[Order]
) -> None:
    with opened(orders, inputs=["PADS"], virtual=False) as door:
        assert "no port" in door.health()
        for time_around in range(2):
            with controller("pads") as pads, controller("synth") as synth:
                wait_for(lambda: is_ready(door, 1))
                if time_around:
                    assert pads.lit() == "99257f", "what it showed before it was unplugged"
                assert [port.split(":")[0] for port in door.ports] == ["pads"]
                synth.play("902464")
                pads.play("99257f")
                order = orders.get(timeout=10)
                assert order.verb == "again" and order.what == "last"
                door.tell(Accepted(order.origin, "j2", 1))
                assert pads.lit() == "992501"
                assert synth.lines.empty() and orders.empty()
                door.tell(Finished(order.origin, "j2", 1, 0))
                assert pads.lit() == "99257f"
            wait_for(lambda: not door.ports)


def test_a_device_that_is_back_before_the_next_look_is_heard_and_lit(
    jack: str,
    orders: queue.Queue[Order],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bridge.midi.door.POLL_S", 3600.0)
    with ExitStack() as stack:
        first = stack.enter_context(controller("pads"))
        door = stack.enter_context(opened(orders, inputs=["PADS"], virtual=False))
        assert len(door.ports) == 1
        first.unplug()
        pads = stack.enter_context(controller("pads"))

        def is_heard() -> bool:
            pads.play("99257f")
            time.sleep(0.2)
            return not orders.empty()

        wait_for(is_heard)
        wait_for(lambda: is_ready(door, 1))
        door.tell(Accepted(orders.get().origin, "j2", 1))
        assert pads.lit() == "992501"


def test_a_device_whose_plug_is_out_for_a_moment_is_heard_and_lit_again(
    jack: str,
    orders: queue.Queue[Order],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bridge.midi.door.POLL_S", 3600.0)
    with (
        controller("pads") as pads,
        opened(orders, inputs=["PADS"], virtual=False) as door,
    ):
        assert len(door.ports) == 1
        pads.replug()

        def is_heard() -> bool:
            pads.play("99257f")
            time.sleep(0.2)
            return not orders.empty()

        wait_for(is_heard)
        wait_for(lambda: is_ready(door, 1))
        door.tell(Accepted(orders.get().origin, "j2", 1))
        while pads.lit() != "992501":
            pass


def test_a_device_that_was_seen_to_leave_by_one_port_is_opened_anew_by_both(
    jack: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: queue.Queue[str] = queue.Queue()
    ports = MidiPorts(
        lambda port, message, at_s: heard.put(bytes(message).hex()),
        api="jack",
        inputs=["pads"],
        virtual=False,
    )
    ports.open()
    try:
        with controller("pads"):
            wait_for(lambda: ports.refresh() and ports.heard_ports and ports.lit_ports)
            joined = ports._joined
            sinks = joined.sinks()
        # it left while the ports were listed: its source is gone, its sink is in the list still
        monkeypatch.setattr(joined, "sinks", lambda: sinks)
        ports.refresh()
        monkeypatch.undo()
        with controller("pads") as pads:
            wait_for(lambda: ports.refresh() and ports.heard_ports and ports.lit_ports)
            time.sleep(PLUGGED_IN_S)
            (name,) = ports.heard_ports
            ports.send((0x99, 0x25, 0x01), name)
            assert pads.lit() == "992501"
            pads.play("99257f")
            assert heard.get(timeout=10) == "99257f"
    finally:
        ports.close()


def test_without_names_every_device_is_heard_and_only_the_pressed_one_lit(
    jack: str, orders: queue.Queue[Order]
) -> None:
    with opened(orders) as door, controller("pads") as pads, controller("other") as other:
        wait_for(lambda: is_ready(door, 2))
        other.play("b0407f")
        order = orders.get(timeout=10)
        assert order == Keep(order.origin, "last")
        door.tell(Accepted(order.origin, "j", 1))
        assert other.lit() == "b04001"
        assert pads.lines.empty()


def test_a_controller_is_a_button_only_when_it_comes_up(
    jack: str, orders: queue.Queue[Order]
) -> None:
    with opened(orders), controller(to="Sidecrate") as pads:
        pads.play("b04020", "b04041", "b04050", "b0407f", "b04000", "b0407f", "b0407f", "c005")
        verbs = []
        while order_name(order := orders.get(timeout=10)) != "make":
            verbs.append(order_name(order))
        assert verbs == ["keep", "keep", "keep"]


def test_a_program_that_sends_to_our_port_is_not_heard_twice(
    jack: str, orders: queue.Queue[Order]
) -> None:
    with opened(orders, inputs=["pads"]) as door, controller(to="Sidecrate") as pads:
        wait_for(lambda: door.ports)
        pads.play("902464", "902464", "b04000", "b0407f", "c005")
        trigger = ""
        seen = []
        while trigger != "program":
            trigger = str(orders.get(timeout=10).origin.address["trigger"])
            seen.append(trigger)
        assert seen == ["note", "note", "cc", "program"]
        with pytest.raises(queue.Empty):
            orders.get(timeout=0.3)


def test_a_fault_in_the_daemon_does_not_end_the_door(jack: str) -> None:
    heard: queue.Queue[Order] = queue.Queue()

    def take(order: Order) -> None:
        heard.put(order)
        raise RuntimeError("not now")

    door = MidiDoor(MAP, take, api="jack")
    door.start()
    try:
        with controller(to="Sidecrate") as pads:
            pads.play("902464", "902464")
            assert heard.get(timeout=10) and heard.get(timeout=10)
    finally:
        door.stop()


#: A DAW's ports: as many tracks as a large session has, and what else a DAW opens.
TRACKS = [f"Track {number} midi_" for number in range(1, 65)]
OTHERS = ["MTC ", "MMC ", "MIDI Clock ", "x-virtual-keyboard "]


def test_a_daws_tracks_cost_no_client_and_ask_for_nothing(
    jack: str, orders: queue.Queue[Order]
) -> None:
    with ExitStack() as stack:
        daw = stack.enter_context(other_program("ardour", *TRACKS, *OTHERS))
        pads = stack.enter_context(controller("launchpad"))
        door = stack.enter_context(opened(orders, clock=True))
        fl = FlDoor(MAP, orders.put, boot="b", api="jack")
        fl.start()
        stack.callback(fl.stop)
        wait_for(lambda: is_ready(door, 1) or len(door.ports) == 2)
        assert door.ports == ["ardour:MIDI Clock out", "launchpad:out"]
        assert door._ports.lit_ports == ["launchpad:in"]
        ours = {name for name in clients_of(jack) if name.startswith("Sidecrate")}
        assert ours == {"Sidecrate", "Sidecrate FL"}
        for port in range(len(TRACKS) + len(OTHERS)):
            daw.play("902464", "902400", port=port)
        # the pad comes after all of them, and is the first that is taken for one
        pads.play("c005")
        assert orders.get(timeout=10).origin.address["port"] == "launchpad:out"
        assert orders.empty() and daw.lines.empty(), "no light goes to a DAW"


def test_a_program_that_the_config_names_is_heard_but_not_lit(
    jack: str, orders: queue.Queue[Order]
) -> None:
    with other_program("synth") as synth, opened(orders, inputs=["Synth"]) as door:
        wait_for(lambda: door.ports == ["synth:out"])
        assert door._ports.lit_ports == []
        synth.play("902464")
        assert orders.get(timeout=10).verb == "make"


def test_a_client_that_the_server_has_dropped_is_noticed_and_joins_anew(
    jack: str, orders: queue.Queue[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.midi.jack_client.LOST_S", 1.5)
    with opened(orders) as door:
        first = door._ports._joined
        assert isinstance(first, JackSystem)
        # what a server does to a client that was too slow for it
        first._client.deactivate()
        wait_for(lambda: door._ports._joined not in (first, None) and door.health() == "open")
        with controller(to="Sidecrate") as pads:
            pads.play("902464")
            assert orders.get(timeout=10).verb == "make"


def test_no_midi_system_is_said_and_nothing_runs(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    monkeypatch.setattr("bridge.midi.ports.jack_sockets", list)
    monkeypatch.setattr("bridge.midi.ports._SEQUENCER", "/nowhere/seq")
    if sys.platform != "linux":
        pytest.skip("only Linux may have no MIDI system")
    door = MidiDoor(MAP, lambda order: None)
    door.start()
    assert "no MIDI system" in door.health()
    assert not [thread for thread in threading.enumerate() if thread.name == "midi"]
    assert capfd.readouterr().err == ""
    door.stop()


def test_a_wrong_system_is_said() -> None:
    door = MidiDoor(MAP, lambda order: None, api="winmm" if sys.platform != "win32" else "alsa")
    door.start()
    assert "midi.api" in door.health()


def test_nothing_mapped_opens_nothing() -> None:
    door = MidiDoor(MidiMap(), lambda order: None)
    door.start()
    assert "midi.map" in door.health()


def test_a_midi_system_that_is_killed_is_let_go_before_sending_to_it_hangs(
    orders: queue.Queue[Order],
) -> None:
    with ExitStack() as stack, jack_server() as name:
        door = stack.enter_context(opened(orders))
        assert door.health() == "open"
        kill_jack(name)
        wait_for(lambda: "gone" in door.health())


def test_a_midi_system_that_goes_is_said_and_found_again(orders: queue.Queue[Order]) -> None:
    with ExitStack() as stack:
        with jack_server():
            door = stack.enter_context(opened(orders))
            assert door.health() == "open"
        wait_for(lambda: "gone" in door.health())
        with jack_server():
            wait_for(lambda: door.health() == "open")
            with controller(to="Sidecrate") as pads:
                pads.play("902464")
                assert orders.get(timeout=10).verb == "make"
            stack.close()
