"""The journal of what the tools changed, for one `undo` that takes the last of it back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from daemon.errors import LibraryError, RequestRefused, ServiceError

#: Changes remembered; older ones are no longer taken back.
MOST = 100


@dataclass(frozen=True)
class Change:
    """What was done, in words, and what takes it back: it returns what it did, in words."""

    words: str
    back: Callable[[], Awaitable[str]]


@dataclass
class Journal:
    """The changes of this server's life, oldest first."""

    changes: list[Change] = field(default_factory=list)

    def add(self, words: str, back: Callable[[], Awaitable[str]]) -> None:
        self.changes.append(Change(words, back))
        del self.changes[:-MOST]

    async def undo(self) -> tuple[str, str]:
        """Take back the last change: (what it was, what was done).

        LibraryError where there is none. A change that cannot be taken back leaves the journal;
        where only the daemon is missing it stays, for the next call.
        """
        if not self.changes:
            raise LibraryError(
                "nothing was changed since this server started, so there is nothing to undo",
                "nothing",
            )
        change = self.changes.pop()
        try:
            return change.words, await change.back()
        except RequestRefused:
            raise
        except ServiceError:
            # else the call that is told to come again would take back the change before
            self.changes.append(change)
            raise
