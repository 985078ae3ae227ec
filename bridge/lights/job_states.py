"""The state of a light, a pad's or a tablet key's, from the events of its jobs (pure)."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

from bridge.events import Accepted, Done, Failed, Finished, JobEvent, Progress, Refused, Told

P = TypeVar("P", bound=Hashable)


class JobStates(Generic[P]):
    """The state of each place: working if any of its jobs is, else queued, else the last end."""

    def __init__(self) -> None:
        self._jobs: dict[P, dict[str, str]] = {}

    def after(self, place: P, event: JobEvent | Refused | Told) -> str:
        """A place's state after an event: `queued`, `working`, `done` or `failed`."""
        jobs = self._jobs.setdefault(place, {})
        ended = ""
        match event:
            case Accepted():
                jobs.setdefault(event.job, "queued")
            case Progress() | Done():
                jobs[event.job] = "working"
            case Finished():
                jobs.pop(event.job, None)
                ended = "done"
            case Failed():
                jobs.pop(event.job, None)
                ended = "failed"
            case Refused():
                ended = "failed"
            case Told():
                ended = "done"
        states = set(jobs.values())
        if "working" in states:
            return "working"
        return "queued" if states else ended

    def clear(self) -> None:
        """Forget all places."""
        self._jobs.clear()
