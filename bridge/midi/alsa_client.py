"""One client of ALSA's sequencer for all MIDI ports. The only file that knows its library.

Two ports of ours are for other programs: `in` and `out`. A hidden third one is subscribed to every
port that is heard or lit: what comes says where it comes from, and what is sent is addressed.
"""

from __future__ import annotations

import importlib
import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any, Final

from bridge.midi.backend import MidiFault
from bridge.midi.chosen_ports import MidiPort, has_device
from bridge.midi.systems import Receive, Wanted

#: The sequencer's port that tells of others' coming and going.
_ANNOUNCE: Final = (0, 1)
#: Messages that only clocks and system exclusive readers want.
_TIMING: Final = frozenset((0xF1, 0xF8, 0xFE))
_SYSEX: Final = 0xF0
_SYSEX_END: Final = 0xF7
#: Bytes of a system exclusive message that comes in pieces; what is longer is dropped.
_MOST_SYSEX: Final = 1 << 16
#: Pause after an error of reading.
_AFTER_ERROR_S: Final = 0.1
#: Timeout of the reading thread's end.
_END_S: Final = 2.0

#: The sequencer's address of a port: its client's number, and its own.
Address = tuple[int, int]


@cache
def alsa_library() -> Any:
    """ALSA's library. MidiFault, in one line, where it cannot be loaded."""
    try:
        return importlib.import_module("alsa_midi")
    except (ImportError, OSError) as error:
        raise MidiFault(
            f"ALSA's library cannot be loaded ({error}); install alsa-midi and libasound2"
        ) from None


def list_alsa_ports(name: str) -> tuple[list[MidiPort], list[MidiPort]]:
    """The ports that send and those that receive, by a client that is there for the moment."""
    with _faults():
        client = alsa_library().SequencerClient(name)
        try:
            return _ports(client, sending=True)[0], _ports(client, sending=False)[0]
        finally:
            client.close()


@contextmanager
def _faults() -> Iterator[None]:
    """Any error of the library as a MidiFault; its own and the system's share no base."""
    try:
        yield
    except MidiFault:
        raise
    except Exception as error:
        raise MidiFault(str(error).strip() or type(error).__name__) from None


def _ports(client: Any, *, sending: bool) -> tuple[list[MidiPort], dict[str, Address]]:
    """Other clients' ports that can be connected, and their addresses by name."""
    kinds = alsa_library().PortType.ANY
    found = client.list_ports(
        input=sending, output=not sending, type=kinds, include_no_export=False, sort=False
    )
    addresses = {
        f"{one.client_name}:{one.name} {one.client_id}:{one.port_id}": (one.client_id, one.port_id)
        for one in found
    }
    return [MidiPort(name, (), has_device("alsa", name)) for name in addresses], addresses


