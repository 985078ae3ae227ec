"""A purchase that no clip waits for, such as a picture: found again by what it is for."""

from __future__ import annotations

import json
import time
from typing import Any, Self

from daemon.errors import EngineError
from daemon.jobs.database import Database
from daemon.spending.ledger import LONE, OPEN, day_spent, end_of, is_over_cap, others_of, store_of


class LonePurchase:
    """One row of the ledger, written by the command that buys."""

    def __init__(self, database: Database, number: int, bought: dict[str, Any]) -> None:
        self._database, self._number = database, number
        self.bought = bought
        """{takes, intent, intended, remote, others}, as a purchase is gone on with."""

    @classmethod
    def open(
        cls, database: Database, order: str, engine: str, model: str, estimate_usd: float,
        per_day_usd: float,
    ) -> Self:  # fmt: skip
        """The open purchase of this order, else a new one. EngineError `cap` over the daily cap.

        order: begins with one of `LONE`, by which the daemon leaves it alone.
        """
        assert order.startswith(LONE)
        marks = ",".join("?" * len(OPEN))
        with database.write() as db:
            row = db.execute(
                f"SELECT * FROM purchases WHERE job = ? AND state IN ({marks})", (order, *OPEN)
            ).fetchone()
            if row is None:
                now = time.time()
                spent_usd = day_spent(database, now)
                if is_over_cap(spent_usd, estimate_usd, per_day_usd):
                    raise EngineError(
                        f"{engine} would cost about {estimate_usd:.3f} USD, and {spent_usd:.3f} of"
                        f" the day's {per_day_usd:.2f} USD are spent; raise spend.per_day_usd, or"
                        " ask again tomorrow",
                        "cap",
                    )
                number = db.execute(
                    "INSERT INTO purchases (job, engine, model, takes, state, estimate_usd,"
                    " reserved) VALUES (?, ?, ?, 1, 'reserved', ?, ?)",
                    (order, engine, model, estimate_usd, now),
                ).lastrowid
                row = db.execute("SELECT * FROM purchases WHERE id = ?", (number,)).fetchone()
        intent = json.loads(row["intent"]) if row["intent"] else None
        bought = {
            "takes": 1, "intent": intent, "intended": row["intended"] or 0.0,
            "remote": row["remote"], "others": others_of(database, row["id"]),
        }  # fmt: skip
        return cls(database, row["id"], bought)

    def store(self, what: dict[str, Any]) -> None:
        store_of(self._database, self._number, what)

    def end(self, state: str, cost_usd: float | None, text: str) -> None:
        end_of(self._database, self._number, state, cost_usd, text)
