"""The inside of a child process with many tasks at once, most of them waiting for a remote server.

The protocol of `daemon.children.inside`, and besides
out   {"id": 1, "store": {...}}   the daemon must store this before the task goes on
in    {"id": 1, "stored": true}   it has
in    {"id": 1, "cancel": true}   the task must undo its work outside, and end
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

from daemon.children.inside import (
    answer,
    die_with_parent,
    leave_signals_to_the_daemon,
    lower_priority,
)
from daemon.errors import EngineError


class Cancelled(BaseException):
    """The task must end. Not an error, and not to be caught as one."""


class Talk:
    """A task's channel to the daemon; called as `tell(0..1, stage, words)`."""

    def __init__(self, task: int, say: Callable[[dict[str, Any]], None]) -> None:
        self._task = task
        self._say = say
        self._stored = threading.Semaphore(0)
        self.cancelled = threading.Event()

    def __call__(self, value: float, stage: str, words: str = "") -> None:
        self._say(
            {
                "id": self._task,
                "progress": round(min(max(value, 0.0), 1.0), 4),
                "stage": stage,
                "words": words,
            }
        )

    def store(self, what: dict[str, Any]) -> None:
        """Send something to be stored, and wait until the daemon has stored it."""
        self._say({"id": self._task, "store": what})
        self._stored.acquire()

    def wait(self, seconds: float) -> None:
        """Sleep. Raises Cancelled when the task is cancelled meanwhile."""
        if self.cancelled.wait(max(0.0, seconds)):
            raise Cancelled

    def hear(self, line: dict[str, Any]) -> None:
        if line.get("cancel"):
            self.cancelled.set()
        else:
            self._stored.release()


def main() -> None:
    """Run tasks, each on a thread of its own, until stdin ends."""
    die_with_parent()
    leave_signals_to_the_daemon()
    lower_priority()
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    lock = threading.Lock()
    talks: dict[int, Talk] = {}

    def say(line: dict[str, Any]) -> None:
        with lock:
            print(json.dumps(line), file=answers, flush=True)

    def work(task: dict[str, Any], talk: Talk) -> None:
        try:
            answer(task, say, talk)
        except Cancelled:
            say(
                {
                    "id": task["id"],
                    "error": {"code": "cancelled", "text": "cancelled as asked", "again": False},
                }
            )
        finally:
            del talks[task["id"]]

    for text in sys.stdin:
        line = json.loads(text)
        if "do" in line:
            talk = talks[line["id"]] = Talk(line["id"], say)
            threading.Thread(target=work, args=(line, talk), daemon=True).start()
        elif line["id"] in talks:
            talks[line["id"]].hear(line)
    os._exit(0)


def must_talk(tell: object) -> Talk:
    """The `tell` of a task as a Talk. EngineError where the task runs in another kind of child."""
    if not isinstance(tell, Talk):
        raise EngineError(
            "a hosted engine runs in its own child only; this is a fault of Sidecrate's", "internal"
        )
    return tell


if __name__ == "__main__":
    # Imported by its own name, so that tasks that import this module get the same classes.
    from daemon.children import many_inside

    many_inside.main()
