"""Whether a file's writer is done with it: by the system's word where it gives one, else by the file's stillness."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from bridge.inbox.names import is_text
from bridge.inbox.watch import held_by_writer

EMPTY_REFUSED_S = 3.0

#: What tells one state of a file from another: its time, its size in bytes, and which file it is. A rename keeps it.
Mark = tuple[int, int, int]


@dataclass(slots=True)
class _Seen:
    """What was last seen of a file, since when it has been so, and whether its writer is known to be done."""

    mark: Mark
    since_s: float
    complete: bool = False


class Stillness:
    """Remembers what was seen of each file. Stillness is counted on the monotonic clock, from when we first saw it.

    settle_text_s, settle_audio_s: how long a file must not change where the system does not say that it was closed.
    clock: seconds, monotonic.
    """

    def __init__(
        self,
        settle_text_s: float,
        settle_audio_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settle_text_s = settle_text_s
        self._settle_audio_s = settle_audio_s
        self._clock = clock
        # by the path's text: a Path takes several times as much, and thousands may be dropped at once
        self._seen: dict[str, _Seen] = {}

    def __len__(self) -> int:
        return len(self._seen)

    def knows(self, path: str) -> bool:
        """Whether something is remembered of a file."""
        return path in self._seen

    def closed(self, path: Path) -> None:
        """The system says that the file was closed by its writer, as it is now."""
        if found := mark(path):
            self._seen[str(path)] = _Seen(found, self._clock(), complete=True)

    def is_ready(self, path: Path, *, wait: bool = False) -> bool:
        """Whether the file may be taken. wait: only when it has also been still, though its writer has closed it."""
        found = mark(path)
        if found is None:
            self._seen.pop(str(path), None)
            return False
        seen = self._seen.get(str(path))
        if seen is None or seen.mark != found:
            seen = self._seen[str(path)] = _Seen(found, self._clock())
        at_once = seen.complete and found[1] > 0 and not wait
        return (
            at_once or self.still_s(path) >= self._settle_s(path.name, seen)
        ) and not held_by_writer(path)

    def still_s(self, path: Path) -> float:
        """For how long the file has been as it is, in s; 0 for one that was never seen."""
        seen = self._seen.get(str(path))
        return 0.0 if seen is None else self._clock() - seen.since_s

    def take(self, path: Path) -> Mark | None:
        """Forget a file that is ours now; what was last seen of it."""
        seen = self._seen.pop(str(path), None)
        return seen.mark if seen else None

    def keep_only(self, folder: Path, names: Iterable[str]) -> None:
        """Forget the files of a folder that are no longer there."""
        present, here = set(names), str(folder)
        for path in list(self._seen):
            parent, name = os.path.split(path)
            if parent == here and name not in present:
                del self._seen[path]

    def pause_s(self, longest_s: float) -> float:
        """Seconds until another file may be ready, at most `longest_s`."""
        pause_s = longest_s
        for path, seen in self._seen.items():
            wait_s = seen.since_s + self._settle_s(path, seen) - self._clock()
            # one that is overdue is held by its writer, or waits for another file: looked at less and less often
            pause_s = min(pause_s, wait_s + 0.01 if wait_s > 0 else max(0.25, -wait_s))
        return pause_s

    def _settle_s(self, name: str, seen: _Seen) -> float:
        if seen.mark[1] == 0:
            return EMPTY_REFUSED_S
        return self._settle_text_s if is_text(name) else self._settle_audio_s


def mark(path: Path) -> Mark | None:
    """The state of a file, None where there is none. Links are not followed."""
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
