"""What a command makes of the file in which a daemon says where it is, whatever stands in it."""

import json

import pytest

from daemon.client.beacon import Beacon, read_beacon, remove_beacon, write_beacon
from daemon.client.connection import Link
from daemon.home.places import Places

WHOLE = {
    "pid": 7, "boot": "b", "version": "0", "started": 1.5, "crate": "/c", "inbox": "/i", "osc_port": 9140, "doors": {"osc": "open"},
}  # fmt: skip


def places_with(tmp_path, text):
    places = Places.find(tmp_path)
    places.state.mkdir(parents=True)
    places.beacon.write_bytes(text.encode() if isinstance(text, str) else text)
    return places


def test_a_beacon_is_read(tmp_path):
    beacon = read_beacon(places_with(tmp_path, json.dumps(WHOLE)))
    assert (beacon.pid, beacon.osc_port, beacon.doors) == (7, 9140, {"osc": "open"})


def test_what_is_written_is_read_and_nothing_else_is_left(tmp_path):
    places = Places.find(tmp_path)
    places.state.mkdir(parents=True)
    for doors in ({}, {"osc": "open on port 9140"}):
        told = Beacon(**{**WHOLE, "doors": doors})
        write_beacon(places, told)
        assert read_beacon(places) == told
    assert list(places.state.iterdir()) == [places.beacon]
    for _ in range(2):
        remove_beacon(places)
        assert read_beacon(places) is None


@pytest.mark.parametrize(
    "text",
    [
        "", "null", "[]", "{}", "7", '"x"', "\0" * 50, b"\xff\xfe{", "[" * 100_000, json.dumps(WHOLE)[:-3],
        *(json.dumps({**WHOLE, name: bad}) for name, bad in (("pid", "x"), ("osc_port", "a"), ("osc_port", None), ("started", []), ("doors", 5), ("doors", [1]))),
    ],
    ids=lambda text: str(text)[:20],
)  # fmt: skip
def test_rubbish_in_its_place_means_that_no_daemon_runs(tmp_path, text):
    places = places_with(tmp_path, text)
    assert read_beacon(places) is None and Link.to(places) is None
