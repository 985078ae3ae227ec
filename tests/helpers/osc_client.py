"""A program beside the daemon that speaks OSC, over a real socket."""

from __future__ import annotations

import socket
import time

from bridge.events import Order
from bridge.osc.packet import Message, build_message, parse_packet


class Client:
    def __init__(self, port: int) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.peer = ("127.0.0.1", port)

    @property
    def port(self) -> int:
        return self.socket.getsockname()[1]

    def send(self, address, *arguments):
        self.socket.sendto(build_message(address, *arguments), self.peer)

    def receive(self, wait_s=2.0) -> Message | None:
        self.socket.settimeout(wait_s)
        try:
            return parse_packet(self.socket.recv(65536))[0]
        except TimeoutError:
            return None


class Tablet(Client):
    def __init__(self, address, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 0))
        self.peer = (address, port)


def wait_for(orders: list[Order], count: int) -> list[Order]:
    until = time.monotonic() + 60
    while len(orders) < count and time.monotonic() < until:
        time.sleep(0.005)
    return orders
