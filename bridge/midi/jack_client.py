"""One JACK client with as many MIDI ports as are needed. The only file that knows JACK's library.

JACK calls `_Cycle.run` in its real-time thread in every cycle of every program's audio. It waits
for Python's lock there, so it only moves messages, and Python hands the lock over sooner than it
would (`HAND_OVER_S`). A call that waits for a hanging server waits without that lock, so only its
own thread stands still.
"""

from __future__ import annotations

import ctypes
import importlib
import logging
import os
import queue
import re
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from typing import Any, Final, TypeVar

from bridge.midi.backend import MidiFault
from bridge.midi.chosen_ports import MidiPort
from bridge.midi.jack_server import stopped_jack
from bridge.midi.systems import Receive, Wanted

#: Python's switch interval while we take part in JACK's cycles; its own 5 ms is a whole cycle.
HAND_OVER_S: Final = 0.0005
#: Time without a cycle after which the server counts as hanging.
STILL_S: Final = 1.0
#: Time without a cycle after which a new client is tried: perhaps only ours was dropped.
LOST_S: Final = 3.0
#: Timeout of whatever asks the server.
ANSWER_S: Final = 2.0
#: Messages that may wait for the next cycle, for each port; the oldest are dropped.
MOST_WAITING: Final = 2048
#: Interval between two looks for a cycle, or for the end of a thread.
_LOOK_S: Final = 0.002
#: Characters of our ports' names; JACK takes 255 with the client's.
_MOST_NAME: Final = 200
#: Messages that only clocks and system exclusive readers want.
_TIMING: Final = frozenset((0xF1, 0xF8, 0xFE))
_SYSEX: Final = 0xF0
_Found = TypeVar("_Found")


@cache
def jack_library() -> Any:
    """JACK's library. MidiFault, in one line, where it cannot be loaded."""
    try:
        library = importlib.import_module("jack")
    except (ImportError, OSError) as error:
        raise MidiFault(
            f"the JACK library cannot be loaded ({error}); install libjack, or PipeWire's"
        ) from None
    # its complaints would go to the terminal. A function of C, for they come from any thread,
    # and strlen, which reads the text and does nothing
    nothing = ctypes.cast(ctypes.CDLL(None).strlen, ctypes.c_void_p)
    own = ctypes.CDLL(library._libname)
    own.jack_set_error_function(nothing)
    own.jack_set_info_function(nothing)
    return library


def in_time(work: Callable[[], _Found], wait_s: float = ANSWER_S) -> _Found:
    """The result of `work`, done in a thread of its own. MidiFault where it takes longer.

    A thread that waits for a hanging server stays behind; it holds nothing.
    """
    done: queue.SimpleQueue[tuple[bool, Any]] = queue.SimpleQueue()

    def run() -> None:
        try:
            done.put((True, work()))
        except Exception as error:  # JACK's exceptions share no base with others of its library
            done.put((False, error))

    threading.Thread(target=run, name="jack-asks", daemon=True).start()
    try:
        is_well, result = done.get(timeout=wait_s)
    except queue.Empty:
        raise MidiFault("the JACK server does not answer") from None
    if is_well:
        found: _Found = result
        return found
    raise MidiFault(str(result).strip() or type(result).__name__)


def list_jack_ports(name: str) -> tuple[list[MidiPort], list[MidiPort]]:
    """The ports that send and those that receive, by a client that takes part in no cycle."""

    def look() -> tuple[list[MidiPort], list[MidiPort]]:
        client = jack_library().Client(name, no_start_server=True)
        try:
            return _ports(client, sending=True), _ports(client, sending=False)
        finally:
            client.close()

    return in_time(look)


def _ports(client: Any, *, sending: bool) -> list[MidiPort]:
    found = client.get_ports(is_midi=True, is_output=sending, is_input=not sending)
    return [MidiPort(port.name, tuple(port.aliases), bool(port.is_physical)) for port in found]


