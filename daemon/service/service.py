"""The daemon: its parts wired together, started in order and stopped in reverse."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from bridge.session import Session
from daemon.audition.audition import Audition
from daemon.briefing.allowed_folders import AllowedFolders
from daemon.briefing.brief_of import check_amended
from daemon.briefing.named_sounds import Material
from daemon.client.beacon import Beacon, remove_beacon, write_beacon
from daemon.crate.crate import Crate
from daemon.engines.registry import place_of
from daemon.home.heap import give_back
from daemon.home.lock import HomeLock
from daemon.home.page_address import forget_address
from daemon.home.places import Places
from daemon.improve.store import Improvements
from daemon.jobs.database import Database
from daemon.jobs.pins import load_pins, store_pins
from daemon.jobs.queue import Queue
from daemon.library.crate_watch import CrateWatch
from daemon.library.library import believed
from daemon.service.bell import Bell
from daemon.service.departments import Departments
from daemon.service.desk import Desk
from daemon.service.doors import Doors, make_doors
from daemon.service.ending import Ending
from daemon.service.hosted_slots import HostedSlots
from daemon.service.language_slot import LanguageSlot
from daemon.service.order_box import OrderBox
from daemon.service.publishing import Publishing
from daemon.service.recovery import recover, tidy
from daemon.service.server_slots import ServerSlots
from daemon.service.slots import WorkerSettings, WorkerSlots
from daemon.settings.meaning import (
    crate_folder,
    engine_policy,
    improve_server,
    inbox_folder,
    make_crate,
    prompt_defaults,
    session_with,
)
from daemon.settings.schema import Config
from daemon.spending.ledger import Purchases
from daemon.version import __version__
from daemon.web.host import WebProcess

log = logging.getLogger(__name__)

#: Pause before a door that could not open, or lost its port, is tried again.
DOOR_RETRY_S = 5.0
#: How often free heap pages are given back to the system.
GIVE_BACK_EVERY_S = 60.0
#: How often what was kept for long enough is removed.
TIDY_EVERY_S = 86400.0
#: Threads for publishing and for scans of the crate; they are kept once started.
FILE_THREADS = 2
#: How long a thread may hold Python's lock (the GIL) while another waits for it. Storing one order
#: takes the lock dozens of times. At Python's own 5 ms a busy thread would add a tenth of a second.
LOCK_HELD_S = 0.0005


@dataclass(frozen=True)
class _Shared:
    """Parts that several others are built with."""

    database: Database
    crate: Crate
    queue: Queue
    watch: CrateWatch
    session: Session
    audition: Audition
    ending: Ending
    improvements: Improvements
    bell: Bell


class Service:
    """One daemon on one home. `run` serves until `stop` is called or a signal comes."""

    def __init__(self, places: Places, config: Config) -> None:
        self._places = places
        self._config = config
        self._boot = secrets.token_hex(4)
        self._started = time.time()
        self._stopping = asyncio.Event()
        self._doors = Doors()
        self._web: WebProcess | None = None
        self._beacon: Beacon | None = None
        """The beacon as it was last written."""

    async def run(self, ready: Callable[[Service], None] | None = None) -> None:
        """Start in order, serve, stop in reverse.

        ServiceError, QueueError and ConfigError say why it cannot start.
        """
        sys.setswitchinterval(LOCK_HELD_S)
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(FILE_THREADS, "files"))
        async with contextlib.AsyncExitStack() as stack:
            await self._start(stack)
            if ready:
                ready(self)
            await self._serve()

    async def _start(self, stack: contextlib.AsyncExitStack) -> None:
        """Start each part after those that it needs. Its end goes onto the stack first."""
        places = self._places
        config = self._config
        lock = HomeLock(places.lock)
        lock.take()
        stack.callback(lock.release)
        shared = self._shared(stack)
        departments = self._departments(shared)
        # doors close after all work: closing waits for threads, and a worker that died meanwhile
        # would cost its clip a try
        stack.push_async_callback(self._doors.close)
        stack.push_async_callback(departments.stop)
        departments.start()
        desk = self._desk(shared, departments)
        orders = OrderBox(asyncio.get_running_loop(), desk.handle, self._doors.tell)
        self._doors.open(
            make_doors(config, places, hand=orders.put, crate=shared.crate, boot=self._boot)
        )
        shared.ending.settle_ended()
        shared.watch.start()
        stack.callback(remove_beacon, places)
        self._tell_where()
        # a daemon that was killed has left it behind
        forget_address(places)
        if config.web.enabled:
            web_ports = [config.web.port, *([config.web.share_port] if config.web.share else [])]
            self._web = WebProcess(places, web_ports)
            stack.push_async_callback(self._web.end)
            self._web.start()
        self._listen_to_signals()

    # -- parts, as the config says

    def _shared(self, stack: contextlib.AsyncExitStack) -> _Shared:
        """Open the databases, and recover from a crash."""
        places = self._places
        config = self._config
        database = Database(places.database)
        stack.callback(database.close)
        crate = make_crate(config, places, database)
        queue = Queue(database, self._boot, place_of)
        recover(places, crate, queue, inbox_folder(config, places))
        watch = CrateWatch(places, crate, config.crate.layout, database)
        stack.push_async_callback(watch.end)
        session = session_with(load_pins(database))
        audition = Audition(
            crate,
            session,
            self._doors.tell,
            cache=places.refitted,
            device=config.audition.device,
            level=config.audition.level,
            idle_s=config.audition.idle_s,
            stretcher=config.audio.stretcher,
            believed=lambda record: believed(places.library, record),
        )
        stack.push_async_callback(audition.end)
        ending = Ending(
            queue=queue,
            jobs=places.jobs,
            paid_takes=places.paid_takes,
            tries=config.workers.tries,
            tell=self._doors.tell,
        )
        improvements = Improvements(database, queue)
        return _Shared(
            database, crate, queue, watch, session, audition, ending, improvements, Bell()
        )

    def _departments(self, shared: _Shared) -> Departments:
        slots = (
            self._worker_slots(shared),
            self._hosted_slots(shared),
            self._server_slots(shared),
            self._language_slot(shared),
        )
        return Departments(shared.ending, *slots)

    def _worker_slots(self, shared: _Shared) -> WorkerSlots:
        workers = self._config.workers
        jobs = self._places.jobs
        publishing = Publishing(
            queue=shared.queue,
            crate=shared.crate,
            jobs=jobs,
            ending=shared.ending,
            tell=self._doors.tell,
            shelve=shared.watch.published,
            audition=shared.audition.start,
        )
        return WorkerSlots(
            WorkerSettings(
                count=workers.count,
                idle_s=workers.idle_s,
                local_idle_s=self._config.local.idle_s,
                deadline_s=workers.deadline_s,
                note_names=self._config.defaults.note_names,
                spend_retry=self._config.spend.retry,
            ),
            queue=shared.queue,
            crate=shared.crate,
            jobs=jobs,
            publishing=publishing,
            ending=shared.ending,
            bell=shared.bell,
        )

    def _hosted_slots(self, shared: _Shared) -> HostedSlots:
        per_day_usd = self._config.spend.per_day_usd
        return HostedSlots(
            queue=shared.queue,
            purchases=Purchases(shared.database, shared.queue, per_day_usd),
            jobs=self._places.jobs,
            ending=shared.ending,
            bell=shared.bell,
            at_once=self._config.replicate.at_once,
            idle_s=self._config.workers.idle_s,
        )

    def _server_slots(self, shared: _Shared) -> ServerSlots:
        return ServerSlots(
            queue=shared.queue,
            jobs=self._places.jobs,
            ending=shared.ending,
            bell=shared.bell,
            idle_s=self._config.workers.idle_s,
            box_verbs=engine_policy(self._config).box_verbs,
        )

    def _language_slot(self, shared: _Shared) -> LanguageSlot:
        policy = engine_policy(self._config)
        return LanguageSlot(
            store=shared.improvements,
            ending=shared.ending,
            bell=shared.bell,
            tell=self._doors.tell,
            server=improve_server(self._config),
            per_day_usd=self._config.spend.per_day_usd,
            idle_s=self._config.workers.idle_s,
            check=lambda brief, request: check_amended(brief, request, policy),
        )

    def _desk(self, shared: _Shared, departments: Departments) -> Desk:
        config = self._config
        places = self._places
        crate = shared.crate
        own = (crate.folder, inbox_folder(config, places), places.recordings)
        return Desk(
            queue=shared.queue,
            crate=crate,
            improvements=shared.improvements,
            departments=departments,
            bell=shared.bell,
            session=shared.session,
            defaults=prompt_defaults(config),
            policy=replace(engine_policy(config), waiting=shared.queue.count_at),
            tell=self._doors.tell,
            store_pins=lambda pins: store_pins(shared.database, pins),
            audition=shared.audition,
            allowed=AllowedFolders(own, config.files.allow),
            batches=places.batches,
            material=Material(crate, places.library),
        )

    # -- serving

    async def _serve(self) -> None:
        gave_back_s = tidied_s = time.monotonic()
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), DOOR_RETRY_S)
                break
            if time.monotonic() - gave_back_s >= GIVE_BACK_EVERY_S:
                await asyncio.to_thread(give_back)
                gave_back_s = time.monotonic()
            if time.monotonic() - tidied_s >= TIDY_EVERY_S:
                await asyncio.to_thread(tidy, self._places)
                tidied_s = time.monotonic()
            if not self._doors.all_open:
                # in a thread: a drive that does not answer, or Link, would block the loop
                await asyncio.to_thread(self._doors.open_again)
            self._tell_where()

    def stop(self) -> None:
        """Have `run` end. Call it on the loop's own thread."""
        self._stopping.set()

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()

        def leave(*_: Any) -> None:
            if self._stopping.is_set():
                # a second signal: leave now; the next start takes over unfinished work
                os._exit(130)
            loop.call_soon_threadsafe(self.stop)

        for name in (signal.SIGINT, signal.SIGTERM):
            if sys.platform == "win32":
                signal.signal(name, leave)
            else:
                loop.add_signal_handler(name, leave)

    def banner(self) -> str:
        """For the person who started the daemon: its folders; doors tell of themselves."""
        lines = [f"Sidecrate {__version__} is ready. Ctrl-C ends it."]
        lines.append(f"  clips appear in  {crate_folder(self._config, self._places)}")
        if self._config.inbox.enabled:
            lines.append(f"  drop prompts in  {inbox_folder(self._config, self._places)}")
        if self._web and self._web.trouble:
            lines.append(f"  page: {self._web.trouble}")
        return "\n".join(lines)

    def _health(self) -> dict[str, str]:
        """The doors' health; the page's too, where it cannot be served."""
        trouble = self._web.trouble if self._web else ""
        return {**self._doors.health(), **({"page": trouble} if trouble else {})}

    def _tell_where(self) -> None:
        """Write the beacon for other programs, where it has changed."""
        beacon = Beacon(
            pid=os.getpid(),
            boot=self._boot,
            version=__version__,
            started=self._started,
            crate=str(crate_folder(self._config, self._places)),
            inbox=str(inbox_folder(self._config, self._places)),
            osc_port=self._doors.osc_port,
            doors=self._health(),
        )
        if beacon == self._beacon:
            return
        try:
            write_beacon(self._places, beacon)
            self._beacon = beacon
        except OSError as error:
            # a full disk must not end the daemon; the next look writes the beacon again
            what = f"{self._places.beacon} cannot be written ({error.strerror})"
            log.error("%s; free some disk space", what)
