"""A MIDI door on a JACK server, with a map of one pad of each sort."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bridge.events import Order
from bridge.midi.door import MidiDoor
from bridge.midi.mapping import MidiMap

PRESETS = {"dusty": {"prompt": "dusty drums", "bars": 2}}
MAP = MidiMap.read(
    [
        {"note": 36, "do": "preset dusty"},
        {"note": 37, "do": "again", "channel": 10},
        {"cc": 21, "do": "set energy"},
        {"cc": 64, "do": "keep"},
        {"program": 5, "do": "preset dusty"},
    ],
    PRESETS,
)


def wait_for(what: Callable[[], object]) -> None:
    end_s = time.monotonic() + 60
    while not what():
        assert time.monotonic() < end_s, "it never came"
        time.sleep(0.02)


@contextmanager
def opened(orders: queue.Queue[Order], **settings: object) -> Iterator[MidiDoor]:
    door = MidiDoor(MAP, orders.put, api="jack", **settings)  # type: ignore[arg-type]
    door.start()
    try:
        yield door
    finally:
        door.stop()
        assert door.health() == "closed"
