"""Access control of the OSC door: this machine, allowed addresses, and a pairing by code."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bridge.osc.addresses import PREFIX
from bridge.osc.packet import Message, OscError, parse_packet
from bridge.osc.sender import Peer, Sender
from bridge.text import shorten

#: How long a pairing waits for a knock, unless the asker says otherwise.
PAIRING_S = 30.0
#: The longest that a pairing may wait.
MOST_PAIRING_S = 300.0
#: Quota of wrong codes in one pairing. After it no code opens; the asker may still allow a knocker.
WRONG_CODES = 5
#: Quota of addresses whose knocks one pairing shows: the asker reads them in a list.
_MOST_KNOCKERS = 8
#: What a stranger's first packet must contain to be parsed at all.
_OURS = PREFIX.encode()
#: What its later packets must contain.
_CODE = f"{PREFIX}pair\0".encode()


@dataclass(frozen=True)
class Knock:
    """A packet for this program from an address that is not allowed."""

    address: str
    sent: str
    has_code: bool


@dataclass
class Pairing:
    """A period in which knocks are reported to the local sender that asked for it."""

    asker: Sender
    until_s: float
    code: str = field(default_factory=lambda: str(100_000 + secrets.randbelow(900_000)))
    wrong_codes: int = 0
    heard: set[str] = field(default_factory=set)


class Gate:
    """Which peers are admitted.

    allow: IPv4 addresses of other machines. clock: monotonic seconds.
    """

    def __init__(self, allow: Iterable[str], clock: Callable[[], float]) -> None:
        self._allowed = frozenset(str(ipaddress.ip_address(address)) for address in allow)
        self._clock = clock
        self._pairing: Pairing | None = None

    @property
    def pairing(self) -> Pairing | None:
        """The pairing under way; None where there is none, or where it has expired."""
        if self._pairing is not None and self._clock() >= self._pairing.until_s:
            self._pairing = None
        return self._pairing

    @property
    def allowed(self) -> list[str]:
        """The allowed addresses of other machines, sorted."""
        return sorted(self._allowed)

    @property
    def is_wide(self) -> bool:
        """Whether the port must be open to the networks."""
        return bool(self._allowed) or self.pairing is not None

    def admits(self, peer: Peer) -> bool:
        return peer[0].startswith("127.") or peer[0] in self._allowed

    def let_in(self, address: str) -> str:
        """Allow an address from now on; returns its normal form.

        OscError where it is not another machine's address.
        """
        given = self.read_address(address)
        self._allowed |= {given}
        return given

    @staticmethod
    def read_address(address: str) -> str:
        """The normal form of another machine's address. OscError where it is none."""
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
        """Open a pairing, or extend the asker's own. OscError while another asker has one."""
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
        """The knock in a packet from an address that is not allowed; None where it holds none.

        An address's first packet counts, later ones only with a code. The check comes before any
        parsing, so that a dropped packet costs next to nothing.
        """
        pairing = self.pairing
        if pairing is None:
            return None
        is_new = peer[0] not in pairing.heard
        if is_new:
            is_over_quota = len(pairing.heard) >= _MOST_KNOCKERS
            needed = _OURS
        else:
            is_over_quota = pairing.wrong_codes >= WRONG_CODES
            needed = _CODE
        if is_over_quota or needed not in packet:
            return None
        try:
            ours = [
                message for message in parse_packet(packet) if message.address.startswith(PREFIX)
            ]
        except OscError:
            return None
        has_code = any(self._is_code(pairing, message) for message in ours)
        if not ours or not (is_new or has_code):
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
        code = f"{given:.0f}" if isinstance(given, float) else str(given)
        right = secrets.compare_digest(code.strip().encode(), pairing.code.encode())
        pairing.wrong_codes += not right
        return right
