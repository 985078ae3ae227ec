"""What a light shows of the jobs that came by it (pure): a pad's, a key's on a tablet."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

from bridge.events import Accepted, Done, Failed, Finished, JobEvent, Progress, Refused, Told

P = TypeVar("P", bound=Hashable)


class JobStates(Generic[P]):
    """Work while one of a place's jobs is worked on, else that one waits, else how the last one ended."""

    def __init__(self) -> None:
        self._jobs: dict[P, dict[str, str]] = {}

    def after(self, place: P, event: JobEvent | Refused | Told) -> str:
        """`queued`, `working`, `done` or `failed`, once an event has happened to an order of this place."""
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
        return "working" if "working" in states else "queued" if states else ended

    def clear(self) -> None:
        self._jobs.clear()
