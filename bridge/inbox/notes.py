"""What the inbox tells its user: files that lie in it and are not taken, and faults in one line."""

from __future__ import annotations

import errno
import logging
import time
from collections.abc import Sequence

from bridge.text import one_line

#: Notes and faults that are shown at once.
MOST_TOLD = 3
#: Notes that are logged within `SAID_FOR_S`.
MOST_SAID = 1000
SAID_FOR_S = 3600.0
#: Characters of a note: names can be long.
_MOST_NOTE = 240
_MENDS = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "free some disk space"),
    **dict.fromkeys(
        (errno.EACCES, errno.EPERM, errno.EROFS), "make it readable and writable for this account"
    ),
}


class Notes:
    """The notes of a scan, the first of which are shown; each is logged once, within limits."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self.shown: tuple[str, ...] = ()
        """Of the last scan that ended."""
        self._first: list[str] = []
        self._count = 0
        self._logged: set[str] = set()
        self._logged_since_s = time.monotonic()

    def begin(self) -> None:
        """Begin a scan."""
        self._first.clear()
        self._count = 0

    def add(self, about: str, text: str) -> None:
        """A note about a file, for those who look and once for the log."""
        self._count += 1
        if len(self._first) < MOST_TOLD:
            self._first.append(one_line(text, _MOST_NOTE))
        self.log_once(about, text)

    def end(self) -> None:
        """End a scan: its notes are shown."""
        more = self._count - len(self._first)
        self.shown = (*self._first, *([f"... and {more} more"] if more else ()))

    def log_once(self, about: str, text: str) -> None:
        """Log a text about something, unless this was logged a short while ago."""
        now_s = time.monotonic()
        if len(self._logged) >= MOST_SAID and now_s - self._logged_since_s > SAID_FOR_S:
            self._logged.clear()
            self._logged_since_s = now_s
        if about not in self._logged and len(self._logged) < MOST_SAID:
            self._logged.add(about)
            self._log.warning("inbox: %s", one_line(text))


def fault_words(error: OSError) -> str:
    """A system's fault in one line: the file, what it says, and what to do."""
    what = error.strerror or str(error)
    text = f"{error.filename}: {what}" if error.filename else what
    mend = _MENDS.get(error.errno or 0)
    return one_line("; ".join(filter(None, [text, mend, "trying again"])))


def most_told(lines: Sequence[str]) -> list[str]:
    """The first lines, and how many more there are."""
    more = len(lines) - MOST_TOLD
    return [*lines[:MOST_TOLD], *([f"... and {more} more"] if more > 0 else [])]
