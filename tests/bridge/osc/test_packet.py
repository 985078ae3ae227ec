import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import RequestError
from bridge.osc.addresses import IN, OUT
from bridge.osc.arguments import is_release, pressed, read_hello, read_prompt
from bridge.osc.packet import Message, OscError, build_message, parse_packet


def bundle(*elements: bytes) -> bytes:
    return (
        b"#bundle\0"
        + struct.pack(">Q", 1)
        + b"".join(struct.pack(">i", len(e)) + e for e in elements)
    )


def test_there_and_back():
    packet = build_message("/sidecrate/generate", "dusty drums", "bpm", 93.5, "bars", 4)
    assert parse_packet(packet) == [
        Message("/sidecrate/generate", ("dusty drums", "bpm", 93.5, "bars", 4))
    ]


def test_a_symbol_is_a_text():
    packet = b"/a\0\0,SsiS\0\0\0" + b"bpm\0" + b"Sx\0\0" + struct.pack(">i", 3) + b"end\0"
    assert parse_packet(packet) == [Message("/a", ("bpm", "Sx", 3, "end"))]


def test_bundles_are_opened():
    one, two = build_message("/a", 1), build_message("/b", "x")
    assert parse_packet(bundle(one, bundle(two))) == [Message("/a", (1,)), Message("/b", ("x",))]


@pytest.mark.parametrize(
    "packet",
    [
        b"", b"/a", b"/a\0\0,i\0\0", b"/a\0\0,i\0\0\0\0", b"/a\0\0,z\0\0", b"a\0\0\0,\0\0\0", b"/*\0\0,\0\0\0", b"/a\0\0,s\0\0\xff\xff\0\0",
        b"/a\0\0,i\0\0\0\0\0\1junk", b"/a\0\0i\0\0\0\0\0\0\1",
        b"#bundle\0" + struct.pack(">Q", 1) + struct.pack(">i", -4), b"#bundle\0" + struct.pack(">Qi", 1, 1 << 30),
        bundle(bundle(bundle(bundle(bundle(build_message("/a")))))), bundle(*[build_message("/a")] * 65), b"/a\0\0,f\0\0" + struct.pack(">f", float("nan")),
        b"/" + b"a" * 20_000,
    ],
)  # fmt: skip
def test_what_is_not_whole_is_refused(packet):
    with pytest.raises(OscError):
        parse_packet(packet)


@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_be_refused(data):
    with contextlib.suppress(OscError):
        parse_packet(data)


elements = st.recursive(
    st.one_of(st.binary(max_size=40), st.builds(build_message, st.just("/sidecrate/generate"), st.text("abc", max_size=9), st.integers(-9, 9))),
    lambda inner: st.builds(lambda e, size: b"#bundle\0" + bytes(8) + struct.pack(">i", size if size else len(e)) + e, inner, st.sampled_from([0, 0, -4, 4, 1 << 20])),
    max_leaves=8,
)  # fmt: skip


@given(elements)
def test_no_structure_hangs_or_breaks_the_parser(packet):
    with contextlib.suppress(OscError):
        assert all(isinstance(message, Message) for message in parse_packet(packet))


def test_buttons_press_and_release():
    assert is_release(Message("/sidecrate/again", (0,)))
    assert is_release(Message("/sidecrate/preset", (False,)))
    assert not is_release(Message("/sidecrate/tempo", (0,)))
    assert pressed(Message("/sidecrate/again", (1.0,))) == Message("/sidecrate/again")
    assert pressed(Message("/sidecrate/again", ("1",))) == Message("/sidecrate/again", ("1",))


def test_requests_in_pairs_and_in_json():
    pairs = read_prompt(Message("/sidecrate/oneshot", ("kick", "note", "G1", "count", 3)))
    assert dict(pairs.values) == {"prompt": "kick", "note": "G1", "count": 3, "kind": "oneshot"}
    assert dict(
        read_prompt(Message("/sidecrate/generate", ('{"prompt": "x", "bpm": 90}',))).values
    ) == {
        "prompt": "x",
        "bpm": 90.0,
    }
    for bad in (("x", "bpm"), ("x", "bmp", 3)):
        with pytest.raises(RequestError):
            read_prompt(Message("/sidecrate/generate", bad))
    with pytest.raises(OscError, match="not text"):
        read_prompt(Message("/sidecrate/generate", (5,)))
    for bad in ("{", '{"bpm": NaN}', "{" * 3000):
        with pytest.raises(OscError):
            read_prompt(Message("/sidecrate/generate", (bad,)))


def test_a_bad_reply_port_is_named():
    assert read_hello(Message("/sidecrate/hello", ("max", 9000, "n1"))).reply_port == 9000
    assert read_hello(Message("/sidecrate/hello", ("max", 0, "n1"))).reply_port is None
    for bad in (70000, -1, "x"):
        with pytest.raises(OscError, match="reply port"):
            read_hello(Message("/sidecrate/hello", ("max", bad, "n")))


def test_only_report_stands_in_both_tables():
    assert set(IN) & set(OUT) == {"/sidecrate/report"}
