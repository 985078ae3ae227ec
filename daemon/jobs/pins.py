"""Pinned tempo, key and meter, stored so that they hold after a restart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from daemon.jobs.database import Database


def load_pins(database: Database) -> dict[str, Any]:
    return {
        row["name"]: json.loads(row["value"])
        for row in database.rows("SELECT name, value FROM pins")
    }


def store_pins(database: Database, pins: Mapping[str, Any]) -> None:
    """Replace all pins."""
    with database.write() as db:
        db.execute("DELETE FROM pins")
        for name, value in pins.items():
            if value is not None:
                db.execute(
                    "INSERT INTO pins (name, value) VALUES (?, ?)", (name, json.dumps(value))
                )
