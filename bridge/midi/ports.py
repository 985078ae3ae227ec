"""MIDI ports by name: opened and closed as devices come and go, beside a port of our own."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from bridge.errors import DoorError
from bridge.midi.alsa_client import AlsaSystem, list_alsa_ports
from bridge.midi.backend import MidiFault, backend
from bridge.midi.chosen_ports import (
    CLOCK,
    NOTES,
    Choice,
    MidiPort,
    choose_inputs,
    choose_outputs,
    has_device,
    plain_name,
)
from bridge.midi.clients import let_go
from bridge.midi.jack_client import JackSystem, list_jack_ports
from bridge.midi.jack_server import jack_sockets, stopped_jack
from bridge.midi.rtmidi_system import RtMidiSystem
from bridge.midi.systems import MidiSystem, Receive, Wanted

NAME = "Sidecrate"
_SEQUENCER = "/dev/snd/seq"
_LINUX_SYSTEMS = ["alsa", "jack"]
_ERRORS = (MidiFault, NotImplementedError)
#: Status byte from which a message is the system's: clock, start, position.
_SYSTEM_MESSAGES: Final = 0xF0


def usable_api(wanted: str = "auto") -> str:
    """The name of the MIDI system to use. DoorError where there is none.

    On Linux it is detected without a library: they print complaints to the terminal.
    """
    is_linux = sys.platform == "linux"
    has_sequencer = is_linux and os.access(_SEQUENCER, os.R_OK | os.W_OK)
    prefers_jack = wanted == "jack" or (wanted == "auto" and not has_sequencer)
    if is_linux and prefers_jack and jack_sockets():
        if stopped := stopped_jack():
            raise DoorError(
                f"the JACK server is stopped (process {stopped}): "
                f"kill -CONT {stopped}, and start this again"
            )
        return "jack"
    built = _LINUX_SYSTEMS if is_linux else backend().systems
    if wanted not in ("auto", *built):
        raise DoorError(
            f"this system has no {wanted}; set midi.api to auto or {' or '.join(built)}"
        )
    if not is_linux:
        return next(name for name in (wanted, "coremidi", "winmm", *built) if name in built)
    if wanted != "jack" and has_sequencer:
        return "alsa"
    missing = {
        "alsa": "ALSA's sequencer is not there (modprobe snd-seq)",
        "jack": "no JACK server is running",
    }
    raise DoorError(
        "no MIDI system answers: "
        + " and ".join(text for name, text in missing.items() if wanted in ("auto", name))
    )


def join(system: str, receive: Receive, wanted: Wanted, log: logging.Logger) -> MidiSystem:
    """Join a MIDI system. MidiFault where it does not answer."""
    if system == "jack":
        return JackSystem(receive, wanted, log)
    if system == "alsa":
        return AlsaSystem(receive, wanted, log)
    return RtMidiSystem(system, receive, wanted, log)


def _system_marks(api: str) -> tuple[tuple[str, int], ...]:
    """Marks that change when the MIDI system is restarted.

    A JACK client is not notified, and goes on listing the dead server's ports.
    """
    if api != "jack" or sys.platform != "linux":
        return ()
    marks = []
    for path in sorted(jack_sockets()):
        with suppress(OSError):
            marks.append((path, os.stat(path).st_ino))
    return tuple(marks)


class MidiPorts:
    """All ports that `chosen_ports` chooses.

    inputs, outputs: parts of ports' names, in any case; without them, devices. name: of our own
    port; ports whose names begin so are never opened. timing, sysex: receive MIDI clock, and system
    exclusive.
    """

    def __init__(
        self,
        receive: Receive,
        *,
        api: str = "auto",
        inputs: Iterable[str] = (),
        outputs: Iterable[str] = (),
        virtual: bool = True,
        timing: bool = False,
        sysex: bool = False,
        name: str = NAME,
        log: logging.Logger | None = None,
    ) -> None:
        self._receive = receive
        self._wanted = Wanted(name, virtual, timing, sysex)
        self._api = api
        self._inputs = tuple(inputs)
        self._outputs = tuple(outputs)
        self._log = log or logging.getLogger(__name__)
        self._joined: MidiSystem | None = None
        self._system: str = ""
        self._marks: tuple[tuple[str, int], ...] = ()
        self._seen: tuple[tuple[str, int], ...] = ()
        self._heard: dict[str, Choice] = {}
        self._lit: dict[str, Choice] = {}
        self._clock_ports: frozenset[str] = frozenset()
        self._refused: frozenset[str] = frozenset()
        self._changes = 0
        self.outputs_opened = 0
        """Counts each opening: a device that was replugged keeps its name."""

    @property
    def heard_ports(self) -> list[str]:
        """Names of the open inputs."""
        return sorted(self._heard)

    @property
    def lit_ports(self) -> list[str]:
        """Names of the open outputs."""
        return sorted(self._lit)

    @property
    def refused_ports(self) -> list[str]:
        """Ports that exist but could not be opened: on Windows, another program may hold one."""
        return sorted(self._refused)

    @property
    def own_port(self) -> str:
        """The name of our own port, to which other programs can send; empty without one."""
        return self._joined.own_port if self._joined else ""

    @property
    def stands_still(self) -> bool:
        """Whether the MIDI system hangs. Messages are then kept or dropped; nothing blocks."""
        return self._joined is not None and self._joined.stands_still

    def now_s(self) -> float:
        """The clock by which messages come; that of the audio server where it has one."""
        return self._joined.now_s() if self._joined else 0.0

    def reopen(self) -> bool:
        """Leave a MIDI system that has gone, and open the one that is there now.

        False while there is none. It waits one poll after a change: JACK 1.9.21 can lose a client
        when all programs join a server that has only just started. It then hangs for five seconds
        a cycle.
        """
        self.close()
        seen = self._seen
        self._seen = _system_marks("jack")
        if seen != self._seen:
            return False
        try:
            self.open()
        except DoorError:
            return False
        return True

    def open(self) -> None:
        """Join the MIDI system and open its ports. DoorError where none answers."""
        self._system = usable_api(self._api)
        self._marks = _system_marks(self._system)
        try:
            self._joined = join(self._system, self._take, self._wanted, self._log)
        except _ERRORS as error:
            raise DoorError(
                f"{self._system} does not answer ({str(error).strip() or 'no reason given'})"
            ) from None
        self.refresh()

    def has_moved(self) -> bool:
        """Whether ports came or went since the last look.

        It is far cheaper than a look, so it can be called often.
        """
        return self._joined is not None and self._now() != self._changes

    def _now(self) -> int:
        if self._joined is None:
            return self._changes
        try:
            return self._joined.changes()
        except _ERRORS:
            return self._changes

    def refresh(self) -> bool:
        """Open new ports and close those that left. False where the MIDI system itself has gone."""
        joined = self._joined
        if joined is None or self._marks != _system_marks(self._system):
            return False
        # asked before the list: a later change then shows as one
        self._changes = self._now()
        try:
            if joined.has_lost_us():
                return False
            renewed = joined.renewed()
            sources, sinks = joined.sources(), joined.sinks()
        except _ERRORS as error:
            self._log.warning("midi: ports cannot be listed: %s", error)
            return False
        if joined.stands_still:
            return True
        here = {port.name for port in sources}, {port.name for port in sinks}
        # only one of a device's two ports may be missing from the lists: both are opened anew
        here = here[0] - renewed, here[1] - renewed
        gone = {one.port.device for name, one in self._heard.items() if name not in here[0]}
        gone |= {one.port.device for name, one in self._lit.items() if name not in here[1]}
        ours, patterns = self._wanted.name, self._inputs
        inputs = choose_inputs(sources, patterns, clock=self._wanted.timing, ours=ours)
        wanted = [one for one in inputs if one.use]
        self._clock_ports = frozenset(one.port.name for one in wanted if one.use == CLOCK)
        self._update(self._heard, wanted, gone, lit=False)
        heard = [one.port for one in self._heard.values() if one.use == NOTES]
        outputs = choose_outputs(sinks, self._outputs, heard, ours=ours)
        lit = [one for one in outputs if one.use]
        self.outputs_opened += self._update(self._lit, lit, gone, lit=True)
        meant = {one.port.name for one in (*wanted, *lit)}
        self._refused = frozenset(meant - {*self._heard, *self._lit})
        return True

    def _update(
        self, opened: dict[str, Choice], wanted: list[Choice], gone: Collection[str], *, lit: bool
    ) -> int:
        """Open those that are wanted, and close ports that left; how many were opened.

        gone: devices of which a port left; all their ports are closed, and opened anew where they
        are wanted.
        """
        joined = self._joined
        assert joined is not None
        names = {one.port.name for one in wanted}
        left = [
            name for name, one in opened.items() if name not in names or one.port.device in gone
        ]
        joined.let_go(left, lit=lit)
        for name in left:
            del opened[name]
            self._log.info("midi: %s has left", name)
        count = 0
        for one in wanted:
            name = one.port.name
            if name in opened:
                continue
            try:
                (joined.light if lit else joined.hear)(one.port)
            except _ERRORS as error:
                # another program holds it (Windows), or it left: the next refresh tries again
                self._log.debug("midi: %s cannot be opened: %s", name, error)
                continue
            opened[name] = one
            count += 1
            self._log.info("midi: %s is open", name)
        return count

    def send(self, message: Sequence[int], port: str) -> None:
        """Send to an input port's own outputs; where outputs are configured, to all of those."""
        joined = self._joined
        if joined is None:
            return
        device = self._heard[port].port.device if port in self._heard else plain_name(port)
        targets = [port] if port and port == joined.own_port else []
        targets += [
            name for name, one in self._lit.items() if self._outputs or one.port.device == device
        ]
        for name in targets:
            try:
                joined.send(message, name)
            except _ERRORS as error:
                self._log.debug("midi: a message was not sent: %s", error)

    def close(self) -> None:
        """Close every port and leave the MIDI system; safe to call twice."""
        joined = self._joined
        self._joined = None
        if joined is not None:
            joined.close()
        self._heard.clear()
        self._lit.clear()

    def _take(self, port: str, message: Sequence[int], at_s: float) -> None:
        if port in self._clock_ports and message[0] < _SYSTEM_MESSAGES:
            return
        self._receive(port, message, at_s)


