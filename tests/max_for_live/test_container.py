"""The `.amxd` container: its bytes, its round trip, and that what is committed is what the text says."""

import json
import struct

import pytest

from max_for_live.build import BUILT, MADE, build, patcher
from max_for_live.container import (
    FROZEN,
    PLAIN_WITH_FILES,
    Part,
    device_part,
    freeze,
    pack,
    patcher_bytes,
    thaw,
    unpack,
)


def test_a_plain_device_byte_for_byte():
    assert pack(patcher_bytes("{}"), 0) == (
        b"ampf\x04\0\0\0aaaa" b"meta\x04\0\0\0\0\0\0\0" b"ptch\x04\0\0\0" b"{}\n\0"
    )  # fmt: skip


def test_a_frozen_device_byte_for_byte():
    frozen = freeze([device_part("A.amxd", b"{}\n\0", 5), Part("abc.js", b"x();", made=6)])
    row = (
        b"type\0\0\0\x0cJSON" b"fnam\0\0\0\x10A.amxd\0\0" b"sz32\0\0\0\x0c\0\0\0\x04" b"of32\0\0\0\x0c\0\0\0\x10"
        b"vers\0\0\0\x0c\0\0\0\0" b"flag\0\0\0\x0c\0\0\0\x11" b"mdat\0\0\0\x0c\0\0\0\x05"
    )  # fmt: skip
    second = (
        b"type\0\0\0\x0cTEXT" b"fnam\0\0\0\x10abc.js\0\0" b"sz32\0\0\0\x0c\0\0\0\x04" b"of32\0\0\0\x0c\0\0\0\x14"
        b"vers\0\0\0\x0c\0\0\0\0" b"flag\0\0\0\x0c\0\0\0\0" b"mdat\0\0\0\x0c\0\0\0\x06"
    )  # fmt: skip
    rows = b"".join(b"dire" + struct.pack(">I", len(one) + 8) + one for one in (row, second))
    assert frozen == (
        b"mx@c\0\0\0\x10\0\0\0\0\0\0\0\x18" b"{}\n\0x();" + b"dlst" + struct.pack(">I", len(rows) + 8) + rows
    )  # fmt: skip


@pytest.mark.parametrize("name", ["a", "abc", "abcd", "abcdefg"])
def test_a_name_always_ends_with_a_nul(name):
    frozen = freeze([Part(name, b"x")])
    at = frozen.index(b"fnam")
    (size,) = struct.unpack_from(">I", frozen, at + 4)
    field = frozen[at + 8 : at + size]
    assert field.rstrip(b"\0") == name.encode() and len(field) == (len(name) // 4 + 1) * 4


def test_what_was_packed_comes_back():
    built = build()
    meta, payload = unpack(built["Sidecrate.amxd"])
    device, script = thaw(payload)
    assert meta == FROZEN and (device.name, device.type, device.flag) == (
        "Sidecrate.amxd",
        b"JSON",
        0x11,
    )
    assert json.loads(device.data.rstrip(b"\0")) == patcher()
    assert (script.name, script.type, script.data) == (
        "Sidecrate.js",
        b"TEXT",
        built["Sidecrate.js"],
    )
    assert freeze([device, script]) == payload and device.made == script.made == MADE
    meta, payload = unpack(built["Sidecrate-dev.amxd"])
    assert meta == PLAIN_WITH_FILES and payload == device.data and payload[-2:] == b"\n\0"


def test_damage_is_seen():
    whole = build()["Sidecrate.amxd"]
    for broken in (b"", whole[:100], b"x" + whole[1:], whole + b"\0"):
        with pytest.raises((ValueError, struct.error)):
            unpack(broken)
    with pytest.raises(ValueError, match="not frozen"):
        thaw(patcher_bytes("{}"))
    with pytest.raises(ValueError):
        thaw(unpack(whole)[1][:-5])


def test_what_is_committed_is_current():
    built = build()
    assert build() == built
    assert {path.name for path in BUILT.iterdir()} == set(built)
    for name, data in built.items():
        assert (BUILT / name).read_bytes() == data, f"{name}: run python -m max_for_live.build"


def test_a_packer_of_others_makes_the_same_plain_container():
    others = pytest.importorskip("m4l_builder.container", reason="m4l-builder is not installed")
    theirs = others.build_amxd(patcher())
    text = theirs[32:-2].decode()
    assert pack(patcher_bytes(text), 0) == theirs


def test_a_reader_of_others_reads_the_frozen_part():
    others = pytest.importorskip("py2max.m4l", reason="py2max is not installed")
    # theirs has no meta chunk; what lies inside ptch is the same
    _, payload = unpack(build()["Sidecrate.amxd"])
    bare = b"ampf\x04\0\0\0aaaaptch" + struct.pack("<I", len(payload)) + payload
    text, _ = others.unpack_amxd(bare)
    assert json.loads(text.split(b"\0")[0]) == patcher()
