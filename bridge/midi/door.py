"""The MIDI door: pads, knobs and program changes become orders, and a pad's light shows its job."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from bridge.errors import DoorError
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
from bridge.midi.followed_clock import Clocks
from bridge.midi.mapping import MidiMap, Touch, read_message
from bridge.midi.pad_lights import Lights
from bridge.midi.ports import MidiPorts
from bridge.midi.touches import Touches

#: How often ports are listed, to open new ones.
POLL_S = 2.0
#: How often ports are counted in between. A device that is replugged is away for longer.
COUNT_S = 0.1
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
        self._notes: queue.Queue[Callable[[], None] | None] = queue.Queue(_MOST_WAITING)
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
        self._thread: threading.Thread | None = None
        self._touches = Touches(mapping)
        self._lights = Lights(mapping.lights, self._ports.send)
        self._recent: list[tuple[Touch, str, float]] = []
        self._plugged_in = False
        self._still = False
        self._trouble = "closed"

    def start(self) -> None:
        """Open the ports. Where no MIDI system answers it raises nothing, and `health` says why."""
        if self._thread is not None:
            return
        if not self._map.mappings and self._clocks is None:
            self._trouble = (
                "nothing is mapped and no clock is followed; "
                "see midi.map and midi.clock in the config"
            )
            return
        try:
            self._ports.open()
        except DoorError as error:
            self._trouble = error.text
            self._log.info("midi: the door stays closed: %s", error.text)
            return
        self._trouble = ""
        self._thread = threading.Thread(target=self._run, name="midi", daemon=True)
        self._thread.start()

    def tell(self, event: Event) -> None:
        """Show an event of one of this door's orders on its pad."""
        if (
            isinstance(event, Accepted | Progress | Done | Finished | Failed | Refused | Told)
            and event.origin.door == self.name
        ):
            self._leave(partial(self._lights.show, event))

    def stop(self) -> None:
        """Put the lights out and close the ports."""
        thread = self._thread
        self._thread = None
        if thread is not None:
            self._leave(None, wait=True)
            thread.join(5)
            self._trouble = "closed"

    def health(self) -> str:
        if self._trouble:
            return self._trouble
        if self._still:
            return "JACK stands still; waiting for it"
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
        count_s = time.monotonic() + COUNT_S
        while True:
            try:
                note = self._notes.get(timeout=max(0.0, min(next_s, count_s) - time.monotonic()))
                if note is None:
                    break
                self._try(note)
            except queue.Empty:
                pass
            now_s = time.monotonic()
            # ports just opened get their pause: a message would be lost now
            if now_s >= count_s and not self._plugged_in and self._ports.has_moved():
                next_s = now_s
            if now_s >= next_s:
                self._try(self._refresh)
                next_s = time.monotonic() + (PLUGGED_IN_S if self._plugged_in else POLL_S)
            if now_s >= count_s:
                count_s = time.monotonic() + COUNT_S
        self._try(self._lights.put_out)
        self._try(self._ports.close)

    def _try(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:  # the thread must outlive a fault in one message
            self._log.exception("midi: a fault of ours; the door stays open")

    def _refresh(self) -> None:
        self._follow_clock()
        if self._plugged_in:
            self._plugged_in = False
            self._lights.show_again()
        opened = self._ports.outputs_opened
        if self._ports.refresh():
            was_still = self._still
            self._still = self._ports.stands_still
            if self._still and not was_still:
                self._log.warning("midi: the JACK server hangs; waiting for it")
            if was_still and not self._still:
                self._log.warning("midi: the JACK server runs again")
            # while it hung, lights were dropped
            has_recovered = was_still and not self._still
            self._plugged_in = self._ports.outputs_opened != opened or has_recovered
            return
            return
        self._still = False
        if not self._trouble:
            self._log.warning("midi: the MIDI system is gone; waiting for it")
        self._trouble = "the MIDI system has gone; waiting for it"
        if self._ports.reopen():
            self._trouble = ""
            self._plugged_in = True
            self._log.info("midi: the MIDI system is back")

    def _leave(self, note: Callable[[], None] | None, *, wait: bool = False) -> None:
        try:
            self._notes.put(note, timeout=2 if wait else 0)
        except queue.Full:
            self._log.debug("midi: too many messages at once; one was dropped")

    def _receive(self, port: str, message: Sequence[int], delta_s: float) -> None:
        now_s = time.monotonic()
        if self._clocks and self._clocks.note(port, message, delta_s, now_s):
            self._leave(self._follow_clock)
        touch = read_message(message)
        if touch is not None:
            self._leave(partial(self._act, touch, port, now_s))

    def _follow_clock(self) -> None:
        if self._clocks is None:
            return
        before = self._clocks.followed
        values = self._clocks.look(time.monotonic())
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
