"""What the OSC door remembers of one who sends."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from bridge.events import Origin
from bridge.osc.packet import Message
from bridge.request import Value

REPEAT_WINDOW_S = 0.15
ERRORS_PER_S = 10

Peer = tuple[str, int]


@dataclass
class Sender:
    """What is remembered of one who sends: held settings, the last job, the nonce of its hello."""

    peer: Peer
    name: str = ""
    reply: Peer | None = None
    nonce: str | None = None
    is_surface: bool = False
    held: dict[str, Value] = field(default_factory=dict)
    sent: str = ""
    """The address of the message that is being read."""
    last_job: str = ""
    last_clip: str = ""
    last_preset: str = ""
    """The preset of the newest request, where it was one."""
    recent: dict[tuple[Any, ...], float] = field(default_factory=dict)
    errors: deque[float] = field(default_factory=lambda: deque(maxlen=ERRORS_PER_S))

    @property
    def answers_to(self) -> Peer:
        return self.reply or self.peer

    @property
    def is_known(self) -> bool:
        """It has said who it is."""
        return self.nonce is not None or self.is_surface

    @property
    def is_local(self) -> bool:
        """On this machine."""
        return self.peer[0].startswith("127.")

    @property
    def source(self) -> str:
        """The name under which it speaks of the session."""
        return self.name or "osc"

    def origin(self, label: str = "", preset: str = "") -> Origin:
        """Where answers to its orders go, after a restart too, the address that it sent to, and the preset whose light it is."""
        address = {"peer": list(self.peer), "reply": list(self.answers_to), "sent": self.sent}
        # whoever has not said who it is may be a program that sends each request from another port: those are one
        lane = f"{self.peer[0]}:{self.peer[1]}" if self.is_known else ""
        return Origin("osc", address | ({"preset": preset} if preset else {}), label, lane)

    def once(self, label: str) -> str:
        """The key under which a request of this label makes one job, however often it is sent."""
        return f"osc:{self.nonce}:{label}" if self.nonce and label else ""

    def repeats(self, message: Message, now_s: float) -> bool:
        """Whether the same was sent just now, as buttons do."""
        self.recent = {
            what: when for what, when in self.recent.items() if now_s - when < REPEAT_WINDOW_S
        }
        what = (message.address, *map(repr, message.arguments))
        seen = what in self.recent
        self.recent[what] = now_s
        return seen
