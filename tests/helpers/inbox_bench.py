"""A bench for the inbox: real files in a real folder, and a daemon that answers as told."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.events import Accepted, Done, Failed, Finished, Order, Origin
from bridge.inbox.door import Inbox

PATIENCE_S = 15.0


def wait_for(what: Callable[[], object], why: str = "it never came") -> object:
    """What the callable returns as soon as that is true."""
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        if found := what():
            return found
        time.sleep(0.01)
    raise AssertionError(why)


class Bench:
    """An inbox, the orders it sent, and ways to answer them as the daemon does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.orders: queue.Queue[Order] = queue.Queue()
        self.box: Inbox | None = None

    def start(self, **settings: object) -> Inbox:
        settings.setdefault("settle_text_s", 0.25)
        settings.setdefault("settle_audio_s", 0.5)
        self.box = Inbox(self.folder, self.orders.put, **settings)  # type: ignore[arg-type]
        self.box.start()
        return self.box

    def stop(self) -> None:
        if self.box:
            self.box.stop()

    def drop(self, name: str, text: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def order(self) -> Order:
        return self.orders.get(timeout=PATIENCE_S)

    def no_order(self, for_s: float = 0.6) -> None:
        with pytest.raises(queue.Empty):
            self.orders.get(timeout=for_s)

    def origin(self, order: Order, index: int = 0) -> Origin:
        return replace(order.origin, address={**order.origin.address, "index": index})

    def finish(self, order: Order, index: int = 0, clips: int = 1) -> None:
        assert self.box
        origin, job = self.origin(order, index), f"job{index}"
        self.box.tell(Accepted(origin, job, 1))
        for n in range(1, clips + 1):
            clip = f"{job}c{n}"
            info = {"n": n, "of": clips, "bpm": 90.0, "key": "Am", "bars": 4, "frames": 470400}
            self.box.tell(Done(origin, job, clip, f"/crate/Loops/{clip}.wav", info))
        self.box.tell(Finished(origin, job, clips, 0))

    def fail(self, order: Order, text: str, index: int = 0, code: str = "engine") -> None:
        assert self.box
        self.box.tell(Failed(self.origin(order, index), f"job{index}", code, text))

    def answer(self, folder: str, name: str) -> str:
        path = self.folder / folder / name
        wait_for(path.exists, f"no {folder}/{name}; there are {self.listing()}")
        return path.read_text(encoding="utf-8")

    def listing(self) -> list[str]:
        return sorted(
            str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()
        )


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr("bridge.inbox.door.RESCAN_S", 0.5)
    folder = tmp_path / "inbox"
    folder.mkdir()
    made = Bench(folder)
    yield made
    made.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "inbox"]


def tone(path: Path) -> Path:
    soundfile.write(path, np.sin(np.arange(22050) * 0.06).astype(np.float32), 44100)
    return path
