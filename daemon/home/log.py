"""The log: one JSON object a line in a rotating file of the state folder, and on the screen what a person wants to know.

Each is written by a thread of its own, from a bounded box: a terminal that stands still (a selection in Windows' console does
that) or a disk that hangs must not stop the daemon. What does not fit is left out, and how much that was is said.
"""

from __future__ import annotations

import atexit
import json
import logging
import logging.handlers
import os
import queue
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO

from daemon.home.masking import mask
from daemon.home.places import Places

MOST_WAITING = 2000
_FILES_KEPT = 5
_END_WAIT_S = 1.0


class JsonLines(logging.Formatter):
    """time, level, from, text and perhaps fault: line ends inside a text are escaped, so nobody can write a line of their own."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(record.created))
            + f".{int(record.msecs):03}",
            "level": record.levelname.lower(),
            "from": record.name,
            "text": mask(record.getMessage()),
        }
        if record.exc_info:
            said["fault"] = mask(self.formatException(record.exc_info))
        return json.dumps(said)


class ScreenLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))


class Writer(logging.Handler):
    """Hands lines to `handler` in a thread of its own, and never waits for it.

    A record is made text at once: waiting, it would keep alive what it speaks of, a fault even the variables of all its frames.
    """

    def __init__(self, handler: logging.StreamHandler[Any], formatter: logging.Formatter) -> None:
        super().__init__(handler.level)
        self.setFormatter(formatter)
        self._handler = handler
        self._box: queue.Queue[str] = queue.Queue(MOST_WAITING)
        self._left_out = 0
        self._thread = threading.Thread(target=self._write, name="log", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._box.put_nowait(self.format(record))
        except queue.Full:
            self._left_out += 1
        except Exception:
            self.handleError(record)

    def _write(self) -> None:
        while True:
            line = self._box.get()
            if self._left_out:
                self._handler.handle(logging.makeLogRecord({"msg": self.format(self._said())}))
            self._handler.handle(logging.makeLogRecord({"msg": line}))
            self._box.task_done()

    def _said(self) -> logging.LogRecord:
        count, self._left_out = self._left_out, 0
        text = (
            f"{count} lines of the log were left out: they came faster than they could be written"
        )
        return logging.LogRecord(__name__, logging.WARNING, __file__, 0, text, None, None)

    def finish(self, until_s: float) -> None:
        """Wait for what is in the box, until a time of the monotonic clock; then let go of a stream that stands still."""
        while self._box.unfinished_tasks and time.monotonic() < until_s:
            time.sleep(0.01)
        if self._box.unfinished_tasks:
            # logging flushes and closes at the end, and would wait for our thread and for its stream without end
            self._handler.createLock()
            self._handler.stream = None


def set_up_log(places: Places, *, level: str, megabytes: int, verbose: bool) -> None:
    """A rotating file in the state folder; on the screen what a person at a terminal wants to know."""
    places.state.mkdir(parents=True, exist_ok=True)
    to_file = logging.handlers.RotatingFileHandler(
        places.log,
        maxBytes=megabytes << 20,
        backupCount=_FILES_KEPT,
        encoding="utf-8",
        delay=True,
    )
    to_screen = logging.StreamHandler(_own_screen())
    to_screen.setLevel(logging.INFO if verbose else logging.WARNING)
    # a disk that is full is said at the doors; a traceback for every line that could not be written helps nobody
    logging.raiseExceptions = False
    root = logging.getLogger()
    root.setLevel(level.upper())
    # apart, so that a screen that stands still does not keep the file waiting
    writers = [Writer(to_file, JsonLines()), Writer(to_screen, ScreenLines("%(message)s"))]
    root.handlers[:] = writers
    atexit.register(_finish, writers)
    # it warns of events that come while the inbox closes, which is no fault
    logging.getLogger("watchdog").setLevel(logging.ERROR)


def _own_screen() -> TextIO:
    """stderr by a stream of our own: the end of Python flushes its own one, and must not wait for a thread of ours."""
    try:
        return os.fdopen(
            os.dup(sys.stderr.fileno()),
            "w",
            buffering=1,
            encoding=sys.stderr.encoding,
            errors="backslashreplace",
        )
    except (
        AttributeError,
        OSError,
        ValueError,
    ):  # a program without a screen, or with one that is no file
        return sys.stderr


def _finish(writers: Iterable[Writer]) -> None:
    """Wait for all that is in the boxes, but not for ever."""
    until_s = time.monotonic() + _END_WAIT_S
    for writer in writers:
        writer.finish(until_s)


def log_files(places: Places) -> list[Path]:
    """The log, then those that were put aside, the newest first."""
    return sorted(places.state.glob(f"{places.log.name}*"), key=lambda path: path.name)
