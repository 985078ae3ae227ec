"""The OSC door: one UDP port, one receiving thread, replies to the sending or the named port."""

from __future__ import annotations

import difflib
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bridge import events
from bridge.errors import DoorError, SidecrateError
from bridge.events import (
    Accepted,
    Bye,
    Done,
    Event,
    Failed,
    Finished,
    JobEvent,
    Known,
    Origin,
    Refused,
    SessionChanged,
    Told,
)
from bridge.osc.addresses import IN, OUT, PREFIX, is_ours
from bridge.osc.answers import Greeting, Welcome, answer_message
from bridge.osc.arguments import (
    is_release,
    pressed,
    read_hello,
    read_label,
    read_port,
    read_seconds,
)
from bridge.osc.gate import MOST_PAIRING_S, PAIRING_S, Gate
from bridge.osc.orders import OscOrders
from bridge.osc.packet import Message, OscError, build_message, parse_packet
from bridge.osc.sender import ERRORS_PER_S, Peer, Sender
from bridge.osc.surfaces import Surfaces
from bridge.osc.throttle import Throttle
from bridge.osc.udp import OscSocket
from bridge.request import Value
from bridge.text import shorten

log = logging.getLogger(__name__)

#: Senders remembered, counted apart for greeted ones and strangers; the oldest are evicted.
MAX_SENDERS = 64
#: Rate limit of log lines that a flood, or faulty packets, could cause.
FLOOD_TOLD_EVERY_S = 10.0
#: Backoff of done, finished and failed, resent to a greeted sender until its `got`.
REPEATS_S = (1.0, 2.0, 4.0, 8.0, 16.0)
#: Unacknowledged packets kept for a resend: a sender that never sends `got` must not fill memory.
_MOST_REPEATS = 1000


@dataclass
class _Repeat:
    due_s: float
    step: int
    sender: Sender
    packet: bytes
    names: frozenset[str]


