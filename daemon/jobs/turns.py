"""Whose clip is next: doors take turns, and within a door the senders that are told apart do (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

#: A door, and a sender's lane within it; the lane is empty where a door does not tell its senders apart.
Lane = tuple[str, str]


class Turns:
    """The order of one place where clips are made. Not stored: after a restart the turns begin anew."""

    def __init__(self) -> None:
        self._doors: list[str] = []
        self._lanes: list[Lane] = []

    def order(self, waiting: Sequence[Lane]) -> list[Lane]:
        """`waiting`, in the order of its oldest jobs, sorted by whose turn it is.

        A door that is new comes first: doors are few. A sender who is new comes after those of its door who are there
        already, since there may always be one more.
        """
        there = set(waiting)
        self._lanes = [lane for lane in self._lanes if lane in there]
        known = set(self._lanes)
        self._lanes += [lane for lane in waiting if lane not in known]
        doors = {door: n for n, door in enumerate(self._doors)}
        return sorted(self._lanes, key=lambda lane: doors.get(lane[0], -1))

    def over(self, lane: Lane) -> None:
        """This lane, and its door, have had their turn."""
        self._doors = [door for door in self._doors if door != lane[0]] + [lane[0]]
        self._lanes = [other for other in self._lanes if other != lane] + [lane]


def place_among(own: int, others: Iterable[tuple[int, int]]) -> int:
    """The place of somebody's own'th job, counted from 1, among `others`, each with (its jobs, those accepted before ours)."""
    # a turn of each other may come before each of its own
    return own + sum(min(jobs, own - (before == 0)) for jobs, before in others)
