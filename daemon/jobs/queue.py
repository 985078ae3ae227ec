"""Durable jobs on SQLite: accepted in one transaction, claimed with an owner and an attempt, finished only by that pair.

A job holds one or more clips, whose ids are fixed at acceptance. A clip's states are those of a job's life:
`queued -> generating -> conforming -> publishing -> done | failed | cancelled`. The fence is (owner, attempt): an UPDATE
of an older attempt, or of a daemon that lost the home, changes no row, and its result is dropped.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bridge.events import Origin
from bridge.request import Request
from daemon.brief import Brief
from daemon.errors import QueueError
from daemon.jobs.database import Database
from daemon.jobs.ids import new_clip_id, new_job_id
from daemon.jobs.turns import Lane, Turns, place_among
from daemon.record import ClipRecord

#: What becomes of a clip that was not made: it is queued again, or has ended.
Verdict = Literal["again", "failed"]
ENDED = ("done", "failed", "cancelled")
WORKING = ("improving", "generating", "conforming", "publishing")
#: The place of clips whose Brief a language model is still to be asked about: no worker looks there.
IMPROVE = "improve"
#: So many jobs of one sender may wait: more is a key that is stuck, or a script that has lost count, and would fill the disk.
MOST_OF_ONE = 2000

#: Clips that wait to be worked on, each with its job.
CLAIMABLE = (
    "SELECT clips.id AS clip, clips.k, clips.attempt, clips.purchase, jobs.* FROM clips JOIN jobs ON jobs.id = clips.job"
    " WHERE clips.state = 'queued'"
)
#: Named one by one, so that the index finds them among all that has ended.
_UNFINISHED = ("queued", *WORKING)
_MARKS = ",".join("?" * len(_UNFINISHED))


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


@dataclass(frozen=True)
class Claim:
    """One clip that this daemon works on, as attempt `attempt`."""

    job: str
    clip: str
    index: int
    """Which of its job's clips it is, from 0."""
    attempt: int
    request: dict[str, Any]
    brief: Brief
    origin: Origin
    created: float

    @property
    def count(self) -> int:
        """Clips of its job."""
        return self.brief.clip_count

    def share(self, value: float) -> float:
        """How much of the job is done (0..1) when `value` of this clip is."""
        return (self.index + value) / self.count


def _job(row: sqlite3.Row) -> Job:
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


def _oldest(db: sqlite3.Connection, state: str, lane: Lane, place: str) -> int | None:
    """Of the jobs in one state that came by a lane, the first that has a clip waiting for a place."""
    row = db.execute(
        "SELECT seq FROM jobs WHERE state = ? AND door = ? AND lane = ? AND EXISTS"
        # the plus keeps SQLite from going through all clips that wait, instead of this job's
        " (SELECT 1 FROM clips WHERE clips.job = jobs.id AND +clips.state = 'queued' AND +clips.place = ?) ORDER BY seq LIMIT 1",
        (state, *lane, place),
    ).fetchone()
    return int(row["seq"]) if row else None


