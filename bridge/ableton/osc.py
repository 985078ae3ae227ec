"""AbletonOSC as a source of the session: a control surface in Live with tempo, meter and position.

It listens on UDP port 11000 and always answers to port 11001, so that one program at a time can
use it. Where another program holds that port, this door reports it and tries again.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from bridge.errors import DoorError, SidecrateError
from bridge.events import Bye, Context, Event, Hand, Origin
from bridge.music import Key, note_name
from bridge.osc.packet import build_message, parse_packet
from bridge.port_holder import holder_of

#: The session's name for AbletonOSC.
SOURCE: Final = "abletonosc"
#: Where AbletonOSC listens.
PORT: Final = 11000
#: Where it sends its answers.
REPLY_PORT: Final = 11001
#: Interval of polling: an update may have been lost, and a position goes stale.
ASK_S: Final = 4.0
#: Timeout of its answers, after which its values no longer hold.
GONE_S: Final = 13.0
#: Pause before a port that another program holds is tried again.
_RETRY_PORT_S: Final = 5.0

_SONG: Final = "/live/song/get/"
_FOLLOWED: Final = (
    "tempo",
    "signature_numerator",
    "signature_denominator",
    "root_note",
    "scale_name",
    "is_playing",
)
_ASKED: Final = (*_FOLLOWED, "current_song_time")
#: Live's key of a set whose scale was never chosen; AbletonOSC cannot tell whether it is in use.
_UNTOUCHED_KEY: Final = "C major"


class AbletonOsc:
    """The door to AbletonOSC. It only asks, and hands on `Context` and `Bye`.

    port, reply_port: where AbletonOSC listens and answers; both are fixed in its code.
    """

    name = SOURCE

    def __init__(
        self,
        hand: Hand,
        *,
        port: int = PORT,
        reply_port: int = REPLY_PORT,
        log: logging.Logger | None = None,
    ) -> None:
        self._hand = hand
        self._peer = ("127.0.0.1", port)
        self._reply_port = reply_port
        self._log = log or logging.getLogger(__name__)
        self._thread: threading.Thread | None = None
        self._leave = threading.Event()
        self._answers = False
        self._trouble = "closed"

    def start(self) -> None:
        """Start asking, in a thread of its own."""
        if self._thread is not None:
            return
        self._trouble = ""
        self._leave.clear()
        self._thread = threading.Thread(target=self._run, name="abletonosc", daemon=True)
        self._thread.start()

    def tell(self, event: Event) -> None:
        """Nothing is sent to Live."""

    def stop(self) -> None:
        """Stop asking; safe to call twice."""
        thread = self._thread
        self._thread = None
        if thread is not None:
            self._leave.set()
            thread.join(5)
        self._trouble = "closed"

    def health(self) -> str:
        if self._trouble:
            return self._trouble
        if self._answers:
            return "open"
        return "open; AbletonOSC does not answer (is it chosen as a control surface in Live?)"

    # -- the door's thread

    def _run(self) -> None:
        while not self._leave.is_set():
            try:
                with self._socket() as ours:
                    self._trouble = ""
                    self._converse(ours)
            except DoorError as error:
                if self._trouble != error.text:
                    self._log.warning("abletonosc: %s", error.text)
                self._trouble = error.text
                self._leave.wait(_RETRY_PORT_S)
            except Exception:  # the thread must outlive a fault in one answer
                self._log.exception("abletonosc: a fault of ours; the door stays open")
                self._leave.wait(1)

    def _socket(self) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            made.bind((self._peer[0], self._reply_port))
        except OSError:
            made.close()
            raise DoorError(
                f"port {self._reply_port} is held by {holder_of(self._reply_port, udp=True)}, "
                "and AbletonOSC answers to no other; end that one"
            ) from None
        return made

    def _converse(self, ours: socket.socket) -> None:
        song = _Song()
        last_answer_s = -float("inf")
        next_s = 0.0
        while not self._leave.is_set():
            now_s = time.monotonic()
            if self._answers and now_s - last_answer_s > GONE_S:
                self._answers = False
                song = _Song()
                self._log.info("abletonosc: it no longer answers")
                self._hand(Bye(Origin(self.name), SOURCE))
            if now_s >= next_s:
                self._ask(ours, subscribe=not self._answers)
                next_s = now_s + ASK_S
            for address, arguments in _receive(ours, min(0.5, max(0.01, next_s - now_s))):
                last_answer_s = time.monotonic()
                if not self._answers:
                    self._answers = True
                    self._log.info("abletonosc: it answers")
                if address == "/live/startup":
                    # a new set: AbletonOSC has forgotten our subscriptions
                    song = _Song()
                    self._ask(ours, subscribe=True)
                elif address == "/live/error":
                    self._log.debug("abletonosc: it reports an error: %s", arguments)
                values = song.apply(address, arguments)
                if address == f"{_SONG}is_playing":
                    ours.sendto(build_message(f"{_SONG}current_song_time"), self._peer)
                if values:
                    self._hand(Context(Origin(self.name), SOURCE, values))
        for name in _FOLLOWED:
            ours.sendto(build_message(f"/live/song/stop_listen/{name}"), self._peer)

    def _ask(self, ours: socket.socket, *, subscribe: bool) -> None:
        for name in _FOLLOWED if subscribe else ():
            ours.sendto(build_message(f"/live/song/start_listen/{name}"), self._peer)
        for name in _ASKED:
            ours.sendto(build_message(f"{_SONG}{name}"), self._peer)


def _receive(ours: socket.socket, wait_s: float) -> list[tuple[str, tuple[Any, ...]]]:
    ours.settimeout(wait_s)
    try:
        packet, sender = ours.recvfrom(65_536)
        if sender[0] != "127.0.0.1":
            return []
        return [(message.address, message.arguments) for message in parse_packet(packet)]
    except (TimeoutError, ConnectionResetError, SidecrateError):
        # Windows resets a socket whose last packet met a closed port
        return []


class _Song:
    """The song as Live reports it, and its values for the session."""

    def __init__(self) -> None:
        self._known: dict[str, Any] = {}
        self._said: dict[str, Any] = {}
        self._readers: dict[str, Callable[[], dict[str, Any]]] = {
            "tempo": lambda: {"bpm": float(self._known["tempo"])},
            "signature_numerator": self._meter,
            "signature_denominator": self._meter,
            "root_note": self._key,
            "scale_name": self._key,
            "is_playing": lambda: {"playing": bool(self._known["is_playing"])},
            "current_song_time": lambda: {"position": float(self._known["current_song_time"])},
        }

    def apply(self, address: str, arguments: tuple[Any, ...]) -> dict[str, Any]:
        """The new values of an answer, a position always; none of a foreign one."""
        name = address.removeprefix(_SONG)
        if not address.startswith(_SONG) or name not in self._readers or not arguments:
            return {}
        self._known[name] = arguments[0]
        try:
            values = self._readers[name]()
        except (TypeError, ValueError):
            return {}
        new = {
            key: value
            for key, value in values.items()
            if key == "position" or self._said.get(key) != value
        }
        self._said.update(new)
        return new

    def _meter(self) -> dict[str, Any]:
        upper, lower = (
            self._known.get(f"signature_{name}") for name in ("numerator", "denominator")
        )
        return {"meter": f"{int(upper)}/{int(lower)}"} if upper and lower else {}

    def _key(self) -> dict[str, Any]:
        root = self._known.get("root_note")
        scale = self._known.get("scale_name")
        if root is None or scale is None:
            return {}
        try:
            key = str(Key.parse(f"{note_name(60 + int(root) % 12)[:-1]} {scale}"))
        except ValueError:
            key = ""  # a scale that the session has no word for
        return {"key": None if key in ("", _UNTOUCHED_KEY) else key}
