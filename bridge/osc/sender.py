"""A sender's state at the OSC door."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from bridge.events import Origin
from bridge.osc.packet import Message
from bridge.request import Value

#: Debounce of buttons: the same message within this time counts once.
REPEAT_WINDOW_S = 0.15
#: Rate limit of error answers to one sender.
ERRORS_PER_S = 10

#: IPv4 address and port.
Peer = tuple[str, int]


@dataclass
class Sender:
    """State of one sender: held settings, its last job, its hello's nonce."""

    peer: Peer
    name: str = ""
    reply: Peer | None = None
    nonce: str | None = None
    is_surface: bool = False
    held: dict[str, Value] = field(default_factory=dict)
    sent: str = ""
    """The address of the message being handled."""
    last_job: str = ""
    last_clip: str = ""
    last_preset: str = ""
    """The preset of the newest request; empty where that was no preset."""
    recent: dict[tuple[Any, ...], float] = field(default_factory=dict)
    errors: deque[float] = field(default_factory=lambda: deque(maxlen=ERRORS_PER_S))

    @property
    def answers_to(self) -> Peer:
        return self.reply or self.peer

    @property
    def is_known(self) -> bool:
        """Whether it is greeted: by hello, or as a control surface."""
        return self.nonce is not None or self.is_surface

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine."""
        return self.peer[0].startswith("127.")

    @property
    def source(self) -> str:
        """The name of its session context."""
        return self.name or "osc"

    def origin(self, label: str = "", preset: str = "") -> Origin:
        """The origin of its orders: where answers go, even after a restart.

        It also holds the address that was sent to, and the preset whose light shows the job.
        """
        address = {"peer": list(self.peer), "reply": list(self.answers_to), "sent": self.sent}
        # strangers share one lane: such a program may send each request from another port
        lane = f"{self.peer[0]}:{self.peer[1]}" if self.is_known else ""
        return Origin("osc", address | ({"preset": preset} if preset else {}), label, lane)

    def once(self, label: str) -> str:
        """The idempotency key: requests with it make one job, however often they are sent."""
        return f"osc:{self.nonce}:{label}" if self.nonce and label else ""

    def repeats(self, message: Message, now_s: float) -> bool:
        """Whether the same message came within the debounce time, as bouncing buttons send it."""
        self.recent = {
            what: when for what, when in self.recent.items() if now_s - when < REPEAT_WINDOW_S
        }
        what = (message.address, *map(repr, message.arguments))
        seen = what in self.recent
        self.recent[what] = now_s
        return seen
