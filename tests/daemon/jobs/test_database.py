import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from daemon.errors import QueueError
from daemon.jobs.database import MIGRATIONS, SCHEMA_VERSION, Database


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
