"""The job table as it is read: jobs, their clips and states, their places in the queue."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from bridge.events import Origin
from bridge.request import Request
from daemon.brief import Brief
from daemon.errors import QueueError
from daemon.jobs.database import Database
from daemon.jobs.turns import place_among

#: The beginning of a stage that says what a job waits for.
WAITING = "waiting: "
ENDED = ("done", "failed", "cancelled")
WORKING = ("improving", "generating", "conforming", "publishing")
#: Listed one by one, so that the index finds them among all that have ended.
UNFINISHED = ("queued", *WORKING)
MARKS = ",".join("?" * len(UNFINISHED))


@dataclass(frozen=True)
class Job:
    id: str
    state: str
    stage: str
    progress: float
    request: Request
    brief: Brief
    origin: Origin
    error_code: str
    error_text: str
    created: float

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def waits_for(self) -> str:
        """What it waits for beside its turn, as it was stored; empty where for nothing."""
        is_waiting = not self.ended and self.stage.startswith(WAITING)
        return self.stage.removeprefix(WAITING) if is_waiting else ""


def job_of(row: sqlite3.Row) -> Job:
    origin = json.loads(row["origin"])
    return Job(
        id=row["id"],
        state=row["state"],
        stage=row["stage"],
        progress=row["progress"],
        request=Request(json.loads(row["request"])),
        brief=Brief.from_json(json.loads(row["brief"])),
        origin=Origin(origin["door"], origin["address"], origin["label"], row["lane"]),
        error_code=row["error_code"],
        error_text=row["error_text"],
        created=row["created"],
    )


class JobTable:
    """Reads from any thread that has the database's connection."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, claim: str = "", once: str = "") -> list[Job]:
        """The jobs that were made under a key."""
        query = "SELECT * FROM jobs WHERE once = ?"
        if claim:
            query = "SELECT * FROM jobs WHERE claim = ? ORDER BY claim_index"
        if claim or once:
            return [job_of(row) for row in self._database.rows(query, claim or once)]
        return []

    def job(self, job: str) -> Job:
        row = self._database.row("SELECT * FROM jobs WHERE id = ?", job)
        if row is None:
            raise QueueError(
                f"there is no job {job!r}; `sidecrate status` lists them", "unknown_job"
            )
        return job_of(row)

    def labelled(self, label: str, since: float) -> str | None:
        """The id of the job with a label, accepted since `since` (s since 1970), or None."""
        query = "SELECT id FROM jobs WHERE created >= ? AND json_extract(origin, '$.label') = ?"
        row = self._database.row(query, since, label)
        return str(row["id"]) if row else None

    def newest(self, most: int = 50) -> list[Job]:
        return [
            job_of(row)
            for row in self._database.rows("SELECT * FROM jobs ORDER BY seq DESC LIMIT ?", most)
        ]

    def unfinished(self) -> list[Job]:
        query = f"SELECT * FROM jobs WHERE state IN ({MARKS}) ORDER BY seq"
        return [job_of(row) for row in self._database.rows(query, *UNFINISHED)]

    def unfinished_clips(self) -> set[str]:
        """The ids of all clips of jobs that have not ended."""
        query = f"SELECT id FROM clips WHERE job IN (SELECT id FROM jobs WHERE state IN ({MARKS}))"
        return {str(row["id"]) for row in self._database.rows(query, *UNFINISHED)}

    def is_done(self, clip: str) -> bool:
        """Whether a clip is in the crate."""
        return bool(
            self._database.rows("SELECT 1 FROM clips WHERE id = ? AND state = 'done'", clip)
        )

    def waiting(self, place: str = "") -> list[Job]:
        """Jobs of which no clip was begun, with one that waits for a place; for any, without."""
        query = (
            "SELECT * FROM jobs WHERE state = 'queued' AND EXISTS (SELECT 1 FROM clips"
            " WHERE clips.job = jobs.id AND clips.state = 'queued'"
            " AND (? = '' OR clips.place = ?)) ORDER BY seq"
        )
        return [job_of(row) for row in self._database.rows(query, place, place)]

    def position(self, job: str) -> int:
        """A job's place in the queue, from 1, by turns; 0 when it has ended."""
        rows = self._database.rows(
            "SELECT jobs.door = own.door AS door, jobs.lane = own.lane AS lane, count(*) AS jobs,"
            " sum(jobs.seq <= own.seq) AS before FROM jobs,"
            f" (SELECT * FROM jobs WHERE id = ? AND state IN ({MARKS})) AS own"
            f" WHERE jobs.state IN ({MARKS})"
            " GROUP BY jobs.door, CASE WHEN jobs.door = own.door THEN jobs.lane END",
            job,
            *UNFINISHED,
            *UNFINISHED,
        )
        own = sum(row["before"] for row in rows if row["door"] and row["lane"])
        in_door = place_among(
            own, [(row["jobs"], row["before"]) for row in rows if row["door"] and not row["lane"]]
        )
        return place_among(
            in_door, [(row["jobs"], row["before"]) for row in rows if not row["door"]]
        )

    def clips(self, job: str) -> list[sqlite3.Row]:
        return self._database.rows("SELECT * FROM clips WHERE job = ? ORDER BY k", job)

    def states_of_clips(self, job: str) -> list[tuple[str, str]]:
        """Each of a job's clips with its state, without its record."""
        rows = self._database.rows("SELECT id, state FROM clips WHERE job = ? ORDER BY k", job)
        return [(str(row["id"]), str(row["state"])) for row in rows]

    def places(self, job: str) -> set[str]:
        """The places of a job's clips."""
        rows = self._database.rows("SELECT DISTINCT place FROM clips WHERE job = ?", job)
        return {str(row["place"]) for row in rows}

    def done_clips(self, job: str, most: int = -1) -> list[sqlite3.Row]:
        """A job's clips that are done: all, or the last `most`, in their order."""
        return self._database.rows(
            "SELECT * FROM clips WHERE job = ? AND state = 'done' ORDER BY k DESC LIMIT ?",
            job,
            most,
        )[::-1]

    def count_at(self, place: str) -> int:
        """The number of clips that wait or are made at a place."""
        row = self._database.row(
            f"SELECT count(*) FROM clips WHERE state IN ({MARKS}) AND place = ?",
            *UNFINISHED,
            place,
        )
        return int(row[0]) if row else 0

    def count_clips(self, job: str, *states: str) -> int:
        """The number of a job's clips in these states."""
        marks = ",".join("?" * len(states))
        row = self._database.row(
            f"SELECT count(*) FROM clips WHERE job = ? AND state IN ({marks})", job, *states
        )
        return int(row[0]) if row else 0
