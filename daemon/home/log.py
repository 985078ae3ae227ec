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
import threading
import time
from pathlib import Path

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

    def __init__(self, handler: logging.Handler, formatter: logging.Formatter) -> None:
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

    def finish(self) -> None:
        """Wait for what is in the box, but not for ever."""
        until = time.monotonic() + _END_WAIT_S
        while self._box.unfinished_tasks and time.monotonic() < until:
            time.sleep(0.01)
        if self._box.unfinished_tasks:
            # whoever reads us has stopped: to flush would be to wait for them for ever
            os._exit(1)


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
    to_screen = logging.StreamHandler()
    to_screen.setLevel(logging.INFO if verbose else logging.WARNING)
    # a disk that is full is said at the doors; a traceback for every line that could not be written helps nobody
    logging.raiseExceptions = False
    root = logging.getLogger()
    root.setLevel(level.upper())
    # apart, so that a screen that stands still does not keep the file waiting
    writers = [Writer(to_file, JsonLines()), Writer(to_screen, ScreenLines("%(message)s"))]
    root.handlers[:] = writers
    for writer in writers:
        atexit.register(writer.finish)
    # it warns of events that come while the inbox closes, which is no fault
    logging.getLogger("watchdog").setLevel(logging.ERROR)


def log_files(places: Places) -> list[Path]:
    """The log, then those that were put aside, the newest first."""
    return sorted(places.state.glob(f"{places.log.name}*"), key=lambda path: path.name)
