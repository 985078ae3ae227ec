"""What a job proposes while it waits for a yes."""

from __future__ import annotations

import json

from daemon.jobs.database import Database

ASK = "ask"


def waiting_text(database: Database, job: str) -> str | None:
    """What a job proposes while it waits for a yes, or None."""
    row = database.row(
        "SELECT result FROM improvements WHERE job = ? AND step = ? AND state = 'waiting'", job, ASK
    )
    return str(json.loads(row["result"])["text"]) if row else None
