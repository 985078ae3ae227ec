"""One radio on one home: its writer, its station, its outputs, and the orders that it takes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.errors import SidecrateError
from bridge.files.whole import write_whole
from daemon.audio.wav import write_clip
from daemon.crate.crate import Crate
from daemon.errors import AudioError, ServiceError
from daemon.home.places import Places
from daemon.radio.beacon import beacon_of
from daemon.radio.device import Device, OscNote
from daemon.radio.encoder import Encoder
from daemon.radio.filler import Filler, kept_loops
from daemon.radio.icecast import IcecastSource, Target
from daemon.radio.listeners import Hub
from daemon.radio.phrase import RATE
from daemon.radio.server import RadioServer
from daemon.radio.station import Licences, Recorder, Station
from daemon.radio.writer import ChildSource, Offers, Writer
from daemon.record import as_record
from daemon.version import __version__

#: s until the first phrase must be there.
_FIRST_S = 120.0
#: Letters of words that are said.
_MOST_WORDS = 400


@dataclass(frozen=True)
class Wanted:
    """What a radio is to be."""

    words: str
    seed: int
    kind: str = "mp3"
    host: str = "127.0.0.1"
    port: int = 8011
    play: bool = False
    icecast: Target | None = None
    osc: tuple[str, int] | None = None
    follow: tuple[str, ...] = ()
    minutes: float = 10.0
    """Minutes that are remembered, to be kept."""
    clips: bool = False
    """Whether kept loops of the crate are woven in."""
    engine: str = ""
    """An engine that is asked for loops meanwhile."""


class Radio:
    """Plays until it is told to stop. `crate` takes what is kept."""

    def __init__(self, places: Places, wanted: Wanted, crate: Callable[[], Any]) -> None:
        self._places, self._wanted, self._crate = places, wanted, crate
        self._token = secrets.token_hex(16)
        self._offers = Offers(kept_loops(places) if wanted.clips else ())
        self._writer = Writer(
            wanted.words, lambda: ChildSource(wanted.seed, wanted.follow, self._offers)
        )
        self._filler: Filler | None = None
        self._licences = Licences()
        self._recorder = Recorder(wanted.minutes)
        self._station: Station | None = None
        self._source: IcecastSource | None = None
        self._hub: Hub | None = None
        self._stopped = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def run(self, ready: Callable[[str], None]) -> None:
        """Play. ServiceError where it cannot begin; `ready(text)` once it is heard."""
        self._loop = asyncio.get_running_loop()
        wanted = self._wanted
        self._listen_to_signals()
        async with contextlib.AsyncExitStack() as stack:
            self._writer.start()
            stack.callback(self._writer.end)
            hub = self._hub = Hub(Encoder(wanted.kind), self._loop)
            server = RadioServer(hub, self._token, self.about, self.do)
            try:
                await server.start(wanted.host, wanted.port)
            except OSError as error:
                text = f"port {wanted.port} of {wanted.host} cannot be used ({error.strerror})"
                raise ServiceError(f"{text}; choose another with --port", "port") from None
            stack.push_async_callback(server.end)
            outputs: list[Any] = [hub, self._recorder, self._licences]
            if wanted.icecast:
                self._source = IcecastSource(wanted.icecast, wanted.kind)
                self._source.start()
                stack.callback(self._source.end)
                outputs.append(self._source)
            if wanted.osc:
                outputs.append(OscNote(*wanted.osc))
            if wanted.play:
                device = Device()
                stack.callback(device.end)
                outputs.append(device)
            if not await asyncio.to_thread(self._writer.wait, _FIRST_S):
                why = self._writer.trouble or "nothing was written in time"
                raise ServiceError(f"the radio cannot begin: {why}", "engine")
            self._station = Station(self._writer, outputs)
            self._station.start()
            stack.callback(self._station.end)
            if wanted.engine:
                self._filler = Filler(wanted.engine, self._places, self._offers, self.about)
                self._filler.start()
                stack.callback(self._filler.end)
            address = f"http://{wanted.host}:{server.port}/radio"
            beacon = beacon_of(self._places)
            beacon.parent.mkdir(parents=True, exist_ok=True)
            about = {"url": address, "port": server.port, "host": wanted.host, "pid": os.getpid()}
            write_whole(beacon, json.dumps({**about, "token": self._token}), private=True)
            stack.callback(beacon.unlink, missing_ok=True)
            ready(address)
            await self._stopped.wait()

    def _listen_to_signals(self) -> None:
        assert self._loop is not None
        for name in (signal.SIGINT, signal.SIGTERM):
            if sys.platform == "win32":
                signal.signal(name, lambda *_: self._stopped.set())
            else:
                self._loop.add_signal_handler(name, self._stopped.set)

    def about(self) -> dict[str, Any]:
        """What plays, and how it goes."""
        phrase = self._station.playing if self._station else None
        told: dict[str, Any] = {
            "title": phrase.title if phrase else "begins", "words": self._writer.words,
            "seconds": round(self._station.blocks / 10, 1) if self._station else 0.0,
            "repeats": self._writer.repeats, "listeners": self._hub.count if self._hub else 0,
            "trouble": self._writer.trouble,
        }  # fmt: skip
        if phrase:
            told |= {
                "key": phrase.key, "bpm": phrase.bpm, "meter": phrase.meter,
                "section": phrase.section, "playing": phrase.words, "piece": phrase.number,
            }  # fmt: skip
        if self._source:
            told["icecast"] = self._source.state
        if self._filler:
            told["engine"] = self._filler.state
        if self._offers.said:
            told["clip"] = self._offers.said
        return told

    def do(self, path: str, values: dict[str, Any]) -> dict[str, Any]:
        """Carry out an order of `RadioServer`; `error` in the answer says why not."""
        try:
            if path == "/say":
                return self._say(str(values.get("words", "")))
            if path == "/keep":
                return self._keep(values.get("minutes", 5))
            assert self._loop is not None
            self._loop.call_soon_threadsafe(self._stopped.set)
            return {"text": "the radio ends"}
        except SidecrateError as error:
            return {"error": error.code, "text": error.text}

    def _say(self, words: str) -> dict[str, Any]:
        words = " ".join(words.split())
        if not 0 < len(words) <= _MOST_WORDS:
            text = f"words: say 1 to {_MOST_WORDS} letters, as in: techno, dark, 132 bpm"
            raise ServiceError(text, "bad_request")
        self._writer.say(words)
        return {"text": f"from the next phrase on: {words}"}

    def _keep(self, minutes: Any) -> dict[str, Any]:
        """The last minutes as a track in the crate."""
        most = self._wanted.minutes
        if (
            isinstance(minutes, bool)
            or not isinstance(minutes, (int, float))
            or not 0 < minutes <= most
        ):
            text = f"keep: {minutes!r} is not allowed; it takes minutes, up to the {most:g} that"
            raise ServiceError(f"{text} are remembered", "bad_request")
        if self._recorder.fault:
            why = f"keep: nothing is remembered ({self._recorder.fault}, in the temporary folder)"
            raise ServiceError(f"{why}; free some space and begin the radio anew", "no_space")
        audio = self._recorder.last(float(minutes))
        if not len(audio):
            raise ServiceError("keep: nothing was heard yet", "bad_request")
        with self._crate() as crate, tempfile.TemporaryDirectory(prefix="sidecrate-") as folder:
            licence = self._licences.last(len(audio))
            record = kept_record(crate.reserve(), audio, self.about(), self._wanted.seed, licence)
            write_clip(Path(folder) / "clip.wav", audio, RATE, record, "PCM_16")
            published = crate.publish(record, Path(folder))
            crate.record_alone(published)
        return {"path": published["path"], "text": f"{len(audio) / RATE:.1f} s are kept"}


def kept_record(clip: str, audio: Any, about: dict[str, Any], seed: int, licence: str) -> Any:
    """The record of what was kept: a track without a grid, for it may hold several tempi."""
    now = time.time()
    words = f"radio {about.get('playing', '')}".strip()
    return as_record({
        "id": clip, "job": None, "do": "radio", "kind": "track", "prompt": about.get("playing", ""),
        "request": {}, "words": words, "bpm": None, "key": None, "meter": None, "bars": None,
        "seconds": round(len(audio) / RATE, 6), "sample_rate": RATE, "frames": len(audio),
        "channels": 2, "engine": "radio", "model": "sidecrate-1", "seed": seed,
        "license": licence, "created": now, "made": now, "sidecrate": __version__,
        "tags": ["radio"], "report": {"did": {"method": "none"}},
    })  # fmt: skip


def crate_of(places: Places) -> Callable[[], contextlib.AbstractContextManager[Crate]]:
    """The crate of a home, opened anew for each clip that is kept."""

    @contextlib.contextmanager
    def opened():  # type: ignore[no-untyped-def]
        from daemon.jobs.database import Database
        from daemon.settings.load import load_config
        from daemon.settings.meaning import make_crate

        database = Database(places.database)
        try:
            yield make_crate(load_config(places.config_file), places, database)
        finally:
            database.close()

    return opened


def has_device() -> bool:
    """Whether a sound device is there to play on."""
    try:
        import sounddevice

        return any(one["max_output_channels"] > 0 for one in sounddevice.query_devices())
    except (OSError, ImportError, AudioError):
        return False
