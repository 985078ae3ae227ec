"""Loops for a set from elsewhere: kept clips of the crate, and an engine that is asked."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

from bridge.errors import SidecrateError
from daemon.client.connection import DaemonClient
from daemon.client.follow import Follower
from daemon.engines.registry import engine_info, place_of
from daemon.errors import EngineError, ServiceError
from daemon.home.places import Places
from daemon.jobs.database import Database
from daemon.radio.writer import Offers
from daemon.record import parse_record

log = logging.getLogger(__name__)

#: Loops that are read of the crate, the newest.
_MOST = 64
#: Bars of a loop that is asked for.
_BARS = 8
#: s between two orders, and after one that failed.
_BETWEEN_S, _AFTER_FAULT_S = 20.0, 60.0


def kept_loops(places: Places) -> list[dict[str, Any]]:
    """The kept loops of the crate, the newest first, as `woven.Loop` takes them."""
    if not places.database.exists():
        return []
    with contextlib.closing(Database(places.database, read_only=True)) as database:
        rows = database.rows(
            "SELECT record FROM clips WHERE kept != '' AND state = 'done' ORDER BY rowid DESC"
            " LIMIT ?",
            _MOST * 4,
        )
        found = [loop for row in rows if (loop := loop_of(parse_record(row["record"])))]
    return found[:_MOST]


def loop_of(record: Any, *, fresh: bool = False) -> dict[str, Any] | None:
    """A clip as a loop of a set; None where it is none."""
    if record.get("kind") != "loop" or not record.get("bpm") or not record.get("bars"):
        return None
    return {
        "path": record["path"], "words": record.get("words") or record.get("prompt") or "clip",
        "bpm": float(record["bpm"]), "meter": record.get("meter") or "4/4",
        "bars": int(record["bars"]), "key": record.get("key"),
        "license": record.get("license") or "", "fresh": fresh,
    }  # fmt: skip


def check_engine(name: str, places: Places) -> None:
    """EngineError or ServiceError where an engine cannot fill a set."""
    if name != "auto" and "loop" not in engine_info(name).kinds:
        makes = ", ".join(engine_info(name).kinds)
        text = f"engine: {name} makes {makes} and no loop, and loops are woven into a set"
        raise EngineError(text, "bad_request")
    if place_of(name) == "hosted":
        raise EngineError(
            f"engine: {name} costs money, and a radio asks without an end; name an engine of this"
            " machine, or keep clips of it and weave them in with --clips",
            "bad_request",
        )
    client = DaemonClient.to(places)
    if client is None:
        text = f"engine: {name} is asked through the daemon; start it with `sidecrate run`"
        raise ServiceError(text, "no_daemon")
    client.close()


class Filler:
    """Asks an engine for a loop after the other, on a thread; what comes is heard when it fits."""

    def __init__(
        self, engine: str, places: Places, offers: Offers, about: Callable[[], dict[str, Any]]
    ) -> None:
        """about: what plays, as `Radio.about`."""
        self._engine, self._places, self._offers, self._about = engine, places, offers, about
        self._ended = threading.Event()
        self.state = "waits"
        """What it does, in words."""
        self.made = 0
        self._thread = threading.Thread(target=self._run, name="radio filler", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        # an order that is under way is the daemon's: it ends by itself, as a clip of the crate
        self._ended.set()

    def _run(self) -> None:
        while not self._ended.wait(1.0):
            now = self._about()
            if "bpm" not in now:
                continue
            try:
                self._take(list(self._ordered(now)), str(now["words"]))
            except SidecrateError as error:
                self.state = error.text
                log.warning("the radio's engine %s: %s", self._engine, error.text)
                self._ended.wait(_AFTER_FAULT_S)

    def _take(self, records: list[Any], words: str) -> None:
        """Offer what came, if the set is still of the words that it was asked by; then rest."""
        if self._about()["words"] != words:
            # other words were said meanwhile: what came is a clip of the crate, and not heard here
            self.state = f"{self.made} loops; one of the words before was left out"
            return
        for record in records:
            if loop := loop_of(record, fresh=True):
                self._offers.add(loop)
                self.made += 1
        self.state = f"{self.made} loops"
        self._ended.wait(_BETWEEN_S)

    def _ordered(self, now: dict[str, Any]) -> Iterator[Any]:
        client = DaemonClient.to(self._places)
        if client is None:
            raise ServiceError(
                "the daemon is not there; start it with `sidecrate run`", "no_daemon"
            )
        self.state = "makes a loop"
        values = {
            "prompt": now["words"], "kind": "loop", "engine": self._engine, "bars": _BARS,
            "bpm": round(float(now["bpm"]), 2), "key": now["key"], "meter": now["meter"],
        }  # fmt: skip
        try:
            yield from Follower(client, self._places, lambda value, said: None).order(
                "make", values
            )
        finally:
            client.close()
