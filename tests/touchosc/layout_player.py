"""A TouchOSC for tests: reads the built file by itself, presses its keys, and shows what it is told, by the file's own rules."""

from __future__ import annotations

import socket
import zlib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from bridge.osc.packet import build_message, parse_packet

BUILT = Path(__file__).parents[2] / "touchosc" / "built" / "Sidecrate.tosc"


def read_nodes(path: Path = BUILT) -> list[ElementTree.Element]:
    """Every node of a layout, the document itself first."""
    return list(ElementTree.fromstring(zlib.decompress(path.read_bytes())).iter("node"))


def property_of(node: ElementTree.Element, name: str) -> ElementTree.Element | None:
    rows = node.findall("properties/property")
    return next((row.find("value") for row in rows if row.findtext("key") == name), None)


def address_of(osc: ElementTree.Element) -> str:
    partials = osc.findall("path/partial")
    assert all(partial.findtext("type") == "CONSTANT" for partial in partials)
    return "".join(partial.findtext("value") or "" for partial in partials)


class Tablet:
    """The layout, joined to a daemon's port by a socket of its own; it listens where the socket is bound."""

    def __init__(self, daemon_port: int, host: str = "127.0.0.1", bind: str = "127.0.0.1") -> None:
        self.nodes = {property_of(node, "name").text: node for node in read_nodes()}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((bind, 0))
        self.peer = (host, daemon_port)
        self.shown: dict[str, Any] = {}

    def live(self) -> None:
        """The sign of life of the document's script, to this socket's port instead of TouchOSC's."""
        self.socket.sendto(
            build_message("/sidecrate/surface", float(self.socket.getsockname()[1])), self.peer
        )

    def touch(self, name: str, value: float) -> None:
        """Move a control to a value from 0, as a finger does, and send what its messages say."""
        for osc in self.nodes[name].findall("messages/osc"):
            condition = osc.findtext("triggers/trigger/condition")
            if osc.findtext("send") == "1" and (
                condition == "ANY" or (condition == "RISE" and value > 0)
            ):
                arguments = [
                    self._argument(partial, value) for partial in osc.findall("arguments/partial")
                ]
                self.socket.sendto(build_message(address_of(osc), *arguments), self.peer)

    @staticmethod
    def _argument(partial: ElementTree.Element, value: float) -> str | int | float:
        text = partial.findtext("value") or ""
        if partial.findtext("type") == "VALUE":
            low, high = float(partial.findtext("scaleMin")), float(partial.findtext("scaleMax"))
            return low + (high - low) * value
        return int(text) if partial.findtext("conversion") == "INTEGER" else text

    def press(self, name: str) -> None:
        self.touch(name, 1.0)
        self.touch(name, 0.0)

    def listen(self, wait_s: float) -> bool:
        """Show what comes within a time; False when nothing came."""
        self.socket.settimeout(wait_s)
        try:
            (message,) = parse_packet(self.socket.recv(65_536))
        except TimeoutError:
            return False
        for name, node in self.nodes.items():
            for osc in node.findall("messages/osc"):
                if osc.findtext("receive") == "1" and address_of(osc) == message.address:
                    assert len(message.arguments) == 1, "a surface takes one flat value"
                    self.shown.setdefault(name, []).append(message.arguments[0])
        return True
