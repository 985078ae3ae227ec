"""Notices of a folder's changes, from the system where it has them, and whether a file is still being written."""

from __future__ import annotations

import errno
import logging
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

if sys.platform == "linux":
    import fcntl

#: Our own reading of a file brings these; to wake up by them would be to run in a circle.
_READING = frozenset({"opened", "closed_no_write"})


class Watch:
    """Calls `notice(name, complete)` from a thread of its own for each change of a file directly in `folder`.

    `complete` is True where the system says that a writer has closed the file or given it its final name (Linux only).
    Notices are hints: some systems merge or lose them, so the folder must be looked through on a timer as well.
    """

    def __init__(self, folder: Path, notice: Callable[[str, bool], None], log: logging.Logger) -> None:
        self._folder = folder
        self._handler = _Handler(folder, notice)
        self._log = log
        self._observer: Any = None
        self._watched: tuple[int, int] | None = None

    def supervise(self) -> bool:
        """Start watching, again where the folder is a new one or a thread of the observer has died. False if it cannot."""
        if self._alive():
            return True
        self.stop()
        observer = Observer()
        try:
            self._watched = _identity(self._folder)
            observer.schedule(self._handler, str(self._folder), recursive=False)
            observer.start()
        except (OSError, RuntimeError) as error:
            self._log.debug("inbox: %s cannot be watched: %s", self._folder, error)
            return False
        self._observer = observer
        return True

    def stop(self) -> None:
        """End the observer's threads; safe to call twice."""
        observer, self._observer = self._observer, None
        if observer is not None:
            observer.stop()
            observer.join(2)

    def _alive(self) -> bool:
        # the observer's thread outlives its emitters, and an emitter outlives the folder that it watches
        observer = self._observer
        return (
            observer is not None
            and observer.is_alive()
            and bool(observer.emitters)
            and all(emitter.is_alive() for emitter in observer.emitters)
            and self._watched == _identity(self._folder)
        )


class _Handler(FileSystemEventHandler):
    # an exception in here would end the observer for good: nothing is touched but the event itself
    def __init__(self, folder: Path, notice: Callable[[str, bool], None]) -> None:
        self._folder = str(folder)
        self._notice = notice

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in _READING:
            return
        moved = event.event_type == "moved"
        folder, name = os.path.split(os.fsdecode(event.dest_path if moved else event.src_path))
        if folder == self._folder:
            self._notice(name, event.event_type == "closed" or (moved and sys.platform == "linux"))


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def held_by_writer(path: Path) -> bool:
    """Whether another program has the file open for writing, as far as the system can tell.

    Linux refuses a read lease on such a file (fcntl(2), F_SETLEASE). Windows refuses the claiming rename itself. Elsewhere,
    and on file systems without leases, False: there only stillness tells.
    """
    if sys.platform != "linux":
        return False
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        # whoever opens the file while the lease is held makes the kernel signal us: by one that is ignored, not by SIGIO
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    finally:
        os.close(handle)
    return False
