"""The durable job queue on SQLite: accepted, claimed and finished in transactions.

A job holds one or more clips, whose ids are fixed at acceptance. A clip's states are those of a
job's life: `queued -> generating -> conforming -> publishing -> done | failed | cancelled`. A
claim is fenced by (owner, attempt). An UPDATE of an older attempt, or of a daemon that lost the
home, changes no row, and its result is dropped.
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
from daemon.jobs.accepting import NewJobs, check_room
from daemon.jobs.batch_file import Row
from daemon.jobs.database import Database
from daemon.jobs.table import MARKS, UNFINISHED, WORKING, Job, JobTable, job_of
from daemon.jobs.turns import Lane, Turns
from daemon.record import ClipRecord

#: The outcome of a failed try: the clip is queued again, or has failed.
Verdict = Literal["again", "failed"]

#: Waiting clips, each with its job.
CLAIMABLE = (
    "SELECT clips.id AS clip, clips.k, clips.attempt, clips.purchase, clips.own, jobs.* FROM clips"
    " JOIN jobs ON jobs.id = clips.job"
    " WHERE clips.state = 'queued'"
)


@dataclass(frozen=True)
class Claim:
    """One clip that this daemon works on, as attempt `attempt`."""

    job: str
    clip: str
    index: int
    """Its index among the clips of its Brief, from 0."""
    attempt: int
    request: dict[str, Any]
    brief: Brief
    origin: Origin
    created: float
    k: int
    """Its index in its job, from 0: another than `index` where it has a Brief of its own."""
    count: int
    """Number of clips of its job."""

    def share(self, value: float) -> float:
        """Progress of the job (0..1) when this clip's is `value`."""
        return (self.k + value) / self.count


def _oldest(db: sqlite3.Connection, state: str, lane: Lane, place: str) -> int | None:
    """The oldest job in one state and lane with a clip that waits for a place."""
    row = db.execute(
        "SELECT seq FROM jobs WHERE state = ? AND door = ? AND lane = ? AND EXISTS"
        # Named, that SQLite neither scans all waiting clips nor all of a job that have ended.
        " (SELECT 1 FROM clips INDEXED BY clips_of_job WHERE clips.job = jobs.id"
        " AND clips.state = 'queued' AND clips.place = ?) ORDER BY seq LIMIT 1",
        (state, *lane, place),
    ).fetchone()
    return int(row["seq"]) if row else None


