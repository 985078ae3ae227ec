"""What the routes work with: the line to the daemon, the databases, the studio, and where made files lie. One event loop."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from daemon.child_host import Child
from daemon.config import Config
from daemon.database import Database
from daemon.errors import LibraryError
from daemon.library.catalogue import Library
from daemon.library.steps import Step
from daemon.library.studio import Studio
from daemon.places import Places
from daemon.queue import Job, Queue
from daemon.web.access import web_folder
from daemon.web.line import Line
from daemon.web.shares import Shares

_EXPORTS_KEPT_S = 86400.0
_LOOK_EVERY_S, _PEAKS_DEADLINE_S = 0.5, 60.0
PEAKS = "daemon.web.peaks:peaks_of"


@dataclass
class House:
    places: Places
    config: Config
    line: Line
    jobs: Database
    library: Library
    studio: Studio
    peaks: Child
    shares: Shares
    peaks_turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    share_port: int = 0
    """Where shares are served; 0 while they are not."""

    @classmethod
    def open(cls, places: Places, config: Config) -> House:
        """ServiceError without a daemon, LibraryError or QueueError where a database cannot be opened."""
        library = Library(places.library)
        folder = web_folder(places)
        house = cls(
            places, config, Line(places), Database(places.database, read_only=True), library,
            Studio(library, places.versions), Child("peaks", 60.0), Shares(folder / "shares.json"),
        )  # fmt: skip
        house.tidy()
        return house

    async def close(self) -> None:
        self.line.close()
        await self.studio.end()
        await self.peaks.end()
        self.library.close()
        self.jobs.close()

    # -- jobs

    def job_rows(self, most: int) -> list[dict[str, Any]]:
        return [self.job_row(job) for job in Queue(self.jobs, "").newest(most)]

    def job(self, job: str) -> dict[str, Any]:
        return self.job_row(Queue(self.jobs, "").job(job))

    def job_row(self, job: Job) -> dict[str, Any]:
        done = self.jobs.rows("SELECT id FROM clips WHERE job = ? AND state = 'done' ORDER BY k", job.id)
        return {
            "job": job.id, "state": job.state, "stage": job.stage, "progress": job.progress, "prompt": job.brief.prompt,
            "kind": job.brief.kind, "count": job.brief.count * len(job.brief.engines), "door": job.origin.door,
            "created": job.created, "clips": [row["id"] for row in done], "code": job.error_code, "text": job.error_text,
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
        """The WAV of a clip: the `original`, as `edited`, or edited and put at a tempo and in a key."""
        if version == "original" and bpm is None and key is None:
            return self.library.path(clip)
        steps: list[Step] = [] if version == "original" else list(self.library.edits.steps(clip))
        row = self.library.record(clip)
        if bpm is not None and row.get("bpm") and abs(bpm - float(row["bpm"])) > 1e-6:
            steps.append({"do": "tempo", "bpm": bpm})
        if key is not None and row.get("key") and key != row["key"]:
            steps.append({"do": "key", "key": key})
        return Path((await self.studio.render(clip, steps))["path"])

    async def peaks_of(self, clip: str, version: str) -> dict[str, Any]:
        path = await self.sound(clip, version, None, None)
        # a child takes one task at a time, and a library page asks for many waveforms at once
        async with self.peaks_turn:
            return await self.peaks.ask(PEAKS, {"path": str(path)}, lambda *_: None, _PEAKS_DEADLINE_S)

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
        files = [path for path in folder.iterdir() if not path.name.startswith(".")] if folder.is_dir() else []
        if not files:
            raise LibraryError("that export is not there any more; export it again", "unknown_export")
        return files[0]

    def tidy(self) -> None:
        """Exports are there for a day; they can be made again."""
        with contextlib.suppress(FileNotFoundError):
            for folder in self.exports.iterdir():
                if time.time() - folder.stat().st_mtime > _EXPORTS_KEPT_S:
                    shutil.rmtree(folder, ignore_errors=True)
