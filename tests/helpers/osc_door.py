"""OSC doors for tests, closed at the end, and what was ordered at them."""

import pytest

from bridge.osc.answers import Greeting
from bridge.osc.door import OscDoor


@pytest.fixture
def orders():
    return []


@pytest.fixture
def open_door(orders):
    opened = []

    def open_it(**more):
        greeting = Greeting("0", "/crate", "boot")
        door = OscDoor(
            orders.append, port=0, greeting=greeting, presets={"dusty": {"prompt": "x"}}, **more
        )
        door.start()
        opened.append(door)
        return door

    yield open_it
    for door in opened:
        door.stop()
