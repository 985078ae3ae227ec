"""Layers that wait for a job: what is to go on top of a clip once it is made.

They stand in the library of whoever asked. So a wish outlives the page's process and the daemon, as
the job that it waits for does.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from daemon.library.store import LibraryDatabase


@dataclass(frozen=True)
class AwaitedLayer:
    """`label`: that of the order; `job`: empty until the daemon has said that it took the order up."""

    label: str
    clip: str
    db: float
    job: str
    asked: float


class AwaitedLayers:
    """Those of a library. One is gone in the transaction that puts it on its clip (`Edits.add`)."""

    def __init__(self, database: LibraryDatabase) -> None:
        self._database = database

    def all(self) -> list[AwaitedLayer]:
        """Oldest first."""
        rows = self._database.rows("SELECT * FROM awaited_layers ORDER BY asked")
        return [AwaitedLayer(**dict(row)) for row in rows]

    def add(self, label: str, clip: str, db: float) -> AwaitedLayer:
        """Store one, before its job is ordered."""
        layer = AwaitedLayer(label, clip, db, "", time.time())
        with self._database.write() as database:
            values = (layer.label, layer.clip, layer.db, layer.job, layer.asked)
            database.execute("INSERT INTO awaited_layers VALUES (?, ?, ?, ?, ?)", values)
        return layer

    def ordered(self, label: str, job: str) -> None:
        """Its job is known now."""
        with self._database.write() as database:
            database.execute("UPDATE awaited_layers SET job = ? WHERE label = ?", (job, label))

    def drop(self, label: str) -> None:
        """Nothing will come of it."""
        with self._database.write() as database:
            database.execute("DELETE FROM awaited_layers WHERE label = ?", (label,))
