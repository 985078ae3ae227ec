"""Packets as no careful sender would build them, but with the structure that gets past a first look (hypothesis strategies)."""

import json
import struct

from hypothesis import strategies as st

from bridge.osc.addresses import IN, OUT
from bridge.request import FIELDS

ADDRESSES = st.sampled_from(
    [
        *IN,
        *OUT,
        "/sidecrate/",
        "/sidecrate/light/x",
        "/",
        "/a*b",
        "",
        "no slash",
        "/sidecrate/hello ",
    ]
)
SIZES = st.sampled_from([None] * 6 + [-4, -1, 0, 1, 3, 4, 1 << 16, -(1 << 31), (1 << 31) - 1])


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (4 - len(data) % 4)


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["90", "Am", "4/4", "\ud800"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)
OBJECTS = st.dictionaries(
    st.sampled_from([*FIELDS, "context", "source", "bpm", "playing", "position", "rubbish"]),
    JSON_VALUES,
    max_size=5,
)
TEXTS = (
    st.text(max_size=20)
    | st.sampled_from(
        [*FIELDS, "last", "all", "", "0", "{", "[" * 500, "/etc/passwd", "\\\\host\\share", "\0"]
    )
    | OBJECTS.map(json.dumps)
)


@st.composite
def arguments(draw):
    """(type tag, bytes) of one argument, mostly right."""
    tag = draw(st.sampled_from("iiffsssdhTFNIbtmcrS["))
    if tag == "s":
        return tag, _padded(
            draw(
                TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass"))
                | st.binary(max_size=12)
            )
        )
    if tag == "i":
        return tag, struct.pack(">i", draw(st.integers(-(1 << 31), (1 << 31) - 1)))
    if tag == "f":
        return tag, struct.pack(">f", draw(st.floats(width=32)))
    if tag == "d":
        return tag, struct.pack(">d", draw(st.floats()))
    return tag, b"" if tag in "TFNI[" else draw(st.binary(min_size=8, max_size=8))


@st.composite
def messages(draw):
    parts = draw(st.lists(arguments(), max_size=6))
    tags = (
        "," + "".join(tag for tag, _ in parts) + draw(st.sampled_from(["", "", "", "i", "s", "z"]))
    )
    packet = (
        _padded(draw(ADDRESSES).encode())
        + _padded(tags.encode())
        + b"".join(data for _, data in parts)
    )
    return packet[: len(packet) - draw(st.sampled_from([0, 0, 0, 0, 1, 4, 7]))]


@st.composite
def _bundles(draw, inner):
    packet = b"#bundle\0" + struct.pack(">Q", draw(st.sampled_from([0, 1, 1 << 63, (1 << 64) - 1])))
    for element in draw(st.lists(inner, max_size=4)):
        size = draw(SIZES)
        packet += struct.pack(">i", len(element) if size is None else size) + element
    return packet


PACKETS = st.recursive(messages() | st.binary(max_size=64), _bundles, max_leaves=8)
