"""The daemon's own loop while its parts take their time."""

import asyncio
import threading

from daemon.home.places import Places
from daemon.service.service import Service
from daemon.settings.schema import Config

QUIET = {name: {"enabled": False} for name in ("inbox", "osc", "midi", "fl")}


class SlowDoor:
    """A door that waits, when it is closed, for a thread of its own: until the loop has served somebody, or 5 s."""

    name = "slow"

    def __init__(self, loop):
        self._loop = loop
        self.served = []

    def start(self):
        pass

    def tell(self, event):
        pass

    def health(self):
        return "open"

    def stop(self):
        served = threading.Event()
        self._loop.call_soon_threadsafe(served.set)
        self.served.append(served.wait(5))


class BrokenDoor(SlowDoor):
    name = "broken"

    def stop(self):
        super().stop()
        raise RuntimeError("it does not close")


def test_the_loop_goes_on_while_doors_close_and_one_that_breaks_keeps_no_other_open(
    tmp_path, monkeypatch, caplog
):
    async def whole():
        loop = asyncio.get_running_loop()
        doors = [SlowDoor(loop), BrokenDoor(loop), SlowDoor(loop)]
        monkeypatch.setattr("daemon.service.service.make_doors", lambda *_, **__: doors)
        monkeypatch.setattr(Service, "_listen_to_signals", lambda self: None)
        await Service(Places.find(tmp_path), Config(**QUIET)).run(
            ready=lambda service: service.stop()
        )
        return [door.served for door in doors]

    assert asyncio.run(whole()) == [[True]] * 3
    assert "broken was not closed" in caplog.text
