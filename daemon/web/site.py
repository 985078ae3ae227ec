"""What the routes work with: the line to the daemon, the databases, libraries and made files.

It belongs to one event loop. The guard resolves whose library a request works with: `asking` holds
the profile of the current request, None for the machine's own library.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import secrets
import time
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bridge.errors import SidecrateError
from bridge.files.whole import flush, replace_patiently
from bridge.verbs import SOURCE
from daemon.crate.crate import Crate
from daemon.errors import LibraryError, QueueError, RequestRefused, ServiceError
from daemon.home.page_address import web_folder
from daemon.home.places import Places
from daemon.jobs.database import Database
from daemon.jobs.queue import Queue
from daemon.jobs.table import Job
from daemon.jobs.waiting import waiting_text
from daemon.library.awaited import AwaitedLayer
from daemon.library.instrument import instrument_request, layer_step
from daemon.library.library import Library
from daemon.library.performance import Performance
from daemon.library.rows import LibraryClip
from daemon.library.versions import Versions
from daemon.project.shelf import Shelf
from daemon.settings.meaning import make_crate
from daemon.settings.schema import Config
from daemon.web.daemon_line import DaemonLine
from daemon.web.exports import Exports
from daemon.web.personal_library import PersonalLibrary
from daemon.web.profiles import Profile, Profiles
from daemon.web.program import Program
from daemon.web.shares import Shares
from daemon.web.sound_map import SoundMap
from daemon.web.sounds import Sounds
from daemon.web.taste import TasteAsker
from daemon.web.upload import sweep_uploads

log = logging.getLogger(__name__)

#: Clips of a job that a page is told of: the newest, of a job that may have 10,000.
_MOST_CLIPS = 200
#: Polling interval of the job table.
_LOOK_EVERY_S = 0.5
#: An order that was not answered may still become a job within this.
_TAKEN_UP_WITHIN_S = 60.0
#: Tolerance between the times of an order and of its job.
_CLOCKS_S = 5.0
asking: ContextVar[Profile | None] = ContextVar("asking", default=None)


@dataclass
class Site:
    """All that the routes share, for one event loop."""

    places: Places
    config: Config
    line: DaemonLine
    jobs: Database
    own: PersonalLibrary
    profiles: Profiles
    shares: Shares
    exports: Exports
    sounds: Sounds = field(init=False)
    projects: Shelf = field(init=False)
    map: SoundMap = field(init=False)
    taste: TasteAsker = field(init=False)
    libraries: dict[tuple[str, float], PersonalLibrary] = field(default_factory=dict)
    """Those of the profiles, by id and time of making, opened on first use."""
    waiting: set[asyncio.Task[None]] = field(default_factory=set)
    """The tasks of layers that wait for their job."""
    programs: dict[str, Program] = field(default_factory=dict)
    """Commands that run beside the page's process, by what they do."""
    share_port: int = 0
    """Where shares are served; 0 while they are not."""

    def __post_init__(self) -> None:
        self.sounds = Sounds(self._mine)
        self.projects = Shelf(self.places.projects)
        self.map = SoundMap(self._mine)
        self.taste = TasteAsker(self._mine, self.jobs)

    @classmethod
    def open(cls, places: Places, config: Config) -> Site:
        """Open the databases and greet the daemon.

        ServiceError without a daemon, LibraryError or QueueError where a database cannot be opened.
        """
        folder = web_folder(places)
        site = cls(
            places,
            config,
            DaemonLine(places),
            Database(places.database, read_only=True),
            PersonalLibrary.open(places, config, places.library),
            Profiles(places),
            Shares(folder / "shares.json"),
            Exports(folder / "exports"),
        )
        sweep_uploads(places)
        site.exports.tidy()
        return site

    # -- whose

    @property
    def library(self) -> Library:
        """The library of the current request."""
        return self._mine().library

    @property
    def versions(self) -> Versions:
        return self._mine().versions

    def _mine(self) -> PersonalLibrary:
        """The current request's library, up to date.

        The daemon keeps the machine's own library up to date. A profile's catches up with the job
        table here, whenever the table has changed.
        """
        profile = asking.get()
        if profile is None:
            return self.own
        mine = self.libraries.get((profile.id, profile.made))
        if mine is None:
            mine = self.libraries[profile.id, profile.made] = PersonalLibrary.open(
                self.places, self.config, self.profiles.library_file(profile)
            )
        row = self.jobs.row("PRAGMA data_version")
        if row is not None and row[0] != mine.seen:
            mine.library.arrivals.catch_up(self.jobs, whole=mine.seen < 0)
            mine.seen = row[0]
        return mine

    async def close(self) -> None:
        self.line.close()
        for task in self.waiting:
            task.cancel()
        for program in self.programs.values():
            await program.end()
        for one in (self.own, *self.libraries.values()):
            await one.versions.end()
            one.library.close()
        await self.sounds.end()
        await asyncio.to_thread(self.projects.end)
        await self.map.end()
        await self.taste.end()
        self.jobs.close()

    # -- jobs

    def job_rows(self, most: int) -> list[dict[str, Any]]:
        return [self.job_row(job) for job in Queue(self.jobs, "").newest(most)]

    def job(self, job: str) -> dict[str, Any]:
        return self.job_row(Queue(self.jobs, "").job(job))

    def job_row(self, job: Job) -> dict[str, Any]:
        done = self.jobs.rows(
            "SELECT id FROM clips WHERE job = ? AND state = 'done' ORDER BY k DESC LIMIT ?",
            job.id,
            _MOST_CLIPS,
        )[::-1]
        proposal = waiting_text(self.jobs, job.id) if job.state == "improving" else None
        return {
            "job": job.id, "state": job.state, "stage": job.stage, "progress": job.progress,
            "prompt": job.brief.prompt, "title": job.brief.title, "do": job.brief.do,
            "kind": job.brief.kind,
            "count": job.brief.clip_count, "door": job.origin.door, "created": job.created,
            "clips": [row["id"] for row in done],
            "code": job.error_code, "text": job.error_text, "proposal": proposal,
            "waits_for": job.waits_for,
        }  # fmt: skip

    async def watch_jobs(self) -> None:
        """Tell open pages of all doors' jobs, by polling the table while a page is open.

        A page that comes, or comes back, is told them too: it may have missed a change.
        """
        before = ("", 0)
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            if not self.line.has_pages:
                continue
            rows = self.job_rows(20)
            if (now := (json.dumps(rows), self.line.opened)) != before:
                before = now
                self.line.tell({"event": "jobs", "jobs": rows})

    # -- instruments added

    async def add_instrument(self, clip: str, what: str, db: float) -> dict[str, Any]:
        """Order an instrument for a clip, and layer it on top once it is made. Returns `accepted`.

        The layer is stored before it is ordered, so it outlives an end of this process or of the
        daemon.
        """
        request = instrument_request(self.library.record(clip), what)
        self.library.path(clip)
        layer = self.library.awaited.add(self.line.new_label(), clip, db)
        try:
            accepted = await self.line.order("make", request, label=layer.label)
        except RequestRefused:
            self.library.awaited.drop(layer.label)
            raise
        except ServiceError:
            self._await(layer)
            raise
        self.library.awaited.ordered(layer.label, accepted["job"])
        self._await(replace(layer, job=accepted["job"]))
        return accepted

    def take_up_layers(self) -> None:
        """At the start: resume waiting for the stored layers of all libraries."""
        try:
            people: list[Profile | None] = [None, *self.profiles.all()]
        except LibraryError as error:
            people = [None]
            log.error("%s", error.text)
        for profile in people:
            whose = asking.set(profile)
            try:
                for layer in self.library.awaited.all():
                    self._await(layer)
            except SidecrateError as error:
                # one person's damaged library keeps nobody else from the page
                log.error("%s", error.text)
            finally:
                asking.reset(whose)

    def _await(self, layer: AwaitedLayer) -> None:
        """Wait for a layer in a task, which inherits the current request's library."""
        task = asyncio.create_task(self._layer(layer))
        self.waiting.add(task)
        task.add_done_callback(self.waiting.discard)

    async def _layer(self, layer: AwaitedLayer) -> None:
        text = ""
        try:
            await self._put_on(layer)
        except SidecrateError as error:
            text = error.text
            # the layer stays stored: at the next start the table may be readable again
            if error.code != QueueError.code:
                self.library.awaited.drop(layer.label)
        self.line.tell({"event": "edited", "clip": layer.clip, "text": text})

    async def _put_on(self, layer: AwaitedLayer) -> None:
        """Wait for a layer's clip and put it on top. SidecrateError where none comes."""
        queue = Queue(self.jobs, "")
        while not (name := layer.job or queue.labelled(layer.label, layer.asked - _CLOCKS_S)):
            if time.time() - layer.asked > _TAKEN_UP_WITHIN_S:
                raise LibraryError(
                    "the daemon did not take up the instrument; add it again", "no_answer"
                )
            await asyncio.sleep(_LOOK_EVERY_S)
        while not (job := queue.job(name)).ended:
            await asyncio.sleep(_LOOK_EVERY_S)
        made = self.jobs.row("SELECT id FROM clips WHERE job = ? AND state = 'done'", job.id)
        if made is None:
            raise LibraryError(
                job.error_text or "the instrument was not made", job.error_code or None
            )
        self.library.edits.add(layer.clip, layer_step(made["id"], layer.db), awaited=layer.label)
        await self.versions.render(layer.clip)

    # -- files brought

    async def bring(self, path: Path, values: dict[str, Any]) -> LibraryClip:
        """Import an audio file as a clip, its sound as it is.

        One that was brought in before is that clip, unless `values` say anything of it.
        """
        if not values and (known := self.library.brought_as(path)) is not None:
            return self.library.get(known)
        with self._crate() as crate:
            record = await self.own.versions.bring(path, crate, {**values, "words": path.stem})
        return self.library.get(record["id"])

    async def publish(self, clip: str) -> LibraryClip:
        """Publish a clip with its edits as a clip of its own in the crate."""
        with self._crate() as crate:
            record = await self.versions.publish(clip, crate)
        return self.library.get(record["id"])

    async def publish_notes(self, clip: str, changes: str) -> LibraryClip:
        """Publish a sound's notes, changed by hand, as a clip of notes in the crate."""
        with self._crate() as crate:
            record = await self.versions.publish_notes(clip, changes, crate)
        return self.library.get(record["id"])

    async def perform(self, played: Performance) -> LibraryClip:
        """Publish what was played on the pads as a clip of its own."""
        with self._crate() as crate:
            record = await self.versions.perform(played, crate)
        return self.library.get(record["id"])

    @contextlib.contextmanager
    def _crate(self) -> Iterator[Crate]:
        """The crate, for writing. CrateError where that is not possible."""
        with contextlib.closing(Database(self.places.database)) as jobs:
            crate = make_crate(self.config, self.places, jobs)
            crate.check()
            yield crate

    async def fit(self, path: Path, values: dict[str, Any]) -> dict[str, Any]:
        """Order a job that puts an audio file on the grid.

        The file is kept for a month, so that `again` finds it.
        """
        self.places.recordings.mkdir(parents=True, exist_ok=True)
        kept = self.places.recordings / f"{path.stem}-{secrets.token_hex(4)}{path.suffix}"
        flush(path)
        replace_patiently(path, kept)
        try:
            return await self.line.order("fit", {**values, SOURCE: str(kept)})
        except SidecrateError:
            kept.unlink(missing_ok=True)
            raise