class OscDoor:
    """Serves the addresses of `addresses.IN`, and answers by those of `addresses.OUT`."""

    name = "osc"

    def __init__(
        self,
        hand: events.Hand,
        *,
        port: int,
        greeting: Greeting,
        presets: Mapping[str, Mapping[str, Value]],
        allow: Sequence[str] = (),
        trust_lan: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._hand = hand
        self._greeting = greeting
        self._orders = OscOrders(hand, presets, trust_lan)
        self._gate = Gate(allow, clock)
        self._clock = clock
        self._socket = OscSocket(port)
        self._threads: list[threading.Thread] = []
        self._stopping = threading.Event()
        # guards the senders and repeats: the receiving thread and the daemon's loop share them
        self._lock = threading.Lock()
        self._senders: OrderedDict[Peer, Sender] = OrderedDict()
        self._repeats: list[_Repeat] = []
        self._throttle = Throttle(clock)
        self._told_flood_s = -FLOOD_TOLD_EVERY_S
        self._surfaces = Surfaces(presets, self._socket.send, clock)

    # -- open and close

    @property
    def port(self) -> int:
        """The port that is open; 0 while closed."""
        return self._socket.port

    def start(self) -> None:
        self._socket.open(wide=self._gate.is_wide)
        self._stopping.clear()
        for target in (self._receive, self._repeat):
            thread = threading.Thread(
                target=target, name=f"osc-{target.__name__.strip('_')}", daemon=True
            )
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        self._stopping.set()
        self._socket.wake()
        for thread in self._threads:
            thread.join(2)
        self._threads.clear()
        self._socket.close()

    def health(self) -> str:
        others = f", to {', '.join(self._gate.allowed)} too" if self._gate.allowed else ""
        return f"open on port {self.port}{others}" if self.port else "closed"

    # -- in

    def _receive(self) -> None:
        while not self._stopping.is_set():
            for data, peer in self._next_packets():
                if not self._gate.admits(peer):
                    self._guard(self._hear_knock, data, peer)
                    continue
                known = self._senders.get(peer)
                # before parsing: a dropped packet must cost next to nothing, or a flood wins
                if not self._throttle.allows(
                    peer, data, greeted=known is not None and known.is_known
                ):
                    text = (
                        "OSC: packets arrive faster than they are read; %d dropped since the start"
                    )
                    self._tell_seldom(text, self._throttle.dropped)
                    if self._throttle.is_beyond_measure(peer):
                        self._socket.shut_out(peer)
                    continue
                self._guard(self._handle, data, peer)

    def _guard(self, work: Callable[[bytes, Peer], None], data: bytes, peer: Peer) -> None:
        """Handle one packet; a fault is logged, never the end of the receiving thread."""
        try:
            work(data, peer)
        except Exception as error:
            self._tell_seldom("OSC: a packet from %s caused a fault", peer, fault=error)

    def _next_packets(self) -> list[tuple[bytes, Peer]]:
        try:
            self._socket.fit(wide=self._gate.is_wide)
            return self._socket.receive()
        except (OSError, DoorError) as error:
            if not self._stopping.wait(0.1):
                self._tell_seldom("OSC: receiving failed (%s); trying again", error)
            return []

    def _tell_seldom(self, text: str, what: object, fault: Exception | None = None) -> None:
        """Log with a rate limit, since a sender could cause any number of these lines."""
        now_s = self._clock()
        if now_s - self._told_flood_s >= FLOOD_TOLD_EVERY_S:
            self._told_flood_s = now_s
            log.warning(text, what, exc_info=fault)

    def _handle(self, data: bytes, peer: Peer) -> None:
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

    def _sender(self, peer: Peer) -> Sender:
        sender = self._senders.pop(peer, None) or Sender(peer)
        self._senders[peer] = sender
        self._forget_oldest(greeted=False)
        return sender

    def _forget_oldest(self, *, greeted: bool) -> None:
        """Evict the oldest. Strangers count apart: a flood from many ports evicts no device."""
        those = [peer for peer, sender in self._senders.items() if sender.is_known == greeted]
        for peer in those[:-MAX_SENDERS]:
            del self._senders[peer]

    def _dispatch(self, sender: Sender, message: Message) -> None:
        row = IN.get(message.address)
        ours = is_ours(message.address)
        if row is None or (ours and len(message.arguments) > 1):
            if not ours:
                raise OscError(
                    f"{shorten(message.address)} is not an address here; {_near(message.address)}",
                    code="unknown_address",
                )
            return
        if is_release(message) or (row.trigger and sender.repeats(message, self._clock())):
            return
        message = pressed(message)
        verb = message.address.removeprefix(PREFIX)
        own = {
            "hello": self._on_hello,
            "surface": self._on_surface,
            "bye": self._on_bye,
            "got": self._on_got,
            "pair": self._on_pair,
            "allow": self._on_allow,
        }.get(verb)
        if own is not None:
            own(sender, message)
        else:
            self._orders.send(sender, message)

    def _on_hello(self, sender: Sender, message: Message) -> None:
        hello = read_hello(message)
        self._answer_to(sender, hello.reply_port, message)
        is_new = sender.nonce != hello.nonce
        sender.name = hello.id
        sender.nonce = hello.nonce
        with self._lock:
            self._forget_oldest(greeted=True)
        self._socket.keep_place(sender.peer)
        self._send(sender, answer_message(Welcome(hello.nonce, self._greeting)))
        if is_new:
            self._hand(Known(sender.origin()))

    def _on_surface(self, sender: Sender, message: Message) -> None:
        self._answer_to(sender, read_port(message, 0), message)
        is_new = sender.answers_to not in self._surfaces
        sender.is_surface = True
        with self._lock:
            self._forget_oldest(greeted=True)
        self._socket.keep_place(sender.peer)
        self._surfaces.join(sender.answers_to)
        if is_new:
            sender.sent = message.address
            self._hand(Known(sender.origin()))

    def _answer_to(self, sender: Sender, port: int | None, message: Message) -> None:
        if port is None:
            return
        if port == self.port and sender.is_local:
            raise OscError(
                f"reply port {port} is our own; name the one that you listen on", message.address
            )
        sender.reply = (sender.peer[0], port)

    def _on_bye(self, sender: Sender, message: Message) -> None:
        self._hand(Bye(sender.origin(), sender.source))
        self._surfaces.leave(sender.answers_to)
        with self._lock:
            self._senders.pop(sender.peer, None)
            self._repeats = [repeat for repeat in self._repeats if repeat.sender is not sender]

    def _on_got(self, sender: Sender, message: Message) -> None:
        names = {str(value) for value in message.arguments}
        with self._lock:
            self._repeats = [
                r for r in self._repeats if r.sender is not sender or not (r.names & names)
            ]

    # -- other machines

    def _on_pair(self, sender: Sender, message: Message) -> None:
        if not sender.is_local:
            return  # another machine that gets this far is allowed already
        length_s = read_seconds(message, PAIRING_S, MOST_PAIRING_S)
        if not length_s:
            self._gate.end()
            return
        self._widen()
        pairing = self._gate.open_for(sender, length_s)
        log.info("OSC: pairing is open for %g s; other machines may send the code", length_s)
        values = {"code": pairing.code, "seconds": length_s}
        self._tell_sender(sender, Told(sender.origin(), "pair", "", values))

    def _hear_knock(self, data: bytes, peer: Peer) -> None:
        pairing = self._gate.pairing
        knock = self._gate.knock(data, peer)
        if pairing is None or knock is None:
            return
        if knock.has_code:
            self._let_in(knock.address)
        values = {"sent": shorten(knock.sent), "code": knock.has_code}
        self._tell_sender(
            pairing.asker, Told(pairing.asker.origin(), "pair", knock.address, values)
        )

    def _on_allow(self, sender: Sender, message: Message) -> None:
        if not sender.is_local:
            raise OscError("only this machine itself lets others in", message.address, "not_local")
        address = self._let_in(str(message.arguments[0]) if message.arguments else "")
        self._tell_sender(sender, Told(sender.origin(), "allow", address))

    def _let_in(self, address: str) -> str:
        address = self._gate.read_address(address)
        self._widen()
        self._gate.let_in(address)
        self._gate.end()
        log.info("OSC: messages from %s are accepted from now on", address)
        return address

    def _widen(self) -> None:
        """Open the port to the networks before a caller reads that it is.

        DoorError where another program holds that port.
        """
        if self.port:
            self._socket.fit(wide=True)

    # -- out

    def overhear(self, event: Event) -> None:
        """Show an event of any door on the control surfaces."""
        self._surfaces.hear(event)

    def tell(self, event: Event) -> None:
        if isinstance(event, SessionChanged):
            with self._lock:
                greeted = [sender for sender in self._senders.values() if sender.nonce is not None]
            for sender in greeted:
                self._send(sender, answer_message(event))
            return
        peer = event.origin.address["peer"]
        reply = event.origin.address["reply"]
        with self._lock:
            # after a restart no sender is remembered, but the job's origin holds its reply port
            sender = self._senders.get((peer[0], peer[1])) or Sender(
                (peer[0], peer[1]), reply=(reply[0], reply[1])
            )
        self._tell_sender(sender, event)

    def _tell_sender(self, sender: Sender, event: JobEvent | Refused | Told) -> None:
        if isinstance(event, Told) and event.verb == "known" and _is_surface(event.origin):
            return  # a surface reads no JSON, and has these values flat already
        if isinstance(event, Accepted):
            sender.last_job = event.job
        elif isinstance(event, Done):
            sender.last_clip = event.clip
        message = answer_message(event)
        if isinstance(event, Done | Finished | Failed):
            clip = event.clip if isinstance(event, Done) else ""
            self._send_surely(sender, (event.job, event.origin.label, clip), message)
        else:
            self._send(sender, message)

    def _send_surely(self, sender: Sender, names: tuple[str, ...], message: Message) -> None:
        """Send now; to a greeted sender, resend with backoff until its `got`."""
        packet = self._send(sender, message)
        if sender.nonce is not None:
            repeat = _Repeat(
                self._clock() + REPEATS_S[0],
                0,
                sender,
                packet,
                frozenset(name for name in names if name),
            )
            with self._lock:
                self._repeats.append(repeat)
                del self._repeats[: max(0, len(self._repeats) - _MOST_REPEATS)]

    def _repeat(self) -> None:
        while not self._stopping.wait(0.25):
            self._surfaces.flush()
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
                self._socket.send(repeat.packet, repeat.sender.answers_to)

    def _error(self, sender: Sender, address: str, error: SidecrateError, label: str = "") -> None:
        """Answer an error, at most ten times a second to one sender."""
        if address in OUT and address not in IN:
            return
        if sender.answers_to in self._surfaces:
            self._surfaces.say(f"not taken: {error.text}")
        now = self._clock()
        if len(sender.errors) == ERRORS_PER_S and now - sender.errors[0] < 1:
            return
        sender.errors.append(now)
        refused = Refused(Origin("osc", label=label), error.code, error.text, address)
        self._tell_sender(sender, refused)

    def _send(self, sender: Sender, message: Message) -> bytes:
        packet = build_message(message.address, *message.arguments)
        self._socket.send(packet, sender.answers_to)
        return packet


def _near(address: str) -> str:
    """A suggestion for a sender whose address is unknown."""
    near = difflib.get_close_matches(address, IN, n=1, cutoff=0.85)
    return f"did you mean {near[0]}?" if near else f"{PREFIX}generate makes a clip"


def _is_surface(origin: Origin) -> bool:
    return bool(origin.address.get("sent") == "/sidecrate/surface")
