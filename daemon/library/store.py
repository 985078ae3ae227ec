"""The library's own SQLite file: what is known of each clip, and the search index.

Clips' facts come from their own records and can be read anew. People's marks cannot: favourites,
ratings, tags, collections, lists of edits, corrections and preferences. These also stand in lines
of text beside it (`marks_file.py`). Writes are short immediate transactions, so that the daemon,
the page's process and a command may share the file.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from daemon.errors import LibraryError
from daemon.jobs.database import Database
from daemon.library.marks_file import marked_in, marks_file_of, restore

#: The schema's `user_version`.
LIBRARY_VERSION = 6

#: `clips` is narrow, for a search without words scans it. `seq` rises with time, so `newest`
#: needs no sorting.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS clips (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    kind        TEXT NOT NULL,
    engine      TEXT NOT NULL DEFAULT '',
    licence     TEXT NOT NULL DEFAULT '',
    genre       TEXT NOT NULL DEFAULT '',
    project     TEXT NOT NULL DEFAULT '',
    key         TEXT NOT NULL DEFAULT '',
    scale       INTEGER,
    minor       INTEGER,
    bpm         REAL,
    bars        INTEGER,
    lufs        REAL,
    seconds     REAL,
    created     REAL NOT NULL,
    favourite   INTEGER NOT NULL DEFAULT 0,
    rating      INTEGER NOT NULL DEFAULT 0,
    used        REAL,
    missing     INTEGER NOT NULL DEFAULT 0,
    name        TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS clips_by_kind ON clips (missing, kind);
CREATE INDEX IF NOT EXISTS clips_by_engine ON clips (missing, engine);
CREATE INDEX IF NOT EXISTS clips_by_licence ON clips (missing, licence);
CREATE INDEX IF NOT EXISTS clips_by_genre ON clips (missing, genre);
CREATE INDEX IF NOT EXISTS clips_by_project ON clips (missing, project);
CREATE INDEX IF NOT EXISTS clips_by_key ON clips (missing, key);
CREATE TABLE IF NOT EXISTS files (
    clip        TEXT PRIMARY KEY,
    path        TEXT NOT NULL,
    size        INTEGER,
    mtime_ns    INTEGER
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS files_by_path ON files (path);
CREATE TABLE IF NOT EXISTS records (seq INTEGER PRIMARY KEY, record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sounds (
    seq         INTEGER PRIMARY KEY,
    kind        TEXT NOT NULL,
    features    BLOB NOT NULL
);
CREATE VIRTUAL TABLE IF NOT EXISTS sound_boxes
    USING rtree_i32(seq, a, a2, b, b2, c, c2, d, d2, e, e2);
CREATE TABLE IF NOT EXISTS tags (
    tag         TEXT NOT NULL COLLATE NOCASE,
    seq         INTEGER NOT NULL,
    PRIMARY KEY (tag, seq)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tags_by_clip ON tags (seq);
CREATE VIRTUAL TABLE IF NOT EXISTS words
    USING fts5(name, prompt, tags, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');
CREATE TABLE IF NOT EXISTS collections (
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE COLLATE NOCASE,
    created     REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS collection_clips (
    collection  INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    clip        TEXT NOT NULL,
    position    INTEGER NOT NULL,
    PRIMARY KEY (collection, clip)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS collection_clips_by_clip ON collection_clips (clip);
CREATE TABLE IF NOT EXISTS edits (
    clip        TEXT NOT NULL,
    turn        INTEGER NOT NULL,
    steps       TEXT NOT NULL,
    what        TEXT NOT NULL,
    made        REAL NOT NULL,
    PRIMARY KEY (clip, turn)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS edit_turns (clip TEXT PRIMARY KEY, turn INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS marks (name TEXT PRIMARY KEY, value REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS preferences (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS awaited_layers (
    label       TEXT PRIMARY KEY,
    clip        TEXT NOT NULL,
    db          REAL NOT NULL,
    job         TEXT NOT NULL,
    asked       REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS corrections (clip TEXT PRIMARY KEY, said TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS file_corrections (
    hash        TEXT PRIMARY KEY,
    size        INTEGER NOT NULL,
    said        TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS waiting_marks (clip TEXT PRIMARY KEY, said TEXT NOT NULL) WITHOUT ROWID;
"""


class LibraryDatabase(Database):
    """A connection to library.db; see `Database` for how it is read and written."""

    _newest = LIBRARY_VERSION
    _fault = LibraryError

    def __init__(self, path: Path) -> None:
        self.marks_file = marks_file_of(path)
        super().__init__(path)

    def shorten_marks_file(self) -> None:
        """Compact the marks file: drop lines that later ones override."""
        with self.write(), contextlib.suppress(OSError):
            if self.marks_file.path.exists():
                self.marks_file.write(self.marks_file.read())

    def _set_up(self) -> None:
        self._db.execute("PRAGMA foreign_keys=ON")
        super()._set_up()

    def _migrate(self, version: int) -> None:
        for statement in _SCHEMA.split(";"):
            self._db.execute(statement)
        if version == 0:
            restore(self._db, self.marks_file.read())
        elif not self.marks_file.path.exists():
            self.marks_file.write(marked_in(self._db))
