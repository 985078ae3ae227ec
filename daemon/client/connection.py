"""The command line's way to a running daemon: an OSC door like any other, at the address that the daemon wrote down."""

from __future__ import annotations

import json
import secrets
import socket
import time
from collections.abc import Iterator
from typing import Any

from bridge.osc.addresses import PREFIX
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
        return welcome is not None and bool(welcome.arguments[3] == boot)

    def hello(self) -> Message | None:
        """The welcome of whatever Sidecrate answers on this port; None when none does."""
        for _ in range(HELLO_TRIES):
            self.send("/sidecrate/hello", "sidecrate", 0, self.nonce)
            for message in self.listen(HELLO_WAIT_S):
                if message.address == "/sidecrate/welcome" and message.arguments[0] == self.nonce:
                    return message
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

    def ask(self, address: str, *arguments: str | int | float, wait_s: float = 2.0) -> Message:
        """Send and wait for the one answer: told, reported or error (raised as ServiceError)."""
        self.send(address, *arguments)
        for message in self.listen(wait_s):
            if not answers(message, address):
                continue
            if message.address == "/sidecrate/error":
                raise ServiceError(str(message.arguments[2]), str(message.arguments[1]))
            return message
        raise ServiceError(
            "the daemon did not answer; `sidecrate doctor` looks into it", "no_answer"
        )

    def close(self) -> None:
        self._socket.close()


def answers(message: Message, address: str) -> bool:
    """Whether a message is the answer to what was sent to an address without a label.

    A late answer to something else, a job's proposal, a knock and a labelled order's error are none.
    """
    match message.address.removeprefix(PREFIX), message.arguments:
        case "error", (where, _, _, label):
            return bool(where == address and not label)
        case "told", ("pair", knocked, _):
            return address == "/sidecrate/pair" and not knocked
        case "told", (verb, _, _):
            return bool(verb == _TOLD_AS.get(address, address.removeprefix(PREFIX)))
        case "report", _:
            return address == "/sidecrate/report"
    return False
