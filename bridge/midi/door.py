"""The MIDI door: pads, knobs and program changes become orders, and a pad's light shows its job."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Sequence
from functools import partial

from bridge.events import (
    Accepted,
    Context,
    Done,
    Event,
    Failed,
    Finished,
    Hand,
    Origin,
    Progress,
    Refused,
    Told,
)
from bridge.midi.door_thread import DoorThread
from bridge.midi.followed_clock import Clocks
from bridge.midi.mapping import MidiMap, Touch, read_message
from bridge.midi.pad_lights import Lights
from bridge.midi.ports import MidiPorts
from bridge.midi.touches import Touches

#: How often ports are listed, to open new ones.
POLL_S = 2.0
#: How often it is asked in between whether ports came or went.
CHANGES_S = 0.1
#: Pause after a port is opened: JACK, and devices that are still starting, lose what comes earlier.
PLUGGED_IN_S = 0.3
#: Window of echoes: the same message by two routes arrives within one cycle of the MIDI system.
ECHO_S = 0.05
#: Messages that may wait for the door's thread; further ones are dropped.
_MOST_WAITING = 2048
#: The clock's source in the session.
CLOCK_SOURCE = "midi_clock"


class MidiDoor:
    """The MIDI door. One thread does the work; `tell` and the MIDI system only queue it.

    inputs, outputs: parts of the names of ports to open; see `MidiPorts`. virtual: open a port of
    our own, called Sidecrate, where the system can. clock: follow the MIDI clock of these ports,
    with tempo, song position, start and stop.
    """

    name = "midi"

    def __init__(
        self,
        mapping: MidiMap,
        hand: Hand,
        *,
        api: str = "auto",
        inputs: Iterable[str] = (),
        outputs: Iterable[str] = (),
        virtual: bool = True,
        clock: bool = False,
        log: logging.Logger | None = None,
    ) -> None:
        self._map = mapping
        self._hand = hand
        self._log = log or logging.getLogger(__name__)
        self._clocks = Clocks() if clock else None
        self._ports = MidiPorts(
            self._receive,
            api=api,
            inputs=inputs,
            outputs=outputs,
            virtual=virtual,
            timing=clock,
            log=self._log,
        )
        self._thread = DoorThread(self.name, self._ports, _MOST_WAITING, self._log)
        self._touches = Touches(mapping)
        self._lights = Lights(mapping.lights, self._ports.send)
        self._recent: list[tuple[Touch, str, float]] = []
        self._plugged_in = False

    def start(self) -> None:
        """Open the ports. Where no MIDI system answers it raises nothing, and `health` says why."""
        if self._thread.runs:
            return
        if not self._map.mappings and self._clocks is None:
            self._thread.trouble = (
                "nothing is mapped and no clock is followed; "
                "see midi.map and midi.clock in the config"
            )
            return
        self._thread.start(self._run)

    def tell(self, event: Event) -> None:
        """Show an event of one of this door's orders on its pad."""
        if (
            isinstance(event, Accepted | Progress | Done | Finished | Failed | Refused | Told)
            and event.origin.door == self.name
        ):
            self._thread.leave(partial(self._lights.show, event))

    def stop(self) -> None:
        """Put the lights out and close the ports."""
        self._thread.stop()

    def health(self) -> str:
        if trouble := self._thread.health():
            return trouble
        ports = [
            *([self._ports.own_port] if self._ports.own_port else []),
            *self._ports.heard_ports,
        ]
        state = "open" if ports else "open; no port of these names is plugged in"
        refused = self._ports.refused_ports
        return f"{state}; held by another program: {', '.join(refused)}" if refused else state

    @property
    def ports(self) -> list[str]:
        """Names of the ports that are received from, without our own."""
        return self._ports.heard_ports

    # -- the door's thread

    def _run(self) -> None:
        next_s = time.monotonic() + POLL_S
        changes_s = time.monotonic() + CHANGES_S
        while self._thread.take(min(next_s, changes_s) - time.monotonic()):
            now_s = time.monotonic()
            # ports just opened get their pause: a message would be lost now
            if now_s >= changes_s and not self._plugged_in and self._ports.has_moved():
                next_s = now_s
            if now_s >= next_s:
                self._thread.attempt(self._refresh)
                next_s = time.monotonic() + (PLUGGED_IN_S if self._plugged_in else POLL_S)
            if now_s >= changes_s:
                changes_s = time.monotonic() + CHANGES_S
        self._thread.attempt(self._lights.put_out)

    def _refresh(self) -> None:
        self._follow_clock()
        if self._plugged_in:
            self._plugged_in = False
            self._lights.show_again()
        opened = self._ports.outputs_opened
        was_gone = bool(self._thread.trouble)
        has_recovered = self._thread.refresh()
        if was_gone and has_recovered and self._clocks:
            # another server has another clock
            self._clocks.forget()
        self._plugged_in = has_recovered or self._ports.outputs_opened != opened

    def _receive(self, port: str, message: Sequence[int], at_s: float) -> None:
        now_s = time.monotonic()
        if self._clocks and self._clocks.note(port, message, at_s):
            self._thread.leave(self._follow_clock)
        touch = read_message(message)
        if touch is not None:
            self._thread.leave(partial(self._act, touch, port, now_s))

    def _follow_clock(self) -> None:
        if self._clocks is None:
            return
        before = self._clocks.followed
        values = self._clocks.look(self._ports.now_s())
        if self._clocks.followed != before:
            self._log.info("midi: following the clock of %s", self._clocks.followed)
        if values:
            self._hand(Context(Origin(self.name), CLOCK_SOURCE, values))

    # -- from touches to orders

    def _act(self, touch: Touch, port: str, at_s: float) -> None:
        if self._is_echo(touch, port, at_s):
            return
        address = {
            "port": port,
            "trigger": touch.trigger,
            "number": touch.number,
            "channel": touch.channel,
        }
        for order in self._touches.orders(touch, port, Origin(self.name, address)):
            self._hand(order)

    def _is_echo(self, touch: Touch, port: str, at_s: float) -> bool:
        """Whether a message came twice, by our own port and by its sender's, as one touch.

        A program that sends to our own port may have a port that is open too.
        """
        own = self._ports.own_port
        self._recent = [earlier for earlier in self._recent if at_s - earlier[2] < ECHO_S]
        for earlier in self._recent:
            if earlier[0] == touch and earlier[1] != port and own in (earlier[1], port):
                # a touch has one echo: the next message is another touch
                self._recent.remove(earlier)
                return True
        if own:
            self._recent.append((touch, port, at_s))
        return False
