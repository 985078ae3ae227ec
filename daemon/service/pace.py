"""The pace of jobs of many clips, in words: how many are over, how fast, and until when."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

#: Clips of a job from which its pace is told.
MANY = 20
#: Ends of clips that the rate is taken from.
_LAST = 30


class Pace:
    """Belongs to the daemon's loop. `already(job)`: clips that had ended before, from the table."""

    def __init__(
        self,
        already: Callable[[str], int],
        clock_s: Callable[[], float] = time.time,
    ) -> None:
        self._already = already
        self._clock_s = clock_s
        self._over: dict[str, int] = {}
        self._ends_s: dict[str, deque[float]] = {}

    def clip_over(self, job: str, count: int) -> None:
        """Note that one of a job's `count` clips has ended."""
        if count < MANY:
            return
        if job in self._over:
            self._over[job] += 1
        else:
            self._over[job] = self._already(job)
        self._ends_s.setdefault(job, deque(maxlen=_LAST)).append(self._clock_s())

    def words(self, job: str, count: int) -> str:
        """As in `1204 of 10000, 31 a minute, until 14:32`; empty for a job of few clips."""
        if count < MANY:
            return ""
        if job not in self._over:
            self._over[job] = self._already(job)
        over = self._over[job]
        said = f"{over} of {count}"
        ends_s = self._ends_s.get(job) or deque[float]()
        if len(ends_s) < 2 or ends_s[-1] <= ends_s[0]:
            return said
        each_s = (ends_s[-1] - ends_s[0]) / (len(ends_s) - 1)
        return f"{said}, {_rate(each_s)}, until {_when(self._clock_s(), (count - over) * each_s)}"

    def forget(self, job: str) -> None:
        """The job has ended."""
        self._over.pop(job, None)
        self._ends_s.pop(job, None)


def _rate(each_s: float) -> str:
    a_minute = 60 / each_s
    return f"{a_minute:.0f} a minute" if a_minute >= 2 else f"{60 * a_minute:.0f} an hour"


def _when(now_s: float, left_s: float) -> str:
    """The local time of an end; with its date where it is not within a day."""
    form = "%H:%M" if left_s < 86400 else "%Y-%m-%d %H:%M"
    return time.strftime(form, time.localtime(now_s + left_s))
