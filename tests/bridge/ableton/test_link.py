"""Link between processes on this machine: we join without a trace, and follow what the other peer does."""

from __future__ import annotations

import importlib.util
import queue
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bridge.ableton.link import AbletonLink
from bridge.events import Context, Order
from tests.conftest import skip_or_fail
from tests.helpers.link_peer import Peer

#: Every peer on the machine is in the same session.
pytestmark = pytest.mark.alone


@contextmanager
def joined(count: int = 1) -> Iterator[list[tuple[AbletonLink, queue.Queue[tuple[Order, float]]]]]:
    members = []
    for _ in range(count):
        heard: queue.Queue[tuple[Order, float]] = queue.Queue()
        members.append(
            (AbletonLink(lambda order, heard=heard: heard.put((order, time.monotonic()))), heard)
        )
    try:
        for door, _ in members:
            door.start()
        yield members
    finally:
        for door, _ in members:
            door.stop()


def wait_for(
    heard: queue.Queue[tuple[Order, float]], wanted, wait_s: float = 60.0
) -> tuple[Order, float]:
    until = time.monotonic() + wait_s
    while True:
        order, at_s = heard.get(timeout=max(0.01, until - time.monotonic()))
        assert isinstance(order, Context) and order.source == "link"
        if wanted(order.values):
            return order, at_s


@pytest.fixture
def peer() -> Iterator[Peer]:
    if importlib.util.find_spec("aalink") is None:
        skip_or_fail("aalink is not installed (pip install 'sidecrate[link]')")
    made = Peer(100)
    with joined() as [(_, heard)]:
        try:
            wait_for(heard, lambda values: values["peers"])
        except queue.Empty:
            made.process.kill()
            skip_or_fail("no multicast on this machine: two Link peers do not find each other")
    yield made
    made.process.kill()
    made.process.wait()


def test_fifty_joins_leave_the_tempo_as_it_is(peer: Peer) -> None:
    for _ in range(5):
        with joined(10) as members:
            for door, heard in members:
                # a member may meet its peers a moment before it hears their tempo
                wait_for(heard, lambda values: values["peers"] and abs(values["bpm"] - 100) < 0.001)
                assert door.health().startswith("open; ")
    assert peer.do("look")[0][1] == 100
    assert [event for event in peer.end() if event[0] == "bpm"] == []


def test_a_new_tempo_is_followed_and_the_beat_is_that_of_the_peer(peer: Peer) -> None:
    with joined() as [(_, heard)]:
        wait_for(heard, lambda values: values["peers"])
        time.sleep(1)
        off_beats = []
        for bpm in (133, 87.5, 128, 174, 93.4):
            (_, _, beat), did_s = peer.do(f"bpm {bpm}")
            order, at_s = wait_for(
                heard, lambda values, bpm=bpm: abs(values.get("bpm", 0) - bpm) < 0.001
            )
            off_beats.append(
                abs((order.values["position"] - (beat + (at_s - did_s) * bpm / 60) + 2) % 4 - 2)
            )
            time.sleep(0.3)
        # the median: on a busy machine a process may be late with its own words
        assert sorted(off_beats)[2] < 0.1, off_beats


def test_start_and_stop_are_heard_and_the_last_peer_to_leave_is_said(peer: Peer) -> None:
    with joined() as [(door, heard)]:
        wait_for(heard, lambda values: values["peers"])
        time.sleep(1)
        peer.do("play 1")
        wait_for(heard, lambda values: values.get("playing") is True)
        time.sleep(0.3)
        peer.do("play 0")
        wait_for(heard, lambda values: values.get("playing") is False)
        peer.end()
        order, _ = wait_for(heard, lambda values: values["peers"] == 0, 15)
        assert dict(order.values) == {"peers": 0}
        assert door.health() == "open; 0 peers"
    assert door.health() == "closed"


def test_without_aalink_nothing_runs_and_what_to_do_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "aalink", None)
    door = AbletonLink(lambda order: None)
    door.start()
    assert "pip install" in door.health()
    door.stop()
