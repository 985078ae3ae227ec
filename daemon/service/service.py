"""The daemon: everything wired together, started in order and stopped in reverse."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import secrets
import shutil
import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bridge.ableton.link import AbletonLink
from bridge.ableton.osc import AbletonOsc
from bridge.errors import DoorError
from bridge.events import Done, Door, Event, SessionChanged
from bridge.fl.door import FlDoor
from bridge.fl.piano_roll import PianoRoll
from bridge.inbox.door import Inbox
from bridge.midi.door import MidiDoor
from bridge.osc.door import Greeting, OscDoor
from bridge.session import Session
from daemon.audition.audition import Audition
from daemon.briefing.allowed_folders import AllowedFolders
from daemon.briefing.brief_of import check_amended
from daemon.briefing.named_sounds import Material
from daemon.crate.crate import Crate, notes_of
from daemon.engines.registry import place_of
from daemon.errors import CrateError
from daemon.home.heap import give_back
from daemon.home.lock import HomeLock
from daemon.home.places import Places
from daemon.improve.store import Improvements
from daemon.jobs.database import Database
from daemon.jobs.pins import load_pins, store_pins
from daemon.jobs.queue import Queue
from daemon.library.crate_watch import CrateWatch
from daemon.service.desk import Desk
from daemon.service.hosted_slots import Buyer
from daemon.service.language_slot import Improver
from daemon.service.order_box import OrderBox
from daemon.service.slots import Runner
from daemon.settings.meaning import (
    crate_folder,
    engine_policy,
    improve_server,
    inbox_folder,
    prompt_defaults,
    session_with,
)
from daemon.settings.schema import Config, midi_map
from daemon.spending.ledger import Purchases
from daemon.version import __version__
from daemon.web.host import WebProcess

log = logging.getLogger(__name__)

#: How often a door that could not open, or has lost its port, is tried again.
DOOR_RETRY_S = 5.0
GIVE_BACK_EVERY_S = 60.0
#: For publishing and for looking through the crate: threads that are there from the first minute on, and never more.
FILE_THREADS = 2
RECORDING_KEPT_S = 30 * 86400.0
#: How long a thread of ours may keep Python's lock while another waits for it. Storing one order takes the lock back dozens of
#: times; at Python's own 5 ms, a thread that works through a flood would make a tenth of a second of that.
LOCK_HELD_S = 0.0005


class Service:
    """One daemon on one home. `run` serves until `stop` is called or a signal comes."""

    def __init__(self, places: Places, config: Config) -> None:
        self._places = places
        self._config = config
        self._boot = secrets.token_hex(4)
        self._stopping: asyncio.Event | None = None
        self._doors: list[Door] = []
        self._open: set[str] = set()
        self._told_health: dict[str, str] = {}
        self._started = time.time()
        self._keeper: CrateWatch | None = None

    async def run(self, ready: Callable[[Service], None] | None = None) -> None:
        """Start in order, serve, stop in reverse. ServiceError, QueueError and ConfigError say why it cannot start."""
        self._stopping = asyncio.Event()
        sys.setswitchinterval(LOCK_HELD_S)
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(FILE_THREADS, "files"))
        async with contextlib.AsyncExitStack() as stack:
            lock = HomeLock(self._places.lock)
            lock.take()
            stack.callback(lock.release)
            database = Database(self._places.database)
            stack.callback(database.close)
            crate = Crate(
                crate_folder(self._config, self._places), self._config.crate.layout, database
            )
            queue = Queue(database, self._boot, place_of)
            self._recover(crate, queue)
            session = session_with(load_pins(database))
            audition = self._audition(crate, session)
            stack.push_async_callback(audition.end)
            runner = self._runner(queue, crate, audition)
            desk = Desk(
                queue, crate, runner, session, prompt_defaults(self._config), engine_policy(self._config),
                self.tell, lambda pins: store_pins(database, pins), audition, self._allowed(crate),
                Material(crate, self._places.library),
            )  # fmt: skip
            self._keeper = CrateWatch(self._places, crate, self._config.crate.layout, database)
            stack.push_async_callback(self._keeper.end)
            buyer = self._buyer(queue, database, runner)
            runner.start()
            stack.push_async_callback(runner.stop)
            buyer.start()
            stack.push_async_callback(buyer.stop)
            improver = self._improver(queue, database, runner)
            improver.start()
            stack.push_async_callback(improver.stop)
            self._doors = self._make_doors(
                OrderBox(asyncio.get_running_loop(), desk.handle, self.tell), crate
            )
            stack.callback(self._close_doors)
            self._open_doors()
            runner.settle_ended()
            self._keeper.start()
            self._write_beacon()
            stack.callback(self._remove_beacon)
            if self._config.web.enabled:
                web = WebProcess(self._places)
                web.start()
                stack.push_async_callback(web.end)
            self._listen_to_signals()
            if ready:
                ready(self)
            await self._serve()

    def _recover(self, crate: Crate, queue: Queue) -> None:
        """After a crash: half-written files go, unfinished jobs are queued again."""
        try:
            crate.check()
            swept = crate.sweep()
            if swept:
                log.info("%d half-written files were removed from the crate", swept)
        except CrateError as error:
            log.error("%s", error.text)
        self._tidy_recordings()
        queue.take_over()
        wanted = {row["id"] for job in queue.unfinished() for row in queue.clips(job.id)}
        if self._places.jobs.is_dir():
            for folder in self._places.jobs.iterdir():
                if folder.name not in wanted:
                    shutil.rmtree(folder, ignore_errors=True)

    def _allowed(self, crate: Crate) -> AllowedFolders:
        own = (crate.folder, inbox_folder(self._config, self._places), self._places.recordings)
        return AllowedFolders(own, self._config.files.allow)

    def _tidy_recordings(self) -> None:
        """What devices recorded to be heard once is kept for a month, so that `again` finds it; so are paid takes."""
        for folder in (self._places.recordings, self._places.paid_takes):
            folder.mkdir(parents=True, exist_ok=True)
            for path in folder.iterdir():
                if time.time() - path.stat().st_mtime > RECORDING_KEPT_S:
                    path.unlink(missing_ok=True)

    def _audition(self, crate: Crate, session: Session) -> Audition:
        asked = self._config.audition
        return Audition(
            crate, session, self.tell, cache=self._places.refitted, device=asked.device, level=asked.level,
            idle_s=asked.idle_s, stretcher=self._config.audio.stretcher,
        )  # fmt: skip

    def _runner(self, queue: Queue, crate: Crate, audition: Audition) -> Runner:
        workers = self._config.workers
        return Runner(
            queue, crate, self._places.jobs, self.tell, count=workers.count, idle_s=workers.idle_s,
            local_idle_s=self._config.local.idle_s, deadline_s=workers.deadline_s, tries=workers.tries,
            note_names=self._config.defaults.note_names, audition=audition.start,
            paid_takes=self._places.paid_takes, spend_retry=self._config.spend.retry,
        )  # fmt: skip

    def _buyer(self, queue: Queue, database: Database, runner: Runner) -> Buyer:
        config = self._config
        purchases = Purchases(database, queue, config.spend.per_day_usd)
        runner.buyer = Buyer(
            queue, purchases, runner, self._places.jobs,
            at_once=config.replicate.at_once, idle_s=config.workers.idle_s, tries=config.workers.tries,
        )  # fmt: skip
        return runner.buyer

    def _improver(self, queue: Queue, database: Database, runner: Runner) -> Improver:
        policy = engine_policy(self._config)
        runner.improver = Improver(
            Improvements(database, queue), runner, self.tell, improve_server(self._config),
            per_day_usd=self._config.spend.per_day_usd, idle_s=self._config.workers.idle_s,
            check=lambda brief, request: check_amended(brief, request, policy),
        )  # fmt: skip
        return runner.improver

    def _make_doors(self, orders: OrderBox, crate: Crate) -> list[Door]:
        config, doors = self._config, list[Door]()
        if config.osc.enabled:
            greeting = Greeting(
                __version__, str(crate.folder), self._boot, str(self._places.recordings)
            )
            doors.append(
                OscDoor(orders.put, port=config.osc.port, greeting=greeting, presets=config.presets,
                        allow=config.osc.allow, trust_lan=config.osc.trust_lan)
            )  # fmt: skip
        if config.inbox.enabled:
            doors.append(
                Inbox(inbox_folder(config, self._places), orders.put, poll=config.inbox.polling)
            )
        if config.midi.enabled:
            midi = config.midi
            mapping = midi_map(config)
            doors.append(
                MidiDoor(mapping, orders.put, api=midi.api, inputs=midi.inputs, outputs=midi.outputs, virtual=midi.virtual,
                         clock=midi.clock)
            )  # fmt: skip
        if config.link.enabled:
            doors.append(AbletonLink(orders.put))
        if config.ableton_osc.enabled:
            doors.append(AbletonOsc(orders.put))
        if config.fl.enabled:
            folder = config.fl.piano_roll_scripts
            doors.append(
                FlDoor(midi_map(config), orders.put, boot=self._boot, api=config.midi.api, inputs=config.fl.inputs,
                       outputs=config.fl.outputs, midi_of=lambda clip: notes_of(crate.find(clip)),
                       piano_roll=PianoRoll(Path(folder).expanduser()) if folder else None)
            )  # fmt: skip
        return doors

    # -- doors

    def tell(self, event: Event) -> None:
        """An event to the door that it belongs to, or to all."""
        if isinstance(event, Done) and self._keeper:
            self._keeper.published(event.clip)
        for door in self._doors:
            try:
                if isinstance(door, OscDoor):
                    door.overhear(event)
                if isinstance(event, SessionChanged) or event.origin.door == door.name:
                    door.tell(event)
            except Exception:
                log.exception("door %s and %s", door.name, event)

    def _open_doors(self) -> None:
        for door in self._doors:
            if door.name in self._open:
                continue
            try:
                door.start()
                self._open.add(door.name)
                log.info("%s: %s", door.name, door.health())
            except DoorError as error:
                log.error("%s", error.text)

    def _close_doors(self) -> None:
        for door in reversed(self._doors):
            door.stop()
        self._open.clear()

    def health(self) -> dict[str, str]:
        """Each door and how it is."""
        return {door.name: door.health() for door in self._doors}

    @property
    def osc_port(self) -> int:
        return next((door.port for door in self._doors if isinstance(door, OscDoor)), 0)

    def banner(self) -> str:
        """What a person who started the daemon wants to know."""
        lines = [f"Sidecrate {__version__} is ready. Ctrl-C ends it."]
        lines.append(f"  clips appear in  {crate_folder(self._config, self._places)}")
        if self._config.inbox.enabled:
            lines.append(f"  drop prompts in  {inbox_folder(self._config, self._places)}")
        return "\n".join(lines + [f"  {name}: {health}" for name, health in self.health().items()])

    # -- living

    async def _serve(self) -> None:
        assert self._stopping is not None
        gave_back_s = time.monotonic()
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), DOOR_RETRY_S)
            if self._stopping.is_set():
                break
            if time.monotonic() - gave_back_s >= GIVE_BACK_EVERY_S:
                await asyncio.to_thread(give_back)
                gave_back_s = time.monotonic()
            if len(self._open) < len(self._doors):
                self._open_doors()
            if self.health() != self._told_health:
                self._write_beacon()

    def stop(self) -> None:
        if self._stopping:
            self._stopping.set()

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()

        def leave(*_: Any) -> None:
            if self._stopping and self._stopping.is_set():
                os._exit(
                    130
                )  # asked a second time: leave now; the next start takes over what was not finished
            loop.call_soon_threadsafe(self.stop)

        for name in (signal.SIGINT, signal.SIGTERM):
            if sys.platform == "win32":
                signal.signal(name, leave)
            else:
                loop.add_signal_handler(name, leave)

    def _write_beacon(self) -> None:
        """Tell other programs where this daemon is; whole or not at all."""
        self._told_health = self.health()
        about = {
            "pid": os.getpid(),
            "boot": self._boot,
            "version": __version__,
            "started": self._started,
            "crate": str(crate_folder(self._config, self._places)),
            "inbox": str(inbox_folder(self._config, self._places)),
            "osc_port": self.osc_port,
            "doors": self._told_health,
        }
        part = self._places.beacon.with_suffix(".part")
        try:
            part.write_text(json.dumps(about), encoding="utf-8")
            os.replace(part, self._places.beacon)
        except OSError as error:
            # a full disk must not end the daemon; it is written again at the next look
            self._told_health = {}
            log.error(
                "%s cannot be written (%s); free some disk space",
                self._places.beacon,
                error.strerror,
            )

    def _remove_beacon(self) -> None:
        self._places.beacon.unlink(missing_ok=True)
