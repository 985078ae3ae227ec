"""One daemon for one home: a lock that the system itself gives back when the process is gone, however it went."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO

from daemon.errors import ServiceError


class HomeLock:
    """Held from `take` to `release`, or to the end of the process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def take(self) -> None:
        """ServiceError when another daemon holds this home."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("a+b")
        try:
            if sys.platform == "win32":
                import msvcrt

                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise ServiceError(
                f"another Sidecrate daemon already runs on {self._path.parent};"
                " use it (`sidecrate status`), end it, or start this one with another --home",
                "second_daemon",
            ) from None
        os.set_inheritable(file.fileno(), False)
        self._file = file

    def is_held(self) -> bool:
        """Whether a daemon, of whatever process, has this home now."""
        try:
            if not self._path.exists():
                return False
            self.take()
        except ServiceError:
            return True
        except OSError:
            return False
        self.release()
        return False

    def release(self) -> None:
        if self._file:
            self._file.close()
            self._file = None