class _Cycle:
    """What JACK calls in each cycle: takes what came, and gives what waits."""

    def __init__(self, client: Any, wanted: Wanted, exit_type: type[Exception]) -> None:
        self._client = client
        self._exit = exit_type
        skipped = frozenset() if wanted.timing else _TIMING
        self._skipped = skipped | (frozenset() if wanted.sysex else {_SYSEX})
        self.ins: tuple[tuple[str, Any], ...] = ()
        self.outs: tuple[tuple[deque[bytes], Any], ...] = ()
        self.arrived: queue.SimpleQueue[tuple[str, bytes, int] | None] = queue.SimpleQueue()
        self.count = 0
        self.clock = (0, 0)
        """The frame at which the latest cycle began: counted on, and as JACK's 32 bits."""
        self.last_s = time.monotonic()
        self.thread = 0
        """The real-time thread's number, once it has been here."""
        self.ends = False

    def run(self, frames: int) -> None:
        if self.ends:
            raise self._exit
        now = self._client.last_frame_time
        whole, last = self.clock
        begin = whole + ((now - last) & 0xFFFFFFFF)
        self.clock = (begin, now)
        for name, port in self.ins:
            for offset, data in port.incoming_midi_events():
                message = bytes(data)
                if message and message[0] not in self._skipped:
                    self.arrived.put((name, message, begin + offset))
        for waiting, port in self.outs:
            port.clear_buffer()
            while waiting:
                try:
                    port.write_midi_event(0, waiting[0])
                except Exception:
                    break  # the cycle's buffer is full: the rest goes with the next one
                waiting.popleft()
        if not self.thread:
            self.thread = threading.get_native_id()
        self.count += 1
        self.last_s = time.monotonic()


