"""The OSC door: one UDP socket, one receiving thread, answers to the port that asked or the one it named."""

from __future__ import annotations

import ipaddress
import json
import logging
import socket
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bridge import events
from bridge.errors import DoorError, Fault, RequestError, SidecrateError
from bridge.events import Event, Order, Origin
from bridge.osc_codec import (
    IN,
    OUT,
    PREFIX,
    Message,
    OscError,
    build_message,
    is_release,
    parse_packet,
    pressed,
    read_hello,
    read_json,
    read_label,
    read_pairs,
    read_prompt,
    take_context,
)
from bridge.request import FIELDS, Request, Value, check_fields, shorten

log = logging.getLogger(__name__)

MAX_SENDERS = 64
REPEAT_WINDOW_S = 0.15
ERRORS_PER_S = 10
#: When done, finished and failed are said again to a sender that said hello and has not said got.
REPEATS_S = (1.0, 2.0, 4.0, 8.0, 16.0)
_LOCAL_ONLY_FIELDS = ("reference", "kit")

Peer = tuple[str, int]


@dataclass
class Sender:
    """What is remembered of one who sends: held settings, the last job, the nonce of its hello."""

    peer: Peer
    name: str = ""
    reply: Peer | None = None
    nonce: str | None = None
    held: dict[str, Value] = field(default_factory=dict)
    last_job: str = ""
    last_clip: str = ""
    recent: dict[tuple[Any, ...], float] = field(default_factory=dict)
    errors: deque[float] = field(default_factory=lambda: deque(maxlen=ERRORS_PER_S))

    @property
    def answers_to(self) -> Peer:
        return self.reply or self.peer


@dataclass
class _Repeat:
    due_s: float
    step: int
    sender: Sender
    packet: bytes
    names: frozenset[str]


@dataclass(frozen=True)
class Greeting:
    """What hello is answered with."""

    version: str
    crate: str
    boot: str
    recordings: str = ""
    """A folder for what a device records of its track, to be sent as a reference."""


