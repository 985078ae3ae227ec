"""MIDI ports by name: opened and closed as devices come and go, beside a port of our own."""

from __future__ import annotations

import logging
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from typing import Protocol, TypeVar

from bridge.errors import DoorError
from bridge.midi.backend import Client, Input, MidiFault, Output, backend
from bridge.midi.clients import abandon, let_go
from bridge.midi.jack_pulse import JackPulse
from bridge.midi.jack_server import jack_sockets, stopped_jack

NAME = "Sidecrate"
#: Polling of JACK's ports: it adds 4 ms to a message on average, and costs 0.3 % of a core a port.
POLL_S = 0.008
#: Timeout of a last message to JACK before its ports close, since closing blocks without end.
_LAST_WORD_S = 2.0
_SEQUENCER = "/dev/snd/seq"
#: Internal ports of this program, which no list shows.
_IS_INNER = re.compile(rf"{NAME}( FL)? (list|pulse)\b")
_ERRORS = (MidiFault, NotImplementedError)
_Port = TypeVar("_Port", bound=Client)


class Receive(Protocol):
    """Called for each message from a thread of the MIDI system, with the seconds since the last."""

    def __call__(self, port: str, message: Sequence[int], delta_s: float) -> None: ...


def usable_api(wanted: str = "auto") -> str:
    """The name of the MIDI system to use. DoorError where there is none.

    On Linux it is detected without the libraries: they print complaints to the terminal.
    """
    built = backend().systems
    if wanted not in ("auto", *built):
        raise DoorError(
            f"this system has no {wanted}; set midi.api to auto or {' or '.join(built)}"
        )
    if sys.platform != "linux":
        if wanted != "auto":
            return wanted
        return next(name for name in ("coremidi", "winmm", *built) if name in built)
    if wanted in ("auto", "alsa") and "alsa" in built and os.access(_SEQUENCER, os.R_OK | os.W_OK):
        return "alsa"
    if wanted in ("auto", "jack") and "jack" in built and jack_sockets():
        if stopped := stopped_jack():
            raise DoorError(
                f"the JACK server is stopped (process {stopped}): "
                f"kill -CONT {stopped}, and start this again"
            )
        return "jack"
    missing = {
        "alsa": "ALSA's sequencer is not there (modprobe snd-seq)",
        "jack": "no JACK server is running",
    }
    raise DoorError(
        "no MIDI system answers: "
        + " and ".join(text for name, text in missing.items() if wanted in ("auto", name))
    )


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
    """All ports whose names match the patterns.

    inputs, outputs: parts of ports' names, in any case; without inputs every port matches. Without
    outputs the inputs' patterns hold for them; without either, only outputs that belong to an open
    input, so that no synthesizer plays our lights. name: of our own port; ports whose names begin
    so are never opened. timing, sysex: receive MIDI clock, and system exclusive.
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
        self._name = name
        self._sysex = sysex
        self._api = api
        self._inputs = tuple(inputs)
        self._outputs = tuple(outputs) or self._inputs
        self._virtual = virtual
        self._timing = timing
        self._log = log or logging.getLogger(__name__)
        self._in: Input | None = None
        self._out: Output | None = None
        self._system: str = ""
        self._marks: tuple[tuple[str, int], ...] = ()
        self._seen: tuple[tuple[str, int], ...] = ()
        self._own: str = ""
        self._opened_in: dict[str, Input] = {}
        self._opened_out: dict[str, Output] = {}
        self._refused: frozenset[str] = frozenset()
        self._counted = (0, 0)
        self.outputs_opened = 0
        """Counts each opening: a device that was replugged keeps its name."""
        self._polling: threading.Thread | None = None
        self._polled: dict[Input, str] = {}
        self._polled_lock = threading.Lock()
        self._pulse: JackPulse | None = None
        """The JACK server's heartbeat; None on other systems, where sending does not block."""

    @property
    def heard_ports(self) -> list[str]:
        """Names of the open inputs."""
        return sorted(self._opened_in)

    @property
    def lit_ports(self) -> list[str]:
        """Names of the open outputs."""
        return sorted(self._opened_out)

    @property
    def refused_ports(self) -> list[str]:
        """Ports that exist but could not be opened: on Windows, another program may hold one."""
        return sorted(self._refused)

    @property
    def own_port(self) -> str:
        """The name of our own port, to which other programs can send; empty without one."""
        return self._own

    @property
    def stands_still(self) -> bool:
        """Whether the MIDI system hangs. Messages are then kept or dropped; nothing blocks."""
        return self._pulse is not None and self._pulse.stands_still

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
            self._in = self._input()
            self._out = self._output()
            if self._virtual and self._system != "winmm":
                self._listen(self._in, self._name)
                # CoreMIDI shows a virtual port's own name, the others show the client's before it
                names = (self._name, self._name) if self._system == "coremidi" else ("in", "out")
                self._in.open_virtual_port(names[0])
                self._out.open_virtual_port(names[1])
                self._own = self._name
            if self._system == "jack":
                # last: programs that look for our port take the first with our name
                self._pulse = JackPulse(self._name)
                self._pulse.goes()
        except _ERRORS as error:
            self.close()
            raise DoorError(
                f"{self._system} does not answer ({str(error).strip() or 'no reason given'})"
            ) from None
        self.refresh()

    def has_moved(self) -> bool:
        """Whether the number of ports has changed since the last look.

        It is far cheaper than a look, so it can be called often. A device that is back before the
        next look seems never to have left, and its open ports are dead.
        """
        return self._in is not None and self._count() != self._counted

    def _count(self) -> tuple[int, int]:
        if self._in is None or self._out is None:
            return self._counted
        try:
            return self._in.get_port_count(), self._out.get_port_count()
        except _ERRORS:
            return self._counted

    def refresh(self) -> bool:
        """Open new ports and close those that left. False where the MIDI system itself has gone."""
        if self._in is None or self._out is None or self._marks != _system_marks(self._system):
            return False
        # counted before the list: a later change then shows as one
        self._counted = self._count()
        try:
            sources = self._in.get_ports()
            sinks = self._out.get_ports()
        except _ERRORS as error:
            self._log.warning("midi: ports cannot be listed: %s", error)
            return False
        if self._own and not any(name.startswith(self._own) for name in sinks):
            return False
        if self._pulse is not None:
            self._pulse.ask()
        meant = [name for name in sources if self._is_meant(name, self._inputs)]
        # only one of a device's two ports may be missing from the lists: both are opened anew
        gone = {plain_name(name) for name in self._opened_in if name not in sources}
        gone |= {plain_name(name) for name in self._opened_out if name not in sinks}
        self._update(self._opened_in, meant, gone, self._open_in)
        own = {plain_name(name) for name in self._opened_in}
        lit = [
            name
            for name in sinks
            if self._is_meant(name, self._outputs) and (self._outputs or plain_name(name) in own)
        ]
        self._update(self._opened_out, lit, gone, self._open_out)
        self._refused = frozenset({*meant} - {*self._opened_in} | {*lit} - {*self._opened_out})
        return True

    def send(self, message: Sequence[int], port: str) -> None:
        """Send to an input port's own outputs; where outputs are configured, to all of those."""
        outputs = [self._out] if self._out is not None and port == self._own and self._own else []
        outputs += [
            output
            for name, output in self._opened_out.items()
            if self._outputs or plain_name(name) == plain_name(port)
        ]
        for output in outputs:
            if self._pulse is not None and not self._pulse.has_room(len(message)):
                self._log.debug("midi: the JACK server hangs; a message was dropped")
                continue
            try:
                output.send_message(list(message))
            except _ERRORS as error:
                self._log.debug("midi: a message was not sent: %s", error)

    def close(self) -> None:
        """Close every port and leave the MIDI system; safe to call twice."""
        clients = [*self._opened_in.values(), *self._opened_out.values(), self._in, self._out]
        pulse = self._pulse
        self._pulse = None
        is_same = self._marks == _system_marks(self._system)
        if pulse is not None and is_same and not pulse.goes(_LAST_WORD_S):
            self._log.warning("midi: the JACK server hangs; its ports are left open")
            abandon(*clients, *pulse.clients)
            with self._polled_lock:
                self._polled.clear()
        else:
            self._let_go(*clients)
            if pulse is not None:
                pulse.close()
        polling = self._polling
        self._polling = None
        if polling is not None:
            polling.join()
        self._opened_in.clear()
        self._opened_out.clear()
        self._in = None
        self._out = None
        self._own = ""

    def _input(self) -> Input:
        return backend().input(self._system, self._name, self._log)

    def _output(self) -> Output:
        return backend().output(self._system, self._name, self._log)

    def _is_meant(self, name: str, patterns: tuple[str, ...]) -> bool:
        if name.casefold().startswith(self._name.casefold()) or "midi through" in name.casefold():
            return False
        return not patterns or any(pattern.casefold() in name.casefold() for pattern in patterns)

    def _update(
        self,
        opened: dict[str, _Port],
        names: list[str],
        gone: Collection[str],
        open_port: Callable[[str], _Port],
    ) -> None:
        """Open those of `names`, and close ports that left.

        gone: plain names of devices of which a port left; all their ports are closed, and opened
        anew where they are in `names`.
        """
        left = {name for name in opened if name not in names or plain_name(name) in gone}
        is_needed = bool(left or set(names) - set(opened))
        if is_needed and self._pulse is not None and not self._pulse.goes():
            return
        self._let_go(*(opened.pop(name) for name in left))
        for name in left:
            self._log.info("midi: %s has left", name)
        for name in [name for name in dict.fromkeys(names) if name not in opened]:
            try:
                opened[name] = open_port(name)
                self._log.info("midi: %s is open", name)
            except _ERRORS as error:
                # another program holds it (Windows), or it left: the next refresh tries again
                self._log.debug("midi: %s cannot be opened: %s", name, error)

    def _open_in(self, name: str) -> Input:
        client = self._input()
        return self._opened(client, name, lambda: self._listen(client, name))

    def _open_out(self, name: str) -> Output:
        client = self._opened(self._output(), name)
        self.outputs_opened += 1
        return client

    def _opened(
        self, client: _Port, name: str, prepare: Callable[[], None] = lambda: None
    ) -> _Port:
        try:
            prepare()
            client.open_port(name, "in" if isinstance(client, Input) else "out")
        except BaseException:
            self._let_go(client)
            raise
        return client

    def _listen(self, client: Input, name: str) -> None:
        """Receive from a client: by callback, or on JACK by polling.

        A callback in JACK's real-time thread would wait for the GIL in the middle of every
        program's audio. Closing a client cancels that thread; cancelled while it waits for the GIL,
        it never gives that back.
        """
        # with a clock every type is received: some systems leave the time of filtered messages out
        clock = self._timing
        client.ignore_types(
            sysex=not (self._sysex or clock), timing=not clock, active_sense=not clock
        )
        if self._system == "jack":
            with self._polled_lock:
                self._polled[client] = name
            if self._polling is None:
                self._polling = threading.Thread(target=self._poll, name="midi-poll", daemon=True)
                self._polling.start()
        else:
            client.set_callback(lambda message, delta_s: self._pass_on(name, (message, delta_s)))

    def _poll(self) -> None:
        while self._polling is threading.current_thread():
            time.sleep(POLL_S)
            with self._polled_lock:
                events = [
                    (name, event)
                    for client, name in self._polled.items()
                    for event in iter(client.get_message, None)
                ]
            for name, event in events:
                self._pass_on(name, event)

    def _pass_on(self, name: str, event: tuple[Sequence[int], float]) -> None:
        # an exception would be raised in a thread of the MIDI system
        try:
            self._receive(name, event[0], event[1])
        except Exception:
            self._log.exception("midi: a fault of ours lost a message")

    def _let_go(self, *clients: Client | None) -> None:
        with self._polled_lock:
            for client in clients:
                if isinstance(client, Input):
                    self._polled.pop(client, None)
        let_go(*clients)


def list_ports(wanted: str = "auto") -> tuple[str, list[str], list[str]]:
    """The MIDI system, and the names of its ports that send and of those that receive.

    DoorError where no system answers.
    """
    system = usable_api(wanted)
    names: list[list[str]] = []
    for make in (backend().input, backend().output):
        client: Client | None = None
        try:
            client = make(system, f"{NAME} list")
            names.append([name for name in client.get_ports() if not _IS_INNER.match(name)])
        except _ERRORS as error:
            raise DoorError(
                f"{system} does not answer ({str(error).strip() or 'no reason given'})"
            ) from None
        finally:
            let_go(client)
    return system, names[0], names[1]


def plain_name(name: str) -> str:
    """The name that a device's two directions share: without direction and number."""
    words = re.sub(r"\d+:\d+$", "", name.casefold())
    # JACK numbers clients of the same name
    words = re.sub(r"-\d\d(?=:)", "", words)
    words = re.sub(
        r"\b(midi ?in|midi ?out|input|output|in|out|capture|playback)(_\d+)?\b", "", words
    )
    return re.sub(r"[\s\d_():]+$", "", re.sub(r"\(\)", "", words)).strip()
