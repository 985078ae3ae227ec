"""All doors as one: those that cannot open wait, what is told reaches whom it is for, and closing
holds nobody up."""

import asyncio
import threading

from bridge.errors import DoorError
from bridge.events import Origin, Progress, SessionChanged
from daemon.home.places import Places
from daemon.service.doors import Doors, make_doors
from daemon.settings.schema import Config


class PlainDoor:
    """Notes what it is told; opens once `free`."""

    def __init__(self, name, closing=None, free=True):
        self.name, self.closing, self.free, self.told, self.stops = name, closing, free, [], 0

    def start(self):
        if not self.free:
            raise DoorError(f"{self.name} is taken")

    def tell(self, event):
        self.told.append(event)

    def stop(self):
        self.stops += 1
        if self.closing:
            self.closing(self)

    def health(self):
        return "open" if self.free else "taken"


def event_for(door):
    return Progress(Origin(door), "j1", 0.5, "generating")


def test_an_event_reaches_its_own_door_and_news_of_the_session_reaches_all():
    doors, one, other = Doors(), PlainDoor("one"), PlainDoor("other")
    doors.tell(event_for("one"))
    doors.open([one, other])
    news = SessionChanged({"bpm": 120})
    for event in (event_for("one"), news, event_for("nobody")):
        doors.tell(event)
    assert (one.told, other.told) == ([event_for("one"), news], [news])


def test_a_door_that_breaks_keeps_no_other_from_being_told():
    doors, broken, whole = Doors(), PlainDoor("broken"), PlainDoor("whole")
    broken.tell = lambda event: 1 / 0
    doors.open([broken, whole])
    doors.tell(SessionChanged({}))
    assert whole.told == [SessionChanged({})]


def test_a_door_that_cannot_open_is_tried_again_and_those_that_are_open_are_not():
    doors, taken, free = Doors(), PlainDoor("taken", free=False), PlainDoor("free")
    doors.open([taken, free])
    assert not doors.all_open and doors.health() == {"taken": "taken", "free": "open"}
    free.free, taken.free = False, True
    doors.open_again()
    assert doors.all_open


def test_while_a_door_takes_its_time_to_close_the_others_are_told_on():
    answered = threading.Event()
    slow = PlainDoor("slow", lambda door: door.told.append(answered.wait(10)))
    other = PlainDoor("other")
    doors = Doors()
    doors.open([other, slow])

    async def whole():
        asyncio.get_running_loop().call_later(0.05, lambda: doors.tell(event_for("other")))
        other.tell = lambda event: answered.set()
        await doors.close()

    asyncio.run(whole())
    assert slow.told == [True] and (slow.stops, other.stops) == (1, 1)


def test_they_close_in_reverse_order_and_one_that_breaks_keeps_no_other_open():
    closed = []

    def close(door):
        closed.append(door.name)
        if door.name == "b":
            raise RuntimeError("a fault in a door")

    doors = Doors()
    doors.open([PlainDoor(name, close) for name in "abc"])
    asyncio.run(doors.close())
    assert closed == ["c", "b", "a"]


def test_the_doors_are_those_that_the_config_wants(tmp_path):
    class Crate:
        folder = tmp_path

    everything = {
        name: {"enabled": True} for name in ("osc", "inbox", "midi", "link", "ableton_osc", "fl")
    }
    nothing = {name: {"enabled": False} for name in everything}
    places = Places.find(tmp_path)

    def names(settings):
        made = make_doors(Config(**settings), places, hand=print, crate=Crate(), boot="b")
        return [door.name for door in made]

    assert names(nothing) == []
    assert names(everything) == ["osc", "inbox", "midi", "link", "abletonosc", "fl"]
    assert names({**nothing, "midi": {"enabled": True}}) == ["midi"]