class Queue(JobTable):
    """The job table as it is written. Only the daemon does that, on one thread."""

    def __init__(
        self,
        database: Database,
        owner: str,
        place_of: Callable[[str], str] = lambda engine: "worker",
    ) -> None:
        """place_of: the kind of child that an engine runs in."""
        super().__init__(database)
        self._owner = owner
        self.place_of = place_of
        self._turns: dict[str, Turns] = {}
        """One for each place."""

    # -- accepting

    def accept(
        self,
        drafts: Sequence[tuple[Request, Brief]],
        origin: Origin,
        claim: str = "",
        once: str = "",
        rows: Sequence[Row] = (),
    ) -> tuple[list[Job], bool]:
        """Store all drafts in one transaction, exactly once for a claim or once key.

        rows: those of the one draft's clips, where each has its own. Where the key is known,
        nothing is stored and its jobs are returned with False. QueueError (busy) where the
        sender's quota is used up.
        """
        with self._database.write() as db:
            known = self.known(claim, once)
            if known:
                return known, False
            check_room(db, origin, sum(brief.clip_count for _, brief in drafts))
            new = NewJobs(origin, self.place_of, claim, once, rows)
            ids = [new.store(db, n, draft) for n, draft in enumerate(drafts)]
        return [self.job(made) for made in ids], True

    # -- working

    def take_over(self) -> None:
        """At start: requeue an earlier daemon's unfinished work. Its death counts as no try."""
        with self._database.write() as db:
            marks = ",".join("?" * len(WORKING))
            db.execute(
                f"UPDATE clips SET state = 'queued', owner = NULL WHERE state IN ({marks})", WORKING
            )
            db.execute(
                "UPDATE jobs SET state = 'queued', stage = '', progress = 0"
                f" WHERE state IN ({marks})"
                " AND id NOT IN (SELECT job FROM improvements WHERE state = 'waiting')",
                WORKING,
            )
            self._place_anew(db)

    def _place_anew(self, db: sqlite3.Connection) -> None:
        """Clips of an engine whose place is another today wait there: its server has moved.

        Purchases have a place of their own until they end.
        """
        query = (
            "SELECT clips.id, clips.k, clips.place, clips.own, jobs.brief FROM clips"
            " JOIN jobs ON jobs.id = clips.job"
            " WHERE clips.state = 'queued' AND clips.place LIKE 'server %'"
        )
        for row in db.execute(query).fetchall():
            own = json.loads(row["own"])["brief"] if row["own"] else json.loads(row["brief"])
            place = self.place_of(own["engines"][row["k"] % len(own["engines"])])
            if place != row["place"]:
                db.execute("UPDATE clips SET place = ? WHERE id = ?", (place, row["id"]))

    def claim(self, place: str = "worker") -> Claim | None:
        """Claim the next clip of a place for this daemon; None when none waits.

        Doors take turns, and senders within a door: thousands of dropped files keep no pad
        waiting. One sender's jobs go in the order of acceptance.
        """
        if not self._database.row(
            "SELECT 1 FROM clips WHERE state = 'queued' AND place = ? LIMIT 1", place
        ):
            return None
        # Not flushed: after a power cut the clip is queued again, as after the daemon's death.
        with self._database.write(flushed=False) as db:
            row = self.next_clip(db, place)
            return self.take_clip(db, row) if row else None

    def next_clip(self, db: sqlite3.Connection, place: str) -> sqlite3.Row | None:
        """Inside a transaction: the next `CLAIMABLE` clip by turns; its lane has had its turn."""
        turns = self._turns.setdefault(place, Turns())
        found = db.execute(
            f"SELECT door, lane, min(seq) AS first FROM jobs WHERE state IN ({MARKS})"
            " GROUP BY door, lane ORDER BY first",
            UNFINISHED,
        )
        for lane in turns.order([(row["door"], row["lane"]) for row in found]):
            heads = [
                seq for state in UNFINISHED if (seq := _oldest(db, state, lane, place)) is not None
            ]
            if heads:
                turns.over(lane)
                # the job first: a join would look at all of its clips for the first that waits
                head = db.execute("SELECT id FROM jobs WHERE seq = ?", (min(heads),)).fetchone()
                query = (
                    f"{CLAIMABLE} AND clips.place = ? AND clips.job = ? ORDER BY clips.k LIMIT 1"
                )
                row: sqlite3.Row = db.execute(query, (place, head["id"])).fetchone()
                return row
        return None

    def take_clip(self, db: sqlite3.Connection, row: sqlite3.Row) -> Claim:
        """Inside a transaction: claim a clip found with `CLAIMABLE`."""
        attempt = row["attempt"] + 1
        db.execute(
            "UPDATE clips SET state = 'generating', owner = ?, attempt = ? WHERE id = ?",
            (self._owner, attempt, row["clip"]),
        )
        db.execute("UPDATE jobs SET state = 'generating' WHERE id = ?", (row["id"],))
        job = job_of(row)
        request, brief, index = dict(job.request.values), job.brief.for_clip(row["k"]), row["k"]
        if row["own"]:
            own = json.loads(row["own"])
            request, brief, index = own["request"], Brief.from_json(own["brief"]), 0
        return Claim(
            job.id,
            row["clip"],
            index,
            attempt,
            request,
            brief,
            job.origin,
            job.created,
            k=row["k"],
            count=job.brief.clip_count,
        )

    def hand_over(self, claim: Claim, place: str) -> bool:
        """Queue a clip for another place: for the worker with its take, or for another take.

        False when the claim is no longer ours.
        """
        with self._database.write() as db:
            count = db.execute(
                "UPDATE clips SET state = 'queued', place = ?, purchase = NULL, owner = NULL"
                " WHERE id = ? AND owner = ? AND attempt = ?"
                " AND state NOT IN ('done', 'failed', 'cancelled')",
                (place, claim.clip, self._owner, claim.attempt),
            ).rowcount
        return bool(count)

    def move(self, claim: Claim, engine: str, note: str) -> bool:
        """Queue a clip again for another engine than the one of its job; it counts as no try.

        note: is told with the clip. False when the claim is no longer ours.
        """
        brief = claim.brief.for_clip(claim.index).amended(
            engines=(engine,), count=1, seed=claim.brief.clip_seed(claim.index),
            said=(*claim.brief.said, note),
        )  # fmt: skip
        own = json.dumps({"request": claim.request, "brief": brief.to_json()})
        with self._database.write() as db:
            count = db.execute(
                "UPDATE clips SET state = 'queued', place = ?, own = ?, owner = NULL"
                " WHERE id = ? AND owner = ? AND attempt = ?"
                " AND state NOT IN ('done', 'failed', 'cancelled')",
                (self.place_of(engine), own, claim.clip, self._owner, claim.attempt),
            ).rowcount
        return bool(count)

    def enter(self, claim: Claim, state: str, path: str = "") -> bool:
        """Store a clip's next state. False when the claim is no longer ours."""
        with self._database.write(flushed=False) as db:
            fenced = db.execute(
                "UPDATE clips SET state = ?, path = CASE ? WHEN '' THEN path ELSE ? END"
                " WHERE id = ? AND owner = ? AND attempt = ?"
                " AND state NOT IN ('done', 'failed', 'cancelled')",
                (state, path, path, claim.clip, self._owner, claim.attempt),
            ).rowcount
            if fenced:
                db.execute("UPDATE jobs SET state = ? WHERE id = ?", (state, claim.job))
        return bool(fenced)

    def flush(self) -> None:
        """Wait until all that was stored is durable against a power cut; from any thread."""
        self._database.flush()

    def note_progress(self, job: str, value: float, stage: str) -> None:
        """Store a job's progress (0..1) and stage, for `status`."""
        with self._database.write(flushed=False) as db:
            db.execute("UPDATE jobs SET progress = ?, stage = ? WHERE id = ?", (value, stage, job))

    def note_waiting(self, jobs: Sequence[str], stage: str) -> None:
        """Store what jobs wait for as their stage; without jobs: that no queued job waits."""
        with self._database.write(flushed=False) as db:
            if jobs:
                rows = [(stage, job) for job in jobs]
                db.executemany("UPDATE jobs SET stage = ? WHERE id = ?", rows)
            else:
                db.execute("UPDATE jobs SET stage = '' WHERE state = 'queued' AND stage != ''")

    def clip_done(
        self, claim: Claim, record: ClipRecord, others: Sequence[ClipRecord] = ()
    ) -> bool:
        """Store that the clip is in the crate; flush before it is announced.

        False when the claim is no longer ours.
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
        """Store a failed try: `again` where a retry may help and tries are left, else `failed`.

        With `again` the clip is queued again. None when the claim is no longer ours.
        """
        verdict: Verdict = "failed"
        if again and not self.is_last_try(claim.clip, tries):
            verdict = "again"
        state = "queued" if verdict == "again" else "failed"
        done = self._end_clip(
            claim, "state = ?, tries = tries + 1, error_code = ?, error_text = ?",
            (state, code, text),
        )  # fmt: skip
        return verdict if done else None

    def is_last_try(self, clip: str, tries: int) -> bool:
        """Whether a clip that fails now has used up its `tries`."""
        row = self._database.row("SELECT tries FROM clips WHERE id = ?", clip)
        return (row["tries"] if row else 0) + 1 >= tries

    def part(self, clip: str) -> None:
        """Detach a clip that is queued again from its purchase, which has ended."""
        with self._database.write() as db:
            db.execute(
                "UPDATE clips SET purchase = NULL WHERE id = ? AND state = 'queued'", (clip,)
            )

    def give_back(self, claim: Claim) -> None:
        """Queue a clip again that a full disk has stopped; it counts as no try."""
        with self._database.write() as db:
            db.execute(
                "UPDATE clips SET state = 'queued', owner = NULL"
                " WHERE id = ? AND owner = ? AND attempt = ?"
                " AND state NOT IN ('done', 'failed', 'cancelled')",
                (claim.clip, self._owner, claim.attempt),
            )

    def _end_clip(self, claim: Claim, change: str, values: tuple[Any, ...]) -> bool:
        with self._database.write() as db:
            count = db.execute(
                f"UPDATE clips SET {change}, owner = NULL"
                " WHERE id = ? AND owner = ? AND attempt = ?",
                (*values, claim.clip, self._owner, claim.attempt),
            ).rowcount
        return bool(count)

    def cancel(self, job: str) -> bool:
        """Cancel a job's unfinished clips. False when the job had ended already."""
        with self._database.write() as db:
            count = db.execute(
                "UPDATE clips SET state = 'cancelled', owner = NULL"
                " WHERE job = ? AND state NOT IN ('done', 'failed', 'cancelled', 'publishing')",
                (job,),
            ).rowcount
        return bool(count)

    def keep_parts(self, claim: Claim, text: str) -> bool:
        """Have what a cancelled clip has of finished parts published; `text`: its job's end.

        False when the claim is no longer ours.
        """
        with self._database.write(flushed=False) as db:
            count = db.execute(
                "UPDATE clips SET state = 'publishing', owner = ?, error_code = 'cancelled',"
                " error_text = ? WHERE id = ? AND attempt = ? AND state = 'cancelled'",
                (self._owner, text, claim.clip, claim.attempt),
            ).rowcount
        return bool(count)

    def settle_job(self, job: str) -> Job | None:
        """End the job when all of its clips have ended, and return it.

        None while some have not, or when it had ended before.
        """
        # Its clips' ends are flushed, so that a restart finds from them that it has ended.
        with self._database.write(flushed=False) as db:
            # by the index: this is asked at each clip's end, of which a job may have 10,000
            if db.execute(
                f"SELECT 1 FROM clips WHERE job = ? AND state IN ({MARKS}) LIMIT 1",
                (job, *UNFINISHED),
            ).fetchone():
                return None
            states = {
                row["state"]
                for row in db.execute("SELECT DISTINCT state FROM clips WHERE job = ?", (job,))
            }
            kept = db.execute(
                "SELECT error_text FROM clips WHERE job = ? AND state = 'done'"
                " AND error_code = 'cancelled' ORDER BY k",
                (job,),
            ).fetchone()
            if "cancelled" in states or kept:
                state = "cancelled"
            elif "done" in states:
                state = "done"
            else:
                state = "failed"
            why = db.execute(
                # a clip keeps the error of a try that was repeated, though it is done now
                "SELECT error_code, error_text FROM clips WHERE job = ?"
                " AND state = 'failed' ORDER BY k",
                (job,),
            ).fetchone()
            if state == "cancelled":
                code, text = "cancelled", kept[0] if kept else "cancelled as asked"
            else:
                code, text = why or ("", "")
            count = db.execute(
                "UPDATE jobs SET state = ?, stage = '', progress = 1, error_code = ?,"
                " error_text = ?, ended = ?"
                " WHERE id = ? AND state NOT IN ('done', 'failed', 'cancelled')",
                (state, code, text, time.time(), job),
            ).rowcount
        return self.job(job) if count else None
