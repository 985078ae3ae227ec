"""The SQLite file of jobs, clips and pins: its schema, and connections that survive a power cut."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bridge.errors import SidecrateError
from daemon.errors import QueueError

#: Migrations from each version to the next, the first from an empty file.
_JOBS_AND_CLIPS = """
CREATE TABLE IF NOT EXISTS jobs (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    state       TEXT NOT NULL,
    stage       TEXT NOT NULL DEFAULT '',
    progress    REAL NOT NULL DEFAULT 0,
    request     TEXT NOT NULL,
    brief       TEXT NOT NULL,
    origin      TEXT NOT NULL,
    claim       TEXT,
    claim_index INTEGER,
    once        TEXT UNIQUE,
    error_code  TEXT NOT NULL DEFAULT '',
    error_text  TEXT NOT NULL DEFAULT '',
    created     REAL NOT NULL,
    ended       REAL,
    UNIQUE (claim, claim_index)
);
CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs (state, seq);
CREATE TABLE IF NOT EXISTS clips (
    id          TEXT PRIMARY KEY,
    job         TEXT,
    k           INTEGER NOT NULL DEFAULT 0,
    state       TEXT NOT NULL,
    owner       TEXT,
    attempt     INTEGER NOT NULL DEFAULT 0,
    tries       INTEGER NOT NULL DEFAULT 0,
    path        TEXT NOT NULL DEFAULT '',
    record      TEXT NOT NULL DEFAULT '{}',
    kept        TEXT NOT NULL DEFAULT '',
    error_code  TEXT NOT NULL DEFAULT '',
    error_text  TEXT NOT NULL DEFAULT '',
    created     REAL NOT NULL,
    published   REAL,
    UNIQUE (job, k)
);
CREATE INDEX IF NOT EXISTS clips_by_time ON clips (published);
CREATE TABLE IF NOT EXISTS pins (
    name        TEXT PRIMARY KEY,
    value       TEXT NOT NULL
);
"""

_PURCHASES = """
ALTER TABLE clips ADD COLUMN place TEXT NOT NULL DEFAULT 'worker';
ALTER TABLE clips ADD COLUMN purchase INTEGER;
CREATE INDEX clips_by_place ON clips (state, place);
CREATE TABLE purchases (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    job          TEXT NOT NULL,
    engine       TEXT NOT NULL,
    model        TEXT NOT NULL DEFAULT '',
    takes        INTEGER NOT NULL,
    state        TEXT NOT NULL,
    intent       TEXT NOT NULL DEFAULT '',
    remote       TEXT NOT NULL DEFAULT '',
    estimate_usd REAL NOT NULL,
    cost_usd     REAL,
    text         TEXT NOT NULL DEFAULT '',
    reserved     REAL NOT NULL,
    intended     REAL,
    ended        REAL
);
CREATE INDEX purchases_by_time ON purchases (reserved);
"""

#: Doors take turns, so jobs are indexed by door; the index holds every column of that query.
_DOORS = """
ALTER TABLE jobs ADD COLUMN door TEXT NOT NULL DEFAULT '';
UPDATE jobs SET door = json_extract(origin, '$.door');
CREATE INDEX jobs_by_door ON jobs (state, door, seq);
"""

_IMPROVEMENTS = """
CREATE TABLE improvements (
    job         TEXT NOT NULL,
    step        TEXT NOT NULL,
    state       TEXT NOT NULL,
    result      TEXT NOT NULL,
    purchase    INTEGER,
    asked       REAL NOT NULL,
    PRIMARY KEY (job, step)
);
"""

#: Senders within a door take turns too.
_LANES = """
ALTER TABLE jobs ADD COLUMN lane TEXT NOT NULL DEFAULT '';
DROP INDEX jobs_by_door;
CREATE INDEX jobs_by_lane ON jobs (state, door, lane, seq);
"""

#: A batch's clips each have a request of their own; and the clips of one job are found by state.
_BATCHES = """
ALTER TABLE clips ADD COLUMN own TEXT;
CREATE INDEX clips_of_job ON clips (job, state, place, k);
"""

MIGRATIONS = (_JOBS_AND_CLIPS, _PURCHASES, _DOORS, _IMPROVEMENTS, _LANES, _BATCHES)
SCHEMA_VERSION = len(MIGRATIONS)
#: Page cache of each connection in kB: small, since the daemon holds several connections for weeks.
CACHE_KB = 512


def _damage(path: Path, error: Exception) -> str:
    """What to do about a damaged database file; empty where the error is another one."""
    if getattr(error, "sqlite_errorcode", None) not in (
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
    ):
        return ""
    return (
        f"{path} is damaged ({error}); end the daemon, move the file away (those that begin with"
        " its name too) and start again: the clips are safe, and found again in the crate"
    )


class Database:
    """A connection for one thread. SQLite refuses it to others, whose commit could store our half.

    Writes go through `write()`, which locks at once. A deferred transaction that reads and then
    writes would fail with "database is locked" under contention.
    """

    _newest = SCHEMA_VERSION
    _fault: type[SidecrateError] = QueueError

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        try:
            if not read_only:
                path.parent.mkdir(parents=True, exist_ok=True)
            where = f"{path.absolute().as_uri()}?mode=ro" if read_only else str(path)
            self._db = sqlite3.connect(where, uri=read_only, timeout=10, isolation_level=None)
            try:
                if not read_only:
                    self._set_up()
            except BaseException:
                # Windows does not let an open file be moved away.
                self._db.close()
                raise
        except (sqlite3.Error, OSError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            text = (
                f"{path}: the database cannot be opened ({reason}); see that the folder is there"
                " and writable"
            )
            raise QueueError(_damage(path, error) or text) from None
        self._db.row_factory = sqlite3.Row

    def _set_up(self) -> None:
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        # The system's own file cache serves as well.
        self._db.execute(f"PRAGMA cache_size=-{CACHE_KB}")
        if self._version() == self._newest:
            return
        # Several programs may find an old file at once, so the version is read under the lock.
        self._db.execute("BEGIN IMMEDIATE")
        version = self._version()
        if version < self._newest:
            self._migrate(version)
            self._db.execute(f"PRAGMA user_version={self._newest}")
        self._db.execute("COMMIT")

    def _version(self) -> int:
        """The schema's version in the file; an error where it is newer than ours."""
        version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        if version > self._newest:
            raise self._fault(
                f"{self.path}: was written by a newer Sidecrate (schema {version}); update this one"
            )
        return version

    def _migrate(self, version: int) -> None:
        """Migrate the file from a version to the newest, within a transaction."""
        for step in MIGRATIONS[version:]:
            for statement in step.split(";"):
                self._db.execute(statement)

    @contextmanager
    def write(self, *, flushed: bool = True) -> Iterator[sqlite3.Connection]:
        """A transaction: committed when the block ends, rolled back when it raises.

        flushed: durable against a power cut, at the price of a wait for the disk. Without, it
        survives the end of our process. A later flushed transaction makes it durable too: none is
        lost from between two others.
        """
        if not self.path.exists():
            # SQLite would go on in an unlinked file, and all of it would be lost at the end.
            raise QueueError(
                f"{self.path}: is gone; bring it back, or end the daemon and start it again"
            )
        try:
            self._db.execute(f"PRAGMA synchronous={'FULL' if flushed else 'NORMAL'}")
            self._db.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise self._unwritten(error) from None
        try:
            yield self._db
            self._db.execute("COMMIT")
        except BaseException as error:
            if self._db.in_transaction:
                with suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
            if isinstance(error, sqlite3.DatabaseError) and not isinstance(
                error, sqlite3.IntegrityError | sqlite3.ProgrammingError
            ):
                raise self._unwritten(error) from None
            raise

    def flush(self) -> None:
        """Wait until all writes are on the disk. From any thread, so that only that one waits.

        QueueError as `write`. Pages that SQLite has moved from its log to the file are flushed by
        itself; the rest is in the log.
        """
        try:
            with self.path.with_name(f"{self.path.name}-wal").open("rb+") as written:
                os.fsync(written.fileno())
        except OSError as error:
            raise QueueError(
                f"{self.path}: cannot be written ({error}); free some disk space or mend the folder"
            ) from None

    def _unwritten(self, error: sqlite3.Error) -> QueueError:
        text = f"{self.path}: cannot be written ({error}); free some disk space or mend the folder"
        return QueueError(_damage(self.path, error) or text)

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        try:
            return self._db.execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            damage = _damage(self.path, error)
            if not damage and not isinstance(error, sqlite3.OperationalError):
                # The query is wrong, not the file.
                raise
            raise QueueError(
                damage or f"{self.path}: cannot be read ({error}); see that its disk is there"
            ) from None

    def row(self, query: str, *values: object) -> sqlite3.Row | None:
        found = self.rows(query, *values)
        return found[0] if found else None

    def close(self) -> None:
        self._db.close()
