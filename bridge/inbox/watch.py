"""The system's notices of changes in a folder, and whether a file is still being written."""

from __future__ import annotations

import errno
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from watchdog.events import (
    FileClosedEvent,
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

if sys.platform == "linux":
    import fcntl

#: Events of our own reading; reacting to them would be an endless loop.
_READING = frozenset({"opened", "closed_no_write"})

#: Kinds of events, one observer each. On Linux, watchdog delays all that follows a file's leaving
#: by 0.5 s to pair it with an arrival, and each claim is a leaving. Completed files are therefore
#: watched by an observer without moves.
_KINDS: tuple[list[type[FileSystemEvent]] | None, ...] = (
    ([FileClosedEvent, FileModifiedEvent], [FileCreatedEvent, FileMovedEvent])
    if sys.platform == "linux"
    else (None,)
)


class Watch:
    """Calls `notice(name, complete)` on its own thread for each change of a file in `folder`.

    `complete`: a writer gave the file its final name (known on Linux only). Notices are hints: some
    systems merge or lose them, so the folder must also be scanned on a timer.
    """

    def __init__(
        self, folder: Path, notice: Callable[[str, bool], None], log: logging.Logger
    ) -> None:
        self._folder = folder
        self._handler = _Handler(folder, notice)
        self._log = log
        self._observers: list[Any] = []
        self._watched: tuple[int, int] | None = None

    def supervise(self) -> bool:
        """Start watching; anew where the folder was replaced or a thread died. False on failure."""
        if self._alive():
            return True
        self.stop()
        try:
            self._watched = _identity(self._folder)
            for kinds in _KINDS:
                observer = Observer()
                observer.schedule(
                    self._handler, str(self._folder), recursive=False, event_filter=kinds
                )
                observer.start()
                self._observers.append(observer)
        except (OSError, RuntimeError) as error:
            self._log.debug("inbox: %s cannot be watched: %s", self._folder, error)
            self.stop()
            return False
        return True

    def stop(self) -> None:
        """Have the observers' threads end; safe to call twice.

        Nobody waits for them, but watchdog does: a thread of its own sleeps for up to half a second
        over a file that left. A notice that comes late does no harm.
        """
        observers = self._observers
        self._observers = []
        for observer in observers:
            threading.Thread(target=observer.stop, name="inbox-unwatch", daemon=True).start()

    def _alive(self) -> bool:
        # an observer's thread outlives its emitters, and an emitter outlives its folder
        return (
            len(self._observers) == len(_KINDS)
            and self._watched == _identity(self._folder)
            and all(
                observer.is_alive()
                and observer.emitters
                and all(emitter.is_alive() for emitter in observer.emitters)
                for observer in self._observers
            )
        )


class _Handler(FileSystemEventHandler):
    # an exception here would end the observer: only the event itself is touched
    def __init__(self, folder: Path, notice: Callable[[str, bool], None]) -> None:
        self._folder = str(folder)
        self._notice = notice

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in _READING:
            return
        moved = event.event_type == "moved"
        folder, name = os.path.split(os.fsdecode(event.dest_path if moved else event.src_path))
        if folder == self._folder:
            self._notice(name, moved and sys.platform == "linux")


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def held_by_writer(path: Path) -> bool:
    """Whether another program has the file open for writing, as far as the system can tell.

    Linux refuses a read lease on such a file (fcntl(2), F_SETLEASE). Windows refuses the claiming
    rename itself. Elsewhere, and on file systems without leases, it is False.
    """
    if sys.platform != "linux":
        return False
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        # a program that opens the file meanwhile makes the kernel signal us: by an ignored signal
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    finally:
        os.close(handle)
    return False
