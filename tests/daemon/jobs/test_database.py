import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from bridge.errors import SidecrateError
from daemon.errors import QueueError
from daemon.jobs.database import MIGRATIONS, SCHEMA_VERSION, Database
from daemon.library.store import LIBRARY_VERSION, LibraryDatabase


def written_by_version(path, version):
    old = sqlite3.connect(path)
    for step in MIGRATIONS[:version]:
        old.executescript(step)
    if version:
        old.execute(
            "INSERT INTO clips (id, job, state, path, created) VALUES ('k3f9', 'j1', 'done', 'a.wav', 5)"
        )
    old.execute(f"PRAGMA user_version={version}")
    old.commit()
    old.close()


def schema(path):
    with sqlite3.connect(path) as db:
        return {row[0] for row in db.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}


def dump(path):
    with sqlite3.connect(path) as db:
        return list(db.iterdump()), db.execute("PRAGMA user_version").fetchone()


@pytest.mark.parametrize("version", range(SCHEMA_VERSION + 1))
def test_a_file_of_any_version_is_brought_to_ours_with_what_it_holds(tmp_path, version):
    written_by_version(tmp_path / "old.db", version)
    Database(tmp_path / "new.db").close()
    database = Database(tmp_path / "old.db")
    rows = [tuple(row) for row in database.rows("SELECT id, path, place FROM clips")]
    assert rows == ([("k3f9", "a.wav", "worker")] if version else [])
    database.close()
    assert schema(tmp_path / "old.db") == schema(tmp_path / "new.db")
    with sqlite3.connect(tmp_path / "old.db") as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION


def test_a_file_of_a_newer_version_is_left_alone(tmp_path):
    written_by_version(tmp_path / "new.db", SCHEMA_VERSION)
    with sqlite3.connect(tmp_path / "new.db") as db:
        db.execute(f"PRAGMA user_version={SCHEMA_VERSION + 1}")
    before = dump(tmp_path / "new.db")
    with pytest.raises(QueueError, match="newer Sidecrate"):
        Database(tmp_path / "new.db")
    assert dump(tmp_path / "new.db") == before


def damaged(path):
    """The file's first page stays, the others are overwritten: as a disk that fails leaves it."""
    database = Database(path)
    with database.write() as db:
        db.executemany("INSERT INTO pins VALUES (?, ?)", [(f"n{n}", "x" * 900) for n in range(200)])
    database.close()
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xa5" * (len(data) - 4096))


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize(
    "make",
    [lambda path: path.write_bytes(b"no database at all" * 500), damaged],
    ids=["rubbish", "torn"],
)
def test_a_damaged_file_is_said_with_what_to_do(tmp_path, make, read_only):
    path = tmp_path / "x.db"
    make(path)
    with pytest.raises(
        QueueError,
        match=r"is damaged .*; end the daemon, move the file away .* found again in the crate",
    ):
        Database(path, read_only=read_only).rows("SELECT * FROM pins")


def test_a_wrong_query_is_no_damage(tmp_path):
    with pytest.raises(sqlite3.ProgrammingError):
        Database(tmp_path / "x.db").rows("SELECT ?")


def test_a_flush_has_the_disk_keep_all_that_was_written_or_says_why_not(tmp_path, monkeypatch):
    database, flushed = Database(tmp_path / "x.db"), []
    with database.write(flushed=False) as db:
        db.execute("INSERT INTO pins VALUES ('bpm', '90')")
    monkeypatch.setattr("os.fsync", lambda file: flushed.append(os.fstat(file).st_ino))
    database.flush()
    assert flushed == [(tmp_path / "x.db-wal").stat().st_ino], "its log"
    monkeypatch.undo()
    (tmp_path / "x.db-wal").unlink()
    with pytest.raises(QueueError, match="cannot be written"):
        database.flush()
    database.close()


def test_a_connection_is_its_own_threads_alone(tmp_path):
    database = Database(tmp_path / "one.db")
    with ThreadPoolExecutor(1) as thread, pytest.raises(sqlite3.ProgrammingError, match="thread"):
        thread.submit(database.rows, "SELECT 1").result()
    assert database.rows("SELECT 1")[0][0] == 1
    database.close()


@pytest.mark.parametrize(
    ("kind", "newest"), [(Database, SCHEMA_VERSION), (LibraryDatabase, LIBRARY_VERSION)]
)
def test_a_newer_program_that_comes_first_keeps_its_version(tmp_path, monkeypatch, kind, newest):
    """It brings the file to its own version between our look at it and our lock."""
    path = tmp_path / "x.db"
    kind(path).close()
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version={newest - 1}")
    really = sqlite3.connect

    class Late(sqlite3.Connection):
        def execute(self, query, *values):
            if query == "BEGIN IMMEDIATE":
                with closing(really(path)) as newer:
                    newer.execute(f"PRAGMA user_version={newest + 1}")
            return super().execute(query, *values)

    monkeypatch.setattr(
        "sqlite3.connect", lambda *how, **named: really(*how, factory=Late, **named)
    )
    with pytest.raises(SidecrateError, match="newer Sidecrate"):
        kind(path)
    monkeypatch.undo()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == newest + 1


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="asks /proc for open files")
def test_a_file_that_cannot_be_brought_to_ours_is_left_closed(tmp_path):
    path = tmp_path / "x.db"
    written_by_version(path, 1)
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE purchases (id)")
    with pytest.raises(QueueError, match="already exists") as caught:
        Database(path)
    opened = [os.path.realpath(f"/proc/self/fd/{one}") for one in os.listdir("/proc/self/fd")]
    assert caught and not [one for one in opened if one.startswith(str(path))]
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == 1
