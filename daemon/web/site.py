"""What the routes work with: the line to the daemon, the databases, the studio, and where made files lie. One event loop.

Whose library a route works with is settled by the guard: `asking` holds the profile of the request under way, None for the house.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import shutil
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bridge.errors import SidecrateError
from bridge.verbs import SOURCE
from daemon.children.host import Child
from daemon.crate.crate import Crate
from daemon.errors import LibraryError
from daemon.home.places import Places
from daemon.jobs.database import Database
from daemon.jobs.queue import Job, Queue
from daemon.jobs.waiting import waiting_text
from daemon.library.instrument import layer_step
from daemon.library.library import Library
from daemon.library.steps import Step
from daemon.library.versions import Versions
from daemon.settings.meaning import crate_folder
from daemon.settings.schema import Config
from daemon.web.access import web_folder
from daemon.web.daemon_line import DaemonLine
from daemon.web.profiles import Profile, Profiles
from daemon.web.shares import Shares
from daemon.web.upload import sweep_uploads

_EXPORTS_KEPT_S = 86400.0
_LOOK_EVERY_S, _PEAKS_DEADLINE_S = 0.5, 60.0
_MOST_DRAWN = 300
PEAKS = "daemon.web.peaks:peaks_of"
asking: ContextVar[Profile | None] = ContextVar("asking", default=None)


@dataclass
class PersonalLibrary:
    """One person's library and the studio that renders its edits."""

    library: Library
    studio: Versions
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
    def studio(self) -> Versions:
        return self._shelf().studio

    def _shelf(self) -> PersonalLibrary:
        """The daemon keeps the house's library; a profile's catches up with the job table here, whenever that was written."""
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
            await shelf.studio.end()
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
            "kind": job.brief.kind, "count": job.brief.count * len(job.brief.engines), "door": job.origin.door,
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
        row = self.library.record(clip)
        if bpm is not None and row.get("bpm") and abs(bpm - float(row["bpm"])) > 1e-6:
            steps.append({"do": "tempo", "bpm": bpm})
        if key is not None and row.get("key") and key != row["key"]:
            steps.append({"do": "key", "key": key})
        make = self.studio.hear if version == "heard" else self.studio.render
        return Path((await make(clip, steps))["path"])

    async def versions_of(self, clips: list[str]) -> dict[int, dict[str, Any]]:
        """The records of those that whoever asks has edited, by their place among `clips`."""
        edited = [number for number, clip in enumerate(clips) if self.library.edits.steps(clip)]
        return {number: await self.studio.render(clips[number]) for number in edited}

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

    def layer_when_done(self, clip: str, job: str, db: float) -> None:
        """Put a job's clip on top of another as a step, once it is made; for whoever asks now."""
        task = asyncio.create_task(self._layer(clip, job, db))
        self.waiting.add(task)
        task.add_done_callback(self.waiting.discard)

    async def _layer(self, clip: str, job: str, db: float) -> None:
        while not (row := Queue(self.jobs, "").job(job)).ended:
            await asyncio.sleep(_LOOK_EVERY_S)
        made = self.jobs.row("SELECT id FROM clips WHERE job = ? AND state = 'done'", job)
        if made is None:
            self.line.tell(
                {
                    "event": "edited",
                    "clip": clip,
                    "text": row.error_text or "the instrument was not made",
                }
            )
            return
        try:
            self.library.edits.add(clip, layer_step(made["id"], db))
            await self.studio.render(clip)
            text = ""
        except SidecrateError as error:
            text = error.text
        self.line.tell({"event": "edited", "clip": clip, "text": text})

    # -- files brought

    async def bring(self, path: Path, values: dict[str, Any]) -> dict[str, Any]:
        """An audio file as a clip, its sound as it is."""
        with self._crate() as crate:
            record = await self.own.studio.bring(path, crate, {**values, "words": path.stem})
        return self.library.get(record["id"])

    async def publish(self, clip: str) -> dict[str, Any]:
        """A clip with its edits as a clip of its own in the crate."""
        with self._crate() as crate:
            record = await self.studio.publish(clip, crate)
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
        os.replace(path, kept)
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
