"""What the routes work with: the line to the daemon, the databases, the versions, and where made files lie. One event loop.

Whose library a route works with is settled by the guard: `asking` holds the profile of the request under way, and None where
it is the machine's own library.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import secrets
import shutil
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bridge.errors import SidecrateError
from bridge.files.whole import flush, replace_patiently
from bridge.verbs import SOURCE
from daemon.children.host import Child
from daemon.crate.crate import Crate
from daemon.errors import LibraryError, QueueError, RequestRefused, ServiceError
from daemon.home.places import Places
from daemon.jobs.database import Database
from daemon.jobs.queue import Job, Queue
from daemon.jobs.waiting import waiting_text
from daemon.library.awaited import AwaitedLayer
from daemon.library.instrument import instrument_request, layer_step
from daemon.library.library import Library, LibraryClip
from daemon.library.steps import Step
from daemon.library.versions import Versions
from daemon.record import ClipRecord
from daemon.settings.meaning import crate_folder
from daemon.settings.schema import Config
from daemon.web.access import web_folder
from daemon.web.daemon_line import DaemonLine
from daemon.web.profiles import Profile, Profiles
from daemon.web.shares import Shares
from daemon.web.upload import sweep_uploads

log = logging.getLogger(__name__)

_EXPORTS_KEPT_S = 86400.0
_LOOK_EVERY_S, _PEAKS_DEADLINE_S = 0.5, 60.0
_MOST_DRAWN = 300
#: An order that was not answered may still be taken up within this.
_TAKEN_UP_WITHIN_S, _CLOCKS_S = 60.0, 5.0
PEAKS = "daemon.web.peaks:peaks_of"
asking: ContextVar[Profile | None] = ContextVar("asking", default=None)


@dataclass
class PersonalLibrary:
    """One person's library and the versions that its edits are rendered to."""

    library: Library
    versions: Versions
    seen: int = -1
    """The state of the job table up to which it knows the clips."""


