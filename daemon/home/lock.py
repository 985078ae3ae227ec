"""One daemon for one home: a file lock that the system releases when the process ends."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import IO

from daemon.errors import ServiceError

#: A check of the lock holds it for microseconds; a daemon holds it to its end. A few retries tell
#: the two apart.
_TRIES = 10
_WAIT_S = 0.02


class HomeLock:
    """Held from `take` to `release`, or to the end of the process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def take(self) -> None:
        """ServiceError when another daemon holds this home."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("a+b")
        if not _locks(file):
            file.close()
            raise ServiceError(
                f"another Sidecrate daemon already runs on {self._path.parent};"
                " use it (`sidecrate status`), end it, or start this one with another --home",
                "second_daemon",
            ) from None
        os.set_inheritable(file.fileno(), False)
        self._file = file

    def is_held(self) -> bool:
        """Whether any daemon has this home now. The check does not keep a daemon from starting."""
        try:
            with self._path.open("rb") as file:
                return _is_locked(file)
        except OSError:
            return False

    def release(self) -> None:
        if self._file:
            self._file.close()
            self._file = None


if sys.platform == "win32":
    import msvcrt

    def _locks(file: IO[bytes]) -> bool:
        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            if not os.fstat(file.fileno()).st_size:
                # Only an existing byte can be locked against reading.
                file.write(b"\0")
                file.flush()
        except OSError:
            return False
        return True

    def _is_locked(file: IO[bytes]) -> bool:
        # A byte that another process has locked cannot be read.
        try:
            file.read(1)
        except PermissionError:
            return True
        return False

else:
    import fcntl

    def _locks(file: IO[bytes]) -> bool:
        for tries_left in reversed(range(_TRIES)):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except OSError:
                if tries_left:
                    time.sleep(_WAIT_S)
        return False

    def _is_locked(file: IO[bytes]) -> bool:
        # flock has no query: a shared lock tests it, and is gone again with the file.
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False
