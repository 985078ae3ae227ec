"""The daemon's own loop while its parts take their time."""

import asyncio
import os
import threading
import time

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


def test_what_was_kept_for_long_enough_goes_while_the_daemon_runs(tmp_path, monkeypatch):
    places = Places.find(tmp_path)
    monkeypatch.setattr("daemon.service.service.make_doors", lambda *_, **__: [])
    monkeypatch.setattr(Service, "_listen_to_signals", lambda self: None)
    for name, often_s in (("DOOR_RETRY_S", 0.05), ("TIDY_EVERY_S", 0.1)):
        monkeypatch.setattr(f"daemon.service.service.{name}", often_s)

    async def until_gone(service):
        old, new = places.recordings / "old.wav", places.recordings / "new.wav"
        for path in (old, new):
            path.write_bytes(b"RIFF")
        os.utime(old, (time.time() - 40 * 86400,) * 2)
        for _ in range(1200):
            if not old.exists():
                break
            await asyncio.sleep(0.05)
        service.stop()
        return not old.exists() and new.exists()

    async def whole():
        looks = []

        def ready(service):
            looks.append(asyncio.create_task(until_gone(service)))

        await Service(places, Config(**QUIET)).run(ready=ready)
        return await looks[0]

    assert asyncio.run(whole())
