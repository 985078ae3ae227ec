"""Short ids of jobs, clips and steps: easy to read aloud, and safe in file names."""

from __future__ import annotations

import secrets
import sqlite3

from daemon.errors import QueueError

#: No vowels, so that no words arise, and no characters that look alike.
ID_LETTERS = "23456789bcdfghjkmnpqrstvwxz"
#: Lengths to begin with: 531,441 clips, 14 million jobs.
_CLIP_LETTERS = 4
_JOB_LETTERS = 5
#: Ids tried before giving up.
_TRIES = 200
#: Ids tried at each length before one letter is added.
_TRIES_AT_A_LENGTH = 20


def random_id(letters: int) -> str:
    """A random id of `letters` letters, which may be in use."""
    # one draw for all letters: the system is asked once, of which a batch asks 10,000 times
    drawn, made = secrets.randbelow(len(ID_LETTERS) ** letters), ""
    for _ in range(letters):
        drawn, letter = divmod(drawn, len(ID_LETTERS))
        made += ID_LETTERS[letter]
    return made


def new_clip_id(db: sqlite3.Connection) -> str:
    """An unused clip id: four letters, more as the crate fills."""
    return _free_id(db, "clips", _CLIP_LETTERS)


def new_job_id(db: sqlite3.Connection) -> str:
    """An unused job id: five letters or more."""
    return _free_id(db, "jobs", _JOB_LETTERS)


def result_id(clip: str, n: int) -> str:
    """The id of result `n` (from 0) of a clip's work: the clip's own, then `k3f9e2`, `k3f9e3`...

    A retry gives the same id. No other clip has it: other ids hold no e.
    """
    return clip if n == 0 else f"{clip}e{n + 1}"


def _free_id(db: sqlite3.Connection, table: str, letters: int) -> str:
    for tries in range(_TRIES):
        made = random_id(letters + tries // _TRIES_AT_A_LENGTH)
        if not db.execute(f"SELECT 1 FROM {table} WHERE id = ?", (made,)).fetchone():
            return made
    raise QueueError(
        "no free id was found; the database may be damaged: move it away and start again"
    )
