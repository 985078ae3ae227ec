"""AbletonOSC's part is played by a small server over real UDP, which answers to a fixed port as it does."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from bridge.ableton import osc as ableton_osc
from bridge.ableton.osc import AbletonOsc
from bridge.events import Bye, Order, order_name
from bridge.osc.packet import build_message, parse_packet

SONG = {
    "tempo": 93.4, "signature_numerator": 3, "signature_denominator": 4, "root_note": 9, "scale_name": "Minor",
    "is_playing": 0, "current_song_time": 0.0,
}  # fmt: skip


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Live:
    """Answers as AbletonOSC does: to one port, whoever asked; a listener is told at once and on change."""

    def __init__(self, reply_port: int) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.reply_port = reply_port
        self.song = dict(SONG)
        self.listened: set[str] = set()
        self.deaf = False
        self.ended = False
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        self.socket.settimeout(0.05)
        while not self.ended:
            try:
                packet = self.socket.recv(65536)
            except TimeoutError:
                continue
            (message,) = parse_packet(packet)
            *_, verb, name = message.address.split("/")
            if self.deaf:
                continue
            if verb == "start_listen":
                self.listened.add(name)
            if verb == "stop_listen":
                self.listened.discard(name)
            else:
                self.send(f"/live/song/get/{name}", self.song[name])

    def send(self, address: str, *arguments) -> None:
        self.socket.sendto(build_message(address, *arguments), ("127.0.0.1", self.reply_port))

    def change(self, name: str, value) -> None:
        self.song[name] = value
        if name in self.listened:
            self.send(f"/live/song/get/{name}", value)

    def end(self) -> None:
        self.ended = True
        self.thread.join()
        self.socket.close()


@pytest.fixture
def live() -> Iterator[Live]:
    made = Live(free_port())
    yield made
    made.end()


class Heard:
    """The door's orders, gathered into what is known by them."""

    def __init__(self) -> None:
        self.orders: queue.Queue[Order] = queue.Queue()
        self.known: dict[str, object] = {}
        self.verbs: list[str] = []

    def until(self, **values) -> None:
        end_s = time.monotonic() + 60
        while any(self.known.get(name, "?") != value for name, value in values.items()):
            order = self.orders.get(timeout=max(0.01, end_s - time.monotonic()))
            assert order.source == "abletonosc"
            self.verbs.append(order_name(order))
            self.known = {} if isinstance(order, Bye) else {**self.known, **order.values}


@pytest.fixture
def heard(live: Live, monkeypatch: pytest.MonkeyPatch) -> Iterator[Heard]:
    monkeypatch.setattr(ableton_osc, "ASK_S", 0.3)
    monkeypatch.setattr(ableton_osc, "GONE_S", 1.0)
    monkeypatch.setattr(ableton_osc, "_RETRY_PORT_S", 0.1)
    gathered = Heard()
    gathered.door = AbletonOsc(gathered.orders.put, port=live.port, reply_port=live.reply_port)
    gathered.door.start()
    yield gathered
    gathered.door.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "abletonosc"]


def test_the_song_is_known_and_followed(live: Live, heard: Heard) -> None:
    heard.until(meter="3/4", key="A minor", playing=False, position=0.0)
    assert heard.known["bpm"] == pytest.approx(93.4, abs=0.001)
    assert heard.door.health() == "open"
    live.change("tempo", 128.0)
    heard.until(bpm=128.0)
    live.change("current_song_time", 17.5)
    live.change("is_playing", 1)
    heard.until(playing=True, position=17.5)
    live.change("root_note", 6)
    live.change("scale_name", "Dorian")
    heard.until(key="F# dorian")
    heard.door.stop()
    end_s = time.monotonic() + 60
    while live.listened and time.monotonic() < end_s:
        time.sleep(0.01)
    assert not live.listened


def test_a_scale_that_nobody_chose_or_that_has_no_word_is_no_key(live: Live, heard: Heard) -> None:
    heard.until(key="A minor")
    live.change("scale_name", "Bhairav")
    heard.until(key=None)
    live.change("root_note", 0)
    live.change("scale_name", "Major")
    live.change("tempo", 90.0)
    heard.until(bpm=90.0)
    assert heard.known["key"] is None


def test_a_new_set_is_asked_anew_and_one_that_falls_silent_is_gone(
    live: Live, heard: Heard
) -> None:
    heard.until(key="A minor")
    live.listened.clear()
    live.send("/live/startup")
    end_s = time.monotonic() + 60
    while len(live.listened) < 6 and time.monotonic() < end_s:
        time.sleep(0.01)
    assert "tempo" in live.listened
    live.deaf = True
    heard.until(bpm="?")
    assert heard.verbs[-1] == "bye" and "does not answer" in heard.door.health()
    live.deaf = False
    heard.until(key="A minor", meter="3/4")


def test_strange_answers_are_passed_over(live: Live, heard: Heard) -> None:
    heard.until(key="A minor")
    live.send("/live/song/get/tempo", "fast")
    live.send("/live/song/get/tempo")
    live.send("/live/error", "no such thing")
    live.send("/live/song/get/signature_numerator", "x")
    live.socket.sendto(b"\xff\x00nonsense", ("127.0.0.1", live.reply_port))
    live.change("tempo", 101.0)
    heard.until(bpm=101.0)


def test_a_port_that_another_program_holds_is_said_and_taken_when_it_is_free(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ableton_osc, "_RETRY_PORT_S", 0.1)
    other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    other.bind(("127.0.0.1", live.reply_port))
    heard = Heard()
    door = AbletonOsc(heard.orders.put, port=live.port, reply_port=live.reply_port)
    door.start()
    try:
        end_s = time.monotonic() + 60
        while "is held by" not in door.health() and time.monotonic() < end_s:
            time.sleep(0.01)
        assert str(live.reply_port) in door.health()
        other.close()
        heard.until(meter="3/4")
        assert door.health() == "open"
    finally:
        door.stop()
        other.close()
