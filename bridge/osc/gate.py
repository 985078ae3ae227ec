"""Who may send to the OSC door: this machine, those that were let in, and for a short while one who knocks."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bridge.osc.addresses import PREFIX
from bridge.osc.packet import Message, OscError, parse_packet
from bridge.osc.sender import Peer, Sender
from bridge.text import shorten

#: How long a knock is waited for, and the longest that may be asked for.
PAIRING_S = 30.0
MOST_PAIRING_S = 300.0
#: So many wrong codes, and no code opens any more: the person who asked still may.
WRONG_CODES = 5
_MOST_KNOCKERS = 8
_OURS, _CODE = PREFIX.encode(), f"{PREFIX}pair\0".encode()


@dataclass(frozen=True)
class Knock:
    """An unknown address has sent something that is meant for us."""

    address: str
    sent: str
    has_code: bool


@dataclass
class Pairing:
    """A while in which knocks are told to the one on this machine who asked for it."""

    asker: Sender
    until_s: float
    code: str = field(default_factory=lambda: str(100_000 + secrets.randbelow(900_000)))
    wrong_codes: int = 0
    heard: set[str] = field(default_factory=set)


class Gate:
    """allow: IPv4 addresses of other machines. clock: seconds, monotonic."""

    def __init__(self, allow: Iterable[str], clock: Callable[[], float]) -> None:
        self._allowed = frozenset(str(ipaddress.ip_address(address)) for address in allow)
        self._clock = clock
        self._pairing: Pairing | None = None

    @property
    def pairing(self) -> Pairing | None:
        """The pairing that is under way."""
        if self._pairing is not None and self._clock() >= self._pairing.until_s:
            self._pairing = None
        return self._pairing

    @property
    def allowed(self) -> list[str]:
        """The addresses that were let in."""
        return sorted(self._allowed)

    @property
    def is_wide(self) -> bool:
        """Whether other machines are to be heard at all."""
        return bool(self._allowed) or self.pairing is not None

    def admits(self, peer: Peer) -> bool:
        return peer[0].startswith("127.") or peer[0] in self._allowed

    def let_in(self, address: str) -> str:
        """Hear an address from now on; the address as it is kept. OscError when it is none of another machine."""
        given = self.read_address(address)
        self._allowed |= {given}
        return given

    @staticmethod
    def read_address(address: str) -> str:
        """An address of another machine. OscError when it is none."""
        try:
            given = ipaddress.IPv4Address(address.strip())
        except ValueError:
            given = ipaddress.IPv4Address(0)
        if given.is_unspecified or given.is_loopback or given.is_multicast:
            raise OscError(
                f"{shorten(address)} is not the address of another machine, as in 192.168.1.20",
                f"{PREFIX}allow",
                "bad_request",
            )
        return str(given)

    def open_for(self, asker: Sender, length_s: float) -> Pairing:
        """Wait for a knock. OscError while another asker waits for one."""
        under_way = self.pairing
        if under_way is not None and under_way.asker.answers_to != asker.answers_to:
            raise OscError(
                "a pairing is under way already; it ends by itself within seconds",
                f"{PREFIX}pair",
                "pairing",
            )
        self._pairing = Pairing(asker, self._clock() + length_s)
        return self._pairing

    def end(self) -> None:
        self._pairing = None

    def knock(self, packet: bytes, peer: Peer) -> Knock | None:
        """What a packet of an address that is not admitted means: nothing, or a knock.

        The first packet of an address counts, then only codes do; what is dropped costs next to nothing.
        """
        pairing = self.pairing
        if pairing is None or (_CODE if peer[0] in pairing.heard else _OURS) not in packet:
            return None
        if (
            len(pairing.heard) >= _MOST_KNOCKERS
            if peer[0] not in pairing.heard
            else pairing.wrong_codes >= WRONG_CODES
        ):
            return None
        try:
            ours = [
                message for message in parse_packet(packet) if message.address.startswith(PREFIX)
            ]
        except OscError:
            return None
        has_code = any(self._is_code(pairing, message) for message in ours)
        if not ours or (peer[0] in pairing.heard and not has_code):
            return None
        pairing.heard.add(peer[0])
        return Knock(peer[0], ours[0].address, has_code)

    @staticmethod
    def _is_code(pairing: Pairing, message: Message) -> bool:
        if (
            message.address != f"{PREFIX}pair"
            or not message.arguments
            or pairing.wrong_codes >= WRONG_CODES
        ):
            return False
        given = message.arguments[0]
        said = f"{given:.0f}" if isinstance(given, float) else str(given)
        right = secrets.compare_digest(said.strip().encode(), pairing.code.encode())
        pairing.wrong_codes += not right
        return right