class OscDoor:
    """Serves the addresses of `osc_codec.IN` and tells events by those of `osc_codec.OUT`."""

    name = "osc"

    def __init__(
        self,
        take: events.Take,
        *,
        port: int,
        greeting: Greeting,
        presets: Mapping[str, Mapping[str, Value]],
        allow: Sequence[str] = (),
        trust_lan: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._take = take
        self._wanted_port = port
        self._greeting = greeting
        self._presets = presets
        self._allow = frozenset(str(ipaddress.ip_address(address)) for address in allow)
        self._trust_lan = trust_lan
        self._clock = clock
        self._socket: socket.socket | None = None
        self._threads: list[threading.Thread] = []
        self._stopping = threading.Event()
        # the receiving thread and the daemon's loop both look senders up
        self._lock = threading.Lock()
        self._senders: OrderedDict[Peer, Sender] = OrderedDict()
        self._repeats: list[_Repeat] = []

    # -- open and close

    @property
    def port(self) -> int:
        """The port that is open; 0 while closed."""
        return int(self._socket.getsockname()[1]) if self._socket else 0

    def start(self) -> None:
        host = "0.0.0.0" if self._allow else "127.0.0.1"
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            made.bind((host, self._wanted_port))
        except OSError as error:
            made.close()
            raise DoorError(
                f"OSC port {self._wanted_port} cannot be opened ({error.strerror}); end the program that holds it,"
                " or choose another under osc.port (0 takes a free one)",
                "port_in_use",
            ) from None
        made.settimeout(0.25)
        self._socket = made
        self._stopping.clear()
        for target in (self._receive, self._repeat):
            thread = threading.Thread(target=target, name=f"osc-{target.__name__.strip('_')}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(2)
        self._threads.clear()
        if self._socket:
            self._socket.close()
            self._socket = None

    def health(self) -> str:
        return f"open on port {self.port}" if self._socket else "closed"

    # -- in

    def _receive(self) -> None:
        while not self._stopping.is_set():
            try:
                assert self._socket is not None
                data, peer = self._socket.recvfrom(65_536)
            except TimeoutError:
                continue
            except ConnectionResetError:
                continue  # Windows: an answer of ours met a closed port
            except OSError:
                break
            try:
                self._handle(data, peer)
            except Exception:
                log.exception("OSC packet from %s", peer)

    def _handle(self, data: bytes, peer: Peer) -> None:
        if not self._may_send(peer):
            return
        with self._lock:
            sender = self._sender(peer)
        try:
            messages = parse_packet(data)
        except OscError as error:
            self._error(sender, error.address, error)
            return
        for message in messages:
            try:
                self._dispatch(sender, message)
            except SidecrateError as error:
                self._error(sender, message.address, error, read_label(message))

    def _may_send(self, peer: Peer) -> bool:
        return peer[0].startswith("127.") or peer[0] in self._allow

    def _is_trusted(self, sender: Sender) -> bool:
        return self._trust_lan or sender.peer[0].startswith("127.")

    def _sender(self, peer: Peer) -> Sender:
        sender = self._senders.pop(peer, None) or Sender(peer)
        self._senders[peer] = sender
        while len(self._senders) > MAX_SENDERS:
            self._senders.popitem(last=False)
        return sender

    def _dispatch(self, sender: Sender, message: Message) -> None:
        row = IN.get(message.address)
        ours = message.address in OUT or message.address.startswith("/sidecrate/light/")
        if row is None or (ours and len(message.arguments) > 1):
            if not ours:
                raise OscError(
                    f"{shorten(message.address)} is not an address here; {PREFIX}generate makes a clip", code="unknown_address"
                )
            return
        if is_release(message) or (row.trigger and self._is_repeat(sender, message)):
            return
        message = pressed(message)
        verb = message.address.removeprefix(PREFIX)
        handler: Callable[[Sender, Message], None] | None = getattr(self, f"_on_{verb}", None)
        if handler is not None:
            handler(sender, message)
        else:
            self._on_generate(sender, message)

    def _is_repeat(self, sender: Sender, message: Message) -> bool:
        now = self._clock()
        sender.recent = {what: when for what, when in sender.recent.items() if now - when < REPEAT_WINDOW_S}
        what = (message.address, *map(repr, message.arguments))
        seen = what in sender.recent
        sender.recent[what] = now
        return seen

    def _on_hello(self, sender: Sender, message: Message) -> None:
        hello = read_hello(message)
        if hello.reply_port is not None:
            reply = (sender.peer[0], hello.reply_port)
            if reply[1] == self.port and reply[0].startswith("127."):
                raise OscError(f"reply port {hello.reply_port} is our own; name the one that you listen on", message.address)
            sender.reply = reply
        sender.name, sender.nonce = hello.id, hello.nonce
        greeting = self._greeting
        self._send(
            sender, "/sidecrate/welcome", hello.nonce, greeting.version, greeting.crate, greeting.boot, greeting.recordings
        )

    def _on_bye(self, sender: Sender, message: Message) -> None:
        self._take(Order("bye", self._origin(sender), what=self._source(sender)))
        with self._lock:
            self._senders.pop(sender.peer, None)
            self._repeats = [repeat for repeat in self._repeats if repeat.sender is not sender]

    def _on_generate(self, sender: Sender, message: Message) -> None:
        message, context = take_context(message)
        if context is not None:
            # what the project was at the moment of asking comes with the request: alone it could be lost or late
            self._hear_context(sender, message, context)
        self._order_clips(sender, "make", read_prompt(message))

    def _on_fit(self, sender: Sender, message: Message) -> None:
        if not message.arguments:
            raise OscError("fit needs the path of an audio file", message.address)
        path = FIELDS["reference"].check(message.arguments[0])
        pairs = check_fields(read_pairs(message.address, message.arguments[1:]))
        self._order_clips(sender, "fit", Request({**pairs, "reference": path}))

    def _on_preset(self, sender: Sender, message: Message) -> None:
        name = str(message.arguments[0]) if message.arguments else ""
        if name not in self._presets:
            known = ", ".join(self._presets) or "none"
            raise OscError(f"preset {shorten(name)} is not in the config; there are: {known}", message.address, "unknown_preset")
        pairs = check_fields(read_pairs(message.address, message.arguments[1:]))
        self._order_clips(sender, "make", Request({**self._presets[name], **pairs}))

    def _order_clips(self, sender: Sender, verb: str, request: Request) -> None:
        request = request.with_defaults(sender.held)
        self._refuse_if_foreign(sender, request)
        once = f"osc:{sender.nonce}:{request.label}" if sender.nonce and request.label else ""
        self._take(Order(verb, self._origin(sender, request.label), (request,), once=once))

    def _refuse_if_foreign(self, sender: Sender, request: Request) -> None:
        if self._is_trusted(sender):
            return
        for name in _LOCAL_ONLY_FIELDS:
            if name in request:
                text = f"{name}: paths are not taken from other machines unless osc.trust_lan is on"
                raise RequestError(Fault(name, shorten(request[name]), text))

    def _on_set(self, sender: Sender, message: Message) -> None:
        if not message.arguments:
            raise OscError("set needs a field and a value", message.address)
        name, raw = str(message.arguments[0]), message.arguments[1] if len(message.arguments) > 1 else ""
        if raw == "":
            check_fields([]) if name in FIELDS else check_fields([(name, raw)])
            sender.held.pop(name, None)
        else:
            sender.held.update(check_fields([(name, raw)]))

    def _on_again(self, sender: Sender, message: Message) -> None:
        what = str(message.arguments[0]) if message.arguments else "last"
        changes = Request(check_fields(read_pairs(message.address, message.arguments[1:])))
        self._refuse_if_foreign(sender, changes)
        once = f"osc:{sender.nonce}:{changes.label}" if sender.nonce and changes.label else ""
        if what == "last" and sender.last_job:
            what = sender.last_job
        self._take(Order("again", self._origin(sender, changes.label), (changes,), what, once=once))

    def _on_cancel(self, sender: Sender, message: Message) -> None:
        what = str(message.arguments[0]) if message.arguments else sender.last_job or "last"
        self._take(Order("cancel", self._origin(sender), what=what))

    def _on_audition(self, sender: Sender, message: Message) -> None:
        self._about_clip("audition", sender, message)

    def _on_keep(self, sender: Sender, message: Message) -> None:
        self._about_clip("keep", sender, message)

    def _on_trash(self, sender: Sender, message: Message) -> None:
        self._about_clip("trash", sender, message)

    def _about_clip(self, verb: str, sender: Sender, message: Message) -> None:
        what = str(message.arguments[0]) if message.arguments else "last"
        if what == "last" and sender.last_clip:
            what = sender.last_clip
        self._take(Order(verb, self._origin(sender), what=what))

    def _on_status(self, sender: Sender, message: Message) -> None:
        what = str(message.arguments[0]) if message.arguments else ""
        self._take(Order("status", self._origin(sender), what=what))

    def _on_report(self, sender: Sender, message: Message) -> None:
        what = str(message.arguments[0]) if message.arguments else "last"
        if what == "last" and sender.last_job:
            what = sender.last_job
        self._take(Order("report", self._origin(sender), what=what))

    def _on_tempo(self, sender: Sender, message: Message) -> None:
        self._pin(sender, "bpm", message.arguments[0] if message.arguments else 0)

    def _on_key(self, sender: Sender, message: Message) -> None:
        self._pin(sender, "key", message.arguments[0] if message.arguments else "")

    def _on_meter(self, sender: Sender, message: Message) -> None:
        given = message.arguments
        if len(given) >= 2 and not isinstance(given[0], str):
            self._pin(sender, "meter", f"{given[0]:g}/{given[1]:g}" if given[0] and given[1] else "")
        else:
            self._pin(sender, "meter", given[0] if given else "")

    def _pin(self, sender: Sender, name: str, raw: Any) -> None:
        cleared = raw in ("", 0, "0")
        value = None if cleared else FIELDS[name].check(raw)
        self._take(Order("pin", self._origin(sender), values={name: value}))

    def _on_context(self, sender: Sender, message: Message) -> None:
        if not message.arguments:
            raise OscError("context needs one JSON object", message.address)
        self._hear_context(sender, message, dict(read_json(message.address, str(message.arguments[0]))))

    def _hear_context(self, sender: Sender, message: Message, values: dict[str, Any]) -> None:
        source = str(values.pop("source", "") or sender.name or "osc")[:64]
        self._context(sender, message, source, values)

    def _on_playing(self, sender: Sender, message: Message) -> None:
        self._context(sender, message, self._source(sender), {"playing": bool(message.arguments and message.arguments[0])})

    def _on_position(self, sender: Sender, message: Message) -> None:
        value = message.arguments[0] if message.arguments else 0.0
        self._context(sender, message, self._source(sender), {"position": value})

    def _context(self, sender: Sender, message: Message, source: str, values: Mapping[str, Any]) -> None:
        if not self._is_trusted(sender):
            raise OscError("the session's context is not taken from other machines unless osc.trust_lan is on", message.address)
        sender.name = source
        self._take(Order("context", self._origin(sender), what=source, values=values))

    def _on_got(self, sender: Sender, message: Message) -> None:
        names = {str(value) for value in message.arguments}
        with self._lock:
            self._repeats = [r for r in self._repeats if r.sender is not sender or not (r.names & names)]

    def _source(self, sender: Sender) -> str:
        return sender.name or "osc"

    def _origin(self, sender: Sender, label: str = "") -> Origin:
        return Origin(self.name, {"peer": list(sender.peer), "reply": list(sender.answers_to)}, label)

    # -- out

    def tell(self, event: Event) -> None:
        if isinstance(event, events.SessionChanged):
            with self._lock:
                greeted = [sender for sender in self._senders.values() if sender.nonce is not None]
            for sender in greeted:
                self._send(sender, "/sidecrate/session", json.dumps(event.values))
            return
        peer, reply = event.origin.address["peer"], event.origin.address["reply"]
        with self._lock:
            # after a restart nobody is remembered, but the job knows where its answers go
            sender = self._senders.get((peer[0], peer[1])) or Sender((peer[0], peer[1]), reply=(reply[0], reply[1]))
        self._tell_sender(sender, event)

    def _tell_sender(self, sender: Sender, event: events.JobEvent | events.Refused | events.Told) -> None:
        label = event.origin.label
        if isinstance(event, events.Accepted):
            sender.last_job = event.job
            self._send(sender, "/sidecrate/accepted", label, event.job, event.position)
        elif isinstance(event, events.Progress):
            self._send(sender, "/sidecrate/progress", label, event.job, float(event.value), event.stage)
        elif isinstance(event, events.Done):
            sender.last_clip = event.clip
            info = json.dumps(dict(event.info))
            names = (event.job, label, event.clip)
            self._send_surely(sender, names, "/sidecrate/done", label, event.job, event.clip, event.path, info)
        elif isinstance(event, events.Finished):
            self._send_surely(sender, (event.job, label), "/sidecrate/finished", label, event.job, event.published, event.failed)
        elif isinstance(event, events.Failed):
            self._send_surely(sender, (event.job, label), "/sidecrate/failed", label, event.job, event.code, event.text)
        elif isinstance(event, events.Refused):
            self._send(sender, "/sidecrate/error", event.what, event.code, event.text, label)
        elif event.verb == "report":
            self._send(sender, "/sidecrate/report", event.what, json.dumps(dict(event.values)))
        else:
            self._send(sender, "/sidecrate/told", event.verb, event.what, json.dumps(dict(event.values)))

    def _send_surely(self, sender: Sender, names: tuple[str, ...], address: str, *arguments: str | int | float) -> None:
        """Send now and, to one who said hello, again until it says got."""
        packet = self._send(sender, address, *arguments)
        if sender.nonce is not None:
            repeat = _Repeat(self._clock() + REPEATS_S[0], 0, sender, packet, frozenset(name for name in names if name))
            with self._lock:
                self._repeats.append(repeat)
                # a sender that never says got must not let these grow
                del self._repeats[: max(0, len(self._repeats) - 1000)]

    def _repeat(self) -> None:
        while not self._stopping.wait(0.25):
            now = self._clock()
            with self._lock:
                due = [repeat for repeat in self._repeats if repeat.due_s <= now]
                for repeat in due:
                    repeat.step += 1
                    if repeat.step >= len(REPEATS_S):
                        self._repeats.remove(repeat)
                    else:
                        repeat.due_s = now + REPEATS_S[repeat.step]
            for repeat in due:
                self._transmit(repeat.sender.answers_to, repeat.packet)

    def _error(self, sender: Sender, address: str, error: SidecrateError, label: str = "") -> None:
        """Tell what was not taken, at most ten times a second."""
        if address in OUT and address not in IN:
            return
        now = self._clock()
        if len(sender.errors) == ERRORS_PER_S and now - sender.errors[0] < 1:
            return
        sender.errors.append(now)
        self._send(sender, "/sidecrate/error", address, error.code, error.text, label)

    def _send(self, sender: Sender, address: str, *arguments: str | int | float) -> bytes:
        packet = build_message(address, *arguments)
        self._transmit(sender.answers_to, packet)
        return packet

    def _transmit(self, peer: Peer, packet: bytes) -> None:
        if self._socket is None or (peer[1] == self.port and peer[0].startswith("127.")):
            return
        try:
            self._socket.sendto(packet, peer)
        except OSError as error:
            log.debug("answer to %s was not sent: %s", peer, error)
