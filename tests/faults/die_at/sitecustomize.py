"""Loaded by Python itself where this folder is on PYTHONPATH: kills the process at a named step, once.

SIDECRATE_DIE_AT is `module:function` or `module:Class.method`, with `:before`, `:after`, or `:hang` to stand still there for an
hour, as on a drive that does not answer; SIDECRATE_DIE_MARK is a file that says
that it has happened.
"""

import functools
import importlib
import os
import signal
import time


def arm(step, mark):
    module_name, path, when = step.split(":")
    holder = importlib.import_module(module_name)
    *outer, name = path.split(".")
    for part in outer:
        holder = getattr(holder, part)
    real = getattr(holder, name)

    def die():
        try:
            os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return
        if when == "hang":
            time.sleep(3600)
        os.kill(os.getpid(), signal.SIGKILL)

    @functools.wraps(real)
    def dying(*args, **kwargs):
        if when != "after":
            die()
        result = real(*args, **kwargs)
        if when == "after":
            die()
        return result

    setattr(holder, name, dying)


if os.environ.get("SIDECRATE_DIE_AT") and not os.path.exists(os.environ["SIDECRATE_DIE_MARK"]):
    arm(os.environ["SIDECRATE_DIE_AT"], os.environ["SIDECRATE_DIE_MARK"])
