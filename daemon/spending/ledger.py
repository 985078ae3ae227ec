"""Ledger of paid runs of hosted engines and language models.

Money is reserved against the daily cap in the same transaction that claims the clips. The intent
is stored before anything is sent, and the service's own id before anything is awaited.

A purchase's states are
`reserved -> intended -> created -> done | failed | cancelled | dropped | unknown`. `dropped` cost
nothing; `unknown` may have cost money, so its estimate counts. Several clips of a job share one
purchase where a run gives several takes.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from daemon.brief import Brief
from daemon.engines.contract import EngineInfo
from daemon.engines.registry import engine_info
from daemon.engines.segments_of import is_long
from daemon.errors import EngineError
from daemon.jobs.database import Database
from daemon.jobs.queue import CLAIMABLE, Claim, Queue

#: States of a purchase that has not ended.
OPEN = ("reserved", "intended", "created")
#: How the order of a purchase begins that a command makes for itself, and no job waits for.
LONE = "picture:"
#: Sums of prices miss by so much at the most: three at 0.1 fill a cap of 0.3.
_ROUNDING_USD = 1e-9


@dataclass(frozen=True)
class Purchase:
    """One run of a hosted engine, and the clips that are waiting for its takes."""

    id: int
    info: EngineInfo
    takes: int
    intent: dict[str, Any] | None
    """The request to the service, stored before it is sent."""
    intended: float
    remote: str
    """The service's id of the run; empty until known."""
    claims: tuple[Claim, ...]
    numbers: tuple[int, ...]
    """Each claim's take of the run, in the order of `claims`."""


def day_begin(now: float) -> float:
    """Midnight before `now`, in local time."""
    day = time.localtime(now)
    return time.mktime((day.tm_year, day.tm_mon, day.tm_mday, 0, 0, 0, 0, 0, -1))


def day_spent(database: Database, now: float, *, ended_only: bool = False) -> float:
    """USD of the day: the cost of purchases that have ended, the estimate of the others."""
    condition = " AND cost_usd IS NOT NULL" if ended_only else ""
    row = database.row(
        "SELECT coalesce(sum(coalesce(cost_usd, estimate_usd)), 0) FROM purchases"
        f" WHERE reserved >= ?{condition}",
        day_begin(now),
    )
    return float(row[0]) if row else 0.0


def is_over_cap(spent_usd: float, estimate_usd: float, per_day_usd: float) -> bool:
    """Whether an estimate does not fit beside what is spent of the day's cap."""
    return not spent_usd + estimate_usd <= per_day_usd + _ROUNDING_USD


