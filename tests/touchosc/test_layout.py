"""The TouchOSC layout: it is the one that its table says, and says only what the daemon knows."""

import re
import zlib
from xml.etree import ElementTree

from bridge.events import order_name
from bridge.osc.addresses import IN, OUT
from bridge.osc.arguments import is_release
from bridge.osc.orders import OscOrders
from bridge.osc.packet import Message
from bridge.osc.sender import Sender
from bridge.osc.surfaces import PLACES
from tests.touchosc.layout_player import BUILT, address_of, property_of, read_nodes
from touchosc.build import build
from touchosc.container import pack, unpack
from touchosc.layout import PADS, RECEIVE_PORT, ROOT_SCRIPT


def messages():
    """(address, arguments as they are written, whether it is sent) of every message in the file."""
    for node in read_nodes():
        for osc in node.findall("messages/osc"):
            arguments = [partial.findtext("value") for partial in osc.findall("arguments/partial")]
            yield address_of(osc), arguments, osc.findtext("send") == "1"


def test_it_is_built_from_its_table():
    assert unpack(BUILT.read_bytes()) == build(), "run: python -m touchosc.build"
    assert build() == build() and unpack(pack(build())) == build()


def test_what_it_sends_and_shows_are_addresses_of_the_daemon():
    sent = {address for address, _, sends in messages() if sends}
    shown = {address for address, _, sends in messages() if not sends}
    assert sent <= set(IN) and "/sidecrate/preset" in sent
    folders = tuple(path.partition("<")[0] for path in OUT if "<" in path)
    assert all(address in OUT or address.startswith(folders) for address in shown)
    assert {"/sidecrate/text", "/sidecrate/bar", "/sidecrate/now/tempo"} <= shown
    assert {f"/sidecrate/light/{place}" for place in range(1, PADS + 1)} <= shown and PADS <= PLACES
    (said,) = re.findall(r"sendOSC\('([^']*)', (\d+)\)", ROOT_SCRIPT)
    assert said == ("/sidecrate/surface", str(RECEIVE_PORT)) and said[0] in IN


def test_every_message_is_an_order_that_is_taken():
    """With presets for every pad, nothing that a key or fader sends is refused."""
    presets = {f"p{n}": {"prompt": "x"} for n in range(PADS)}
    taken = []
    for address, arguments, sends in messages():
        if not sends or address == "/sidecrate/surface":
            continue
        message = Message(address, tuple(0.5 if value == "x" else value for value in arguments))
        assert not is_release(message)
        OscOrders(taken.append, presets, False).send(Sender(("127.0.0.1", 9)), message)
    assert {order_name(order) for order in taken} == {"make", "again", "keep", "cancel", "audition"}


def test_the_file_is_what_touchosc_reads():
    """zlib; one document; every node has an ID of its own, a frame inside the document, and properties in order, of known types."""
    assert BUILT.read_bytes()[:1] == b"\x78" and zlib.decompress(BUILT.read_bytes()).startswith(
        b"<?xml version='1.0' encoding='UTF-8'?>"
    )
    root = ElementTree.fromstring(unpack(BUILT.read_bytes()))
    assert root.tag == "lexml" and [child.tag for child in root] == ["node"]
    nodes = read_nodes()
    assert len({node.get("ID") for node in nodes}) == len(nodes)
    width, height = (int(property_of(nodes[0], "frame").findtext(side)) for side in "wh")
    for node in nodes:
        names = [row.findtext("key") for row in node.findall("properties/property")]
        assert names == sorted(set(names)) and {"name", "frame", "color"} <= set(names)
        assert {row.get("type") for row in node.findall("properties/property")} <= set("bifsrc")
        x, y, w, h = (int(property_of(node, "frame").findtext(side)) for side in "xywh")
        assert x >= 0 and y >= 0 and x + w <= width and y + h <= height


def test_no_key_lies_over_another():
    frames = []
    for node in read_nodes()[1:]:
        if node.get("type") == "BUTTON" or (
            node.get("type") == "FADER" and property_of(node, "interactive").text == "1"
        ):
            frames.append([int(property_of(node, "frame").findtext(side)) for side in "xywh"])
    for n, (x, y, w, h) in enumerate(frames):
        for x2, y2, w2, h2 in frames[:n]:
            assert x >= x2 + w2 or x2 >= x + w or y >= y2 + h2 or y2 >= y + h
