"""Whether a file's writer is done: by the system's notice, or else by a time without a change."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from bridge.inbox.names import is_text
from bridge.inbox.watch import held_by_writer

#: How long an empty file may stay so before it is refused: its writer may only have begun.
EMPTY_REFUSED_S = 3.0

#: How much longer a text must be still that was seen to grow: its writer appends to it.
GROWING = 2.5

#: A file's state: time of change in ns, size in bytes, inode. A rename keeps it.
Mark = tuple[int, int, int]


@dataclass(slots=True)
class _Seen:
    """A file's last seen state, since when, and what its writer is known to do."""

    mark: Mark
    since_s: float
    complete: bool = False
    is_growing: bool = False


class Stillness:
    """Remembers each file's last seen state. Times are monotonic, from when a state was first seen.

    settle_text_s, settle_audio_s: how long a file must not change where the system sends no notice
    that it was closed. clock: monotonic seconds.
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
        # keyed by text: a Path takes several times the memory, and thousands may be dropped
        self._seen: dict[str, _Seen] = {}

    def __len__(self) -> int:
        return len(self._seen)

    def knows(self, path: str) -> bool:
        """Whether a file's state is remembered."""
        return path in self._seen

    def renamed(self, path: Path) -> None:
        """Note the system's notice that the file was given its final name: it is complete.

        That it was closed says nothing: programs and sync tools write in several openings.
        """
        if found := mark(path):
            self._seen[str(path)] = _Seen(found, self._clock(), complete=True)

    def is_ready(self, path: Path, *, wait: bool = False) -> bool:
        """Whether the file may be claimed. wait: only once it is also unchanged for a time."""
        found = mark(path)
        if found is None:
            self._seen.pop(str(path), None)
            return False
        seen = self._seen.get(str(path))
        if seen is None or seen.mark != found:
            had_some = seen is not None and seen.mark[1] > 0
            seen = _Seen(found, self._clock(), is_growing=had_some)
            self._seen[str(path)] = seen
        at_once = seen.complete and found[1] > 0 and not wait
        is_still = self.still_s(path) >= self._settle_s(path.name, seen)
        return (at_once or is_still) and not held_by_writer(path)

    def still_s(self, path: Path) -> float:
        """Seconds since the file's last change that was seen; 0 for an unknown file."""
        seen = self._seen.get(str(path))
        return 0.0 if seen is None else self._clock() - seen.since_s

    def take(self, path: Path) -> Mark | None:
        """Forget a file that is claimed; returns its last seen state."""
        seen = self._seen.pop(str(path), None)
        return seen.mark if seen else None

    def keep_only(self, folder: Path, names: Iterable[str]) -> None:
        """Forget the files of a folder that are no longer there."""
        present = set(names)
        here = str(folder)
        for path in list(self._seen):
            parent, name = os.path.split(path)
            if parent == here and name not in present:
                del self._seen[path]

    def pause_s(self, longest_s: float) -> float:
        """Seconds until another file may be ready, at most `longest_s`."""
        pause_s = longest_s
        for path, seen in self._seen.items():
            wait_s = seen.since_s + self._settle_s(path, seen) - self._clock()
            # an overdue file is held by its writer, or waits for another: checked with backoff
            pause_s = min(pause_s, wait_s + 0.01 if wait_s > 0 else max(0.25, -wait_s))
        return pause_s

    def _settle_s(self, name: str, seen: _Seen) -> float:
        if seen.mark[1] == 0:
            return EMPTY_REFUSED_S
        if not is_text(name):
            return self._settle_audio_s
        return self._settle_text_s * (GROWING if seen.is_growing else 1.0)


def mark(path: Path) -> Mark | None:
    """The state of a file; None where there is none. Links are not followed."""
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
