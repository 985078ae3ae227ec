"""What test_host.py and test_many_host.py have a child process do."""

import ctypes
import os
import subprocess
import sys
import time
from pathlib import Path

from daemon.errors import EngineError


def double(task, tell):
    print("a library that prints")
    sys.stdout.write("half a line")
    tell(0.5, "halfway", "there")
    return {"answer": task["x"] * 2, "nice": os.nice(0) if hasattr(os, "nice") else 0}


def chatter(task, tell):
    """A bar that is drawn over and over, and then megabytes without any end of a line."""
    for n in range(100):
        sys.stderr.write(f"\r{n} % of the model")
    for _ in range(20):
        sys.stderr.write("x" * (1 << 20))
    sys.stderr.flush()
    return {"answer": 4}


def refuse(task, tell):
    raise EngineError("come back later", "busy", again=True)


def bug(task, tell):
    return {"answer": 1 / 0}


def segfault(task, tell):
    ctypes.string_at(0)


def leave(task, tell):
    os._exit(3)


def hang(task, tell):
    time.sleep(3600)


def spin_in_c(task, tell):
    return {"answer": len(str(7**30_000_000))}


def say_nonsense(task, talk):
    """An answer as no task of ours gives it, and then nothing more."""
    talk._say(task["nonsense"])
    time.sleep(3600)


def rest(task, tell):
    time.sleep(task["seconds"])
    return {"answer": "rested"}


def told_rest(task, tell):
    tell(0.0, "generating")
    return rest(task, tell)


def start_helper(apart=False):
    """A program that lives on for a minute and holds our stderr; its pid is written down."""
    helper = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=apart
    )
    Path(os.environ["HELPER_FILE"]).write_text(str(helper.pid))


def with_helper(task, tell):
    start_helper()
    time.sleep(60)


def with_helper_apart(task, tell):
    start_helper(apart=True)
    time.sleep(60)


def leave_helper(task, tell):
    start_helper()
    os._exit(3)
