"""MIDI ports by name: opened when they come, let go when they leave, and one of our own where the system can."""

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
#: How often JACK's ports are asked: a pad's note waits 4 ms at the mean, and an open port costs some 0.3 % of a core.
POLL_S = 0.008
#: How long JACK may take to carry one more message before its ports are closed, which waits for it without end.
_LAST_WORD_S = 2.0
_SEQUENCER = "/dev/snd/seq"
#: Ports of ours that are nobody's business.
_IS_INNER = re.compile(rf"{NAME}( FL)? (list|pulse)\b")
_ERRORS = (MidiFault, NotImplementedError)
_Port = TypeVar("_Port", bound=Client)


class Heard(Protocol):
    """What is called for each message, from a thread of the MIDI system: (port, its bytes, seconds since the one before)."""

    def __call__(self, port: str, message: Sequence[int], delta_s: float) -> None: ...


def usable_api(wanted: str = "auto") -> str:
    """The name of the MIDI system to use. DoorError where there is none.

    On Linux, what is not there is found out by looking: asking the libraries makes them complain on the terminal.
    """
    built = backend().systems
    if wanted not in ("auto", *built):
        raise DoorError(
            f"this system has no {wanted}; set midi.api to auto or {' or '.join(built)}"
        )
    if sys.platform != "linux":
        return (
            wanted
            if wanted != "auto"
            else next(name for name in ("coremidi", "winmm", *built) if name in built)
        )
    if wanted in ("auto", "alsa") and "alsa" in built and os.access(_SEQUENCER, os.R_OK | os.W_OK):
        return "alsa"
    if wanted in ("auto", "jack") and "jack" in built and jack_sockets():
        if stopped := stopped_jack():
            raise DoorError(
                f"the JACK server is stopped (process {stopped}): kill -CONT {stopped}, and start this again"
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
    """What changes when the MIDI system is started anew. A JACK client is not told, and lists the dead server's ports."""
    marks = []
    for path in sorted(jack_sockets()) if api == "jack" and sys.platform == "linux" else []:
        with suppress(OSError):
            marks.append((path, os.stat(path).st_ino))
    return tuple(marks)


class MidiPorts:
    """All the ports that a set of name patterns means.

    inputs, outputs: parts of ports' names, in any case; no inputs means every port. No outputs: where inputs are named, the
    outputs of these names, else only the output that belongs to a port which is heard, so that no synth plays our lights.
    name: of our own port; ports whose names begin so are never opened. timing, sysex: hear MIDI clock, system exclusive too.
    """

    def __init__(
        self,
        heard: Heard,
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
        self._heard = heard
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
        """Counts each opening: a device that has left and come back bears the name that it had."""
        self._polling: threading.Thread | None = None
        self._polled: dict[Input, str] = {}
        self._polled_lock = threading.Lock()
        self._pulse: JackPulse | None = None
        """Tells whether JACK is going; None on other systems, which do not hold who sends to them."""

    @property
    def heard_ports(self) -> list[str]:
        return sorted(self._opened_in)

    @property
    def lit_ports(self) -> list[str]:
        return sorted(self._opened_out)

    @property
    def refused_ports(self) -> list[str]:
        """Ports that are there and could not be opened: on Windows, one that another program holds."""
        return sorted(self._refused)

    @property
    def own_port(self) -> str:
        """The name of the port that other programs can send to; empty where there is none."""
        return self._own

    @property
    def stands_still(self) -> bool:
        """Whether the MIDI system is there and carries nothing. What is sent meanwhile is kept or dropped; nothing waits."""
        return self._pulse is not None and self._pulse.stands_still

    def reopen(self) -> bool:
        """Leave a MIDI system that has gone, and open what is there now. False as long as there is none.

        A JACK server that has only just started, and which all programs join at once, can lose one of them (1.9.21 does), and
        then it stands still for five seconds a cycle: who comes back a poll later is spared that.
        """
        self.close()
        seen, self._seen = self._seen, _system_marks("jack")
        if seen != self._seen:
            return False
        try:
            self.open()
        except DoorError:
            return False
        return True

    def open(self) -> None:
        """Meet the MIDI system and open what is there. DoorError where none answers."""
        self._system = usable_api(self._api)
        self._marks = _system_marks(self._system)
        try:
            self._in, self._out = self._input(), self._output()
            if self._virtual and self._system != "winmm":
                self._listen(self._in, self._name)
                # CoreMIDI shows a virtual port by its own name alone, the others after the client's
                names = (self._name, self._name) if self._system == "coremidi" else ("in", "out")
                self._in.open_virtual_port(names[0])
                self._out.open_virtual_port(names[1])
                self._own = self._name
            if self._system == "jack":
                # last: who looks for a port of ours takes the first that bears our name
                self._pulse = JackPulse(self._name)
                self._pulse.goes()
        except _ERRORS as error:
            self.close()
            raise DoorError(
                f"{self._system} does not answer ({str(error).strip() or 'no reason given'})"
            ) from None
        self.refresh()

    def has_moved(self) -> bool:
        """Whether ports have come or gone since the last look, going by their number. Far cheaper than a look, so it can be
        asked often: a device that is back before the next look seems never to have left, and its ports are dead."""
        return self._in is not None and self._count() != self._counted

    def _count(self) -> tuple[int, int]:
        if self._in is None or self._out is None:
            return self._counted
        try:
            return self._in.get_port_count(), self._out.get_port_count()
        except _ERRORS:
            return self._counted

    def refresh(self) -> bool:
        """Open ports that have come and let go those that have left. False where the MIDI system itself has gone."""
        if self._in is None or self._out is None or self._marks != _system_marks(self._system):
            return False
        # before the list: what comes or goes after this shows as a change
        self._counted = self._count()
        try:
            sources, sinks = self._in.get_ports(), self._out.get_ports()
        except _ERRORS as error:
            self._log.warning("midi: ports cannot be listed: %s", error)
            return False
        if self._own and not any(name.startswith(self._own) for name in sinks):
            return False
        if self._pulse is not None:
            self._pulse.ask()
        meant = [name for name in sources if self._is_meant(name, self._inputs)]
        # one of a device's two ports may have left after its list was made: then both are opened anew
        gone = {plain_name(name) for name in self._opened_in if name not in sources}
        gone |= {plain_name(name) for name in self._opened_out if name not in sinks}
        self._settle(self._opened_in, meant, gone, self._open_in)
        own = {plain_name(name) for name in self._opened_in}
        lit = [
            name
            for name in sinks
            if self._is_meant(name, self._outputs) and (self._outputs or plain_name(name) in own)
        ]
        self._settle(self._opened_out, lit, gone, self._open_out)
        self._refused = frozenset({*meant} - {*self._opened_in} | {*lit} - {*self._opened_out})
        return True

    def send(self, message: Sequence[int], port: str) -> None:
        """Send to the outputs that belong to an input port; to all of the named ones where outputs were named."""
        outputs = [self._out] if self._out is not None and port == self._own and self._own else []
        outputs += [
            output
            for name, output in self._opened_out.items()
            if self._outputs or plain_name(name) == plain_name(port)
        ]
        for output in outputs:
            if self._pulse is not None and not self._pulse.has_room(len(message)):
                self._log.debug("midi: JACK stands still; a message was dropped")
                continue
            try:
                output.send_message(list(message))
            except _ERRORS as error:
                self._log.debug("midi: not sent: %s", error)

    def close(self) -> None:
        """Close every port and leave the MIDI system; safe to call twice."""
        clients = [*self._opened_in.values(), *self._opened_out.values(), self._in, self._out]
        pulse, self._pulse = self._pulse, None
        if (
            pulse is not None
            and self._marks == _system_marks(self._system)
            and not pulse.goes(_LAST_WORD_S)
        ):
            self._log.warning("midi: JACK stands still; its ports are left as they are")
            abandon(*clients, *pulse.clients)
            with self._polled_lock:
                self._polled.clear()
        else:
            self._let_go(*clients)
            if pulse is not None:
                pulse.close()
        polling, self._polling = self._polling, None
        if polling is not None:
            polling.join()
        self._opened_in.clear()
        self._opened_out.clear()
        self._in = self._out = None
        self._own = ""

    def _input(self) -> Input:
        return backend().input(self._system, self._name, self._log)

    def _output(self) -> Output:
        return backend().output(self._system, self._name, self._log)

    def _is_meant(self, name: str, patterns: tuple[str, ...]) -> bool:
        if name.casefold().startswith(self._name.casefold()) or "midi through" in name.casefold():
            return False
        return not patterns or any(pattern.casefold() in name.casefold() for pattern in patterns)

    def _settle(
        self,
        opened: dict[str, _Port],
        names: list[str],
        gone: Collection[str],
        open_port: Callable[[str], _Port],
    ) -> None:
        """Have those of `names` open, and of devices that have `gone` nothing that was open before."""
        left = {name for name in opened if name not in names or plain_name(name) in gone}
        if (
            (left or set(names) - set(opened))
            and self._pulse is not None
            and not self._pulse.goes()
        ):
            return
        self._let_go(*(opened.pop(name) for name in left))
        for name in left:
            self._log.info("midi: %s has left", name)
        for name in [name for name in dict.fromkeys(names) if name not in opened]:
            try:
                opened[name] = open_port(name)
                self._log.info("midi: %s is open", name)
            except _ERRORS as error:
                # held by another program (Windows), or gone again: the next refresh tries once more
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
        """Hear a client: called back, or on JACK asked every few ms.

        A callback from JACK's real-time thread would wait for Python in the middle of the sound of every program; and when a
        client is closed JACK cancels that thread, which, cancelled while it waits for Python, takes Python's lock with it.
        """
        # with a clock all is heard: some systems count the time between messages with those that they keep from us
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
            client.set_callback(lambda message, delta_s: self._hear(name, (message, delta_s)))

    def _poll(self) -> None:
        while self._polling is threading.current_thread():
            time.sleep(POLL_S)
            with self._polled_lock:
                heard = [
                    (name, event)
                    for client, name in self._polled.items()
                    for event in iter(client.get_message, None)
                ]
            for name, event in heard:
                self._hear(name, event)

    def _hear(self, name: str, event: tuple[Sequence[int], float]) -> None:
        # an exception in here would be raised in a thread of the MIDI system
        try:
            self._heard(name, event[0], event[1])
        except Exception:
            self._log.exception("midi: a message was lost")

    def _let_go(self, *clients: Client | None) -> None:
        with self._polled_lock:
            for client in clients:
                if isinstance(client, Input):
                    self._polled.pop(client, None)
        let_go(*clients)


def list_ports(wanted: str = "auto") -> tuple[str, list[str], list[str]]:
    """The MIDI system, and the names of the ports that send and of those that hear. DoorError where no system answers."""
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
    """What the two directions of one device have in common: its name without direction and number."""
    words = re.sub(r"\d+:\d+$", "", name.casefold())
    # JACK tells the two clients of one program apart by a number
    words = re.sub(r"-\d\d(?=:)", "", words)
    words = re.sub(
        r"\b(midi ?in|midi ?out|input|output|in|out|capture|playback)(_\d+)?\b", "", words
    )
    return re.sub(r"[\s\d_():]+$", "", re.sub(r"\(\)", "", words)).strip()
