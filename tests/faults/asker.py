"""An OSC client that insists: it asks again under the same id until it hears that its request was accepted."""

from __future__ import annotations

import json
import secrets
import socket
import time
from typing import Any

from bridge.osc.packet import OscError, build_message, parse_packet
from daemon.client.beacon import read_beacon
from daemon.home.places import Places


class Asker:
    """Keeps its nonce over restarts of the daemon, as a device does, so that what it asks twice is made once."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._nonce = secrets.token_hex(6)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.jobs: dict[str, str] = {}
        """By the id under which it was asked: the job that was accepted."""
        self.refused: dict[str, str] = {}

    def ask(self, label: str, wait_s: float = 60.0, **values: Any) -> str:
        """Ask until it is accepted or refused; the job, or an empty string."""
        packet = build_message("/sidecrate/generate", json.dumps({**values, "id": label}))
        until = time.monotonic() + wait_s
        while label not in self.jobs and label not in self.refused:
            if time.monotonic() > until:
                raise AssertionError(f"{label} was neither accepted nor refused within {wait_s} s")
            beacon = read_beacon(self._places)
            if beacon is not None and beacon.osc_port:
                # hello each time: a daemon that started anew does not remember us
                self._send(
                    build_message("/sidecrate/hello", "asker", 0, self._nonce), beacon.osc_port
                )
                self._send(packet, beacon.osc_port)
            self.listen(0.3, label)
        return self.jobs.get(label, "")

    def _send(self, packet: bytes, port: int) -> None:
        self._socket.sendto(packet, ("127.0.0.1", port))

    def listen(self, wait_s: float, label: str = "") -> None:
        """Hear what comes within `wait_s`, or until `label` is settled."""
        until = time.monotonic() + wait_s
        while (left_s := until - time.monotonic()) > 0 and not (
            label and (label in self.jobs or label in self.refused)
        ):
            self._socket.settimeout(left_s)
            try:
                messages = parse_packet(self._socket.recv(65_536))
            except (TimeoutError, ConnectionError, OscError):
                continue
            for message in messages:
                self._hear(message.address, message.arguments)

    def _hear(self, address: str, given: tuple[Any, ...]) -> None:
        # progress and ends bear the job too: of a job that was accepted before a kill only these may be heard
        if (
            address
            in (
                "/sidecrate/accepted",
                "/sidecrate/progress",
                "/sidecrate/finished",
                "/sidecrate/failed",
            )
            and given[0]
        ):
            known = self.jobs.setdefault(given[0], given[1])
            assert known == given[1], (
                f"{given[0]} was accepted as job {known} and as job {given[1]}"
            )
        elif address == "/sidecrate/error" and len(given) > 3 and given[3]:
            self.refused[given[3]] = given[2]

    def close(self) -> None:
        self._socket.close()
