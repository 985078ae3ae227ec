"""Inside the writer's child: composes and plays phrases as they are asked for.

Runs below the DAW's priority. A line of JSON in (words, turn); a line of JSON and the samples,
float32 (frames, 2), out. What fails is an `error` in that line.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from typing import Any

from daemon.children.blas_threads import one_thread
from daemon.children.inside import lower_priority
from daemon.radio.course import Course
from daemon.radio.phrase import Phrase


class Pieces:
    """The set: its course, and the phrases of the piece at hand."""

    def __init__(self, seed: int, follow: tuple[str, ...] = ()) -> None:
        self._seed, self._follow = seed, follow
        self._course: Course | None = None
        self._turn = -1
        self._phrases: Iterator[Phrase] | None = None

    def next(self, words: str, turn: int) -> Phrase:
        """The next phrase, of other words where the turn is a new one."""
        from daemon.radio.pieces import phrases

        if self._course is None:
            self._course = Course(words, self._seed, self._follow)
        if turn != self._turn or self._phrases is None:
            self._course.say(words)
            self._turn, self._phrases = turn, phrases(self._course, turn)
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
    asked: dict[str, Any] = json.loads(sys.argv[1])
    out = sys.stdout.buffer
    pieces = Pieces(int(asked["seed"]), tuple(asked["follow"]))
    for line in sys.stdin.buffer:
        order = json.loads(line)
        try:
            phrase = pieces.next(str(order["words"]), int(order["turn"]))
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
            out.write(json.dumps({"error": text}).encode() + b"\n")
        else:
            head = {name: value for name, value in vars(phrase).items() if name != "audio"}
            out.write(json.dumps({**head, "length": len(phrase.audio)}).encode() + b"\n")
            out.write(phrase.audio.astype("<f4").tobytes())
        out.flush()


if __name__ == "__main__":
    main()
