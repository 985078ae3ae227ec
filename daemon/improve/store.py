"""Questions to a language model and their answers, by job and step.

An answer is stored before it is used: asked once, paid once. A job that waits for answers keeps its
clips queued at a place of their own, `improve`, where no worker looks. Its rows go `asked -> done`.
Under the step `ask` they go `waiting -> yes | no`, where a person sees the answers first.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from daemon.brief import Brief
from daemon.errors import QueueError
from daemon.jobs.accepting import IMPROVE
from daemon.jobs.database import Database
from daemon.jobs.queue import Queue
from daemon.jobs.table import Job
from daemon.jobs.waiting import ASK


class Improvements:
    """The table. Only the daemon writes it, on one thread."""

    def __init__(self, database: Database, queue: Queue) -> None:
        self.database = database
        self._queue = queue

    def next_job(self) -> Job | None:
        """The oldest job with a clip that waits for a language model, and for no person's yes."""
        if not self.database.row(
            "SELECT 1 FROM clips WHERE state = 'queued' AND place = ? LIMIT 1", IMPROVE
        ):
            return None
        row = self.database.row(
            "SELECT jobs.id FROM clips JOIN jobs ON jobs.id = clips.job"
            " WHERE clips.state = 'queued' AND clips.place = ?"
            " AND NOT EXISTS (SELECT 1 FROM improvements"
            " WHERE improvements.job = jobs.id AND improvements.state = 'waiting')"
            " ORDER BY jobs.seq LIMIT 1",
            IMPROVE,
        )
        return self._queue.job(row["id"]) if row else None

    def begin(self, job: str) -> None:
        with self.database.write() as db:
            db.execute(
                "UPDATE jobs SET state = 'improving' WHERE id = ? AND state = 'queued'", (job,)
            )

    def step(self, job: str, step: str) -> tuple[str, dict[str, Any], int | None] | None:
        """(state, result, purchase) of a step, or None where it was never begun."""
        row = self.database.row("SELECT * FROM improvements WHERE job = ? AND step = ?", job, step)
        return (row["state"], json.loads(row["result"]), row["purchase"]) if row else None

    def put(
        self,
        job: str,
        step: str,
        state: str,
        result: Mapping[str, Any],
        purchase: int | None = None,
    ) -> None:
        with self.database.write() as db:
            db.execute(
                "INSERT OR REPLACE INTO improvements (job, step, state, result, purchase, asked)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (job, step, state, json.dumps(result), purchase, time.time()),
            )

    def answer(self, job: str, yes: bool) -> None:
        """Store a person's answer to a proposal. QueueError where there is none."""
        with self.database.write() as db:
            count = db.execute(
                "UPDATE improvements SET state = ?"
                " WHERE job = ? AND step = ? AND state = 'waiting'",
                ("yes" if yes else "no", job, ASK),
            ).rowcount
        if not count:
            raise QueueError(
                f"job {job} waits for no answer; `sidecrate status` shows what does", "ended"
            )

    def release(self, job: str, brief: Brief) -> None:
        """Release the job's clips, with the amended Brief, to those who make them."""
        with self.database.write() as db:
            db.execute(
                "UPDATE jobs SET brief = ?, state = 'queued', stage = '' WHERE id = ?",
                (json.dumps(brief.to_json()), job),
            )
            for row in db.execute(
                "SELECT id, k FROM clips WHERE job = ? AND place = ?", (job, IMPROVE)
            ).fetchall():
                place = self._queue.place_of(brief.clip_engine(row["k"]))
                db.execute("UPDATE clips SET place = ? WHERE id = ?", (place, row["id"]))

    def fail(self, job: str, text: str) -> None:
        """End the job's clips, since nothing can be made without the answer."""
        with self.database.write() as db:
            db.execute(
                "UPDATE clips SET state = 'failed', error_code = 'engine', error_text = ?"
                " WHERE job = ? AND place = ? AND state = 'queued'",
                (text, job, IMPROVE),
            )
