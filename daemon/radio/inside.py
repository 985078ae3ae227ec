"""Inside the writer's child: composes and plays phrases as they are asked for.

Runs below the DAW's priority. A line of JSON in (words, turn, and loops that came since the last);
a line of JSON and the samples, float32 (frames, 2), out. What fails is an `error` in that line.
It has the set's `memory` too, with which another child goes on: where this one ended, or where it
has written as many pieces as one child writes, which is then all of the answer.
"""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

from daemon.children.blas_threads import one_thread
from daemon.children.inside import leave_signals_to_the_daemon, lower_priority
from daemon.home.heap import keep_music_apart
from daemon.radio.course import Course
from daemon.radio.phrase import Phrase

if TYPE_CHECKING:
    import numpy as np

    from daemon.radio.pieces import Desk


class AllWritten(Exception):
    """The pieces that one child writes are written; another goes on from its `memory`."""


class Pieces:
    """The set: its course, and the phrases of the piece at hand."""

    def __init__(
        self, seed: int, follow: tuple[str, ...] = (), most_pieces: float = math.inf
    ) -> None:
        """most_pieces: that are written here before the set goes on elsewhere."""
        self._seed, self._follow, self._until = seed, follow, most_pieces
        self._course: Course | None = None
        self._turn = -1
        self._phrases: Iterator[Phrase] | None = None
        self._desk: Desk | None = None
        self._hurry = True

    @property
    def said(self) -> str:
        """What was wrong with the last loop, in words."""
        return self._desk.said if self._desk else ""

    def memory(self) -> dict[str, Any]:
        """Where the set has come to, for JSON; after the first phrase."""
        assert self._course and self._desk
        course, desk = self._course.memory(), self._desk.memory()
        return {"turn": self._turn, "course": course, "desk": desk}

    def remember(self, memory: Mapping[str, Any], hurry: bool) -> None:
        """Go on with the set that has this memory; before the first phrase.

        hurry: whether little of it is ready, and the first phrase is to be a short one.
        """
        course, desk = self._begun("")
        course.remember(memory["course"])
        self._until += course.number
        desk.remember(memory["desk"])
        self._turn, self._hurry = int(memory["turn"]), hurry

    def next(self, words: str, turn: int, loops: Sequence[Mapping[str, Any]] = ()) -> Phrase:
        """The next phrase, of other words where the turn is a new one.

        loops: those that may be woven in from now on. AllWritten: after the last piece.
        """
        from daemon.radio.woven import Loop

        course, desk = self._begun(words)
        desk.loops += [Loop(**loop) for loop in loops]
        if turn != self._turn:
            course.say(words)
            self._turn, self._phrases, self._hurry = turn, None, True
        if self._phrases is None:
            from daemon.radio.pieces import phrases

            self._phrases = phrases(course, turn, desk, until=self._until, hurry=self._hurry)
        try:
            return next(self._phrases)
        except StopIteration:
            raise AllWritten from None
        except BaseException:
            # a generator that has raised gives nothing more
            self._phrases, self._hurry = None, True
            raise

    def _begun(self, words: str) -> tuple[Course, Desk]:
        from daemon.radio.pieces import Desk

        if self._course is None or self._desk is None:
            self._course, self._desk = Course(words, self._seed, self._follow), Desk()
        return self._course, self._desk

    def end(self) -> None:
        return None


def main() -> None:
    leave_signals_to_the_daemon()
    one_thread(os.environ)
    lower_priority()
    keep_music_apart()
    asked: dict[str, Any] = json.loads(sys.argv[1])
    out = sys.stdout.buffer
    pieces = Pieces(int(asked["seed"]), tuple(asked["follow"]), int(asked["most_pieces"]))
    for line in sys.stdin.buffer:
        order = json.loads(line)
        if memory := order.get("memory"):
            pieces.remember(memory, bool(order["hurry"]))
        try:
            phrase = pieces.next(str(order["words"]), int(order["turn"]), order.get("loops", ()))
        except AllWritten:
            _answer(out, {"all_written": True, "memory": pieces.memory()})
        except Exception as error:
            _answer(out, {"error": f"{type(error).__name__}: {error}"})
        else:
            head = {name: value for name, value in vars(phrase).items() if name != "audio"}
            about = {**head, "length": len(phrase.audio), "said": pieces.said}
            _answer(out, {**about, "memory": pieces.memory()}, phrase.audio)


def _answer(out: BinaryIO, about: Mapping[str, Any], audio: np.ndarray | None = None) -> None:
    out.write(json.dumps(about).encode() + b"\n")
    if audio is not None:
        out.write(audio.astype("<f4").tobytes())
    out.flush()


if __name__ == "__main__":
    main()
