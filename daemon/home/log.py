"""The log: JSON lines in a rotating file of the state folder, and the important ones on the screen.

Each is written by its own thread from a bounded queue. A blocked terminal (a selection in Windows'
console) or a hanging disk must not stop the daemon. Lines over the bound are dropped and counted.
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

#: Bound of each queue of lines.
MOST_WAITING = 2000
#: Rotated files kept beside the current one.
_FILES_KEPT = 5
#: How long the end of the process waits for the queues.
_END_WAIT_S = 1.0


class JsonLines(logging.Formatter):
    """time, level, from, text and perhaps fault.

    Line ends inside a text are escaped, so that no text can forge a line of the log.
    """

    def format(self, record: logging.LogRecord) -> str:
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(record.created))
        line = {
            "time": f"{moment}.{int(record.msecs):03}",
            "level": record.levelname.lower(),
            "from": record.name,
            "text": mask(record.getMessage()),
        }
        if record.exc_info:
            line["fault"] = mask(self.formatException(record.exc_info))
        return json.dumps(line)


class ScreenLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))


class Writer(logging.Handler):
    """Passes lines to `handler` in a thread of its own, and never waits for it.

    Records are formatted immediately: a queued LogRecord would keep its traceback's frames alive.
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
                dropped = self.format(self._dropped_record())
                self._handler.handle(logging.makeLogRecord({"msg": dropped}))
            self._handler.handle(logging.makeLogRecord({"msg": line}))
            self._box.task_done()

    def _dropped_record(self) -> logging.LogRecord:
        count = self._left_out
        self._left_out = 0
        text = (
            f"{count} lines of the log were left out: they came faster than they could be written"
        )
        return logging.LogRecord(__name__, logging.WARNING, __file__, 0, text, None, None)

    def finish(self, until_s: float) -> None:
        """Wait for the queue until a time of the monotonic clock; then abandon a blocked stream."""
        while self._box.unfinished_tasks and time.monotonic() < until_s:
            time.sleep(0.01)
        if self._box.unfinished_tasks:
            # At exit logging flushes and closes: it would wait for our thread's lock and stream.
            self._handler.createLock()
            self._handler.stream = None


def set_up_log(places: Places, *, level: str, megabytes: int, verbose: bool) -> None:
    """Log to a rotating file in the state folder, and important lines to the screen."""
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
    # The doors report a full disk; a traceback for every unwritten line helps nobody.
    logging.raiseExceptions = False
    root = logging.getLogger()
    root.setLevel(level.upper())
    # Two writers, so that a blocked screen does not hold up the file.
    writers = [Writer(to_file, JsonLines()), Writer(to_screen, ScreenLines("%(message)s"))]
    root.handlers[:] = writers
    atexit.register(_finish, writers)
    # It warns of events while the inbox closes, which is no fault.
    logging.getLogger("watchdog").setLevel(logging.ERROR)


def _own_screen() -> TextIO:
    """stderr by a stream of our own.

    Python flushes its own stream at exit, and must not wait for our thread's lock.
    """
    try:
        return os.fdopen(
            os.dup(sys.stderr.fileno()),
            "w",
            buffering=1,
            encoding=sys.stderr.encoding,
            errors="backslashreplace",
        )
    except (AttributeError, OSError, ValueError):
        # The program has no screen, or one that is no file.
        return sys.stderr


def _finish(writers: Iterable[Writer]) -> None:
    """Wait for all queues, but not for ever."""
    until_s = time.monotonic() + _END_WAIT_S
    for writer in writers:
        writer.finish(until_s)


def log_files(places: Places) -> list[Path]:
    """The current log file, then the rotated ones, newest first."""
    return sorted(places.state.glob(f"{places.log.name}*"), key=lambda path: path.name)