class Purchases:
    """The table of purchases. Only the daemon writes it, on one thread."""

    def __init__(self, database: Database, queue: Queue, per_day_usd: float) -> None:
        self._database = database
        self._queue = queue
        self._per_day_usd = per_day_usd
        self.waits_for = ""
        """What the last `claim` waits for, in words; empty where for nothing."""

    def claim(self) -> Purchase | Claim | None:
        """The next clips that wait for a hosted engine, with their purchase.

        That is an earlier purchase that has not ended, or a new one within the daily cap. A lone
        Claim is one whose engine cannot be used (`refusal` says why). None when nothing waits, or
        when running purchases must end first to know whether the cap has room.
        """
        self.waits_for = ""
        if not self._database.row(
            "SELECT 1 FROM clips WHERE state = 'queued' AND place = 'hosted' LIMIT 1"
        ):
            return None
        with self._database.write() as db:
            row = self._queue.next_clip(db, "hosted")
            if row is None:
                return None
            if row["purchase"] is not None:
                return self._resume(db, row["purchase"])
            brief = json.loads(row["brief"])
            engine = brief["engines"][row["k"] % len(brief["engines"])]
            try:
                info = engine_info(engine)
            except EngineError:
                return self._queue.take_clip(db, row)
            waiting = db.execute(
                f"{CLAIMABLE} AND clips.place = 'hosted' AND clips.purchase IS NULL"
                " AND clips.job = ? ORDER BY clips.k",
                (row["id"],),
            ).fetchall()
            engines = len(brief["engines"])
            same_engine = [one for one in waiting if one["k"] % engines == row["k"] % engines]
            # each segment of a longer piece is a purchase of its own
            is_joined = is_long(Brief.from_json(brief), info.max_seconds)
            rows = same_engine[: 1 if is_joined else info.takes_at_once]
            estimate_usd = info.price.estimate_usd(len(rows)) if info.price else 0.0
            now = time.time()
            ended_usd = day_spent(self._database, now, ended_only=True)
            if is_over_cap(ended_usd, estimate_usd, self._per_day_usd):
                return self._queue.take_clip(db, row)
            if is_over_cap(day_spent(self._database, now), estimate_usd, self._per_day_usd):
                self.waits_for = (
                    f"what is being bought now may use up the day's {self._per_day_usd:.2f} USD;"
                    " it goes on when that is known, or when spend.per_day_usd is raised"
                )
                return None
            purchase = db.execute(
                "INSERT INTO purchases (job, engine, model, takes, state, estimate_usd, reserved)"
                " VALUES (?, ?, ?, ?, 'reserved', ?, ?)",
                (row["id"], info.name, info.model, len(rows), estimate_usd, now),
            ).lastrowid
            for one in rows:
                db.execute("UPDATE clips SET purchase = ? WHERE id = ?", (purchase, one["clip"]))
            return self._resume(db, int(purchase or 0))

    def _resume(self, db: sqlite3.Connection, purchase: int) -> Purchase:
        about = db.execute("SELECT * FROM purchases WHERE id = ?", (purchase,)).fetchone()
        rows = db.execute(
            f"{CLAIMABLE} AND clips.purchase = ? ORDER BY clips.k", (purchase,)
        ).fetchall()
        all_of_it = [
            one["id"]
            for one in db.execute("SELECT id FROM clips WHERE purchase = ? ORDER BY k", (purchase,))
        ]
        return Purchase(
            purchase,
            engine_info(about["engine"]),
            about["takes"],
            json.loads(about["intent"]) if about["intent"] else None,
            about["intended"] or 0.0,
            about["remote"],
            tuple(self._queue.take_clip(db, one) for one in rows),
            tuple(all_of_it.index(one["clip"]) for one in rows),
        )

    def refusal(self, claim: Claim) -> EngineError:
        """Why `claim` was returned without a purchase."""
        info = engine_info(claim.brief.clip_engine(claim.index))
        estimate_usd = info.price.estimate_usd(1) if info.price else 0.0
        spent_usd = day_spent(self._database, time.time(), ended_only=True)
        text = (
            f"{info.name} would cost about {estimate_usd:.3f} USD, and {spent_usd:.3f} of the"
            f" day's {self._per_day_usd:.2f}"
        )
        return EngineError(
            f"{text} USD are spent; raise spend.per_day_usd, or ask again tomorrow", "cap"
        )

    def store(self, purchase: int, what: Mapping[str, Any]) -> None:
        """{"intent": {...}} before it is sent, or {"remote": id} before it is awaited."""
        store_of(self._database, purchase, what)

    def end(self, purchase: int, state: str, cost_usd: float | None, text: str) -> None:
        """Close a purchase. Without a cost its estimate continues to count."""
        end_of(self._database, purchase, state, cost_usd, text)

    def others(self, purchase: int) -> list[str]:
        """The service's ids of all other purchases."""
        return others_of(self._database, purchase)

    def abandoned(self) -> list[sqlite3.Row]:
        """At start: open purchases that no clip waits for, since their job was cancelled."""
        marks = ",".join("?" * len(OPEN))
        return self._database.rows(
            f"SELECT * FROM purchases WHERE state IN ({marks}) AND job NOT LIKE '{LONE}%'"
            " AND NOT EXISTS (SELECT 1 FROM clips WHERE clips.purchase = purchases.id"
            " AND clips.state NOT IN ('done', 'failed', 'cancelled'))",
            *OPEN,
        )


def store_of(database: Database, purchase: int, what: Mapping[str, Any]) -> None:
    """As `Purchases.store`."""
    with database.write() as db:
        if "intent" in what:
            db.execute(
                "UPDATE purchases SET state = 'intended', intent = ?, intended = ? WHERE id = ?",
                (json.dumps(what["intent"]), time.time(), purchase),
            )
        else:
            db.execute(
                "UPDATE purchases SET state = 'created', remote = ? WHERE id = ?",
                (what["remote"], purchase),
            )


def end_of(
    database: Database, purchase: int, state: str, cost_usd: float | None, text: str
) -> None:
    """As `Purchases.end`."""
    with database.write() as db:
        db.execute(
            "UPDATE purchases SET state = ?, cost_usd = ?, text = ?, ended = ? WHERE id = ?",
            (state, cost_usd, text, time.time(), purchase),
        )


def others_of(database: Database, purchase: int) -> list[str]:
    """As `Purchases.others`."""
    rows = database.rows("SELECT remote FROM purchases WHERE remote != '' AND id != ?", purchase)
    return [row["remote"] for row in rows]


def spent_rows(database: Database, most: int) -> Sequence[sqlite3.Row]:
    """The newest purchases."""
    return database.rows("SELECT * FROM purchases ORDER BY id DESC LIMIT ?", most)


def reserve_usd(
    database: Database, job: str, model: str, estimate_usd: float, per_day_usd: float
) -> int | None:
    """Reserve an estimate against the daily cap. The purchase's number; None over the cap."""
    with database.write() as db:
        now = time.time()
        if is_over_cap(day_spent(database, now), estimate_usd, per_day_usd):
            return None
        return db.execute(
            "INSERT INTO purchases"
            " (job, engine, model, takes, state, estimate_usd, reserved, intended)"
            " VALUES (?, 'language model', ?, 0, 'intended', ?, ?, ?)",
            (job, model, estimate_usd, now, now),
        ).lastrowid


def end_usd(database: Database, purchase: int, result: Mapping[str, Any]) -> None:
    """Close a purchase, answered or not. Without a cost its estimate continues to count."""
    cost_usd = result.get("cost_usd")
    if cost_usd is None:
        state = "unknown"
    elif cost_usd or "answer" in result:
        state = "done"
    else:
        state = "dropped"
    with database.write() as db:
        db.execute(
            "UPDATE purchases SET state = ?, cost_usd = ?, text = ?, ended = ? WHERE id = ?",
            (state, cost_usd, str(result.get("why", "")), time.time(), purchase),
        )