@dataclass
class Site:
    places: Places
    config: Config
    line: DaemonLine
    jobs: Database
    own: PersonalLibrary
    profiles: Profiles
    peaks: Child
    shares: Shares
    shelves: dict[tuple[str, float], PersonalLibrary] = field(default_factory=dict)
    peaks_turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: set[asyncio.Task[None]] = field(default_factory=set)
    drawn: OrderedDict[tuple[str, int], dict[str, Any]] = field(default_factory=OrderedDict)
    """Waveforms by file and its time, those used last at the end."""
    share_port: int = 0
    """Where shares are served; 0 while they are not."""

    @classmethod
    def open(cls, places: Places, config: Config) -> Site:
        """ServiceError without a daemon, LibraryError or QueueError where a database cannot be opened."""
        folder = web_folder(places)
        site = cls(
            places, config, DaemonLine(places), Database(places.database, read_only=True), _shelf(places, config, places.library),
            Profiles(places), Child("peaks", 60.0), Shares(folder / "shares.json"),
        )  # fmt: skip
        site.tidy()
        return site

    # -- whose

    @property
    def library(self) -> Library:
        """Of whoever asks."""
        return self._shelf().library

    @property
    def versions(self) -> Versions:
        return self._shelf().versions

    def _shelf(self) -> PersonalLibrary:
        """The daemon keeps the machine's own library; a profile's catches up with the job table here, whenever that was written."""
        profile = asking.get()
        if profile is None:
            return self.own
        shelf = self.shelves.get((profile.id, profile.made))
        if shelf is None:
            shelf = self.shelves[profile.id, profile.made] = _shelf(
                self.places, self.config, self.profiles.library_file(profile)
            )
        row = self.jobs.row("PRAGMA data_version")
        if row is not None and row[0] != shelf.seen:
            shelf.library.catch_up(self.jobs, whole=shelf.seen < 0)
            shelf.seen = row[0]
        return shelf

    async def close(self) -> None:
        self.line.close()
        for task in self.waiting:
            task.cancel()
        for shelf in (self.own, *self.shelves.values()):
            await shelf.versions.end()
            shelf.library.close()
        await self.peaks.end()
        self.jobs.close()

    # -- jobs

    def job_rows(self, most: int) -> list[dict[str, Any]]:
        return [self.job_row(job) for job in Queue(self.jobs, "").newest(most)]

    def job(self, job: str) -> dict[str, Any]:
        return self.job_row(Queue(self.jobs, "").job(job))

    def job_row(self, job: Job) -> dict[str, Any]:
        done = self.jobs.rows(
            "SELECT id FROM clips WHERE job = ? AND state = 'done' ORDER BY k", job.id
        )
        proposal = waiting_text(self.jobs, job.id) if job.state == "improving" else None
        return {
            "job": job.id, "state": job.state, "stage": job.stage, "progress": job.progress, "prompt": job.brief.prompt,
            "kind": job.brief.kind, "count": job.brief.clip_count, "door": job.origin.door,
            "created": job.created, "clips": [row["id"] for row in done], "code": job.error_code, "text": job.error_text,
            "proposal": proposal,
        }  # fmt: skip

    async def watch_jobs(self) -> None:
        """Tell open pages of jobs that came by other doors too: a look at the table while a page is open."""
        before = ""
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            if not self.line.has_pages:
                continue
            rows = self.job_rows(20)
            if (now := json.dumps(rows)) != before:
                before = now
                self.line.tell({"event": "jobs", "jobs": rows})

    # -- sounds

    async def sound(self, clip: str, version: str, bpm: float | None, key: str | None) -> Path:
        """The WAV of a clip: the `original`, as `edited`, or edited and put at a tempo and in a key; of notes alone their file,
        or as `heard`, edits and all, a WAV."""
        if version == "original" and bpm is None and key is None:
            return self.library.path(clip)
        steps: list[Step] = [] if version == "original" else list(self.library.edits.steps(clip))
        record = self.library.record(clip)
        own_bpm, own_key = record.get("bpm"), record.get("key")
        if bpm is not None and own_bpm and abs(bpm - float(own_bpm)) > 1e-6:
            steps.append({"do": "tempo", "bpm": bpm})
        if key is not None and own_key and key != own_key:
            steps.append({"do": "key", "key": key})
        make = self.versions.hear if version == "heard" else self.versions.render
        return Path((await make(clip, steps))["path"])

    async def versions_of(self, clips: list[str]) -> dict[int, ClipRecord]:
        """The records of those that whoever asks has edited, by their place among `clips`."""
        edited = [number for number, clip in enumerate(clips) if self.library.edits.steps(clip)]
        return {number: await self.versions.render(clips[number]) for number in edited}

    async def peaks_of(self, clip: str, version: str) -> dict[str, Any]:
        path = await self.sound(clip, version, None, None)
        name = (str(path), path.stat().st_mtime_ns)
        # a child takes one task at a time, and a library page asks for many waveforms at once
        async with self.peaks_turn if name not in self.drawn else contextlib.nullcontext():
            if name not in self.drawn:
                self.drawn[name] = await self.peaks.ask(
                    PEAKS, {"path": str(path)}, lambda *_: None, _PEAKS_DEADLINE_S
                )
        found = self.drawn[name]
        self.drawn.move_to_end(name)
        if len(self.drawn) > _MOST_DRAWN:
            self.drawn.popitem(last=False)
        return found

    # -- instruments added

    async def add_instrument(self, clip: str, what: str, db: float) -> dict[str, Any]:
        """Order an instrument to a clip of whoever asks, and put it on top as a step once it is made; `accepted`.

        That it is wanted is stored before it is ordered: neither our end nor the daemon's loses it.
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
        """At the start: go on waiting for the layers that were wanted before, whosever they are."""
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
        """Belongs to whoever asks now: a task keeps that."""
        task = asyncio.create_task(self._layer(layer))
        self.waiting.add(task)
        task.add_done_callback(self.waiting.discard)

    async def _layer(self, layer: AwaitedLayer) -> None:
        text = ""
        try:
            await self._put_on(layer)
        except SidecrateError as error:
            text = error.text
            # a table that cannot be read or written now is there again at the next start
            if error.code != QueueError.code:
                self.library.awaited.drop(layer.label)
        self.line.tell({"event": "edited", "clip": layer.clip, "text": text})

    async def _put_on(self, layer: AwaitedLayer) -> None:
        """Wait for a layer's clip and put it on top. LibraryError and others where it comes to nothing."""
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
        """An audio file as a clip, its sound as it is."""
        with self._crate() as crate:
            record = await self.own.versions.bring(path, crate, {**values, "words": path.stem})
        return self.library.get(record["id"])

    async def publish(self, clip: str) -> LibraryClip:
        """A clip with its edits as a clip of its own in the crate."""
        with self._crate() as crate:
            record = await self.versions.publish(clip, crate)
        return self.library.get(record["id"])

    @contextlib.contextmanager
    def _crate(self) -> Iterator[Crate]:
        """The crate, to be written to. CrateError where it cannot be."""
        with contextlib.closing(Database(self.places.database)) as jobs:
            crate = Crate(crate_folder(self.config, self.places), self.config.crate.layout, jobs)
            crate.check()
            yield crate

    async def fit(self, path: Path, values: dict[str, Any]) -> dict[str, Any]:
        """An audio file as a job that puts it on the grid; it is kept for a month, so that `again` finds it."""
        self.places.recordings.mkdir(parents=True, exist_ok=True)
        kept = self.places.recordings / f"{path.stem}-{secrets.token_hex(4)}{path.suffix}"
        flush(path)
        replace_patiently(path, kept)
        try:
            return await self.line.order("fit", {**values, SOURCE: str(kept)})
        except SidecrateError:
            kept.unlink(missing_ok=True)
            raise

    # -- exports

    @property
    def exports(self) -> Path:
        return self.places.state / "web" / "exports"

    def export_folder(self) -> Path:
        """A new folder under an unguessable name, for one export."""
        folder = self.exports / secrets.token_hex(16)
        folder.mkdir(parents=True)
        return folder

    def exported(self, number: str) -> Path:
        folder = self.exports / number
        files = (
            [path for path in folder.iterdir() if not path.name.startswith(".")]
            if folder.is_dir()
            else []
        )
        if not files:
            raise LibraryError(
                "that export is not there any more; export it again", "unknown_export"
            )
        return files[0]

    def tidy(self) -> None:
        """Exports are there for a day; they can be made again. What a kill left of an upload goes."""
        sweep_uploads(self.places)
        with contextlib.suppress(FileNotFoundError):
            for folder in self.exports.iterdir():
                if time.time() - folder.stat().st_mtime > _EXPORTS_KEPT_S:
                    shutil.rmtree(folder, ignore_errors=True)


def _shelf(places: Places, config: Config, file: Path) -> PersonalLibrary:
    library = Library(file)
    studio = Versions(
        library,
        places.versions,
        plugin_folders=config.plugins.folders,
        stretcher=config.audio.stretcher,
    )
    return PersonalLibrary(library, studio)
