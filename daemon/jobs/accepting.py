"""Orders as they are stored: a job and its clips, each with the place where it waits."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bridge.events import Origin
from bridge.request import Request
from daemon.brief import Brief
from daemon.errors import QueueError
from daemon.jobs.batch_file import Row
from daemon.jobs.ids import new_clip_id, new_job_id
from daemon.jobs.table import MARKS, UNFINISHED

#: The place of clips whose Brief still needs a language model's answer: no worker looks there.
IMPROVE = "improve"
#: Quota of waiting jobs of one sender. More is a stuck key or a runaway script, and fills the disk.
MOST_OF_ONE = 2000
#: Quota of waiting clips of one sender: an order of many is refused beyond.
MOST_CLIPS_OF_ONE = 100_000
#: Clips of an order from which the sender's waiting clips are counted, which takes a while.
_MANY = 100


def check_room(db: sqlite3.Connection, origin: Origin, clips: int) -> None:
    """QueueError (busy) where so many more clips are above the sender's quota."""
    marks = f"state IN ({MARKS}) AND door = ? AND lane = ?"
    (waiting,) = db.execute(
        f"SELECT count(*) FROM jobs WHERE {marks}", (*UNFINISHED, origin.door, origin.lane)
    ).fetchone()
    if waiting >= MOST_OF_ONE:
        text = (
            f"{waiting:,} jobs from there wait already; cancel some (cancel all ends every"
            " one), or wait until they are done"
        )
        raise QueueError(text, "busy")
    if clips <= _MANY:
        return
    (waiting,) = db.execute(
        f"SELECT count(*) FROM clips WHERE state = 'queued' AND job IN"
        f" (SELECT id FROM jobs WHERE {marks})",
        (*UNFINISHED, origin.door, origin.lane),
    ).fetchone()
    if waiting + clips > MOST_CLIPS_OF_ONE:
        text = (
            f"{waiting:,} clips from there wait already, and {MOST_CLIPS_OF_ONE:,} may; cancel"
            " some, ask for less, or wait until they are done"
        )
        raise QueueError(text, "busy")


@dataclass(frozen=True)
class NewJobs:
    """What the jobs of one order have in common."""

    origin: Origin
    place_of: Callable[[str], str]
    """The place where an engine's clips wait."""
    claim: str = ""
    once: str = ""
    rows: Sequence[Row] = ()
    """Of the one draft's clips, where each has its own."""

    def store(self, db: sqlite3.Connection, index: int, draft: tuple[Request, Brief]) -> str:
        """Store draft `index` of the order as a job, inside a transaction; its id."""
        origin, claim = self.origin, self.claim
        request, brief = draft
        job, now = new_job_id(db), time.time()
        address = {**origin.address, "index": index} if claim else dict(origin.address)
        db.execute(
            "INSERT INTO jobs (id, state, request, brief, origin, door, lane, claim, claim_index,"
            " once, created)"
            " VALUES (?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                job,
                json.dumps(dict(request.values)),
                json.dumps(brief.to_json()),
                json.dumps({"door": origin.door, "address": address, "label": origin.label}),
                origin.door,
                origin.lane,
                claim or None,
                index if claim else None,
                self.once or None,
                now,
            ),
        )
        db.executemany(
            "INSERT INTO clips (id, job, k, state, created, place, own)"
            " VALUES (?, ?, ?, 'queued', ?, ?, ?)",
            (
                (new_clip_id(db), job, k, now, place, own)
                for k, (place, own) in enumerate(self._places_of(brief))
            ),
        )
        return job

    def _places_of(self, brief: Brief) -> Iterator[tuple[str, str | None]]:
        """The place where each clip of a job waits, and its own request and Brief, if any."""
        if self.rows:
            yield from ((self.place_of(row.engine), row.own) for row in self.rows)
            return
        asks_first = bool(brief.steps_wanted())
        for k in range(brief.clip_count):
            # an engine has a place of its own, and a verb that a box does
            own = self.place_of(brief.clip_engine(k))
            yield IMPROVE if asks_first else own, None