class Queue:
    """The job table. Only the daemon writes it, on one thread."""

    def __init__(
        self,
        database: Database,
        owner: str,
        place_of: Callable[[str], str] = lambda engine: "worker",
    ) -> None:
        """place_of: which child an engine runs in."""
        self._database = database
        self._owner = owner
        self.place_of = place_of
        self._turns: dict[str, Turns] = {}
        """By place."""

    # -- in

    def accept(
        self,
        drafts: Sequence[tuple[Request, Brief]],
        origin: Origin,
        claim: str = "",
        once: str = "",
    ) -> tuple[list[Job], bool]:
        """Store all drafts in one transaction. With a claim or once key that is known already nothing is stored, and the
        jobs it made are returned with False. QueueError (busy) where one sender has too many waiting already."""
        with self._database.write() as db:
            known = self._known(claim, once)
            if known:
                return known, False
            self._check_room(db, origin)
            ids = [
                self._insert(db, n, draft, origin, claim, once) for n, draft in enumerate(drafts)
            ]
        return [self.job(made) for made in ids], True

    @staticmethod
    def _check_room(db: sqlite3.Connection, origin: Origin) -> None:
        marks = f"state IN ({_MARKS}) AND door = ? AND lane = ?"
        (waiting,) = db.execute(
            f"SELECT count(*) FROM jobs WHERE {marks}", (*_UNFINISHED, origin.door, origin.lane)
        ).fetchone()
        if waiting >= MOST_OF_ONE:
            text = f"{waiting:,} jobs from there wait already; cancel some (cancel all ends every one), or wait until they are done"
            raise QueueError(text, "busy")

    def _known(self, claim: str, once: str) -> list[Job]:
        if claim:
            return [
                _job(row)
                for row in self._database.rows(
                    "SELECT * FROM jobs WHERE claim = ? ORDER BY claim_index", claim
                )
            ]
        if once:
            return [
                _job(row) for row in self._database.rows("SELECT * FROM jobs WHERE once = ?", once)
            ]
        return []

    def known(self, claim: str = "", once: str = "") -> list[Job]:
        """The jobs that were made under a key."""
        return self._known(claim, once)

    def _insert(
        self,
        db: sqlite3.Connection,
        index: int,
        draft: tuple[Request, Brief],
        origin: Origin,
        claim: str,
        once: str,
    ) -> str:
        request, brief = draft
        job, now = new_job_id(db), time.time()
        address = {**origin.address, "index": index} if claim else dict(origin.address)
        db.execute(
            "INSERT INTO jobs (id, state, request, brief, origin, door, lane, claim, claim_index, once, created)"
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
                once or None,
                now,
            ),
        )
        asks_first = bool(brief.steps_wanted())
        for k in range(brief.clip_count):
            # an engine has a place of its own; the work of other verbs is done by the workers
            own = self.place_of(brief.clip_engine(k)) if brief.do == "make" else "worker"
            place = IMPROVE if asks_first else own
            db.execute(
                "INSERT INTO clips (id, job, k, state, created, place) VALUES (?, ?, ?, 'queued', ?, ?)",
                (new_clip_id(db), job, k, now, place),
            )
        return job

    # -- looking

    def job(self, job: str) -> Job:
        row = self._database.row("SELECT * FROM jobs WHERE id = ?", job)
        if row is None:
            raise QueueError(
                f"there is no job {job!r}; `sidecrate status` lists them", "unknown_job"
            )
        return _job(row)

    def labelled(self, label: str, since: float) -> str | None:
        """The id of the job that was ordered under a label, not before `since` (s since 1970); None where there is none."""
        query = "SELECT id FROM jobs WHERE created >= ? AND json_extract(origin, '$.label') = ?"
        row = self._database.row(query, since, label)
        return str(row["id"]) if row else None

    def newest(self, most: int = 50) -> list[Job]:
        return [
            _job(row)
            for row in self._database.rows("SELECT * FROM jobs ORDER BY seq DESC LIMIT ?", most)
        ]

    def unfinished(self) -> list[Job]:
        query = f"SELECT * FROM jobs WHERE state IN ({_MARKS}) ORDER BY seq"
        return [_job(row) for row in self._database.rows(query, *_UNFINISHED)]

    def position(self, job: str) -> int:
        """Place of a job among the unfinished ones, from 1, as doors and senders take turns; 0 when it has ended."""
        rows = self._database.rows(
            "SELECT jobs.door = own.door AS door, jobs.lane = own.lane AS lane, count(*) AS jobs,"
            f" sum(jobs.seq <= own.seq) AS before FROM jobs, (SELECT * FROM jobs WHERE id = ? AND state IN ({_MARKS})) AS own"
            f" WHERE jobs.state IN ({_MARKS}) GROUP BY jobs.door, CASE WHEN jobs.door = own.door THEN jobs.lane END",
            job, *_UNFINISHED, *_UNFINISHED,
        )  # fmt: skip
        own = sum(row["before"] for row in rows if row["door"] and row["lane"])
        in_door = place_among(
            own, [(row["jobs"], row["before"]) for row in rows if row["door"] and not row["lane"]]
        )
        return place_among(
            in_door, [(row["jobs"], row["before"]) for row in rows if not row["door"]]
        )

    def clips(self, job: str) -> list[sqlite3.Row]:
        return self._database.rows("SELECT * FROM clips WHERE job = ? ORDER BY k", job)

    # -- working

    def take_over(self) -> None:
        """At start: what an earlier daemon was at work on is queued again. Its death does not count as a try."""
        with self._database.write() as db:
            marks = ",".join("?" * len(WORKING))
            db.execute(
                f"UPDATE clips SET state = 'queued', owner = NULL WHERE state IN ({marks})", WORKING
            )
            db.execute(
                f"UPDATE jobs SET state = 'queued', stage = '', progress = 0 WHERE state IN ({marks})"
                " AND id NOT IN (SELECT job FROM improvements WHERE state = 'waiting')",
                WORKING,
            )

    def claim(self, place: str = "worker") -> Claim | None:
        """The next clip to work on in a place, now owned by this daemon; None when none waits. Doors take turns, and senders
        within a door: thousands of dropped files keep no pad waiting. What came by one goes in the order of acceptance."""
        if not self._database.row(
            "SELECT 1 FROM clips WHERE state = 'queued' AND place = ? LIMIT 1", place
        ):
            return None
        # after a power cut it waits again, as it does when the daemon dies: nothing is lost with this
        with self._database.write(flushed=False) as db:
            row = self.next_clip(db, place)
            return self.take_clip(db, row) if row else None

    def next_clip(self, db: sqlite3.Connection, place: str) -> sqlite3.Row | None:
        """Inside a transaction: the clip of `CLAIMABLE` whose turn it is, and then the turn is over."""
        turns = self._turns.setdefault(place, Turns())
        found = db.execute(
            f"SELECT door, lane, min(seq) AS first FROM jobs WHERE state IN ({_MARKS}) GROUP BY door, lane ORDER BY first",
            _UNFINISHED,
        )
        for lane in turns.order([(row["door"], row["lane"]) for row in found]):
            heads = [
                seq for state in _UNFINISHED if (seq := _oldest(db, state, lane, place)) is not None
            ]
            if heads:
                turns.over(lane)
                query = (
                    f"{CLAIMABLE} AND +clips.place = ? AND jobs.seq = ? ORDER BY clips.k LIMIT 1"
                )
                row: sqlite3.Row = db.execute(query, (place, min(heads))).fetchone()
                return row
        return None

    def take_clip(self, db: sqlite3.Connection, row: sqlite3.Row) -> Claim:
        """Inside a transaction: own a clip that `CLAIMABLE` found."""
        attempt = row["attempt"] + 1
        db.execute(
            "UPDATE clips SET state = 'generating', owner = ?, attempt = ? WHERE id = ?",
            (self._owner, attempt, row["clip"]),
        )
        db.execute("UPDATE jobs SET state = 'generating' WHERE id = ?", (row["id"],))
        job = _job(row)
        brief = job.brief.for_clip(row["k"])
        return Claim(
            job.id,
            row["clip"],
            row["k"],
            attempt,
            dict(job.request.values),
            brief,
            job.origin,
            job.created,
        )

    def hand_over(self, claim: Claim, place: str) -> bool:
        """Queue a clip for another place: with its take for the worker, or for another take. False when it is no longer ours."""
        with self._database.write() as db:
            count = db.execute(
                "UPDATE clips SET state = 'queued', place = ?, purchase = NULL, owner = NULL WHERE id = ? AND owner = ?"
                " AND attempt = ? AND state NOT IN ('done', 'failed', 'cancelled')",
                (place, claim.clip, self._owner, claim.attempt),
            ).rowcount
        return bool(count)

    def enter(self, claim: Claim, state: str, path: str = "") -> bool:
        """Store that a clip goes on to the next state. False when the claim is no longer ours."""
        with self._database.write(flushed=False) as db:
            fenced = db.execute(
                "UPDATE clips SET state = ?, path = CASE ? WHEN '' THEN path ELSE ? END"
                " WHERE id = ? AND owner = ? AND attempt = ? AND state NOT IN ('done', 'failed', 'cancelled')",
                (state, path, path, claim.clip, self._owner, claim.attempt),
            ).rowcount
            if fenced:
                db.execute("UPDATE jobs SET state = ? WHERE id = ?", (state, claim.job))
        return bool(fenced)

    def flush(self) -> None:
        """Wait until all that was stored survives a power cut; from any thread."""
        self._database.flush()

    def note_progress(self, job: str, value: float, stage: str) -> None:
        """How much of a job is done (0..1) and what is being done, for `status`."""
        with self._database.write(flushed=False) as db:
            db.execute("UPDATE jobs SET progress = ?, stage = ? WHERE id = ?", (value, stage, job))

    def clip_done(
        self, claim: Claim, record: ClipRecord, others: Sequence[ClipRecord] = ()
    ) -> bool:
        """The clip is in the crate, and so are the `others` that came of the same work, which get rows of their own with it.

        To be flushed before it is told. False when the claim is no longer ours, and then nothing is stored.
        """
        now = time.time()
        with self._database.write(flushed=False) as db:
            fenced = db.execute(
                "UPDATE clips SET state = 'done', record = ?, published = ?, path = ?, owner = NULL"
                " WHERE id = ? AND owner = ? AND attempt = ?",
                (json.dumps(record), now, record["path"], claim.clip, self._owner, claim.attempt),
            ).rowcount
            for other in others if fenced else ():
                # whoever looks through the crate may have found its file already
                db.execute(
                    "INSERT INTO clips (id, job, k, state, path, record, created, published)"
                    " SELECT ?, ?, 1 + max(k), 'done', ?, ?, ?, ? FROM clips WHERE job = ?"
                    " ON CONFLICT (id) DO UPDATE SET job = excluded.job, k = excluded.k",
                    (other["id"], claim.job, other["path"], json.dumps(other), now, now, claim.job),
                )
        return bool(fenced)

    def clip_failed(
        self, claim: Claim, code: str, text: str, *, again: bool, tries: int
    ) -> Verdict | None:
        """The clip was not made. Queued again where that may help and tries are left, and then `again` is returned;
        else `failed`; None when the claim is no longer ours."""
        row = self._database.row("SELECT tries FROM clips WHERE id = ?", claim.clip)
        used = (row["tries"] if row else 0) + 1
        verdict: Verdict = "again" if again and used < tries else "failed"
        state = "queued" if verdict == "again" else "failed"
        done = self._end_clip(
            claim, "state = ?, tries = ?, error_code = ?, error_text = ?", (state, used, code, text)
        )
        return verdict if done else None

    def part(self, clip: str) -> None:
        """A clip that is queued again leaves its purchase, which has ended."""
        with self._database.write() as db:
            db.execute(
                "UPDATE clips SET purchase = NULL WHERE id = ? AND state = 'queued'", (clip,)
            )

    def give_back(self, claim: Claim) -> None:
        """Queue a clip again that could not be worked on for want of disk; it counts as no try."""
        with self._database.write() as db:
            db.execute(
                "UPDATE clips SET state = 'queued', owner = NULL WHERE id = ? AND owner = ? AND attempt = ?"
                " AND state NOT IN ('done', 'failed', 'cancelled')",
                (claim.clip, self._owner, claim.attempt),
            )

    def _end_clip(
        self, claim: Claim, change: str, values: tuple[Any, ...], *, flushed: bool = True
    ) -> bool:
        with self._database.write(flushed=flushed) as db:
            count = db.execute(
                f"UPDATE clips SET {change}, owner = NULL WHERE id = ? AND owner = ? AND attempt = ?",
                (*values, claim.clip, self._owner, claim.attempt),
            ).rowcount
        return bool(count)

    def cancel(self, job: str) -> bool:
        """End what has not ended of a job. False when it had ended already."""
        with self._database.write() as db:
            count = db.execute(
                "UPDATE clips SET state = 'cancelled', owner = NULL"
                " WHERE job = ? AND state NOT IN ('done', 'failed', 'cancelled', 'publishing')",
                (job,),
            ).rowcount
        return bool(count)

    def settle_job(self, job: str) -> Job | None:
        """End the job when all of its clips have ended, and return it then; None while some have not, or it had ended before."""
        # its clips' ends are flushed: from those a start finds that it has ended, and says so then
        with self._database.write(flushed=False) as db:
            states = [
                row["state"] for row in db.execute("SELECT state FROM clips WHERE job = ?", (job,))
            ]
            if any(state not in ENDED for state in states):
                return None
            state = (
                "cancelled" if "cancelled" in states else "done" if "done" in states else "failed"
            )
            why = db.execute(
                # a clip keeps the error of a try that was repeated, though it is done now
                "SELECT error_code, error_text FROM clips WHERE job = ? AND state = 'failed' ORDER BY k",
                (job,),
            ).fetchone()
            code, text = (
                ("cancelled", "cancelled as asked")
                if state == "cancelled"
                else tuple(why)
                if why
                else ("", "")
            )
            count = db.execute(
                "UPDATE jobs SET state = ?, stage = '', progress = 1, error_code = ?, error_text = ?, ended = ?"
                " WHERE id = ? AND state NOT IN ('done', 'failed', 'cancelled')",
                (state, code, text, time.time(), job),
            ).rowcount
        return self.job(job) if count else None
