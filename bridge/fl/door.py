"""FL Studio's door: its script's messages become orders and context, events become hints in FL.

The link has ports of its own, apart from those of pads. They are a virtual pair called Sidecrate FL
where the system allows it, else two loopback ports by name. Programs that map pads then never see
its frames, and FL alone can hold FL's port.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from bridge.errors import RequestError
from bridge.events import (
    Ask,
    Bye,
    Context,
    Done,
    Event,
    Hand,
    Order,
    Origin,
    SessionChanged,
)
from bridge.fl.hints import Hints
from bridge.fl.link import INPUTS, NAME, OUTPUTS, VERSION, FlLink, identity_reply
from bridge.fl.names import first_prompt, key_in
from bridge.fl.piano_roll import PianoRoll
from bridge.midi.door_thread import DoorThread
from bridge.midi.mapping import MidiMap, read_message
from bridge.midi.ports import MidiPorts
from bridge.midi.touches import Touches
from bridge.request import FIELDS, Request, Value

#: The session's name for FL.
SOURCE = "fl:studio"
#: How often ports are listed, to open new ones.
POLL_S = 2.0
#: Heartbeat to the session, whose sources time out after 10 minutes: a project may stay unchanged.
SIGN_S = 60.0
#: Status byte of each trigger, for the script's filter.
_STATUS = {"note": 0x90, "cc": 0xB0, "program": 0xC0}
#: Messages that may wait for the door's thread; further ones are dropped.
_MOST_WAITING = 1024
#: Touches remembered to detect repeats: the link resends a message without an ack.
_MOST_COUNTED = 256
#: Fields of the script's context that are the session's too.
_CONTEXT = ("bpm", "meter", "playing", "project")
#: Names in a project that may contain a prompt.
_NAMES = ("channel", "pattern")


class FlDoor:
    """The door of FL Studio's script. One thread does the work; others only queue it.

    boot: a word that is new at each start of the daemon. inputs, outputs: parts of the names of
    ports that FL sends to, and receives from. piano_roll: where notes of clips ordered by FL are
    written. midi_of: a clip's MIDI file.
    """

    name = "fl"

    def __init__(
        self,
        mapping: MidiMap,
        hand: Hand,
        *,
        boot: str,
        api: str = "auto",
        inputs: Iterable[str] = INPUTS,
        outputs: Iterable[str] = OUTPUTS,
        virtual: bool = True,
        piano_roll: PianoRoll | None = None,
        midi_of: Callable[[str], str | None] = lambda clip: None,
        log: logging.Logger | None = None,
    ) -> None:
        self._hand = hand
        self._boot = boot
        self._piano_roll = piano_roll
        self._midi_of = midi_of
        self._log = log or logging.getLogger(__name__)
        self._triggers = [
            [_STATUS[m.trigger], m.number, -1 if m.channel is None else m.channel]
            for m in mapping.mappings
        ]
        self._touches = Touches(mapping)
        self._ports = MidiPorts(
            self._receive,
            api=api,
            inputs=inputs,
            outputs=outputs,
            virtual=virtual,
            sysex=True,
            name=NAME,
            log=self._log,
        )
        self._thread = DoorThread(self.name, self._ports, _MOST_WAITING, self._log)
        self._link = FlLink()
        self._hints = Hints()
        self._nonce = ""
        self._said: dict[str, Any] = {}
        self._counted: deque[tuple[str, Any]] = deque(maxlen=_MOST_COUNTED)
        self._answered = False
        self._greeted = False
        self._sign_s = 0.0

    def start(self) -> None:
        """Open the ports. Where no MIDI system answers it raises nothing, and `health` says why."""
        if not self._thread.runs:
            self._thread.start(self._run)

    def tell(self, event: Event) -> None:
        """Show an event of one of FL's orders as a hint.

        The piano roll gets the notes of its clips, and clips of notes alone whoever ordered them.
        """
        if isinstance(event, SessionChanged):
            return
        is_own = event.origin.door == self.name
        if is_own:
            self._thread.leave(partial(self._show, event))
        if not (isinstance(event, Done) and self._piano_roll):
            return
        if (is_own or event.info.get("kind") == "midi") and (midi := self._midi_of(event.clip)):
            self._thread.leave(partial(self._piano_roll.add, Path(midi)))

    def stop(self) -> None:
        """Close the ports."""
        self._thread.stop()

    def health(self) -> str:
        if trouble := self._thread.health():
            return trouble
        if refused := self._ports.refused_ports:
            return f"open; held by another program: {', '.join(refused)}"
        if not self._ports.own_port and not self._ports.heard_ports:
            return f"open; no port called {' or '.join(INPUTS)} is there"
        if self._link.other_version is not None:
            versions = f"version {self._link.other_version}, this daemon {VERSION}"
            return f"open; FL's script speaks {versions}: install the script again"
        if not self._link.is_answered(time.monotonic()):
            return "open; FL's script does not answer"
        if self._said.get("idle") == 0:
            mend = "link its output to the input's port number"
            return f"open; FL's script answers, though FL does not call its OnIdle: {mend}"
        return "open; FL's script answers"

    # -- the door's thread

    def _run(self) -> None:
        poll_s = time.monotonic() + POLL_S
        while True:
            now = time.monotonic()
            if not self._thread.take(min(poll_s - now, self._link.wait_s(now))):
                return
            self._thread.attempt(self._send)
            if time.monotonic() >= poll_s:
                self._thread.attempt(self._refresh)
                poll_s = time.monotonic() + POLL_S

    def _send(self) -> None:
        for frame in self._link.due(time.monotonic()):
            self._ports.send(frame, self._ports.own_port)

    def _refresh(self) -> None:
        self._watch()
        self._thread.refresh()

    def _watch(self) -> None:
        """Notice that a script came or went, and send the session a heartbeat."""
        now = time.monotonic()
        answered = self._link.is_answered(now)
        if self._answered and not answered:
            self._log.info("fl: the script does not answer any more")
            self._link.forget()
            self._greeted = False
        elif answered and not self._answered:
            self._log.info("fl: the script answers")
        self._answered = answered
        if answered and self._said and now - self._sign_s >= SIGN_S:
            self._context({})

    def _receive(self, port: str, message: Sequence[int], at_s: float) -> None:
        if len(message) > 3:
            self._thread.leave(partial(self._read, port, bytes(message)))

    # -- in

    def _read(self, port: str, data: bytes) -> None:
        if reply := identity_reply(data):
            self._ports.send(reply, self._ports.own_port)
            return
        now = time.monotonic()
        message = self._link.hear(data, now)
        if not self._greeted and self._link.is_answered(now):
            # a script that knew an earlier daemon sends everything anew on this one's boot word
            self._welcome()
        if message is not None:
            self._act(message)

    def _act(self, message: Mapping[str, Any]) -> None:
        match message.get("do"):
            case "hello":
                self._on_hello(message)
            case "bye":
                self._bye()
                self._greeted = False
            case "context":
                self._on_context(message)
            case "touch":
                self._on_touch(message)
            case "make":
                self._on_make(message)

    def _welcome(self) -> None:
        self._greeted = True
        self._link.put({"do": "welcome", "boot": self._boot, "map": self._triggers}, "welcome")

    def _on_hello(self, message: Mapping[str, Any]) -> None:
        nonce = _nonce(message)
        if nonce != self._nonce and self._said:
            self._bye()
        if nonce != self._nonce:
            self._log.info("fl: hello from %s", str(message.get("fl", ""))[:80] or "FL Studio")
        self._nonce = nonce
        self._welcome()

    def _bye(self) -> None:
        self._said = {}
        self._hand(Bye(self._origin(), SOURCE))

    def _on_context(self, message: Mapping[str, Any]) -> None:
        for name in (*_CONTEXT, *_NAMES, "idle"):
            if name in message:
                self._said[name] = message[name]
        names = [self._name(name) for name in ("pattern", "channel", "project")]
        values = {name: message[name] for name in _CONTEXT if name in message}
        self._context({**values, "key": key_in(*names)})

    def _context(self, values: Mapping[str, Any]) -> None:
        self._sign_s = time.monotonic()
        self._hand(Context(self._origin(), SOURCE, values))

    def _on_touch(self, message: Mapping[str, Any]) -> None:
        midi = message.get("midi")
        if (
            not isinstance(midi, list)
            or len(midi) != 3
            or not all(isinstance(byte, int) for byte in midi)
        ):
            return
        # a program change has one data byte; FL sends two
        touch = read_message(midi[:2] if midi[0] & 0xF0 == 0xC0 else midi)
        if touch is None or self._is_repeat(message):
            return
        for k, order in enumerate(self._touches.orders(touch, NAME, self._origin())):
            self._hand(self._finished(order, f"{_nonce(message)}:{message.get('n')}.{k}"))

    def _on_make(self, message: Mapping[str, Any]) -> None:
        fields = first_prompt([">" + str(message.get("prompt", ""))])
        if fields and not self._is_repeat(message):
            with suppress(RequestError):
                values = {name: FIELDS[name].check(value) for name, value in fields.items()}
                order = Ask("make", self._origin(), (Request(values),))
                self._hand(self._finished(order, f"{_nonce(message)}:{message.get('n')}"))

    def _finished(self, order: Order, count: str) -> Order:
        """A make order with its idempotency key, and a name's prompt where it has none."""
        if not isinstance(order, Ask) or order.verb != "make":
            return order
        named: dict[str, Value] = dict(first_prompt([self._name(name) for name in _NAMES]))
        requests = tuple(
            one if "prompt" in one else one.with_defaults(named) for one in order.requests
        )
        return replace(order, requests=requests, once=f"fl:{count}")

    def _name(self, name: str) -> str:
        value = self._said.get(name)
        return value if isinstance(value, str) else ""

    def _is_repeat(self, message: Mapping[str, Any]) -> bool:
        """Whether this touch came before: the link resends a message without an ack."""
        count = (_nonce(message), message.get("n"))
        seen = count in self._counted
        self._counted.append(count)
        return seen

    def _origin(self) -> Origin:
        return Origin(self.name, {"source": SOURCE})

    # -- out

    def _show(self, event: Event) -> None:
        hint = self._hints.of(event)
        if hint is not None:
            self._link.put({"do": "hint", "text": hint.text}, hint.about)


def _nonce(message: Mapping[str, Any]) -> str:
    """The word that tells one start of the script from another."""
    return str(message.get("nonce", ""))[:32]