@dataclass(frozen=True)
class Listing:
    """The ports of a MIDI system: those that send, and those that receive."""

    system: str
    sources: tuple[MidiPort, ...]
    sinks: tuple[MidiPort, ...]

    @property
    def inputs(self) -> list[str]:
        return [port.name for port in self.sources]

    @property
    def outputs(self) -> list[str]:
        return [port.name for port in self.sinks]

    def heard(self, inputs: Sequence[str], *, clock: bool) -> list[Choice]:
        """Which would be heard with this config, and why."""
        return choose_inputs(self.sources, inputs, clock=clock, ours=NAME)

    def lit(self, inputs: Sequence[str], outputs: Sequence[str]) -> list[Choice]:
        """Which would be lit with this config, and why."""
        heard = [one.port for one in self.heard(inputs, clock=False) if one.use == NOTES]
        return choose_outputs(self.sinks, outputs, heard, ours=NAME)


def list_ports(wanted: str = "auto") -> Listing:
    """The MIDI system and its ports. DoorError where no system answers."""
    system = usable_api(wanted)
    try:
        if system == "jack":
            sources, sinks = list_jack_ports(f"{NAME} list")
        elif system == "alsa":
            sources, sinks = list_alsa_ports(f"{NAME} list")
        else:
            sources, sinks = _list_by_clients(system)
    except _ERRORS as error:
        raise DoorError(
            f"{system} does not answer ({str(error).strip() or 'no reason given'})"
        ) from None
    # a client of ours that only lists is gone when the list is read
    inner = f"{NAME} list"
    return Listing(
        system,
        tuple(port for port in sources if not port.name.startswith(inner)),
        tuple(port for port in sinks if not port.name.startswith(inner)),
    )


def _list_by_clients(system: str) -> tuple[list[MidiPort], list[MidiPort]]:
    found = []
    for make in (backend().input, backend().output):
        client = make(system, f"{NAME} list")
        try:
            names = client.get_ports()
        finally:
            let_go(client)
        found.append([MidiPort(name, (), has_device(system, name)) for name in names])
    return found[0], found[1]
