"""CoreMIDI and WinMM by RtMidi: a client for each port that is heard or lit.

Those clients take part in no audio cycle, and messages come by callback.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from bridge.midi.backend import Client, Input, Output, backend
from bridge.midi.chosen_ports import MidiPort, has_device
from bridge.midi.clients import let_go
from bridge.midi.systems import Receive, Wanted

#: Difference of the two times of a message from which the time of arrival is used.
_MOST_DRIFT_S: Final = 0.25
#: Share of a smaller difference that each message corrects.
_CORRECTION: Final = 0.002
#: More ports than there ever are: two counts are one number by it.
_MOST_PORTS: Final = 1 << 16
_Port = TypeVar("_Port", bound=Client)


class Arrivals:
    """When messages came: by the time between them that the system measured (pure).

    That is preferred to the time of our call, which includes how long the call was delayed.
    """

    def __init__(self) -> None:
        self._last_s: dict[str, float] = {}

    def at_s(self, port: str, delta_s: float, now_s: float) -> float:
        """The time of a message. delta_s: since the port's message before."""
        at_s = min(now_s, self._last_s.get(port, now_s) + delta_s)
        if now_s - at_s > _MOST_DRIFT_S:
            at_s = now_s
        else:
            at_s += (now_s - at_s) * _CORRECTION
        self._last_s[port] = at_s
        return at_s


class RtMidiSystem:
    """A `MidiSystem` by RtMidi. system: coremidi or winmm."""

    #: Sending waits for nobody here.
    stands_still = False

    def __init__(self, system: str, receive: Receive, wanted: Wanted, log: logging.Logger) -> None:
        self._system = system
        self._receive = receive
        self._wanted = wanted
        self._log = log
        self._arrivals = Arrivals()
        self._opened_in: dict[str, Input] = {}
        self._opened_out: dict[str, Output] = {}
        self.own_port = ""
        self._in: Input | None = None
        self._out: Output | None = None
        try:
            self._in = backend().input(system, wanted.name, log)
            self._out = backend().output(system, wanted.name, log)
            if wanted.virtual and system != "winmm":
                self._listen(self._in, wanted.name)
                # CoreMIDI shows a virtual port's own name, the others show the client's before it
                is_bare = system == "coremidi"
                self._in.open_virtual_port(wanted.name if is_bare else "in")
                self._out.open_virtual_port(wanted.name if is_bare else "out")
                self.own_port = wanted.name
        except BaseException:
            self.close()
            raise

    def sources(self) -> list[MidiPort]:
        return self._ports(self._in)

    def sinks(self) -> list[MidiPort]:
        return self._ports(self._out)

    def _ports(self, client: Client | None) -> list[MidiPort]:
        names = client.get_ports() if client else []
        return [MidiPort(name, (), has_device(self._system, name)) for name in names]

    def changes(self) -> int:
        if self._in is None or self._out is None:
            return 0
        return self._in.get_port_count() * _MOST_PORTS + self._out.get_port_count()

    def renewed(self) -> frozenset[str]:
        return frozenset()

    def has_lost_us(self) -> bool:
        """Whether our own port is not among the ports any more."""
        own = self.own_port
        return bool(own) and not any(port.name.startswith(own) for port in self.sinks())

    def hear(self, port: MidiPort) -> None:
        client = backend().input(self._system, self._wanted.name, self._log)
        self._opened_in[port.name] = self._opened(
            client, port.name, "in", lambda: self._listen(client, port.name)
        )

    def light(self, port: MidiPort) -> None:
        client = backend().output(self._system, self._wanted.name, self._log)
        self._opened_out[port.name] = self._opened(client, port.name, "out", lambda: None)

    def let_go(self, names: Sequence[str], *, lit: bool) -> None:
        opened: dict[str, Input] | dict[str, Output] = self._opened_out if lit else self._opened_in
        let_go(*(opened.pop(name, None) for name in names))

    def send(self, message: Sequence[int], name: str) -> None:
        is_own = bool(name) and name == self.own_port
        output = self._out if is_own else self._opened_out.get(name)
        if output is not None:
            output.send_message(list(message))

    def now_s(self) -> float:
        return time.monotonic()

    def close(self) -> None:
        let_go(*self._opened_in.values(), *self._opened_out.values(), self._in, self._out)
        self._opened_in.clear()
        self._opened_out.clear()
        self._in = None
        self._out = None

    def _opened(self, client: _Port, name: str, own: str, prepare: Callable[[], None]) -> _Port:
        try:
            prepare()
            client.open_port(name, own)
        except BaseException:
            let_go(client)
            raise
        return client

    def _listen(self, client: Input, name: str) -> None:
        # with a clock every type is received: some systems leave the time of filtered messages out
        clock = self._wanted.timing
        client.ignore_types(
            sysex=not (self._wanted.sysex or clock), timing=not clock, active_sense=not clock
        )
        client.set_callback(lambda message, delta_s: self._pass_on(name, message, delta_s))

    def _pass_on(self, name: str, message: Sequence[int], delta_s: float) -> None:
        # an exception would be raised in a thread of the MIDI system
        try:
            self._receive(name, message, self._arrivals.at_s(name, delta_s, time.monotonic()))
        except Exception:
            self._log.exception("midi: a fault of ours lost a message")
