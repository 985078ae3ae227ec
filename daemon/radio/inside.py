"""Inside the writer's child: composes and plays phrases as they are asked for.

Runs below the DAW's priority. A line of JSON in (words, turn, and loops that came since the last);
a line of JSON and the samples, float32 (frames, 2), out. What fails is an `error` in that line.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from daemon.children.blas_threads import one_thread
from daemon.children.inside import lower_priority
from daemon.home.heap import keep_music_apart
from daemon.radio.course import Course
from daemon.radio.phrase import Phrase

if TYPE_CHECKING:
    from daemon.radio.pieces import Desk


class Pieces:
    """The set: its course, and the phrases of the piece at hand."""

    def __init__(self, seed: int, follow: tuple[str, ...] = ()) -> None:
        self._seed, self._follow = seed, follow
        self._course: Course | None = None
        self._turn = -1
        self._phrases: Iterator[Phrase] | None = None
        self._desk: Desk | None = None

    @property
    def said(self) -> str:
        """What was wrong with the last loop, in words."""
        return self._desk.said if self._desk else ""

    def next(self, words: str, turn: int, loops: Sequence[Mapping[str, Any]] = ()) -> Phrase:
        """The next phrase, of other words where the turn is a new one.

        loops: those that may be woven in from now on.
        """
        from daemon.radio.pieces import Desk, phrases
        from daemon.radio.woven import Loop

        if self._desk is None:
            self._desk = Desk()
        self._desk.loops += [Loop(**loop) for loop in loops]
        if self._course is None:
            self._course = Course(words, self._seed, self._follow)
        if turn != self._turn or self._phrases is None:
            self._course.say(words)
            self._turn, self._phrases = turn, phrases(self._course, turn, self._desk)
        try:
            return next(self._phrases)
        except BaseException:
            # a generator that has raised gives nothing more
            self._phrases = None
            raise

    def end(self) -> None:
        return None


def main() -> None:
    one_thread(os.environ)
    lower_priority()
    keep_music_apart()
    asked: dict[str, Any] = json.loads(sys.argv[1])
    out = sys.stdout.buffer
    pieces = Pieces(int(asked["seed"]), tuple(asked["follow"]))
    for line in sys.stdin.buffer:
        order = json.loads(line)
        try:
            phrase = pieces.next(str(order["words"]), int(order["turn"]), order.get("loops", ()))
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
            out.write(json.dumps({"error": text}).encode() + b"\n")
        else:
            head = {name: value for name, value in vars(phrase).items() if name != "audio"}
            about = {**head, "length": len(phrase.audio), "said": pieces.said}
            out.write(json.dumps(about).encode() + b"\n")
            out.write(phrase.audio.astype("<f4").tobytes())
        out.flush()


if __name__ == "__main__":
    main()