class JackSystem:
    """A `MidiSystem` of one JACK client. MidiFault where no server answers."""

    def __init__(self, receive: Receive, wanted: Wanted, log: logging.Logger) -> None:
        self._receive = receive
        self._log = log
        self._library = jack_library()
        sys.setswitchinterval(min(sys.getswitchinterval(), HAND_OVER_S))
        self._client = in_time(lambda: self._library.Client(wanted.name, no_start_server=True))
        self._rate = int(self._client.samplerate)
        self._cycle = _Cycle(self._client, wanted, self._library.CallbackExit)
        self.own_port = self._client.name if wanted.virtual else ""
        self._outs: dict[str, deque[bytes]] = {}
        self._ends: dict[tuple[str, bool], Any] = {}
        """Our port for each foreign one, by its name, and whether we send to it."""
        self._changes = 0
        self._came: set[str] = set()
        """Names of ports that were registered since `renewed` was asked."""
        self._trial: threading.Thread | None = None
        self._answers_others = False
        try:
            in_time(lambda: self._begin(wanted))
        except BaseException:
            self.close()
            raise
        threading.Thread(target=self._pass_on, name="midi-in", daemon=True).start()

    def _begin(self, wanted: Wanted) -> None:
        if wanted.virtual:
            self._cycle.ins = ((self.own_port, self._client.midi_inports.register("in")),)
            self._open_out(self.own_port, self._client.midi_outports.register("out"))
        self._client.set_process_callback(self._cycle.run)
        # in a thread of JACK's own that is not the real-time one
        self._client.set_port_registration_callback(self._note_change, only_available=False)
        self._client.activate()

    def _note_change(self, port: Any, came: bool) -> None:
        if came and port is not None:
            self._came.add(port.name)
        self._changes += 1

    # -- what there is

    def sources(self) -> list[MidiPort]:
        return _ports(self._client, sending=True)

    def sinks(self) -> list[MidiPort]:
        return _ports(self._client, sending=False)

    def changes(self) -> int:
        return self._changes

    def renewed(self) -> frozenset[str]:
        came = set()
        while self._came:
            came.add(self._came.pop())
        return frozenset(name for name, _ in self._ends if name in came)

    @property
    def stands_still(self) -> bool:
        return time.monotonic() - self._cycle.last_s > STILL_S

    def has_lost_us(self) -> bool:
        """Whether our own ports have gone, or cycles come to new clients and not to this one."""
        if self.own_port and not self._client.get_ports(f"^{re.escape(self.own_port)}:in$"):
            return True
        if time.monotonic() - self._cycle.last_s < LOST_S:
            self._answers_others = False
            return False
        if self._answers_others:
            return True
        if self._trial is None or not self._trial.is_alive():
            # it may wait for a hanging server for as long as that hangs
            self._trial = threading.Thread(target=self._try_another, daemon=True)
            self._trial.start()
        return False

    def _try_another(self) -> None:
        if stopped_jack():
            return
        with suppress(Exception):
            other = self._library.Client(f"{self._client.name} list", no_start_server=True)
            cycle = _Cycle(other, Wanted("", virtual=False), self._library.CallbackExit)
            other.set_process_callback(cycle.run)
            other.activate()
            _await(lambda: cycle.count > 0, ANSWER_S)
            self._answers_others = cycle.count > 0
            _leave(other, cycle)

    def now_s(self) -> float:
        whole, last = self._cycle.clock
        ahead = (self._client.frame_time - last) & 0xFFFFFFFF
        return (whole + (ahead if ahead < 0x80000000 else 0)) / self._rate

    # -- ports

    def hear(self, port: MidiPort) -> None:
        def connect() -> None:
            own = self._client.midi_inports.register(_own_name("from", port))
            self._ends[port.name, False] = own
            self._client.connect(port.name, own)
            self._cycle.ins = (*self._cycle.ins, (port.name, own))

        self._do(connect, (port.name, False))

    def light(self, port: MidiPort) -> None:
        def connect() -> None:
            own = self._client.midi_outports.register(_own_name("to", port))
            self._ends[port.name, True] = own
            self._client.connect(own, port.name)
            self._open_out(port.name, own)

        self._do(connect, (port.name, True))

    def _open_out(self, name: str, own: Any) -> None:
        self._outs[name] = deque(maxlen=MOST_WAITING)
        self._cycle.outs = (*self._cycle.outs, (self._outs[name], own))

    def _do(self, connect: Callable[[], None], place: tuple[str, bool]) -> None:
        try:
            in_time(connect)
        except MidiFault:
            self._drop([place])
            raise

    def let_go(self, names: Sequence[str], *, lit: bool) -> None:
        self._drop([(name, lit) for name in names])

    def _drop(self, places: Sequence[tuple[str, bool]]) -> None:
        ends = [self._ends.pop(place) for place in places if place in self._ends]
        if not ends:
            return
        gone = set(map(id, ends))
        self._cycle.ins = tuple(one for one in self._cycle.ins if id(one[1]) not in gone)
        self._cycle.outs = tuple(one for one in self._cycle.outs if id(one[1]) not in gone)
        for name, is_lit in places:
            if is_lit:
                self._outs.pop(name, None)
        # a cycle that runs now may still use them
        self._await_cycle()
        for own in ends:
            with suppress(MidiFault):
                in_time(own.unregister)

    def send(self, message: Sequence[int], name: str) -> None:
        waiting = self._outs.get(name)
        if waiting is not None:
            waiting.append(bytes(message))

    def _pass_on(self) -> None:
        while (arrived := self._cycle.arrived.get()) is not None:
            name, message, frame = arrived
            try:
                self._receive(name, message, frame / self._rate)
            except Exception:  # the thread must outlive a fault in one message
                self._log.exception("midi: a fault of ours lost a message")

    # -- the end

    def close(self) -> None:
        """Leave the server. Where that hangs, the client is left to it."""
        hangs = self.stands_still and stopped_jack() != 0
        self._cycle.arrived.put(None)
        if hangs:
            self._log.warning("midi: the JACK server hangs; its ports are left open")
            return
        if not self.stands_still:
            # what was sent last, as lights that go out, is given in a cycle, and read in the next
            _await(lambda: not any(waiting for waiting, _ in self._cycle.outs), STILL_S)
            self._await_cycle()
        with suppress(MidiFault):
            in_time(lambda: _leave(self._client, self._cycle))

    def _await_cycle(self) -> None:
        """Wait for a whole cycle."""
        before = self._cycle.count
        _await(lambda: self._cycle.count > before + 1, STILL_S)


def _leave(client: Any, cycle: _Cycle) -> None:
    """Close a client, once JACK's thread has left `run` for good.

    JACK ends that thread by force otherwise: killed while it waits for Python's lock, it would keep
    that for ever.
    """
    cycle.ends = True
    _await(lambda: not os.path.exists(f"/proc/self/task/{cycle.thread}"), ANSWER_S / 2)
    client.close()


def _await(what: Callable[[], bool], wait_s: float) -> None:
    until_s = time.monotonic() + wait_s
    while not what() and time.monotonic() < until_s:
        time.sleep(_LOOK_S)


def _own_name(word: str, port: MidiPort) -> str:
    """The name of our port for a foreign one; a colon would part client and port."""
    return f"{word} {port.name}".replace(":", " ")[:_MOST_NAME]
