"""What a start puts in order after a crash: half-written files go, unfinished jobs are queued
again."""

from __future__ import annotations

import contextlib
import logging
import shutil
import time
from pathlib import Path

from bridge.files.whole import PART, sweep_parts
from daemon.crate.crate import Crate
from daemon.errors import CrateError
from daemon.home.places import Places
from daemon.jobs.queue import Queue

log = logging.getLogger(__name__)

RECORDING_KEPT_S = 30 * 86400.0


def recover(places: Places, crate: Crate, queue: Queue, inbox: Path) -> None:
    """Before any slot runs. A crate that is gone is said, and waited for later."""
    try:
        crate.check()
        swept = crate.sweep()
        if swept:
            log.info("%d half-written files were removed from the crate", swept)
    except CrateError as error:
        log.error("%s", error.text)
    _tidy_recordings(places)
    _sweep(places.state, inbox)
    queue.take_over()
    _tidy_jobs(places, queue)


def _tidy_recordings(places: Places) -> None:
    """What devices recorded to be heard once is kept for a month, so that `again` finds it; so are
    paid takes."""
    for folder in (places.recordings, places.paid_takes):
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.iterdir():
            # a folder in there is the user's; a file that a program holds open goes another day
            with contextlib.suppress(OSError):
                if path.is_file() and time.time() - path.stat().st_mtime > RECORDING_KEPT_S:
                    path.unlink()


def _sweep(state: Path, inbox: Path) -> None:
    """What kills left half-written in the state folder and in the inbox goes."""
    for folder, levels in ((state, ("", "*/", "*/*/")), (inbox, ("", "*/"))):
        for level in levels:
            sweep_parts(folder.glob(f"{level}.*{PART}"))


def _tidy_jobs(places: Places, queue: Queue) -> None:
    """Folders of clips that nobody waits for any more go."""
    wanted = {row["id"] for job in queue.unfinished() for row in queue.clips(job.id)}
    if places.jobs.is_dir():
        for folder in places.jobs.iterdir():
            if folder.name not in wanted:
                shutil.rmtree(folder, ignore_errors=True)
