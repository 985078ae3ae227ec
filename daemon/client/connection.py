"""The command line's way to a running daemon: an OSC door like any other, at the address that the daemon wrote down."""

from __future__ import annotations

import json
import secrets
import socket
import time
from collections.abc import Iterator
from typing import Any

from bridge.events import Refused, Told
from bridge.osc.addresses import PREFIX
from bridge.osc.answers import Answer, Welcome, read_answer
from bridge.osc.packet import Message, OscError, build_message, parse_packet
from daemon.client.beacon import read_beacon
from daemon.errors import ServiceError
from daemon.home.places import Places

HELLO_WAIT_S = 0.4
HELLO_TRIES = 4
#: Where an answer is told under another verb than that of its address.
_TOLD_AS = {"/sidecrate/tempo": "pin", "/sidecrate/key": "pin", "/sidecrate/meter": "pin"}


class Link:
    """A socket of ours, greeted by the daemon."""

    def __init__(self, port: int) -> None:
        self._peer = ("127.0.0.1", port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.nonce = secrets.token_hex(6)

    @classmethod
    def to(cls, places: Places) -> Link | None:
        """A link to the daemon of this home; None when none answers."""
        beacon = read_beacon(places)
        if beacon is None or not beacon.osc_port:
            return None
        link = cls(beacon.osc_port)
        if link._greet(beacon.boot):
            return link
        link.close()
        return None

    def _greet(self, boot: str) -> bool:
        welcome = self.hello()
        return welcome is not None and welcome.greeting.boot == boot

    def hello(self) -> Welcome | None:
        """The welcome of whatever Sidecrate answers on this port; None when none does."""
        for _ in range(HELLO_TRIES):
            self.send("/sidecrate/hello", "sidecrate", 0, self.nonce)
            for answer in self.answers(HELLO_WAIT_S):
                if isinstance(answer, Welcome) and answer.nonce == self.nonce:
                    return answer
        return None

    @property
    def port(self) -> int:
        """The daemon's OSC port."""
        return self._peer[1]

    def send(self, address: str, *arguments: str | int | float) -> None:
        self._socket.sendto(build_message(address, *arguments), self._peer)

    def generate(self, verb: str, values: dict[str, Any], label: str) -> None:
        """Order clips: a request's checked values, under a label that is echoed in every answer."""
        self.send(f"/sidecrate/{verb}", json.dumps({**values, "id": label}, ensure_ascii=False))

    def listen(self, wait_s: float) -> Iterator[Message]:
        """Messages that come within `wait_s`."""
        until = time.monotonic() + wait_s
        while (left := until - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                data, peer = self._socket.recvfrom(65_536)
            except (TimeoutError, ConnectionResetError):
                continue
            if peer == self._peer:
                try:
                    yield from parse_packet(data)
                except OscError:
                    continue

    def answers(self, wait_s: float) -> Iterator[Answer]:
        """What the daemon answers within `wait_s`."""
        for message in self.listen(wait_s):
            answer = read_answer(message)
            if answer is not None:
                yield answer

    def ask(self, address: str, *arguments: str | int | float, wait_s: float = 2.0) -> Told:
        """Send and wait for the one answer: told, reported or error (raised as ServiceError)."""
        self.send(address, *arguments)
        for answer in self.answers(wait_s):
            if not is_answer_to(answer, address):
                continue
            if isinstance(answer, Refused):
                raise ServiceError(answer.text, answer.code)
            if isinstance(answer, Told):
                return answer
        raise ServiceError(
            "the daemon did not answer; `sidecrate doctor` looks into it", "no_answer"
        )

    def close(self) -> None:
        self._socket.close()


def is_answer_to(answer: Answer, address: str) -> bool:
    """Whether it answers what was sent to an address without a label.

    A late answer to something else, a job's proposal, a knock and a labelled order's error do not.
    """
    match answer:
        case Refused():
            return answer.what == address and not answer.origin.label
        case Told(verb="pair"):
            return address == f"{PREFIX}pair" and not answer.what
        case Told():
            return answer.verb == _TOLD_AS.get(address, address.removeprefix(PREFIX))
    return False
