"""A job's proposal while it waits for the user's yes."""

from __future__ import annotations

import json

from daemon.jobs.database import Database

ASK = "ask"


def waiting_text(database: Database, job: str) -> str | None:
    """The proposal of a job that waits for the user's yes, or None."""
    row = database.row(
        "SELECT result FROM improvements WHERE job = ? AND step = ? AND state = 'waiting'", job, ASK
    )
    return str(json.loads(row["result"])["text"]) if row else None
