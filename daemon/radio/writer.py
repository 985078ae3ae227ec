"""The writer keeps phrases ready ahead of what is heard; a child at low priority makes them."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

import numpy as np

from daemon.errors import WorkerError
from daemon.radio.phrase import RATE, Phrase

log = logging.getLogger(__name__)

#: s of phrases that are ready beside the one that is heard: a busy machine has its bursts.
AHEAD_S = 60.0
#: s of rest after a piece that failed, or a child that ended.
_REST_S = 2.0
#: Pieces that one child writes, half an hour or so: Python keeps a little of each for good.
_MOST_PIECES = 24


class Source(Protocol):
    """Makes one phrase after another."""

    def next(self, words: str, turn: int) -> Phrase:
        """The next phrase. A turn that is new says that the words are others now."""

    def end(self) -> None:
        """Let go of what it holds."""


class Offers:
    """Loops that may be woven in, as they come; a child that is started again gets all of them."""

    def __init__(self, loops: Iterable[Mapping[str, Any]] = ()) -> None:
        self._loops = [dict(loop) for loop in loops]
        self._lock = threading.Lock()
        self.said = ""
        """What was wrong with the last loop, in words."""

    def add(self, loop: Mapping[str, Any]) -> None:
        with self._lock:
            self._loops.append(dict(loop))

    def since(self, count: int) -> list[dict[str, Any]]:
        """Those after the first `count`."""
        with self._lock:
            return self._loops[count:]


class ChildSource:
    """A child process that composes and plays: asked by a line, answered by a line and samples.

    After `most_pieces` another child takes its place and goes on with the set.
    """

    def __init__(
        self,
        seed: int,
        follow: tuple[str, ...] = (),
        offers: Offers | None = None,
        most_pieces: int = _MOST_PIECES,
    ) -> None:
        self._start = {"seed": seed, "follow": list(follow), "most_pieces": most_pieces}
        self._offers = offers or Offers()
        self._given = 0
        self._memory: dict[str, Any] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def next(self, words: str, turn: int) -> Phrase:
        """WorkerError where the child ended; the next call starts another, which goes on."""
        try:
            head = self._asked(words, turn)
            if "all_written" in head:
                self.end()
                head = self._asked(words, turn, hurry=False)
            if "error" in head:
                raise WorkerError(str(head["error"]), "engine")
            return self._read(head)
        except (OSError, ValueError, KeyError, EOFError):
            self.end()
            raise WorkerError("the radio's writer ended; it is started again", "died") from None

    def _asked(self, words: str, turn: int, *, hurry: bool = True) -> dict[str, Any]:
        """The line with which the child answers; one is started where none runs.

        hurry: whether a child that takes up the set gives a short phrase first, to be there soon.
        """
        order: dict[str, Any] = {"words": words, "turn": turn}
        if self._process is None:
            self._process = self._started()
            order |= {"memory": self._memory, "hurry": hurry}
        order["loops"] = self._offers.since(self._given)
        self._given += len(order["loops"])
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()
        head: dict[str, Any] = json.loads(self._process.stdout.readline() or b"{}")
        self._memory = head.pop("memory", self._memory)
        return head

    def _read(self, head: dict[str, Any]) -> Phrase:
        """The phrase of an answer, whose samples follow its line."""
        assert self._process and self._process.stdout
        frames = head.pop("length")
        self._offers.said = str(head.pop("said", ""))
        data = self._process.stdout.read(frames * 8)
        if len(data) < frames * 8:
            raise EOFError
        return Phrase(np.frombuffer(data, np.float32).reshape(-1, 2), **head)

    def _started(self) -> subprocess.Popen[bytes]:
        order = [sys.executable, "-P", "-m", "daemon.radio.inside", json.dumps(self._start)]
        self._given = 0
        return subprocess.Popen(order, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def end(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None


class Writer:
    """Asks for phrases on a thread of its own; `take` gives the next one, and never waits."""

    def __init__(self, words: str, source: Callable[[], Source]) -> None:
        self.words = words
        self._source = source
        self._ready: deque[Phrase] = deque()
        self._changed = threading.Condition()
        self._turn = 0
        self._ended = False
        self._last: Phrase | None = None
        self._at_work: Source | None = None
        self.repeats = 0
        """How often a phrase was heard again, for the next was not ready."""
        self.trouble = ""
        """Why nothing new is written, in words; empty where all is well."""
        self._thread = threading.Thread(target=self._run, name="radio writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def say(self, words: str) -> None:
        """New words: they count from the next phrase that is not written yet."""
        with self._changed:
            self.words = words
            self._turn += 1
            self._changed.notify_all()

    def take(self) -> Phrase | None:
        """The next phrase; the last one again where the next is late; None before the first."""
        with self._changed:
            if self._ready:
                self._last = self._ready.popleft()
            elif self._last is not None:
                self.repeats += 1
            self._changed.notify_all()
            return self._last

    def wait(self, timeout_s: float) -> bool:
        """Wait for the first phrase; whether it is there."""
        with self._changed:
            return self._changed.wait_for(lambda: bool(self._ready), timeout_s)

    def end(self) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        if self._at_work:
            self._at_work.end()
        self._thread.join(timeout=10)

    def _ready_s(self) -> float:
        return sum(phrase.frames for phrase in self._ready) / RATE

    def _run(self) -> None:
        source = self._at_work = self._source()
        while not self._ended:
            with self._changed:
                words, turn = self.words, self._turn
            try:
                phrase = source.next(words, turn)
                self.trouble = ""
            except Exception as error:
                # a set of hours outlives a piece that fails: the next one has another seed
                if not self._ended:
                    log.warning("the radio's writer: %s", error)
                    self._rest(str(error))
                continue
            self._put(phrase)
        source.end()

    def _rest(self, why: str) -> None:
        self.trouble = why
        with self._changed:
            self._changed.wait(_REST_S)

    def _put(self, phrase: Phrase) -> None:
        """Keep a phrase, and wait until another is wanted.

        The first of new words takes the place of what was ready of the old ones.
        """
        with self._changed:
            turn = phrase.round
            if turn != self._turn and self._ready:
                # of words that are past; what is ready is enough until the new ones are written
                return
            if any(one.round != turn for one in self._ready):
                self._ready.clear()
            self._ready.append(phrase)
            self._changed.notify_all()
            self._changed.wait_for(
                lambda: self._ended or turn != self._turn or self._ready_s() < AHEAD_S
            )
