"""Recovery at start: half-written files are removed, and unfinished jobs queued again."""

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
from daemon.spending.paid_takes import keep_paid_take

log = logging.getLogger(__name__)

#: How long recordings and paid takes are kept: a month, for `again` and `fit`.
RECORDING_KEPT_S = 30 * 86400.0
#: How long a batch that was written waits for its order.
BATCH_KEPT_S = 86400.0


def recover(places: Places, crate: Crate, queue: Queue, inbox: Path) -> None:
    """Recover before any slot runs. A crate that is unreachable is logged, and waited for later."""
    try:
        crate.check()
        swept = crate.sweep()
        if swept:
            log.info("%d half-written files were removed from the crate", swept)
    except CrateError as error:
        log.error("%s", error.text)
    tidy(places)
    _sweep(places.state, inbox)
    queue.take_over()
    _tidy_jobs(places, queue)


def tidy(places: Places) -> None:
    """Remove what was kept for long enough: at the start, and each day of a daemon's months."""
    _tidy_recordings(places)
    _tidy_batches(places)


def _tidy_recordings(places: Places) -> None:
    """Remove devices' recordings and paid takes that are older than `RECORDING_KEPT_S`."""
    for folder in (places.recordings, places.paid_takes):
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.iterdir():
            # a folder in there is the user's; an open file is removed at a later start
            with contextlib.suppress(OSError):
                if path.is_file() and time.time() - path.stat().st_mtime > RECORDING_KEPT_S:
                    path.unlink()


def _sweep(state: Path, inbox: Path) -> None:
    """Remove half-written files from the state folder and the inbox."""
    for folder, levels in ((state, ("", "*/", "*/*/")), (inbox, ("", "*/"))):
        for level in levels:
            sweep_parts(folder.glob(f"{level}.*{PART}"))


def _tidy_jobs(places: Places, queue: Queue) -> None:
    """Remove folders of clips whose jobs have ended.

    A kill may have come before their takes were seen to: what was paid for is kept.
    """
    wanted = queue.unfinished_clips()
    if places.jobs.is_dir():
        for folder in places.jobs.iterdir():
            if folder.name in wanted:
                continue
            if not queue.is_done(folder.name):
                keep_paid_take(folder, places.paid_takes, folder.name)
            shutil.rmtree(folder, ignore_errors=True)


def _tidy_batches(places: Places) -> None:
    """Remove batches that were refused, or whose order never came."""
    for batch in places.batches.glob("*.jsonl"):
        with contextlib.suppress(OSError):
            if time.time() - batch.stat().st_mtime > BATCH_KEPT_S:
                batch.unlink()
