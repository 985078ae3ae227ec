"""OSC doors for tests, and what was ordered at them."""

import pytest

from bridge.osc.answers import Greeting
from bridge.osc.door import OscDoor


def make_door(take, port=0, **more):
    """A door that knows one preset; it is not started."""
    return OscDoor(
        take,
        port=port,
        greeting=Greeting("0", "/crate", "boot"),
        presets={"dusty": {"prompt": "dusty"}},
        **more,
    )


@pytest.fixture
def orders():
    return []


@pytest.fixture
def open_door(orders):
    """Start a door that puts its orders into `orders`; all are stopped at the end."""
    opened = []

    def open_it(**more):
        door = make_door(orders.append, **more)
        door.start()
        opened.append(door)
        return door

    yield open_it
    for door in opened:
        door.stop()
