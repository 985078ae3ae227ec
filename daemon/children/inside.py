"""The inside of a child process: tasks come as JSON lines on stdin, answers go to stdout.

in    {"id": 1, "do": "package.module:function", ...task}
out   {"id": 1, "progress": 0.4, "stage": "generating", "words": "drums"}
      {"id": 1, "result": {...}}  or  {"id": 1, "error": {"code", "text", "again"}}

It runs below the DAW's priority, unless started with `--normal-priority`. Prints of libraries are
redirected to stderr. End of file on stdin ends the child at once, in the middle of a task too.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any

from bridge.errors import SidecrateError
from daemon.errors import DISK_ERRORS
from daemon.home.masking import internal_text
from daemon.verbs.tell import TellStage

NORMAL_PRIORITY = "--normal-priority"


def lower_priority() -> None:
    """Below the DAW, so that a clip being made never costs it a buffer."""
    if sys.platform == "win32":
        import ctypes

        below_normal = 0x4000
        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), below_normal)
    else:
        with contextlib.suppress(OSError):
            os.nice(10)


def die_with_parent() -> None:
    """Let Linux kill us when the daemon dies; elsewhere the end of stdin does it."""
    if sys.platform == "linux":
        import ctypes

        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


def end_with_stdin() -> None:
    """End this process when its stdin ends, which only its parent holds: on every system."""

    def wait() -> None:
        # not `sys.stdin`, whose lock a thread would hold while Python ends
        while os.read(0, 4096):
            pass
        os._exit(0)

    threading.Thread(target=wait, name="parent", daemon=True).start()


def leave_signals_to_the_daemon() -> None:
    """Ignore the signals that end a session: they reach all of its programs at once.

    The daemon ends this process itself, and so knows that no work has failed.
    """
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        if hasattr(signal, name):
            # not `SIG_IGN`, which the programs that we start would inherit
            signal.signal(getattr(signal, name), lambda *_: None)


def find_function(path: str) -> Callable[..., Any]:
    module, _, name = path.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function


def main() -> None:
    """Run tasks until stdin ends."""
    die_with_parent()
    leave_signals_to_the_daemon()
    if NORMAL_PRIORITY not in sys.argv[1:]:
        lower_priority()
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    tasks: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(tasks,), daemon=True).start()
    while True:
        task = tasks.get()
        answer(task, lambda line: print(json.dumps(line), file=answers, flush=True))


def _read(tasks: queue.SimpleQueue[dict[str, Any]]) -> None:
    for line in sys.stdin:
        tasks.put(json.loads(line))
    os._exit(0)


def answer(
    task: dict[str, Any], say: Callable[[dict[str, Any]], None], talk: TellStage | None = None
) -> None:
    """Run one task and send its progress, result or error.

    No exception of a task ends the child, except running out of memory. `talk` replaces the plain
    `TellStage` that the task's function is called with.
    """

    def tell(value: float, stage: str, words: str = "") -> None:
        say(
            {
                "id": task["id"],
                "progress": round(min(max(value, 0.0), 1.0), 4),
                "stage": stage,
                "words": words,
            }
        )

    try:
        say({"id": task["id"], "result": find_function(task["do"])(task, talk or tell)})
    except SidecrateError as error:
        say(
            {
                "id": task["id"],
                "error": {
                    "code": error.code,
                    "text": error.text,
                    "again": getattr(error, "again", False),
                },
            }
        )
    except MemoryError:
        text = "there was not enough memory; close other programs or ask for something shorter"
        say({"id": task["id"], "error": {"code": "memory", "text": text, "again": True}})
        os._exit(1)
    except OSError as error:
        if error.errno not in DISK_ERRORS:
            say({"id": task["id"], "error": _internal(error)})
            return
        text = (
            f"{error.filename or 'a file'} could not be written ({error.strerror}); free some disk"
            " space or mend the folder"
        )
        say({"id": task["id"], "error": {"code": "disk", "text": text, "again": True}})
    except Exception as error:
        say({"id": task["id"], "error": _internal(error)})


def _internal(error: Exception) -> dict[str, Any]:
    traceback.print_exception(error)
    return {"code": "internal", "text": internal_text(error), "again": True}


if __name__ == "__main__":
    main()
