"""The client of a running daemon: OSC messages to the port that its beacon names."""

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

#: Timeout of one hello.
HELLO_WAIT_S = 0.4
#: Hellos sent before the daemon counts as absent.
HELLO_TRIES = 4
#: Addresses that are answered under another verb than their own.
_TOLD_AS = {"/sidecrate/tempo": "pin", "/sidecrate/key": "pin", "/sidecrate/meter": "pin"}


class DaemonClient:
    """A UDP socket that has said hello to the daemon."""

    def __init__(self, port: int, nonce: str = "") -> None:
        """nonce: of a sender whose orders may be known already; a new one else."""
        self._peer = ("127.0.0.1", port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.nonce = nonce or secrets.token_hex(6)

    @classmethod
    def to(cls, places: Places, nonce: str = "") -> DaemonClient | None:
        """A client of this home's daemon; None where none answers. nonce: as for one by port."""
        beacon = read_beacon(places)
        if beacon is None or not beacon.osc_port:
            return None
        client = cls(beacon.osc_port, nonce)
        if client._greet(beacon.boot):
            return client
        client.close()
        return None

    def _greet(self, boot: str) -> bool:
        welcome = self.hello()
        return welcome is not None and welcome.greeting.boot == boot

    def hello(self) -> Welcome | None:
        """The welcome of any Sidecrate on this port; None where none answers."""
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
        """Order clips with a request's checked values; every answer echoes the label."""
        self.send(f"/sidecrate/{verb}", json.dumps({**values, "id": label}, ensure_ascii=False))

    def listen(self, wait_s: float) -> Iterator[Message]:
        """Messages received within `wait_s`."""
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
        """The daemon's answers within `wait_s`."""
        for message in self.listen(wait_s):
            answer = read_answer(message)
            if answer is not None:
                yield answer

    def ask(self, address: str, *arguments: str | int | float, wait_s: float = 2.0) -> Told:
        """Send, and wait for the one answer. ServiceError for an error, or after the timeout."""
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
    """Whether it answers a message without a label to this address.

    False for a late answer to another message, a job's proposal, a knock, and a labelled order's
    error.
    """
    match answer:
        case Refused():
            return answer.what == address and not answer.origin.label
        case Told(verb="pair"):
            return address == f"{PREFIX}pair" and not answer.what
        case Told():
            return answer.verb == _TOLD_AS.get(address, address.removeprefix(PREFIX))
    return False
