"""What the tools work with: the line to the daemon, its job table, and the library.

It belongs to one event loop. The daemon may end and start again meanwhile: the line follows it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from daemon.client.beacon import read_beacon
from daemon.crate.crate import Crate
from daemon.errors import ServiceError
from daemon.home.places import Places
from daemon.jobs.database import Database
from daemon.jobs.queue import Queue
from daemon.jobs.table import Job
from daemon.library.library import Library
from daemon.library.versions import Versions
from daemon.settings.load import load_config
from daemon.settings.meaning import make_crate
from daemon.settings.schema import Config, use
from daemon.web.daemon_line import DaemonLine

#: What to do where no daemon answers.
NO_DAEMON = (
    "no daemon of Sidecrate runs; start it with `sidecrate run`, or once and for all with"
    " `sidecrate install autostart`, then call this again"
)
#: Timeout of the session, which a daemon tells after its greeting.
_SESSION_S = 1.0


class House:
    """All that the tools share. ServiceError where the daemon is asked and none runs."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self._config: tuple[float, Config] | None = None
        self._line: DaemonLine | None = None
        self._boot = ""
        self._jobs: Database | None = None
        self._library: Library | None = None
        self._versions: Versions | None = None

    async def close(self) -> None:
        if self._line:
            self._line.close()
        if self._versions:
            await self._versions.end()
        if self._library:
            self._library.close()
        if self._jobs:
            self._jobs.close()

    @property
    def config(self) -> Config:
        """The config as its file is now."""
        file = self.places.config_file
        changed = file.stat().st_mtime if file.exists() else 0.0
        if self._config is None or self._config[0] != changed:
            self._config = (changed, load_config(file))
            use(self._config[1])
        return self._config[1]

    @property
    def line(self) -> DaemonLine:
        """The line to the daemon that runs now."""
        beacon = read_beacon(self.places)
        boot = beacon.boot if beacon else ""
        if self._line is None or boot != self._boot:
            if self._line is not None:
                self._line.close()
                self._line = None
            try:
                self._line = DaemonLine(self.places)
            except ServiceError:
                raise ServiceError(NO_DAEMON, "no_daemon") from None
            self._boot = boot
        return self._line

    async def session(self, pinned: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What the daemon knows of the DAW's project; empty where it tells nothing in time.

        pinned: what it must say by then, for it is told some time after it was pinned.
        """
        line, wanted = self.line, dict(pinned or {})
        for _ in range(20):
            if line.session and wanted.items() <= line.session.items():
                break
            await asyncio.sleep(_SESSION_S / 20)
        return dict(line.session)

    @property
    def jobs(self) -> Database:
        if self._jobs is None:
            if not self.places.database.exists():
                raise ServiceError(NO_DAEMON, "no_daemon")
            self._jobs = Database(self.places.database, read_only=True)
        return self._jobs

    @property
    def library(self) -> Library:
        """The library, up to date with the job table."""
        if self._library is None:
            self._library = Library(self.places.library)
        if self.places.database.exists():
            self._library.arrivals.catch_up(self.jobs)
        return self._library

    @property
    def versions(self) -> Versions:
        if self._versions is None:
            self._versions = Versions.configured(self.library, self.places.versions, self.config)
        return self._versions

    @contextlib.contextmanager
    def crate(self, *, read_only: bool = False) -> Iterator[Crate]:
        """The crate. CrateError where it is to be written and cannot be."""
        with contextlib.closing(Database(self.places.database, read_only=read_only)) as jobs:
            crate = make_crate(self.config, self.places, jobs)
            if not read_only:
                crate.check()
            yield crate

    # -- jobs

    def job(self, job: str) -> Job:
        return Queue(self.jobs, "").job(job)

    def newest_jobs(self, most: int) -> list[Job]:
        return Queue(self.jobs, "").newest(most)

    def clips_of(self, job: str) -> list[str]:
        """The ids of a job's clips that are done, in order."""
        query = "SELECT id FROM clips WHERE job = ? AND state = 'done' ORDER BY k"
        return [str(row["id"]) for row in self.jobs.rows(query, job)]


def absolute(name: str) -> str:
    """A path as the daemon can read it, whose working folder is another; a clip's name as it is."""
    path = Path(name).expanduser()
    return str(path.absolute()) if path.exists() else name
