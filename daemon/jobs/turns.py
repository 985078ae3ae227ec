"""Round-robin between doors, and within a door between its senders (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

#: A door, and a sender's lane in it; empty where a door does not distinguish its senders.
Lane = tuple[str, str]


class Turns:
    """The order of one place where clips are made. Not stored: a restart begins a new round."""

    def __init__(self) -> None:
        self._doors: list[str] = []
        self._lanes: list[Lane] = []

    def order(self, waiting: Sequence[Lane]) -> list[Lane]:
        """`waiting`, in the order of its oldest jobs, sorted by whose turn it is.

        A new door comes first, because doors are few. A new sender comes after its door's others,
        because there may be any number of senders.
        """
        there = set(waiting)
        self._lanes = [lane for lane in self._lanes if lane in there]
        known = set(self._lanes)
        self._lanes += [lane for lane in waiting if lane not in known]
        doors = {door: n for n, door in enumerate(self._doors)}
        return sorted(self._lanes, key=lambda lane: doors.get(lane[0], -1))

    def over(self, lane: Lane) -> None:
        """Move a lane, and its door, to the end of the order."""
        self._doors = [door for door in self._doors if door != lane[0]] + [lane[0]]
        self._lanes = [other for other in self._lanes if other != lane] + [lane]


def place_among(own: int, others: Iterable[tuple[int, int]]) -> int:
    """The queue position, from 1, of a sender's own'th job.

    `others`: for each other sender (its jobs, those accepted before ours).
    """
    # Each other sender may get a turn before each of ours.
    return own + sum(min(jobs, own - (before == 0)) for jobs, before in others)
