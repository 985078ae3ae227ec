"""Layers that wait for a job: each goes on top of its clip once the job has made its sound.

They are stored in the library of the person that ordered them. So a wish outlives the page's
process and the daemon, as its job does.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from daemon.library.store import LibraryDatabase


@dataclass(frozen=True)
class AwaitedLayer:
    """`label`: the order's; `job`: empty until the daemon has accepted the order."""

    label: str
    clip: str
    db: float
    job: str
    asked: float


class AwaitedLayers:
    """A library's waiting layers.

    `Edits.add` drops one in the transaction that puts it on its clip.
    """

    def __init__(self, database: LibraryDatabase) -> None:
        self._database = database

    def all(self) -> list[AwaitedLayer]:
        """Oldest first."""
        rows = self._database.rows("SELECT * FROM awaited_layers ORDER BY asked")
        return [AwaitedLayer(**dict(row)) for row in rows]

    def add(self, label: str, clip: str, db: float) -> AwaitedLayer:
        """Store a layer before its job is ordered."""
        layer = AwaitedLayer(label, clip, db, "", time.time())
        with self._database.write() as database:
            values = (layer.label, layer.clip, layer.db, layer.job, layer.asked)
            database.execute("INSERT INTO awaited_layers VALUES (?, ?, ?, ?, ?)", values)
        return layer

    def ordered(self, label: str, job: str) -> None:
        """Note the job of a layer, once the daemon has named it."""
        with self._database.write() as database:
            database.execute("UPDATE awaited_layers SET job = ? WHERE label = ?", (job, label))

    def drop(self, label: str) -> None:
        """Forget a layer whose job failed or was cancelled."""
        with self._database.write() as database:
            database.execute("DELETE FROM awaited_layers WHERE label = ?", (label,))
