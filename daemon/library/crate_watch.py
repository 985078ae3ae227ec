"""Keeps the library in step with the crate while the daemon runs.

It takes in each clip that is published, and what the user moves, renames or deletes in the crate's
folder.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from bridge.errors import SidecrateError
from bridge.files.whole import ABANDONED_S, PART, sweep_parts
from daemon.children.host import Child
from daemon.crate.crate import Crate
from daemon.home.places import Places
from daemon.home.whole_folders import remove_folder
from daemon.jobs.database import Database
from daemon.library.folder import Changes, Stat, copy_marks, look_through
from daemon.library.library import Library
from daemon.library.marks_file import fetch_marks
from daemon.library.versions import MEASURE
from daemon.verbs.tell import no_progress

log = logging.getLogger(__name__)

#: Debounce: the crate is looked through this long after its last change.
_REST_S = 2.0
#: The crate is also looked through without a notice, for the system's notices get lost.
_LOOK_EVERY_S = 600.0
#: Longest delay between a person's mark and its line in the crate's copy.
_COPY_EVERY_S = 3.0
#: Clips a batch: a job that starts waits for one batch at most.
_MEASURED_AT_ONCE = 8
#: Timeout of a batch.
_MEASURE_DEADLINE_S = 120.0
#: Duty cycle: looking takes at most this share of the time, however often a large crate changes.
_MOST_SHARE = 0.05
#: Quota of rendered versions, over all clips.
MOST_VERSION_BYTES = 4 << 30
#: A version used this recently is never evicted: something may play from it.
_IN_USE_S = 600.0
#: A job that waits for a person's answer is no work: it may wait for days.
_AT_WORK = "SELECT 1 FROM jobs WHERE ended IS NULL AND state != 'improving' LIMIT 1"
_TOUCHED = frozenset({"created", "deleted", "moved", "closed", "modified"})


class CrateWatch:
    """Belongs to the daemon's loop. The crate is looked through on a thread of its own."""

    def __init__(self, places: Places, crate: Crate, layout: str, jobs: Database) -> None:
        self._places = places
        self._crate = crate
        self._layout = layout
        self._jobs = jobs
        fetch_marks(places.library, crate.folder)
        self._library = Library(places.library)
        self._ignored: dict[str, Stat] = {}
        self._changed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._watching = threading.Lock()
        """Held by the thread that starts or stops the observer."""
        self._observer: Any = None
        self._ended = False
        self._measurer = Child("measuring", 10.0)
        self._unmeasurable: set[str] = set()
        self._swept_s = time.monotonic()

    @property
    def library(self) -> Library:
        """The library's connection for the daemon's own thread."""
        return self._library

    def start(self) -> None:
        self._tidy()
        self._library.database.shorten_marks_file()
        self._library.arrivals.catch_up(self._jobs, whole=True)
        self._tasks = [asyncio.create_task(self._look_on()), asyncio.create_task(self._copy_on())]

    def _tidy(self) -> None:
        """Remove what a killed process left of a clip, once it is old enough to be nobody's."""
        for left in self._places.versions.glob("publishing/*"):
            with contextlib.suppress(OSError):
                if time.time() - left.stat().st_mtime > ABANDONED_S:
                    shutil.rmtree(left)

    def _let_go_versions(self) -> None:
        """Evict the versions used longest ago until the rest fits the quota; they can be rendered
        anew.
        """
        sweep_parts(self._places.versions.glob(f"*/*{PART}"))
        found = list[tuple[float, int, Path]]()
        taken = 0
        for folder in self._places.versions.glob("*/*"):
            if folder.parent.name == "publishing" or folder.suffix == PART:
                continue
            with contextlib.suppress(OSError):
                size = sum(file.stat().st_size for file in folder.rglob("*"))
                found.append((folder.stat().st_mtime, size, folder))
                taken += size
        for used, size, folder in sorted(found):
            if taken <= MOST_VERSION_BYTES or time.time() - used < _IN_USE_S:
                break
            with contextlib.suppress(OSError):
                remove_folder(folder)
                taken -= size

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._measurer.end()
        await asyncio.to_thread(self._leave)
        self._library.close()

    def _leave(self) -> None:
        """The blocking part of `end`: joins the observer's thread, writes to the crate's disk."""
        with self._watching:
            self._ended = True
            self._unwatch()
        copy_marks(self._library, self._crate)

    def published(self, clip: str) -> None:
        """Take a published clip into the library before anybody is told of it."""
        try:
            if not self._library.database.row("SELECT 1 FROM clips WHERE id = ?", clip):
                self._library.arrivals.catch_up(self._jobs)
        except SidecrateError as error:
            log.error("%s", error.text)

    async def _look_on(self) -> None:
        while True:
            self._changed.clear()
            await asyncio.to_thread(self._watch, asyncio.get_running_loop())
            began = time.monotonic()
            looked_s = 0.0
            try:
                changes = await asyncio.to_thread(self._look)
                if changes:
                    log.info("the crate was changed: %s", changes.words)
                looked_s = time.monotonic() - began
                await self._measure()
            except SidecrateError as error:
                log.error("%s", error.text)
            except Exception:
                log.exception("looking through the crate")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), _LOOK_EVERY_S)
            await asyncio.sleep(max(_REST_S, looked_s / _MOST_SHARE))

    async def _copy_on(self) -> None:
        """Copy the marks into the crate every few seconds."""
        while True:
            await asyncio.sleep(_COPY_EVERY_S)
            await asyncio.to_thread(copy_marks, self._library, self._crate)

    async def _measure(self) -> None:
        """While the daemon is idle, measure clips whose sound is not known, as those from
        elsewhere.
        """
        while not self._changed.is_set() and not self._jobs.rows(_AT_WORK):
            wanted = await asyncio.to_thread(self._unmeasured)
            if not wanted:
                return
            paths = {clip: path for clip, path in wanted.items() if Path(path).is_file()}
            found: dict[str, str] = {}
            try:
                found = (
                    await self._measurer.ask(
                        MEASURE, {"paths": paths}, no_progress, _MEASURE_DEADLINE_S
                    )
                )["features"]
            except SidecrateError as error:
                log.warning("clips could not be measured: %s", error.text)
            # what could not be read is not tried again before the next start
            self._unmeasurable |= wanted.keys() - found.keys()
            await asyncio.to_thread(self._measured, found)

    @contextlib.contextmanager
    def _libraries(self) -> Iterator[list[Library]]:
        """The machine's own library and each profile's, on connections of this thread."""
        with contextlib.ExitStack() as stack:
            files = [self._places.library, *self._places.profiles.glob("[!.]*/library.db")]
            yield [stack.enter_context(contextlib.closing(Library(file))) for file in files]

    def _unmeasured(self) -> dict[str, str]:
        wanted: dict[str, str] = {}
        with self._libraries() as libraries:
            for library in libraries:
                wanted |= library.unmeasured(_MEASURED_AT_ONCE, self._unmeasurable)
        return wanted

    def _measured(self, found: dict[str, str]) -> None:
        with self._libraries() as libraries:
            for library in libraries:
                library.measured(found)

    def _look(self) -> Changes:
        """Look through the crate, on a thread with connections of its own."""
        self._let_go_versions()
        if time.monotonic() - self._swept_s > ABANDONED_S:
            self._swept_s = time.monotonic()
            self._crate.sweep()
        with (
            contextlib.closing(Database(self._places.database)) as jobs,
            contextlib.closing(Library(self._places.library)) as library,
        ):
            changes = look_through(
                library, Crate(self._crate.folder, self._layout, jobs), self._ignored
            )
            copy_marks(library, self._crate)
            for file in self._places.profiles.glob("[!.]*/library.db"):
                # the look of the machine's own library has put its finds into the job table
                with contextlib.closing(Library(file)) as one:
                    one.arrivals.catch_up(jobs, whole=True)
                    look_through(one, Crate(self._crate.folder, self._layout, jobs))
            return changes

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Watch the crate's folder through the system; again where the folder is a new one.

        Without such notices the periodic look remains. Runs on a thread: a large crate, or one on
        the network, takes seconds.
        """
        with self._watching:
            if not self._ended:
                self._watch_anew(loop)

    def _watch_anew(self, loop: asyncio.AbstractEventLoop) -> None:
        if (
            self._observer
            and self._observer.is_alive()
            and all(emitter.is_alive() for emitter in self._observer.emitters)
        ):
            return
        self._unwatch()
        folder: Path = self._crate.folder
        if not folder.is_dir():
            return
        self._observer = Observer()
        try:
            self._observer.schedule(_Touch(loop, self._changed), str(folder), recursive=True)
            self._observer.start()
        except (OSError, RuntimeError) as error:
            log.debug("the crate cannot be watched: %s", error)
            self._observer = None

    def _unwatch(self) -> None:
        if self._observer:
            self._observer.stop()
            self._observer.join(2)
            self._observer = None


class _Touch(FileSystemEventHandler):
    # an exception in here would end the observer for good, so it only sets the event
    def __init__(self, loop: asyncio.AbstractEventLoop, changed: asyncio.Event) -> None:
        self._loop = loop
        self._changed = changed

    def on_any_event(self, event: FileSystemEvent) -> None:
        if (
            event.event_type in _TOUCHED
            and not str(event.src_path).endswith(PART)
            and not self._loop.is_closed()
        ):
            self._loop.call_soon_threadsafe(self._changed.set)
