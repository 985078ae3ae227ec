"""Ableton Link as a source of the session: tempo, beat, start and stop of all its peers.

It needs the package aalink. A new member of a Link session has a tempo of its own. It may impose
that on the others if it is faster than their news. So a member is made first, left alone for half a
second, and only then joins; and it never sets a tempo.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import threading
from collections.abc import Callable
from typing import Any, Final

from bridge.errors import DoorError
from bridge.events import Context, Event, Hand, Origin

#: The session's name for Link.
SOURCE: Final = "link"
#: How long a new member waits before it joins.
JOIN_AFTER_S: Final = 0.5
#: A peer is discovered a moment before its tempo is adopted; until then our own is nobody's.
SETTLED_AFTER_S: Final = 1.5
#: Repeat of the beat, since a position goes stale.
SAY_BEAT_S: Final = 4.0
#: Repeats after a change: of several reports of one beat, the least delayed counts.
SAY_AGAIN_S: Final = (0.05, 0.12, 0.25, 0.5)
#: Beats after which peers that started apart are in phase: a bar of four quarters.
QUANTUM: Final = 4.0
#: Tempo of a member before it joins.
_FIRST_BPM: Final = 120.0


class AbletonLink:
    """The door to Link. It only listens: it hands on `Context`, and takes no answers.

    Without peers it reports `peers: 0`: Link's own tempo is then nobody's.
    """

    name = SOURCE

    def __init__(self, hand: Hand, *, log: logging.Logger | None = None) -> None:
        self._hand = hand
        self._log = log or logging.getLogger(__name__)
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._leave: asyncio.Event | None = None
        self._peers = 0
        self._trouble = "closed"

    def start(self) -> None:
        """Join, in a thread of its own. Without aalink nothing runs, and `health` says why."""
        if self._thread is not None:
            return
        try:
            made = importlib.import_module("aalink")
        except ImportError:
            self._trouble = "Link needs the package aalink: pip install 'sidecrate[link]'"
            self._log.warning("link: %s", self._trouble)
            return
        self._trouble = ""
        ready = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(made, ready), name="link", daemon=True
        )
        self._thread.start()
        if not ready.wait(5):
            raise DoorError(
                "Link did not start within 5 s; start Sidecrate again, or set link.enabled: false"
            )

    def tell(self, event: Event) -> None:
        """Nothing is sent to Link."""

    def stop(self) -> None:
        """Leave the session; safe to call twice."""
        thread = self._thread
        self._thread = None
        if thread is None or self._loop is None or self._leave is None:
            return
        if thread.is_alive():
            self._loop.call_soon_threadsafe(self._leave.set)
        thread.join(5)
        self._trouble = "closed"

    def health(self) -> str:
        if self._trouble:
            return self._trouble
        return f"open; {self._peers} {'peer' if self._peers == 1 else 'peers'}"

    # -- the door's thread

    def _run(self, made: Any, ready: threading.Event) -> None:
        try:
            asyncio.run(self._follow(made, ready))
        except Exception as error:
            self._trouble = f"Link has ended ({error})"
            self._log.exception("link: the session ended by a fault of ours")
        finally:
            ready.set()

    async def _follow(self, made: Any, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._leave = asyncio.Event()
        member = _Member(made.Link(_FIRST_BPM), self._say)
        ready.set()
        try:
            if await _is_set(self._leave, JOIN_AFTER_S):
                return
            member.join()
            while not await _is_set(self._leave, SAY_BEAT_S):
                member.say_beat()
        finally:
            member.part()

    def _say(self, values: dict[str, Any]) -> None:
        if self._peers != values["peers"]:
            self._log.info("link: the session has %d peers", values["peers"])
        self._peers = values["peers"]
        self._hand(Context(Origin(self.name), SOURCE, values))


class _Member:
    """One membership of a Link session, and its reports of every change."""

    def __init__(self, link: Any, say: Callable[[dict[str, Any]], None]) -> None:
        self._link = link
        self._say = say
        self._transport_heard = False
        self._peers = 0
        self._settling: asyncio.TimerHandle | None = None
        self._again: list[asyncio.TimerHandle] = []

    def join(self) -> None:
        link = self._link
        link.quantum = QUANTUM
        link.start_stop_sync_enabled = True
        link.set_tempo_callback(lambda *_: self._settled())
        link.set_num_peers_callback(lambda *_: self._met())
        link.set_start_stop_callback(lambda *_: self._transport())
        link.enabled = True

    def part(self) -> None:
        for timer in (self._settling, *self._again):
            if timer:
                timer.cancel()
        self._link.enabled = False

    def say_beat(self) -> None:
        if self._link.num_peers and not self._settling:
            self._tell()

    def _met(self) -> None:
        if self._link.num_peers and self._peers == 0:
            self._settling = asyncio.get_running_loop().call_later(SETTLED_AFTER_S, self._settled)
        self._peers = self._link.num_peers
        if self._settling is None or not self._peers:
            self._settled()

    def _settled(self) -> None:
        if self._settling:
            self._settling.cancel()
            self._settling = None
        self._changed()

    def _transport(self) -> None:
        self._transport_heard = True
        if self._settling is None:
            self._changed()

    def _changed(self) -> None:
        for timer in self._again:
            timer.cancel()
        self._tell()
        later = asyncio.get_running_loop().call_later
        self._again = [later(wait_s, self.say_beat) for wait_s in SAY_AGAIN_S]

    def _tell(self) -> None:
        link = self._link
        if not link.num_peers:
            self._say({"peers": 0})
            return
        # peers without start and stop sync: only the beat is known, and Link's beat always runs
        playing = bool(link.playing) if self._transport_heard else True
        self._say(
            {
                "bpm": float(link.tempo),
                "playing": playing,
                "position": float(link.beat),
                "peers": int(link.num_peers),
            }
        )


async def _is_set(event: asyncio.Event, wait_s: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), wait_s)
    except TimeoutError:
        return False
    return True