class AlsaSystem:
    """A `MidiSystem` of one ALSA client. MidiFault where the sequencer does not answer."""

    #: Sending waits for nobody here: the kernel drops what a port cannot take.
    stands_still = False

    def __init__(self, receive: Receive, wanted: Wanted, log: logging.Logger) -> None:
        self._receive = receive
        self._log = log
        skipped = frozenset() if wanted.timing else _TIMING
        self._skipped = skipped | (frozenset() if wanted.sysex else {_SYSEX})
        self.own_port = wanted.name if wanted.virtual else ""
        self._heard: dict[Address, str] = {}
        self._lit: dict[str, Address] = {}
        self._changes = 0
        self._left: set[Address] = set()
        """Addresses of ports that left since `renewed` was asked."""
        self._unfinished: dict[Address, bytearray] = {}
        self._ends = False
        self._library = alsa_library()
        with _faults():
            self._client = self._library.SequencerClient(wanted.name)
        try:
            with _faults():
                self._begin()
        except BaseException:
            self._client.close()
            raise
        self._thread = threading.Thread(target=self._read, name="midi-in", daemon=True)
        self._thread.start()

    def _begin(self) -> None:
        library = self._library
        # arrivals are dated by the kernel, not by when we are woken
        self._queue = self._client.create_queue()
        self._queue.start()
        self._client.drain_output()
        hidden = library.PortCaps.NO_EXPORT
        both = library.PortCaps.READ | library.PortCaps.WRITE
        self._hidden = self._port("devices", both | hidden)
        self._in = self._port("in", library.WRITE_PORT) if self.own_port else None
        self._out = self._port("out", library.READ_PORT) if self.own_port else None
        self._client.subscribe_port(_ANNOUNCE, self._hidden)

    def _port(self, name: str, caps: Any) -> Any:
        return self._client.create_port(
            name, caps, timestamping=True, timestamp_real=True, timestamp_queue=self._queue
        )

    # -- what there is

    def sources(self) -> list[MidiPort]:
        with _faults():
            return _ports(self._client, sending=True)[0]

    def sinks(self) -> list[MidiPort]:
        with _faults():
            return _ports(self._client, sending=False)[0]

    def changes(self) -> int:
        return self._changes

    def renewed(self) -> frozenset[str]:
        left = set()
        while self._left:
            left.add(self._left.pop())
        heard = {name for address, name in self._heard.items() if address in left}
        return frozenset(heard | {name for name, address in self._lit.items() if address in left})

    def has_lost_us(self) -> bool:
        return not self._thread.is_alive()

    # -- ports

    def hear(self, port: MidiPort) -> None:
        with _faults():
            address = self._address(port, sending=True)
            self._client.subscribe_port(address, self._hidden)
        self._heard[address] = port.name

    def light(self, port: MidiPort) -> None:
        with _faults():
            address = self._address(port, sending=False)
            self._client.subscribe_port(self._hidden, address)
        self._lit[port.name] = address

    def _address(self, port: MidiPort, *, sending: bool) -> Address:
        found = _ports(self._client, sending=sending)[1].get(port.name)
        if found is None:
            raise MidiFault(f"no port is called {port.name} any more")
        return found

    def let_go(self, names: Sequence[str], *, lit: bool) -> None:
        for name in names:
            if lit and name in self._lit:
                ends = (self._hidden, self._lit.pop(name))
            elif not lit and name in self._heard.values():
                address = next(one for one, heard in self._heard.items() if heard == name)
                del self._heard[address]
                ends = (address, self._hidden)
            else:
                continue
            # a port that left took its subscription along
            with suppress(Exception):
                self._client.unsubscribe_port(*ends)

    def send(self, message: Sequence[int], name: str) -> None:
        event = self._library.MidiBytesEvent(bytes(message))
        with _faults():
            if name and name == self.own_port:
                self._client.event_output(event, port=self._out)
            elif name in self._lit:
                self._client.event_output(event, port=self._hidden, dest=self._lit[name])
            else:
                return
            self._client.drain_output()

    def now_s(self) -> float:
        with _faults():
            return _seconds(self._queue.get_status().real_time)

    # -- what comes

    def _read(self) -> None:
        while not self._ends:
            try:
                event = self._client.event_input(prefer_bytes=True)
                self._take(event)
            except Exception as error:
                if self._ends:
                    return
                # too much at once: the kernel has dropped some
                self._log.debug("midi: messages were lost: %s", error)
                time.sleep(_AFTER_ERROR_S)

    def _take(self, event: Any) -> None:
        source = (event.source.client_id, event.source.port_id)
        if source == _ANNOUNCE:
            self._note_change(event)
            return
        if not isinstance(event, self._library.MidiBytesEvent):
            return
        is_ours = self._in is not None and event.dest.port_id == self._in.port_id
        name = self.own_port if is_ours else self._heard.get(source)
        message = self._whole(source, event.midi_bytes)
        if name is None or not message or message[0] in self._skipped:
            return
        try:
            self._receive(name, message, _seconds(event.time))
        except Exception:  # the thread must outlive a fault in one message
            self._log.exception("midi: a fault of ours lost a message")

    def _note_change(self, event: Any) -> None:
        library = self._library
        if isinstance(event, library.PortStartEvent | library.PortExitEvent):
            self._changes += 1
        if isinstance(event, library.PortExitEvent):
            self._left.add((event.addr.client_id, event.addr.port_id))

    def _whole(self, source: Address, part: bytes) -> bytes:
        """The message that a part belongs to, once it is there; the sequencer cuts long ones."""
        begun = self._unfinished.get(source)
        if part[:1] != bytes((_SYSEX,)) and begun is None:
            return part
        if part[:1] == bytes((_SYSEX,)) or begun is None:
            begun = self._unfinished[source] = bytearray()
        begun += part
        if begun[-1] == _SYSEX_END or len(begun) > _MOST_SYSEX:
            del self._unfinished[source]
            return bytes(begun) if begun[-1] == _SYSEX_END else b""
        return b""

    # -- the end

    def close(self) -> None:
        """Leave the sequencer."""
        self._ends = True
        with suppress(Exception):
            # the thread waits for what comes, so something must
            waking = self._library.Event(self._library.EventType.USR0)
            self._client.event_output(waking, port=self._hidden, dest=self._hidden)
            self._client.drain_output()
        self._thread.join(_END_S)
        with suppress(Exception):
            self._client.close()


def _seconds(time: Any) -> float:
    return float(time.seconds) + float(time.nanoseconds) / 1e9
